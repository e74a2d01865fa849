"""importOwnerDecision and its export: decisions are counted once, and by their square metres."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction

import pytest
import sqlalchemy as sa

from gateway.families.voting import tally
from storage import registry
from tests.unit.families.accounts.requests import transport
from tests.unit.families.voting import requests as r
from tests.unit.families.voting.rig import THEIRS, Rig, codes


@pytest.fixture
def met(settled: Rig) -> Rig:
    """A past meeting of two questions in a house of 900 square metres."""
    settled.accept(r.message(1, None, r.question(1), r.question(2, code="9")))
    return settled


def _tally(rig: Rig, question: int = 1) -> dict[str, Fraction]:
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        return dict(tally.Tally(unit, rig.votings[transport(1)]).of(question))


def _votes(agree: object = 0, against: object = 0, abstent: object = 0) -> dict[str, Fraction]:
    return {"Agree": Fraction(agree), "Against": Fraction(against), "Abstent": Fraction(abstent)}


def test_decisions__are_counted_by_share_and_area(met: Rig) -> None:
    met.accept(
        r.decisions(
            r.decision(40, 1, r.owned("a", area="50.5")),
            r.decision(41, 1, r.owned("b", flat="2", area="60", share=(1, 3)), r.owned("c", flat="3", area="10")),
            r.decision(42, 1, r.owned("d", flat="2", area="60", share=(2, 3)), answer="Against"),
            r.decision(43, 1, r.owned("a", area="50.5"), question=2, answer="Abstent"),
        )
    )
    assert _tally(met) == _votes("80.5", 40)
    assert _tally(met, 2) == _votes(abstent="50.5")


def test_changed_decision__counts_in_the_place_of_the_former_one(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1, r.owned("a"))))
    first = met.given[transport(40)]
    assert met.accept(r.decisions(r.decision(41, 1, r.owned("b", area="70"), answer="Against", root=40))) == first
    assert _tally(met) == _votes(against=70)
    met.accept(r.decisions(r.decision(42, 1, r.owned("a"))))
    assert _tally(met) == _votes(50, 70)


def test_annulled_decision__counts_no_longer_and_leaves_its_right(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1, r.owned("a"))))
    met.accept(r.decisions(r.annul_decision(41, 1, 40)))
    assert _tally(met) == _votes()
    met.accept(r.decisions(r.decision(42, 1, r.owned("a"))))
    found = met.exported("exportOwnerDecision", ("VotingGUID", 1))
    assert ["DecisionAnnuled" in row for row in found] == [True, False]


def test_right__votes_once_on_a_question_however_it_is_written(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1, r.owned("50-АБ/ 1"))))
    assert met.refused(r.decisions(r.decision(41, 1, r.owned("50-аб/1")))) == ["INT023932"]
    assert met.refused(r.decisions(r.decision(41, 1, r.owned("z", flat="8"), r.owned("z", flat="9")))) == ["INT023932"]
    met.accept(r.decisions(r.decision(42, 1, r.owned("50-АБ/ 1"), question=2)))


def test_refused_decision__spoils_no_other_one_of_the_package(met: Rig) -> None:
    package = r.decisions(
        r.decision(40, 1, r.owned("a")),
        r.decision(41, 1, r.owned("a")),
        r.decision(42, 1, r.owned("b", flat="2"), question=3),
        r.decision(43, 1, r.owned("c", flat="3")),
    )
    assert codes(met.play(package)) == {transport(41): ["INT023932"], transport(42): ["INT023917"]}
    assert _tally(met) == _votes(100)


def test_premises__vote_for_no_more_than_the_whole(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1, r.owned("a", share=(2, 3)))))
    assert met.refused(r.decisions(r.decision(41, 1, r.owned("b", share=(1, 2))))) == ["INT023933"]
    met.accept(r.decisions(r.decision(42, 1, r.owned("b", share=(1, 3)))))
    met.accept(r.decisions(r.decision(43, 1, r.owned("c", area="50.0001"))))


@pytest.mark.parametrize(
    "owned",
    [
        r.owned(share=(3, 2)),
        r.owned(kind="ShareProperty"),
        r.owned(share=(1, 2), kind="JointProperty"),
    ],
)
def test_share__is_told_of_shared_property_alone_and_is_no_more_than_the_whole(met: Rig, owned: str) -> None:
    assert met.refused(r.decisions(r.decision(40, 1, owned))) == ["INT023931"]


def test_house__votes_for_no_more_square_metres_than_it_has(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1, r.owned("a", area="880"))))
    assert met.refused(r.decisions(r.decision(41, 1, r.owned("b", flat="2", area="20.1")))) == ["INT023934"]
    met.accept(r.decisions(r.decision(42, 1, r.owned("b", flat="2", area="20"), answer="Against")))
    met.accept(r.decisions(r.decision(43, 1, r.owned("a", area="900"), root=40, question=2)))


def test_results__hold_the_decisions_that_are_there(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1, r.owned("a", area="90"), answer="Against")))
    below = (r.result(1, r.votes(600, 98)), r.result(2))
    enough = (r.result(1, r.votes(600, 99)), r.result(2))
    assert met.refused(r.results(50, 1, *below)) == ["INT023923"]
    met.accept(r.results(50, 1, *enough))


def test_decision_that_posted_results_cannot_have_counted__is_refused(met: Rig) -> None:
    met.accept(r.results(50, 1, r.result(1, r.votes(600, 99)), r.result(2)))
    met.accept(r.decisions(r.decision(40, 1, r.owned("a", area="90"), answer="Against")))
    assert met.refused(r.decisions(r.decision(41, 1, r.owned("b", flat="2", area="1"), answer="Against"))) == [
        "INT023938"
    ]
    met.accept(r.decisions(r.decision(41, 1, r.owned("b", flat="2", area="1"))))


def test_votes_in_a_system__are_taken_while_it_votes(settled: Rig) -> None:
    digital = "<IsDigitalDecision>true</IsDigitalDecision>"
    settled.accept(r.message(1, r.system(), mode=r.OPERATIVE))
    settled.accept(r.message(2, r.system(r.PAST)))
    settled.accept(r.decisions(r.decision(40, 1, files=digital)))
    assert settled.refused(r.decisions(r.decision(41, 2, files=digital))) == ["INT023930"]
    settled.accept(r.decisions(r.decision(42, 2)))
    (shown,) = settled.exported("exportOwnerDecision", ("RootOwnerDecisionGUID", 40))
    assert shown["IsDigitalDecision"] == "true"


def test_decision__names_the_protocol_as_soon_as_there_is_one(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1)))
    (before,) = met.exported("exportOwnerDecision", ("RootOwnerDecisionGUID", 40))
    posted = met.accept(r.results(50, 1, r.result(1), r.result(2)))
    (after,) = met.exported("exportOwnerDecision", ("UniqueVotingId", "12345678901234"))
    assert before["MessageGUID"] == met.given[transport(1)]
    assert "MessageGUID" not in after
    assert after["ProtocolGUID"] == posted


def test_decisions_of_an_annulled_meeting__are_annulled_with_it(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1)))
    met.accept(r.annul(50, 1))
    (shown,) = met.exported("exportOwnerDecision", ("VotingGUID", 1))
    assert shown["DecisionAnnuled"] == "true"


def test_decisions_of_a_cancelled_vote__stay_as_they_are(settled: Rig) -> None:
    settled.accept(r.message(1, r.system(), mode=r.OPERATIVE))
    settled.accept(r.decisions(r.decision(40, 1)))
    settled.accept(r.refuse(50, 1))
    (shown,) = settled.exported("exportOwnerDecision", ("VotingGUID", 1))
    assert "DecisionAnnuled" not in shown


def test_decision_of_another_meeting__is_not_there(met: Rig) -> None:
    met.accept(r.message(2, mode=r.archive(5)))
    met.accept(r.decisions(r.decision(40, 1)))
    assert met.refused(r.decisions(r.decision(41, 2, root=40))) == ["INT002000"]


def test_decisions__are_shown_to_their_provider_alone(met: Rig) -> None:
    met.accept(r.decisions(r.decision(40, 1)))
    assert met.exported("exportOwnerDecision", ("RootOwnerDecisionGUID", 40), organisation=THEIRS) == ()
    assert met.exported("exportOwnerDecision", ("VotingGUID", 1), organisation=THEIRS) == ()


def test_representative__is_appointed_before_the_vote_has_ended(met: Rig) -> None:
    late = r.REPRESENTED.replace("2026-01-20", "2026-02-16")
    assert met.refused(r.decisions(r.decision(40, 1, by_whom=late))) == ["INT023935"]
    met.accept(r.decisions(r.decision(40, 1, by_whom=r.REPRESENTED)))


def test_package__reads_and_writes_in_few_statements_whatever_its_size(met: Rig) -> None:
    met.checks = False
    asked: list[int] = []
    for first, size in ((100, 1), (2000, 400)):
        rows = (r.decision(n, 1, r.owned(str(n), flat=str(n), area="1")) for n in range(first, first + size))
        package = r.decisions(*rows)
        with statements() as seen:
            assert codes(met.play(package)) == {}
        asked.append(len(seen))
    assert asked[1] - asked[0] < 8


@contextlib.contextmanager
def statements() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
