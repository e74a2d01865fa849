"""Acts that a device cannot be installed: what becomes of them, and who sees them."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.families import api
from tests.unit.families.absences.requests import (
    about,
    acts,
    annul,
    by_root,
    by_version,
    edit,
    flats,
    place,
)
from tests.unit.families.absences.rig import NOW, OURS, THEIRS, Rig, codes
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, house, transport


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """A house with three flats; act 20 about the house, act 21 about a flat."""
    assert codes(rig.play(house())) == {}
    assert codes(rig.play(acts(place(20), place(21, flats(101))))) == {}
    return rig


def _shown(answer: api.Answer) -> list[tuple[str, str, str, str]]:
    """Version, number and states of what an export tells."""
    assert isinstance(answer, api.Exported), answer
    names = ("AbsenceDeviceInfoVersionGUID", "VersionNumber", "StatusRootDoc", "StatusVersion")
    return [tuple(item[name] for name in names) for item in answer.items]


def test_every_action__keeps_the_root_and_makes_a_version(settled: Rig) -> None:
    root = settled.given[transport(20)]
    for count, action in enumerate((edit(30, 20), edit(31, 30), annul(32, 31)), 30):
        (one,) = settled.play(acts(action)).outcomes
        assert (one.guid, one.problems) == (root, ())
        told = one.details["AbsenceDeviceImportResult"]
        assert told == {
            "AbsenceDeviceInfoGUID": root,
            "AbsenceDeviceInfoVersionGUID": settled.versions[transport(count)],
        }
    versions = [settled.versions[transport(count)] for count in (20, 30, 31, 32)]
    assert len(set(versions)) == 4
    shown = _shown(settled.play(by_version(20, 32)))
    assert shown == [(versions[0], "1", "Archival", "Archival"), (versions[3], "4", "Archival", "Archival")]


def test_former_version__is_archival_while_the_act_is_in_force(settled: Rig) -> None:
    settled.play(acts(edit(30, 20)))
    former, current = settled.versions[transport(20)], settled.versions[transport(30)]
    assert _shown(settled.play(by_version(20))) == [(former, "1", "Active", "Archival")]
    assert _shown(settled.play(by_root(20))) == [(current, "2", "Active", "Active")]


def test_edit__replaces_everything(settled: Rig) -> None:
    settled.play(acts(edit(30, 21, flats(101, 102), expires="2030-01-01")))
    settled.play(acts(edit(31, 30, flats(103))))
    (item,) = settled.play(by_root(21)).items
    assert "ActExpireDate" not in item
    assert isinstance(settled.play(about(transport(101))), api.Failed)
    assert len(settled.play(about(transport(103))).items) == 1


def test_expired_and_annulled_acts__are_found_where_they_are_asked_for(settled: Rig) -> None:
    settled.play(acts(edit(30, 20, expires="2026-03-31"), annul(31, 21)))
    both = (FIAS, transport(101))
    assert isinstance(settled.play(about(*both)), api.Failed)
    (expired,) = settled.play(about(*both, expired=True)).items
    assert (expired["AbsenceDeviceInfoGUID"], expired["StatusRootDoc"]) == (settled.given[transport(20)], "Archival")
    (annulled,) = settled.play(about(*both, annulled=True)).items
    assert (annulled["ActAnnulDate"], annulled["StatusRootDoc"]) == ("2026-03-20", "Archival")
    assert len(settled.play(about(*both, expired=True, annulled=True)).items) == 2
    assert len(settled.play(by_root(20, 21)).items) == 2


def test_last_day_of_an_act__is_one_on_which_it_holds(settled: Rig) -> None:
    settled.play(acts(edit(30, 20, expires="2026-04-01")))
    assert len(settled.play(about(FIAS)).items) == 1
    assert isinstance(settled.play(about(FIAS), now=NOW + dt.timedelta(days=1)), api.Failed)


def test_expired_act__can_be_prolonged(settled: Rig) -> None:
    settled.play(acts(edit(30, 20, expires="2026-03-31")))
    assert codes(settled.play(acts(edit(31, 30, expires="2027-03-31")))) == {}
    assert len(settled.play(about(FIAS)).items) == 1


def test_version_named_twice_in_one_request__is_outdated_the_second_time(settled: Rig) -> None:
    """The contract's key sees two GUIDs where the letters differ by case."""
    version = settled.versions[transport(20)]
    answer = settled.play(acts(edit(30, version), annul(31, version.upper())))
    assert codes(answer) == {transport(31): ["INT059902"]}


def test_object_of_two_acts_of_one_request__is_refused_in_both(settled: Rig) -> None:
    flat = settled.given[transport(102)]
    answer = settled.play(acts(place(30, ((flat, "Apartment"),)), place(31, ((flat.upper(), "Apartment"),)), place(32)))
    assert codes(answer) == {transport(30): ["INT059904"], transport(31): ["INT059904"]}


def test_act_of_somebody_else__is_as_if_it_were_not_there(settled: Rig) -> None:
    answer = settled.play(acts(annul(30, 20), edit(31, 21, flats(101))), organisation=THEIRS)
    assert codes(answer) == {transport(30): ["INT002000"], transport(31): ["INT002000"]}


def test_provider_without_the_basis__sees_and_annuls_its_acts_and_places_none(settled: Rig) -> None:
    assert len(settled.play(by_root(20, 21), basis=False).items) == 2
    answer = settled.play(acts(annul(30, 20), edit(31, 21, flats(101)), place(32, flats(102))), basis=False)
    assert codes(answer) == {transport(31): ["AUT011003"], transport(32): ["AUT011003"]}


@pytest.mark.parametrize(("organisation", "basis", "seen"), [(OURS, False, [20, 21]), (THEIRS, True, [20])])
def test_acts_of_others__are_seen_where_they_are_about_houses_of_ones_own(
    settled: Rig, *, organisation: str, basis: bool, seen: list[int]
) -> None:
    for asked in (by_root(20, 21), by_version(20, 21), about(FIAS, transport(101))):
        answer = settled.play(asked, organisation=organisation, basis=basis)
        told = [item["AbsenceDeviceInfoGUID"] for item in answer.items]
        assert sorted(told) == sorted(settled.given[transport(count)] for count in seen)


def test_acts_of_others__are_not_seen_without_a_basis(settled: Rig) -> None:
    assert isinstance(settled.play(by_root(20, 21), organisation=THEIRS, basis=False), api.Failed)


def test_statements_of_a_package__grow_by_one_with_each_new_act_and_with_nothing_else(settled: Rig) -> None:
    """A new act is looked for once, so that nobody else has made one with its GUID meanwhile."""
    counts = range(1001, 1081)
    assert codes(settled.play(house(OTHER_FIAS, 80, counts[0]))) == {}
    few = settled.statements(acts(place(30, flats(*counts[:2]))))
    assert settled.statements(acts(*(place(n, flats(n)) for n in counts[2:]))) == few + len(counts[3:])
    few = settled.statements(acts(annul(40, 30)))
    assert settled.statements(acts(*(annul(1000 + n, n) for n in counts[2:]))) == few
