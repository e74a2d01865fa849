"""The controls of news as named rules in stages.

Is it news that this can be done with? Is what it says right?

The contract names no control of importNotificationData: all of them are this gateway's own and follow from the
annotations. What is sent is judged again as it is sent: houses and periods may have gone meanwhile.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from gateway import errors
from gateway.families import api, days, fields, references
from gateway.families.controls import Control, control
from gateway.families.notices import codes, records
from gateway.families.notices.case import Case
from gateway.families.notices.request import HOUSE, Verb
from gateway.families.problems import problem

_DICTIONARIES: Final = {"TopicNSIRef": 364}
_SHORT: Final = 500
"""Characters of a short text (annotation of IsShortTopic)."""


@control(codes.UNNAMED)
def news_is_named(case: Case) -> Iterator[api.Problem]:
    """Refuse to send, delete or recall news that is not named."""
    if not case.asked.guid and case.asked.verb is not Verb.WRITE:
        yield problem(codes.UNNAMED)


@control(errors.NOT_IN_REGISTRY)
def news_is_of_its_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse to touch news that is not there, or is another provider's: both are told in the same words."""
    if case.asked.guid and case.before is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"NotificationGUID {case.asked.guid}")


@control(codes.GONE, codes.SENT, codes.NOT_SENT)
def news_is_in_a_state_for_it(case: Case) -> Iterator[api.Problem]:
    """Refuse to touch news that is gone, to recall what was not sent, and to do anything else with what was."""
    news = case.before
    if news is None:
        return
    if not records.is_live(news):
        yield problem(codes.GONE, guid=news.id)
    elif records.is_sent(news) and case.asked.verb is not Verb.RECALL:
        yield problem(codes.SENT, guid=news.id)
    elif not records.is_sent(news) and case.asked.verb is Verb.RECALL:
        yield problem(codes.NOT_SENT, guid=news.id)


@control(errors.NOT_IN_REGISTRY)
def house_is_there(case: Case) -> Iterator[api.Problem]:
    """Refuse news for the residents of a house that is not placed."""
    for fias, house in case.houses.items():
        if house is None:
            yield problem(errors.NOT_IN_REGISTRY, where=f"{HOUSE} {fias}")


@control(errors.PROVIDER_DENIED)
def house_is_of_the_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse news for the residents of a house for which the provider has no basis."""
    for fias, house in case.houses.items():
        if house is not None and not case.may_use_house(fias):
            yield problem(errors.PROVIDER_DENIED, where=f"{HOUSE} {fias}")


@control(codes.ACCOUNT_UNKNOWN)
def account_is_of_the_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse to tell of the debt of an account that the provider does not keep; of a closed one it may."""
    for number, account in case.debtors:
        if account is None:
            yield problem(codes.ACCOUNT_UNKNOWN, number=number)


@control(codes.ACCOUNT_REPEATED)
def account_is_named_once(case: Case) -> Iterator[api.Problem]:
    """Refuse to tell of two debts of one account."""
    for number, times in Counter(number for number, _ in case.debtors).items():
        if times > 1:
            yield problem(codes.ACCOUNT_REPEATED, number=number)


@control(codes.PERIOD_DISORDERED, codes.PERIOD_OVER)
def period_is_to_come(case: Case) -> Iterator[api.Problem]:
    """Refuse a period that ends before it begins, or that is over."""
    start, end = (fields.text(case.content, name) for name in ("StartDate", "EndDate"))
    if not end:
        return
    if start and days.moment(end) <= days.moment(start):
        yield problem(codes.PERIOD_DISORDERED, start=start, end=end)
    elif days.moment(end) <= case.task.now:
        yield problem(codes.PERIOD_OVER, end=end)


@control(codes.NOT_FOR_PHONES, codes.TEXT_LONG)
def phones_get_what_is_said(case: Case) -> Iterator[api.Problem]:
    """Refuse words for phones beside news that is not for phones, and to call a text short that is not."""
    data = fields.block(case.content, "MobileAppData")
    if data and not fields.flag(case.content, "IsForPublishToMobileApp"):
        yield problem(codes.NOT_FOR_PHONES)
    length = len(str(case.content.get("content", "")))
    if fields.flag(data, "IsShortTopic") and length > _SHORT:
        yield problem(codes.TEXT_LONG, length=str(length))


@control(*references.CODES)
def topic_is_known(case: Case) -> Iterator[api.Problem]:
    """Refuse a topic (НСИ 364) that is not there, and GUIDs of another stand."""
    yield from references.problems(case.content, _DICTIONARIES, case.task.dictionaries)


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (news_is_named, news_is_of_its_provider),
    (news_is_in_a_state_for_it,),
    (
        house_is_there,
        house_is_of_the_provider,
        account_is_of_the_provider,
        account_is_named_once,
        period_is_to_come,
        phones_get_what_is_said,
        topic_is_known,
    ),
)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*STAGES))
"""Every rule of the family, in the order in which they are asked."""
