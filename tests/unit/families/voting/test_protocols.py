"""importVotingProtocol: states and versions of a protocol, and the votes that it counts."""

from __future__ import annotations

import pytest

from gateway.families.voting import states
from gateway.families.voting.states import Protocol, Step
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, entry, house, transport
from tests.unit.families.voting import requests as r
from tests.unit.families.voting.rig import Rig, codes

HOUSE = ("FIASHouseGuid", FIAS)
OLD = transport(9900)
URL = "<VotingSystemUrl>https://a.example.org</VotingSystemUrl>"


def _versions(rig: Rig, *filters: tuple[str, object]) -> list[tuple[str, str, bool]]:
    """Status, number and whether it is the last one posted, of every version of the house's protocols."""
    found = rig.exported("exportVotingProtocol", *(filters or (HOUSE,)))
    return [(row["ProtocolStatus"], row["VersionNumber"], "LastVersion" in row) for row in found]


@pytest.fixture
def met(settled: Rig) -> Rig:
    """A past meeting of two questions."""
    settled.accept(r.message(1, None, r.question(1), r.question(2, code="9")))
    return settled


WHOLE = (r.result(1), r.result(2))


def _in(rig: Rig, state: Protocol) -> None:
    """Bring the protocol of the meeting into a state."""
    if state is Protocol.CREATED:
        rig.accept(r.results(10, 1, r.result(1)))
    elif state is not Protocol.NONE:
        rig.accept(r.results(10, 1, *WHOLE))
    if state is Protocol.EDITED:
        rig.accept(r.results(11, 1, *WHOLE))
    if state is Protocol.ANNULLED:
        rig.accept(r.annul(11, 1))


def _step(step: Step) -> bytes:
    return {
        Step.DRAFT: r.results(20, 1, r.result(1)),
        Step.PLACE: r.results(20, 1, *WHOLE, why="Ошибка"),
        Step.REVERT: r.revert(20, 1),
        Step.DELETE: r.delete(20, 1),
    }[step]


@pytest.mark.parametrize("state", Protocol)
@pytest.mark.parametrize("step", Step)
def test_every_step__leads_where_the_table_says_or_is_refused_with_the_state(
    met: Rig, state: Protocol, step: Step
) -> None:
    _in(met, state)
    before = _versions(met)
    (one,) = met.play(_step(step)).outcomes
    after = states.PROTOCOLS.get((state, step))
    if after is None:
        told = "Cancelled" if state is Protocol.ANNULLED and step in (Step.DRAFT, Step.PLACE) else state.value
        assert [each.code for each in one.problems] == ["INT023901" if told == "Cancelled" else "INT023915"]
        assert told in one.problems[0].text
        assert _versions(met) == before
    else:
        newest = [status for status, _, _ in _versions(met)][-1:]
        assert newest == ([] if after is Protocol.NONE else [after.value])


def test_versions__keep_their_guids_until_another_one_is_posted(met: Rig) -> None:
    draft = met.accept(r.results(10, 1, r.result(1)))
    assert met.accept(r.results(11, 1, *WHOLE)) == draft
    assert _versions(met) == [("Posted", "1", True)]
    edited = met.accept(r.results(12, 1, *WHOLE))
    assert _versions(met) == [("Posted", "1", True), ("Edited", "2", False)]
    assert met.accept(r.results(13, 1, *WHOLE, why="Ошибка")) == edited
    assert _versions(met) == [("Posted", "1", False), ("Posted", "2", True)]


def test_reverted_changes__leave_what_was_posted(met: Rig) -> None:
    met.accept(r.results(10, 1, *WHOLE))
    edited = met.accept(r.results(11, 1, *WHOLE))
    assert met.accept(r.revert(12, 1)) == edited
    assert _versions(met) == [("Posted", "1", True)]
    assert met.exported("exportVotingProtocol", ("ProtocolGUID", 11)) == ()


