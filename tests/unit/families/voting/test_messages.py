"""importVotingMessage and its export: what becomes of a meeting, and who sees it."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway import xml
from gateway.families import handlers
from gateway.families.voting import states
from storage import errors, registry
from tests.unit.families.accounts.requests import FIAS, entry, transport
from tests.unit.families.voting import requests as r
from tests.unit.families.voting.rig import NOW, OURS, THEIRS, Rig

HOUSE = ("FIASHouseGuid", FIAS)


def _messages(rig: Rig, **options: object) -> list[dict]:
    return list(rig.exported("exportVotingMessage", HOUSE, **options))


def test_accepted_message__tells_itself_and_its_meeting(settled: Rig) -> None:
    (one,) = settled.play(r.message(1)).outcomes
    (shown,) = _messages(settled)
    assert (one.guid, one.details["importVotingInformation"]["VotingGUID"]) == (
        shown["MessageGUID"],
        shown["VotingGUID"],
    )
    assert one.updated_at == NOW
    assert (shown["PostingMode"], shown["UniqueVotingId"]) == ("Archive", "12345678901234")
    assert (shown["VersionNumber"], shown["LastVersion"]) == ("1", "true")


def test_operative_meetings__get_numbers_of_fourteen_digits_that_no_archive_has(settled: Rig) -> None:
    settled.accept(r.message(1, mode=r.archive(10**13 + 1)))
    for count in (2, 3):
        settled.accept(r.message(count, r.absent(r.OPEN), mode=r.OPERATIVE))
    numbers = [row["UniqueVotingId"] for row in _messages(settled)]
    assert numbers == [str(10**13 + 1), str(10**13 + 2), str(10**13 + 3)]


@pytest.mark.parametrize(
    ("form", "at", "status"),
    [
        (r.absent(("2026-04-02T00:00:00+03:00", "2026-04-05T00:00:00+03:00")), "2026-04-01", "Posted"),
        (r.absent(("2026-04-02T00:00:00+03:00", "2026-04-05T00:00:00+03:00")), "2026-04-03", "Goes"),
        (r.absent(("2026-04-02T00:00:00+03:00", "2026-04-05T00:00:00+03:00")), "2026-04-06", "Finished"),
        (r.meeting("2026-04-02T10:00:00+03:00"), "2026-04-01", "Posted"),
        (r.meeting("2026-04-02T10:00:00+03:00"), "2026-04-03", "Finished"),
        (r.mixed(("2026-04-02T00:00:00", "2026-04-05T00:00:00"), "2026-04-07T10:00:00"), "2026-04-06", "Goes"),
        (r.system(("2026-04-02T00:00:00Z", "2026-04-05T00:00:00Z")), "2026-04-03", "Goes"),
    ],
)
def test_status_of_a_meeting__follows_from_its_time(settled: Rig, form: str, at: str, status: str) -> None:
    settled.accept(r.message(1, form, mode=r.OPERATIVE))
    moment = dt.datetime.fromisoformat(f"{at}T12:00:00+03:00")
    assert [row["MessageStatus"] for row in _messages(settled, now=moment)] == [status]


def test_vote_in_hcs_itself__is_dated_today_whatever_is_said(settled: Rig) -> None:
    settled.accept(r.message(1, r.system(), mode=r.OPERATIVE, date="2020-01-01"))
    (shown,) = _messages(settled)
    assert shown["MessageDate"] == "2026-04-01"
    assert shown["EVoting"]["VotingSystemDetails"] == {"VotingSystem": "HCS"}


def test_regional_vote__is_shown_with_its_system(settled: Rig) -> None:
    settled.accept(r.message(1, r.system(details=r.REGIONAL), mode=r.OPERATIVE))
    (shown,) = _messages(settled)
    system = shown["EVoting"]["VotingSystemDetails"]
    assert system["VotingSystem"] == "Regional"
    assert system["VotingSystemGuid"] == transport(6003)
    assert shown["EVoting"]["FirstVoting"] == "true"


def test_questions_without_numbers__get_those_of_their_places(settled: Rig) -> None:
    settled.accept(r.message(1, None, r.question(None), r.question(7), r.question(None)))
    (shown,) = _messages(settled)
    assert [row["QuestionNumber"] for row in shown["DecisionList"]] == ["1", "7", "3"]


def test_annulled_meeting__leaves_its_number_to_another_and_stays(settled: Rig) -> None:
    settled.accept(r.message(1))
    settled.accept(r.annul(2, 1))
    settled.accept(r.message(3))
    found = settled.exported("exportVotingMessage", ("UniqueVotingId", "12345678901234"))
    assert [row["MessageStatus"] for row in found] == ["Cancelled", "Finished"]


def test_number_written_otherwise__is_the_same_number(settled: Rig) -> None:
    settled.accept(r.message(1, mode=r.archive(77)))
    assert settled.refused(r.message(2, mode=r.archive("+077"))) == ["INT023902"]
    assert settled.refused(r.message(2, mode=r.archive(-77))) == ["INT023902"]
    assert len(settled.exported("exportVotingMessage", ("UniqueVotingId", "077"))) == 1


def test_annulled_meeting__is_past_everything() -> None:
    assert set(states.MEETINGS) == set(states.Deed)
    assert not [deed for deed, possible in states.MEETINGS.items() if states.Meeting.ANNULLED in possible]


def test_cancelled_vote__can_only_be_annulled(settled: Rig) -> None:
    settled.accept(r.message(1, r.system(), mode=r.OPERATIVE))
    settled.accept(r.refuse(2, 1))
    assert settled.refused(r.refuse(3, 1)) == ["INT023901"]
    assert settled.refused(r.decisions(r.decision(4, 1))) == ["INT023901"]
    settled.accept(r.annul(5, 1))
    assert settled.refused(r.annul(6, 1)) == ["INT023901"]


def test_meeting_of_another_provider__is_not_there(settled: Rig) -> None:
    settled.accept(r.message(1))
    assert settled.refused(r.annul(2, 1), organisation=THEIRS) == ["INT002000"]
    assert settled.refused(r.decisions(r.decision(3, 1)), organisation=THEIRS) == ["INT002000"]
    assert settled.refused(r.results(4, 1), organisation=THEIRS) == ["INT002000"]
    assert settled.refused(r.protocol(5, 1), organisation=THEIRS) == ["INT002000"]


def test_others_with_a_basis__see_who_has_called_it_and_nothing_more_of_anybody(settled: Rig) -> None:
    proposed = r.question(code="13", more=f"<AdminOfGeneralMeeting>{r.CITIZEN}</AdminOfGeneralMeeting>")
    settled.accept(r.message(1, r.system(), proposed, mode=r.OPERATIVE, who=r.IND + r.ORG + r.MANAGER))
    (own,) = _messages(settled)
    (shown,) = _messages(settled, organisation=THEIRS)
    assert shown["VoteInitiators"] == [
        {"Ind": {"Surname": "Вымышленная", "FirstName": "Евлампия", "Patronymic": "Пафнутьевна"}},
        {"Org": {"orgRootEntityGUID": transport(6001)}},
        {"HouseManager": {"orgVersionGUID": transport(6002), "OwnersRequestInitiator": "true"}},
    ]
    assert "AdminOfGeneralMeeting" in own["EVoting"]
    assert "AdminOfGeneralMeeting" not in shown["EVoting"]
    assert "AdminOfGeneralMeeting" not in shown["DecisionList"][0]
    assert _messages(settled, organisation=THEIRS, basis=False) == []


def test_meeting_of_an_association__is_its_own(rig: Rig) -> None:
    kind = f"<HomeownersDecisionsType>{entry(341, '1')}</HomeownersDecisionsType>"
    said = {"kind": "Homeowners", "mode": r.archive(5)}
    form = (r.meeting(), r.question(kind=kind))
    assert rig.refused(r.message(1, *form, place=r.association(transport(6001)), **said)) == ["AUT011003"]
    assert rig.refused(r.message(1, *form, place=r.association(transport(6009)), **said)) == ["INT002000"]
    rig.accept(r.message(1, *form, place=r.association(), **said))
    (shown,) = rig.exported("exportVotingMessage", ("VotingGUID", 1))
    assert shown["OrganizationGuid"] == {"orgRootEntityGUID": r.ROOT}
    assert "FIASHouseGUID" not in shown
    assert rig.exported("exportVotingMessage", ("VotingGUID", 1), organisation=THEIRS) == ()


def test_two_packages_with_one_number__cannot_both_be_stored(settled: Rig) -> None:
    units = []
    for count in (1, 2):
        element = xml.parse(r.message(count))
        with settled.database.read() as connection:
            unit = registry.Registry(connection, settled.numbers)
            handlers.HANDLERS[element.tag](settled.task(element, organisation=OURS, role="УО", basis=True), unit)
        units.append(unit)
    with settled.database.write() as connection:
        registry.apply(connection, units[0], organisation=OURS, message="1", at=NOW)
    with pytest.raises(errors.Conflict), settled.database.write() as connection:
        registry.apply(connection, units[1], organisation=OURS, message="2", at=NOW)
