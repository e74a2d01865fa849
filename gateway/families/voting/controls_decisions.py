"""The controls of owners' decisions, in stages: of which meeting, is what is said right, is it counted once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from gateway import errors
from gateway.families import api, attachments, days, fields, references
from gateway.families.controls import Control, control
from gateway.families.problems import problem
from gateway.families.voting import ballots, codes, controls_messages, counting, papers, states, tally, times
from gateway.families.voting.ballots import Ballots
from gateway.families.voting.decisions_request import PROPERTY, ROOT, Asked, Right
from gateway.families.voting.records import Voting
from storage.registry import Thing

_DICTIONARIES: Final = {"Type": 95}


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One decision with all that it has to be judged by."""

    asked: Asked
    voting: Voting | None
    """None where the sender has no meeting with this paper."""
    before: Thing | None
    """The decision that is named; None for a new one, and where the meeting has none with this GUID."""
    rights: list[Right]
    known: Ballots
    area: Decimal | None
    """TotalSquare of the house; None where it is not known."""
    task: api.Task

    @property
    def guid(self) -> str:
        """GUID of the decision that is named; empty for a new one."""
        return self.before.id if self.before else ""

    @property
    def votes(self) -> Fraction:
        """Square metres that it votes with."""
        return sum((each.votes for each in self.rights), Fraction(0))

    def counted(self, element: str) -> Fraction:
        """Return the square metres of an answer to its question in all other decisions."""
        if self.voting is None:
            return Fraction(0)
        counted = self.known.tally(self.voting.guid).of(self.asked.question)[element]
        mine = self.before
        is_mine = mine is not None and (ballots.question(mine), ballots.element(mine)) == (self.asked.question, element)
        return counted - ballots.votes(mine) if mine is not None and is_mine else counted


@control(errors.NOT_IN_REGISTRY)
def meeting_of_the_decision_is_own(case: Case) -> Iterator[api.Problem]:
    """Refuse a decision about a message or protocol that is not there, or is another provider's."""
    if case.voting is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"MessageGUID, ProtocolGUID {case.asked.paper}")


@control(errors.NOT_IN_REGISTRY, codes.DECISION_UNNAMED)
def decision_is_of_the_meeting(case: Case) -> Iterator[api.Problem]:
    """Refuse to change a decision that the meeting does not have, and to annul none."""
    if case.asked.annuls and not case.asked.root:
        yield problem(codes.DECISION_UNNAMED)
    elif case.asked.root and case.before is None and case.voting is not None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"{ROOT} {case.asked.root}")


@control(codes.DECISION_ANNULLED)
def decision_is_in_force(case: Case) -> Iterator[api.Problem]:
    """Refuse to change a decision that was annulled, or to annul it again."""
    if case.before is not None and case.before.ended_at is not None:
        yield problem(codes.DECISION_ANNULLED, guid=case.guid)


@control(codes.MEETING_STATE)
def voting_has_begun(case: Case) -> Iterator[api.Problem]:
    """Refuse decisions of a meeting that has not begun, that was cancelled or annulled."""
    if case.voting is not None:
        yield from controls_messages.state_problems(case.voting, states.Deed.DECIDE, case.task)


@control(codes.QUESTION_UNKNOWN)
def question_is_asked(case: Case) -> Iterator[api.Problem]:
    """Refuse a decision on a question that the meeting does not have."""
    voting = case.voting
    if voting is not None and not case.asked.annuls and case.asked.question not in voting.questions:
        yield problem(codes.QUESTION_UNKNOWN, voting=voting.guid, number=str(case.asked.question))


@control(codes.DIGITAL_UNFIT)
def votes_in_a_system_are_of_its_meetings(case: Case) -> Iterator[api.Problem]:
    """Refuse IsDigitalDecision of a meeting that does not vote in a system (annotation), or after its end."""
    voting = case.voting
    if voting is None or not case.asked.is_digital:
        return
    if voting.form != papers.SYSTEM:
        yield problem(codes.DIGITAL_UNFIT, why=f"форма собрания — {voting.form}")
    elif voting.ends is not None and voting.ends <= case.task.now:
        yield problem(codes.DIGITAL_UNFIT, why=f"голосование закончилось {voting.end}")