def test_status_of_the_request__leaves_the_versions_in_it(met: Rig) -> None:
    met.accept(r.results(10, 1, *WHOLE))
    met.accept(r.results(11, 1, *WHOLE))
    assert _versions(met, HOUSE, ("ProtocolStatus", "Posted")) == [("Posted", "1", True)]
    assert _versions(met, HOUSE, ("ProtocolStatus", "Edited")) == [("Edited", "2", False)]
    assert _versions(met, HOUSE, ("ProtocolStatus", "Annuled")) == []
    met.accept(r.annul(12, 1))
    assert {status for status, _, _ in _versions(met, HOUSE, ("ProtocolStatus", "Annuled"))} == {"Annuled"}


def test_results__are_told_with_what_the_message_says(met: Rig) -> None:
    met.accept(r.results(10, 1, r.result(1), all_="1000.5"))
    (shown,) = met.exported("exportVotingProtocol", ("VotingGUID", 1))
    first, second = shown["DecisionList"]
    assert (first["Agree"], first["AllOwnersVotesSum"], first["votingResume"]) == ("600", "1000.5", "M")
    assert "Agree" not in second
    assert (shown["ProtocolDate"], shown["MessagePostingMode"]) == ("2026-02-16", "Archive")
    assert shown["VoteInitiators"][0]["Ind"]["Surname"] == "Вымышленная"
    assert "PublishDate" not in shown
    assert len(shown["AVoting"]["Attachments"]) == 1


def test_votes_of_an_association__are_those_of_its_members(rig: Rig) -> None:
    kind = f"<HomeownersDecisionsType>{entry(341, '1')}</HomeownersDecisionsType>"
    said = {"kind": "Homeowners", "mode": r.archive(5), "place": r.association()}
    rig.accept(r.message(1, r.meeting(), r.question(kind=kind), **said))
    rig.accept(r.results(2, 1))
    (shown,) = rig.exported("exportVotingProtocol", ("VotingGUID", 1))
    assert shown["DecisionList"][0]["AllMembersVotesSum"] == "1000"


def test_protocol_that_is_not_known_here__is_taken_in_and_corrected_by_its_guid(settled: Rig) -> None:
    settled.accept(r.protocol(10, OLD))
    settled.accept(r.protocol(11, OLD, r.meeting(files=r.attachment()), number="2"))
    assert _versions(settled) == [("Posted", "1", False), ("Posted", "2", True)]
    settled.accept(r.protocol(12, transport(9901)))
    assert settled.refused(r.protocol(13, OLD, number="1", date="2026-02-16Z")) == ["INT023922"]


def test_results_without_a_message__are_refused(settled: Rig) -> None:
    settled.accept(r.protocol(10, OLD))
    assert settled.refused(r.results(11, 10)) == ["INT023916"]


def test_guid_of_something_else__is_no_meeting(settled: Rig) -> None:
    assert settled.refused(r.protocol(10, settled.given[transport(101)])) == ["INT002000"]


def test_protocol__stays_in_its_house(settled: Rig) -> None:
    assert codes(settled.play(house(OTHER_FIAS, first=201))) == {}
    settled.accept(r.protocol(10, OLD))
    moved = r.protocol(11, OLD, place=f"<FIASHouseGuid>{OTHER_FIAS}</FIASHouseGuid>")
    assert settled.refused(moved) == ["INT023907"]


def test_results_of_a_meeting_that_goes_on__are_refused(settled: Rig) -> None:
    settled.accept(r.message(1, r.absent(r.OPEN), mode=r.OPERATIVE))
    settled.accept(r.message(2, r.system(), mode=r.OPERATIVE))
    assert settled.refused(r.results(3, 1, date="2026-03-31")) == ["INT023901"]
    assert settled.refused(r.results(4, 2)) == ["INT023914", "INT023901"]


def _counted(*votes: object, resume: str = "M", **said: object) -> bytes:
    return r.results(10, 1, r.result(1, r.votes(*votes), resume), **said)


FUND = {"code": "2", "more": f"<FormingFund>{entry(62, '1')}</FormingFund>"}


