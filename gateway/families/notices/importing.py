"""importNotificationData: up to 100 pieces of news are written, sent, deleted or recalled, in the order of the request.

Written news is a project until it is sent; then it can only be recalled. What a request does with one piece of news
twice is done one after the other: written and sent, for example.
"""

from __future__ import annotations

from gateway.families import api, controls
from gateway.families.notices import case as cases
from gateway.families.notices import controls as rules
from gateway.families.notices import records, request
from gateway.families.notices.request import Verb
from storage.registry import Registry, Thing


def import_news(task: api.Task, registry: Registry) -> api.Imported:
    """Do with each piece of news what nothing speaks against; one outcome for each, in the order of the request."""
    sent = request.read(task)
    known = cases.Cases(task, registry, sent)
    return api.Imported(tuple(_import(known.case(asked), registry) for asked in sent))


def _import(case: cases.Case, registry: Registry) -> api.Outcome:
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(case.asked.transport_guid, problems=found)
    news = _after(case)
    registry.put(news)
    return api.Outcome(case.asked.transport_guid, guid=news.id, updated_at=case.task.now)


def _after(case: cases.Case) -> Thing:
    task = case.task
    news = case.before or records.new(task.new_guid())
    if case.asked.verb is Verb.DELETE:
        return records.deleted(news, task)
    if case.asked.verb is Verb.RECALL:
        return records.recalled(news, case.asked.content, task)
    if case.asked.verb is Verb.WRITE:
        news = records.written(news, case.content, task)
    return records.sent(news, task) if case.is_to_be_sent else news
