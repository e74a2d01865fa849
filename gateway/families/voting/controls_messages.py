"""The controls of messages about meetings, in stages: whose it is, in which state, and is what it says right."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from gateway import errors
from gateway.families import api, days, fields
from gateway.families.controls import Control, control
from gateway.families.fields import Fields
from gateway.families.problems import problem
from gateway.families.voting import codes, controls_agenda, papers, records, states, times
from gateway.families.voting.records import Voting
from storage.registry import Registry

_COURT: Final = "1"
"""Code of «Решение суда» in НСИ 271 (annotation of AnnulmentMessageType)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One importVotingMessageRequest with all that it has to be judged by."""

    transport_guid: str
    deed: states.Deed | None
    """None for a meeting that is to be announced."""
    content: Fields
    """The message, its questions numbered; or the annulment."""
    named: str
    """MessageGUID, lower case; empty for a new meeting."""
    voting: Voting | None
    """The meeting of that message; None where the sender has none."""
    task: api.Task
    registry: Registry

    @property
    def house(self) -> str:
        """FIASHouseGuid, lower case; empty for the meeting of an association."""
        return fields.text(self.content, "FIASHouseGUID").lower()

    @property
    def association(self) -> str:
        """orgRootEntityGUID, lower case; empty for the meeting of a house."""
        return association(self.content)

    @property
    def mode(self) -> str:
        """Operative or Archive."""
        return records.OPERATIVE if "Operative" in self.content else records.ARCHIVE

    @property
    def number(self) -> str:
        """УИН as it was sent; empty in the operative mode."""
        return fields.text(self.content, "UniqueVotingId")


def open_case(asked: Fields, task: api.Task, registry: Registry) -> Case:
    """Return what is asked with the meeting that it is about."""
    named = fields.text(asked, "MessageGUID").lower()
    voting = records.of_message(registry, named) if named else None
    if voting is not None and voting.organisation != task.organisation:
        voting = None
    if not named:
        message = papers.numbered(fields.block(asked, "VotingMessage"))
        return Case(str(asked["TransportGUID"]), None, message, named, voting, task, registry)
    deed = states.Deed.ANNUL if "Annulment" in asked else states.Deed.REFUSE
    return Case(str(asked["TransportGUID"]), deed, fields.block(asked, "Annulment"), named, voting, task, registry)


def association(content: Fields) -> str:
    """Return the orgRootEntityGUID, lower case, of the association that meets; empty where a house does."""
    return fields.text(fields.block(content, "OrganizationGuid"), "orgRootEntityGUID").lower()


def is_in_hcs(content: Fields) -> bool:
    """Return whether a message is about a vote in ГИС ЖКХ itself."""
    return "HCS" in fields.block(fields.block(content, papers.SYSTEM), "VotingSystemDetails")


def place_problems(house: str, root: str, task: api.Task, registry: Registry) -> Iterator[api.Problem]:
    """Yield what keeps an organisation from a meeting in this place."""
    if house and not task.may_use_house(house):
        yield problem(errors.PROVIDER_DENIED, where=f"FIASHouseGuid {house}")
    elif house and records.house(registry, house) is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"FIASHouseGuid {house}")
    if not root:
        return
    known = task.directory.by_root(root)
    if known is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"OrganizationGuid {root}")
    elif known.organisation != task.organisation:
        yield problem(errors.PROVIDER_DENIED, where=f"OrganizationGuid {root}")


@control(errors.PROVIDER_DENIED, errors.NOT_IN_REGISTRY)
def place_is_the_senders(case: Case) -> Iterator[api.Problem]:
    """Refuse a meeting in a house without a basis or that is not there, and one of another association."""
    yield from place_problems(case.house, case.association, case.task, case.registry)


@control(errors.NOT_IN_REGISTRY)
def message_is_own(case: Case) -> Iterator[api.Problem]:
    """Refuse a message that is not there, or is another provider's: both are told in the same words."""
    if case.named and case.voting is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"MessageGUID {case.named}")


@control(codes.MEETING_STATE)
def meeting_can_be_ended(case: Case) -> Iterator[api.Problem]:
    """Refuse to cancel or to annul a meeting that is past that."""
    if case.voting is not None and case.deed is not None:
        yield from state_problems(case.voting, case.deed, case.task)


