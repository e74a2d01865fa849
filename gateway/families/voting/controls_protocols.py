"""The controls of protocols, in stages: whose it is, in which state, and is what it says right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway import errors
from gateway.families import api, days, fields
from gateway.families.controls import Control, control
from gateway.families.problems import problem
from gateway.families.voting import (
    codes,
    controls_agenda,
    controls_counting,
    controls_messages,
    papers,
    records,
    states,
    times,
)
from gateway.families.voting.protocol_case import PROTOCOL, RESULTS, Case


@control(errors.NOT_IN_REGISTRY)
def meeting_is_own(case: Case) -> Iterator[api.Problem]:
    """Refuse a meeting that is another provider's, or that is not there; Protocol alone may bring one that is not."""
    if case.voting is None and (case.is_known or case.element != PROTOCOL):
        yield problem(errors.NOT_IN_REGISTRY, where=f"VotingGUID {case.guid}")


@control(errors.PROVIDER_DENIED, errors.NOT_IN_REGISTRY)
def protocol_is_of_the_senders_place(case: Case) -> Iterator[api.Problem]:
    """Refuse a protocol of a house without a basis or that is not there, and one of another association."""
    house = fields.text(case.content, "FIASHouseGuid").lower()
    root = controls_messages.association(case.content)
    yield from controls_messages.place_problems(house, root, case.task, case.registry)


@control(codes.ORIGIN_UNFIT)
def protocol_comes_from_where_it_belongs(case: Case) -> Iterator[api.Problem]:
    """Refuse to correct a protocol of a message as one without, and results of a meeting without (annotations)."""
    voting = case.voting
    if voting is not None and voting.message and case.element == PROTOCOL:
        yield problem(codes.ORIGIN_UNFIT, element=PROTOCOL, voting=case.guid, why="о нём размещено сообщение")
    elif voting is not None and not voting.message and case.element == RESULTS:
        yield problem(codes.ORIGIN_UNFIT, element=RESULTS, voting=case.guid, why="сообщения о нём нет")


@control(codes.FORM_UNFIT)
def results_are_of_a_vote_outside_systems(case: Case) -> Iterator[api.Problem]:
    """Refuse results of a vote in a system (annotation of VotingResultsImport)."""
    if case.element == RESULTS and case.voting is not None and case.voting.form == papers.SYSTEM:
        yield problem(codes.FORM_UNFIT, form=papers.SYSTEM, why=f"{RESULTS} — для голосований вне системы")


@control(codes.MEETING_STATE)
def meeting_is_over(case: Case) -> Iterator[api.Problem]:
    """Refuse results of a meeting that is not over, that was cancelled or annulled."""
    if case.element == RESULTS and case.voting is not None:
        yield from controls_messages.state_problems(case.voting, states.Deed.CONCLUDE, case.task)


@control(codes.PROTOCOL_STATE)
def state_allows_the_step(case: Case) -> Iterator[api.Problem]:
    """Refuse what cannot be done in the state of the protocol (states.PROTOCOLS)."""
    if (case.state, case.step) not in states.PROTOCOLS:
        yield problem(codes.PROTOCOL_STATE, voting=case.guid, state=case.state.value, action=case.step.value)


@control(codes.PLACE_UNFIT)
def protocol_stays_in_its_place(case: Case) -> Iterator[api.Problem]:
    """Refuse to move a protocol to another house or association, and an association's that names a house."""
    if case.element != PROTOCOL:
        return
    house = fields.text(case.content, "FIASHouseGuid").lower()
    place = (house, controls_messages.association(case.content))
    if case.voting is not None and place != (case.voting.house, case.voting.association):
        yield problem(codes.PLACE_UNFIT, why="протокол размещён в другом месте")
    yield from controls_messages.unfit_place(case.content, house)


@control(codes.DATE_IN_FUTURE, codes.PROTOCOL_EARLY)
def protocol_is_drawn_up_after_the_vote(case: Case) -> Iterator[api.Problem]:
    """Refuse a protocol of a day that has not come, or before the voting has ended."""
    yield from controls_agenda.future(case.content, "ProtocolDate", days.today(case.task.now))
    text = fields.text(case.content, "ProtocolDate")
    if text and case.end and days.day(text) < days.today(days.moment(case.end)):
        end = times.shown(days.moment(case.end))
        yield problem(codes.PROTOCOL_EARLY, date=days.shown(days.day(text)), end=end)


@control(codes.FILE_MISSING)
def protocol_is_attached(case: Case) -> Iterator[api.Problem]:
    """Refuse results without the file of the protocol: of a protocol itself the contract demands it."""
    if case.element == RESULTS and not fields.rows(case.content, "Attachments"):
        yield problem(codes.FILE_MISSING, what="файл протокола")


@control(codes.QUESTION_UNKNOWN)
def results_are_of_the_agenda(case: Case) -> Iterator[api.Problem]:
    """Refuse results of a question that the message does not have."""
    if case.element != RESULTS or case.voting is None:
        return
    asked = frozenset(case.voting.questions)
    for number in papers.questions(case.content):
        if number not in asked:
            yield problem(codes.QUESTION_UNKNOWN, voting=case.guid, number=str(number))


@control(codes.PROTOCOL_REPEATED)
def number_and_date_are_of_one_protocol(case: Case) -> Iterator[api.Problem]:
    """Refuse a protocol with number and date of another one of the house."""
    found = case.registry.find(records.PROTOCOL, case.key) if case.key else None
    if found is not None and found.parent != case.guid:
        number, date = fields.text(case.content, "ProtocolNum"), fields.text(case.content, "ProtocolDate")
        yield problem(codes.PROTOCOL_REPEATED, number=number, date=date, voting=str(found.parent))


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (meeting_is_own, protocol_is_of_the_senders_place),
    (protocol_comes_from_where_it_belongs, results_are_of_a_vote_outside_systems, meeting_is_over),
    (state_allows_the_step, protocol_stays_in_its_place),
    (
        protocol_is_drawn_up_after_the_vote,
        protocol_is_attached,
        results_are_of_the_agenda,
        number_and_date_are_of_one_protocol,
        *controls_agenda.RULES,
        *controls_counting.RULES,
    ),
)