@control(codes.SHARE_UNFIT)
def shares_are_of_shared_property(case: Case) -> Iterator[api.Problem]:
    """Refuse shared property without ShareSize, ShareSize of other property, and more than the whole (annotation)."""
    for row, right in zip(fields.rows(case.asked.content, PROPERTY), case.rights, strict=True):
        is_shared = "ShareProperty" in fields.block(row, "PropertyType")
        if is_shared != ("ShareSize" in row):
            why = "при долевой собственности она нужна" if is_shared else "собственность не долевая"
            yield problem(codes.SHARE_UNFIT, premises=right.number, why=why)
        elif right.share > 1:
            yield problem(codes.SHARE_UNFIT, premises=right.number, why=f"{right.share} больше целого")


@control(codes.PAPER_LATE)
def rights_are_older_than_the_end(case: Case) -> Iterator[api.Problem]:
    """Refuse ownership that was registered, or a representative who was appointed, after the voting had ended."""
    if case.voting is None or case.voting.ends is None:
        return
    end = days.today(case.voting.ends)
    named = [("RegistrationDate", row) for row in fields.rows(case.asked.content, PROPERTY)]
    named.append(("RepRightsConfirmDocDate", fields.block(case.asked.content, "Representative")))
    for element, row in named:
        text = fields.text(row, element)
        if text and days.day(text) > end:
            date = days.shown(days.day(text))
            yield problem(codes.PAPER_LATE, element=element, date=date, end=times.shown(case.voting.ends))


@control(codes.HASH_MISSING)
def files_of_decisions_have_hashes(case: Case) -> Iterator[api.Problem]:
    """Refuse an attachment of a decision without AttachmentHASH (protocol §7.3)."""
    for where, attachment in attachments.without_hash(case.asked.content):
        yield problem(codes.HASH_MISSING, where=where, attachment=attachment)


@control(*references.CODES)
def identity_papers_are_entries(case: Case) -> Iterator[api.Problem]:
    """Refuse kinds of identity papers that the dictionary (НСИ 95) does not have, and GUIDs of another stand."""
    yield from references.problems(case.asked.content, _DICTIONARIES, case.task.dictionaries)


@control(codes.RIGHT_COUNTED)
def ownership_votes_once(case: Case) -> Iterator[api.Problem]:
    """Refuse a second decision on a question by the same record of ownership."""
    seen: set[str] = set()
    for right in case.rights:
        other = case.known.holder(right, case.guid) or ("это же" if right.right in seen else None)
        seen.add(right.right)
        if other is not None:
            number = str(case.asked.question)
            yield problem(codes.RIGHT_COUNTED, number=number, premises=right.number, decision=other)


@control(codes.SHARES_EXCEED)
def premises_vote_once(case: Case) -> Iterator[api.Problem]:
    """Refuse decisions for more than the whole of the same premises."""
    told: dict[str, Fraction] = {}
    for right in case.rights:
        told[right.premises] = told.get(right.premises, Fraction(0)) + right.share
        shares = told[right.premises] + case.known.share(right, case.guid)
        if shares > 1:
            number = str(case.asked.question)
            yield problem(codes.SHARES_EXCEED, number=number, premises=right.number, shares=str(shares))


@control(codes.AREA_EXCEEDED)
def house_votes_once(case: Case) -> Iterator[api.Problem]:
    """Refuse decisions on a question for more square metres than the house has (TotalSquare)."""
    if not case.area or case.asked.annuls:
        return
    area = case.votes + sum((case.counted(element) for element in tally.ANSWERS.values()), Fraction(0))
    if area > Fraction(case.area):
        number = str(case.asked.question)
        yield problem(codes.AREA_EXCEEDED, number=number, area=tally.shown(area), whole=str(case.area))


@control(codes.ABOVE_RESULTS)
def posted_results_hold_it(case: Case) -> Iterator[api.Problem]:
    """Refuse a decision that the protocol in force cannot have counted."""
    results = case.voting.results if case.voting else {}
    if case.area is None or not results or case.asked.annuls:
        return
    element = tally.ANSWERS[case.asked.answer]
    counted, votes = case.counted(element) + case.votes, results["votes"][str(case.asked.question)]
    if not counting.holds(Decimal(votes[element]), Decimal(results["all"]), counted, case.area):
        number = str(case.asked.question)
        yield problem(codes.ABOVE_RESULTS, element=element, number=number, counted=tally.shown(counted))


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (meeting_of_the_decision_is_own, decision_is_of_the_meeting),
    (decision_is_in_force, voting_has_begun),
    (
        question_is_asked,
        votes_in_a_system_are_of_its_meetings,
        shares_are_of_shared_property,
        rights_are_older_than_the_end,
        files_of_decisions_have_hashes,
        identity_papers_are_entries,
    ),
    (ownership_votes_once,),
    (premises_vote_once,),
    (house_votes_once, posted_results_hold_it),
)
