"""Rules about votes: sums, quorum, majorities, and the decisions of owners that a protocol has to hold."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from gateway.families import api, fields
from gateway.families.controls import Control, control
from gateway.families.problems import problem
from gateway.families.voting import codes, controls_agenda, counting, papers, records, tally
from gateway.families.voting.protocol_case import Case

_OWNERS: Final = "Owners"
_QUORUM: Final = "MeetingEligibility"


@control(codes.VOTES_UNFIT)
def votes_are_not_more_than_there_are(case: Case) -> Iterator[api.Problem]:
    """Refuse votes below zero, and more on a question than all owners have, or square metres the house (§8.5)."""
    most = case.all_votes if case.is_of_message else records.area(case.registry, case.house)
    for count in case.counts:
        if min(count.votes.values()) < 0:
            yield problem(codes.VOTES_UNFIT, number=str(count.number), why="число меньше нуля")
        elif most is not None and count.total > most:
            why = f"вместе {count.total}, а всего голосов {most}"
            yield problem(codes.VOTES_UNFIT, number=str(count.number), why=why)


@control(codes.QUORUM_UNFIT)
def quorum_fits_the_votes(case: Case) -> Iterator[api.Problem]:
    """Refuse a quorum without half of all votes on any question, and none with more (article 45 of the code)."""
    all_, most = case.all_votes, max((count.total for count in case.counts), default=Decimal(0))
    if all_ is None:
        return
    has_half = Fraction(most) * 2 > Fraction(all_)
    if has_half != case.has_quorum and (has_half or case.is_complete):
        quorum = fields.text(case.content, _QUORUM)
        yield problem(codes.QUORUM_UNFIT, quorum=quorum, votes=str(most), all=str(all_))


@control(codes.RESUME_UNFIT)
def decisions_have_their_majority(case: Case) -> Iterator[api.Problem]:
    """Refuse a decision that is made without quorum or majority, or not made though all are for it (article 46)."""
    rows = {int(fields.text(row, papers.NUMBER)): row for row in fields.rows(case.agenda, papers.QUESTIONS)}
    by_owners = fields.text(case.agenda, "MeetingType") == _OWNERS
    for count in case.counts:
        type_ = controls_agenda.question_type(rows.get(count.number, {}), case.task.dictionaries) if by_owners else ""
        why = _unmade(count, counting.majority(type_), case) if count.made else _unanimous(count, case)
        if why:
            resume = "M" if count.made else "N"
            yield problem(codes.RESUME_UNFIT, resume=resume, number=str(count.number), why=why)


@control(codes.BELOW_DECISIONS)
def results_hold_the_decisions(case: Case) -> Iterator[api.Problem]:
    """Refuse results with a smaller part of all votes for an answer than written decisions have given it."""
    area, all_ = records.area(case.registry, case.house), case.all_votes
    if case.voting is None or area is None or all_ is None or not case.is_of_message:
        return
    told = tally.Tally(case.registry, case.voting.guid)
    for count in case.counts:
        for element, counted in told.of(count.number).items():
            if not counting.holds(count.votes[element], all_, counted, area):
                yield problem(
                    codes.BELOW_DECISIONS, element=element, number=str(count.number), counted=tally.shown(counted)
                )


def _unmade(count: counting.Count, needed: counting.Majority | None, case: Case) -> str:
    """Return why a decision cannot have been made; empty where it can."""
    if not case.has_quorum:
        return "собрание неправомочно"
    if Fraction(count.agree) * 2 <= Fraction(count.total):
        return f"за — {count.agree} из {count.total}"
    if needed is not None and case.all_votes is not None and not needed.is_met(count.agree, case.all_votes):
        return f"за — {count.agree} из {case.all_votes}, а нужно {needed.shown()}"
    return ""


def _unanimous(count: counting.Count, case: Case) -> str:
    all_ = case.all_votes
    return f"за — все голоса ({all_})" if case.has_quorum and all_ and count.agree >= all_ else ""


RULES: Final[tuple[Control[Case], ...]] = (
    votes_are_not_more_than_there_are,
    quorum_fits_the_votes,
    decisions_have_their_majority,
    results_hold_the_decisions,
)