@pytest.mark.parametrize(
    ("asked", "votes", "said", "refused"),
    [
        ({}, ("500.01",), {}, []),
        ({}, ("500",), {}, ["INT023919"]),
        ({}, ("500.01",), {"quorum": "N", "resume": "N"}, ["INT023919"]),
        ({}, ("500",), {"quorum": "N", "resume": "N"}, []),
        ({}, ("500",), {"quorum": "N"}, ["INT023920"]),
        ({}, ("0.1", "0.2", "999.7"), {"resume": "N"}, []),
        ({}, ("0.1", "0.2", "999.8"), {"resume": "N"}, ["INT023918"]),
        ({}, ("-1", "600"), {"resume": "N"}, ["INT023918"]),
        ({}, ("999", "0.9999999999999999999999999999", "0.0000000000000000000000000001"), {}, []),
        ({}, ("999", "1", "0.0000000000000000000000000001"), {}, ["INT023918"]),
        ({}, ("300", "300"), {}, ["INT023920"]),
        ({}, ("300.5", "300"), {}, []),
        ({}, ("300", "299", "1"), {}, ["INT023920"]),
        ({}, ("1000",), {"resume": "N"}, ["INT023920"]),
        ({}, ("999.9",), {"resume": "N"}, []),
        ({"code": "3"}, ("666",), {}, ["INT023920"]),
        ({"code": "3"}, ("667",), {}, []),
        ({"code": "6"}, ("666.6",), {}, ["INT023920"]),
        ({"code": "8"}, ("501",), {}, []),
        (FUND, ("500", "100"), {}, ["INT023920"]),
        (FUND, ("500.01", "100"), {}, []),
    ],
)
def test_votes__have_to_be_such_as_can_be(
    settled: Rig, asked: dict, votes: tuple[str, ...], said: dict, refused: list[str]
) -> None:
    settled.accept(r.message(1, None, r.question(1, **asked)))
    (one,) = settled.play(_counted(*votes, **said)).outcomes
    assert [each.code for each in one.problems] == refused


def test_quorum__may_be_told_of_a_question_that_a_draft_leaves_out(met: Rig) -> None:
    met.accept(r.results(10, 1, r.result(1, r.votes(100), "N")))
    assert met.refused(r.results(11, 1, r.result(1, r.votes(100), "N"), r.result(2, r.votes(100), "N"))) == [
        "INT023919"
    ]


def test_old_protocol__has_no_more_votes_than_its_house_square_metres(settled: Rig) -> None:
    most = r.question(votes=r.votes("900"), resume="M")
    more = r.question(votes=r.votes("900.1"), resume="M")
    settled.accept(r.protocol(10, OLD, None, most))
    assert settled.refused(r.protocol(11, OLD, None, more)) == ["INT023918"]


@pytest.mark.parametrize(
    ("details", "refused"),
    [
        ("<VotingSystem>PublicServicesPortal</VotingSystem>", []),
        ("<VotingSystem>Regional</VotingSystem>", ["INT023911"]),
        (f"<VotingSystem>Other</VotingSystem><VotingSystemGuid>{transport(1)}</VotingSystemGuid>{URL}", ["INT023911"]),
    ],
)
def test_system_of_a_question__is_told_as_its_kind_demands(settled: Rig, details: str, refused: list[str]) -> None:
    told = f"<VotingSystemDetails>{details}</VotingSystemDetails>"
    asked = r.question(code="12", votes=r.votes(600), more=told, resume="M")
    (one,) = settled.play(r.protocol(10, OLD, None, asked)).outcomes
    assert [each.code for each in one.problems] == refused
    other = r.question(code="10", votes=r.votes(600), more=told, resume="M")
    assert set(settled.refused(r.protocol(11, transport(9901), None, other, number="2"))) == {"INT023911"}


def test_administrator__is_proposed_by_a_question_of_its_kind_alone(settled: Rig) -> None:
    proposed = f"<AdminOfGeneralMeeting>{r.CITIZEN}</AdminOfGeneralMeeting>"
    assert settled.refused(r.message(1, None, r.question(code="10", more=proposed))) == ["INT023911"]
    settled.accept(r.message(1, None, r.question(code="13", more=proposed)))