@control(codes.FORM_UNFIT)
def only_a_vote_in_a_system_is_refused(case: Case) -> Iterator[api.Problem]:
    """Refuse to cancel a meeting that does not vote in a system (annotation of Refuse)."""
    voting = case.voting
    if case.deed is states.Deed.REFUSE and voting is not None and voting.form != papers.SYSTEM:
        yield problem(codes.FORM_UNFIT, form=voting.form, why=f"нужна форма {papers.SYSTEM}")


@control(codes.NUMBER_UNFIT)
def number_is_free(case: Case) -> Iterator[api.Problem]:
    """Refuse a УИН that another meeting lives under, or that is no number."""
    if not case.number:
        return
    number = records.normal(case.number)
    if int(number) < 1:
        yield problem(codes.NUMBER_UNFIT, number=number, why="это положительное число")
    elif case.registry.find(records.VOTING, number) is not None:
        yield problem(codes.NUMBER_UNFIT, number=number, why="под ним уже размещено собрание")


@control(codes.MODE_UNFIT)
def mode_is_that_of_its_time(case: Case) -> Iterator[api.Problem]:
    """Refuse a past meeting in the operative mode, and one that is not over in the archive's (annotations)."""
    end = times.period(case.content)[1] if case.deed is None else ""
    if not end:
        return
    is_over = days.moment(end) <= case.task.now
    if is_over and case.mode == records.OPERATIVE:
        yield problem(codes.MODE_UNFIT, mode=case.mode, why=f"собрание закончилось {end}")
    elif not is_over and case.mode == records.ARCHIVE:
        yield problem(codes.MODE_UNFIT, mode=case.mode, why=f"собрание закончится {end}")


@control(codes.MESSAGE_DATE_MISSING, codes.DATE_IN_FUTURE)
def message_has_a_date(case: Case) -> Iterator[api.Problem]:
    """Refuse a message without MessageDate, unless the vote is in ГИС ЖКХ itself, and dates that have not come."""
    if case.deed is None and not is_in_hcs(case.content):
        if "MessageDate" not in case.content:
            yield problem(codes.MESSAGE_DATE_MISSING)
        yield from controls_agenda.future(case.content, "MessageDate", days.today(case.task.now))
    yield from controls_agenda.future(case.content, "AnnulmentDate", days.today(case.task.now))


@control(codes.PLACE_UNFIT)
def associations_meet_as_such(case: Case) -> Iterator[api.Problem]:
    """Refuse the meeting of an association that names a house in place of the association (annotations)."""
    yield from unfit_place(case.content, case.house)


@control(codes.FILE_MISSING)
def court_decision_is_attached(case: Case) -> Iterator[api.Problem]:
    """Refuse an annulment by a court without its decision (annotation of AnnulmentMessageType/Attachments)."""
    reason = fields.item_code(case.content, "NSIAnnulmentReason")
    if reason == _COURT and not fields.rows(case.content, "Attachments"):
        yield problem(codes.FILE_MISSING, what="решение суда об аннулировании")


def unfit_place(content: Fields, house: str) -> Iterator[api.Problem]:
    """Yield a problem for an association's meeting that names a house."""
    meeting = fields.text(content, "MeetingType")
    if house and meeting in ("Homeowners", "Cooperative"):
        yield problem(codes.PLACE_UNFIT, why=f"у собрания {meeting} указан дом вместо организации")


def state_problems(voting: Voting, deed: states.Deed, task: api.Task) -> Iterator[api.Problem]:
    """Yield a problem where a deed is not possible in the state of a meeting."""
    state = states.of_meeting(voting, task.now)
    if state not in states.MEETINGS[deed]:
        yield problem(codes.MEETING_STATE, voting=voting.guid, state=state.value, action=deed.value)


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (place_is_the_senders, message_is_own),
    (only_a_vote_in_a_system_is_refused, number_is_free),
    (meeting_can_be_ended,),
    (
        mode_is_that_of_its_time,
        message_has_a_date,
        associations_meet_as_such,
        court_decision_is_attached,
        *controls_agenda.RULES,
    ),
)
