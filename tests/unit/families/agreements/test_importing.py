from __future__ import annotations

import datetime as dt

import pytest
from lxml import etree

from gateway.families import api
from tests import resources
from tests.unit.families.agreements import requests as r
from tests.unit.families.agreements.requests import FIAS, OTHER
from tests.unit.families.agreements.rig import NOW, THEIRS, Rig

LATER = NOW + dt.timedelta(days=1)


def test_placed_contract__is_approved_runs_and_is_a_basis(rig: Rig) -> None:
    assert not rig.may_use(FIAS)
    made = rig.placed(r.place())
    assert (made.status, made.state, made.number) == ("Approved", "Running", 1)
    assert made.guid == made.root != made.version
    assert rig.may_use(FIAS)
    assert rig.may_use(FIAS.upper())
    assert not rig.may_use(OTHER)
    assert not rig.may_use(FIAS, organisation=THEIRS)


def test_every_transport_guid__has_one_outcome(rig: Rig) -> None:
    answer = rig.send(r.place(r.house(11), r.house(12, OTHER)))
    assert isinstance(answer, api.Imported)
    assert [one.transport_guid for one in answer.outcomes] == [r.transport(1), r.transport(11), r.transport(12)]
    assert all(one.guid for one in answer.outcomes)


def test_contract_that_begins_later__is_no_basis_yet(rig: Rig) -> None:
    said = r.terms(begin="2026-04-02")
    made = rig.placed(r.place(r.house(11, begin="2026-04-02"), said=said))
    assert (made.status, made.state) == ("Approved", "NotRunning")
    assert not rig.may_use(FIAS)
    assert rig.may_use(FIAS, now=LATER)


def test_day__is_that_of_moscow(rig: Rig) -> None:
    # NOW is the evening of the 31st of March in UTC and the 1st of April in Moscow.
    rig.placed(r.place(r.house(11, end="2026-03-31")))
    assert not rig.may_use(FIAS)
    assert rig.may_use(FIAS, now=NOW - dt.timedelta(hours=3))


def test_contract_past_its_end__is_expired(rig: Rig) -> None:
    made = rig.placed(r.place(r.house(11, end="2026-01-31"), said=r.terms(end="2026-01-31")))
    assert (made.status, made.state) == ("Approved", "Expired")
    assert not rig.may_use(FIAS)


def test_contract_that_rolls_over_by_itself__goes_on_for_years(rig: Rig) -> None:
    made = rig.placed(r.place(r.house(11, end="2025-01-31"), said=r.terms(end="2025-01-31", rolls=True)))
    assert made.state == "Running"
    assert rig.may_use(FIAS)
    answer = rig.send(r.export(f"<ContractGUID>{made.root}</ContractGUID>"))
    (item,) = answer.items
    assert item["Contract"]["PlanDateComptetion"] == "2027-01-31"
    assert item["Contract"]["ContractObject"][0]["EndDate"] == "2027-01-31"


def test_house_without_an_end__is_managed_as_long_as_the_contract(rig: Rig) -> None:
    rig.placed(r.place(r.house(11, end=""), said=r.terms(end="2026-04-01")))
    assert rig.may_use(FIAS)
    assert not rig.may_use(FIAS, now=LATER)


def test_edited_contract__has_a_new_version_and_keeps_its_root(rig: Rig) -> None:
    before = rig.placed(r.place(said=r.terms(dates=r.DATES)))
    after = rig.placed(r.edit(before.version, r.add(21, OTHER)))
    assert after.root == before.root
    assert after.version != before.version
    assert after.number == 2
    assert rig.may_use(OTHER)
    assert after.house == before.house, "a house that is not named keeps its version"
    answer = rig.send(r.export(f"<ContractVersionGUID>{after.version}</ContractVersionGUID>"))
    assert "DateDetails" in answer.items[0]["Contract"], "an edit that states no dates keeps them"


def test_edited_house__has_other_days_and_a_new_version(rig: Rig) -> None:
    before = rig.placed(r.place(r.house(11, services=r.service())))
    after = rig.placed(r.edit(before.version, r.change(21, before.house, end="2026-03-01")))
    assert after.house != before.house
    assert not rig.may_use(FIAS)
    answer = rig.send(r.export(f"<ContractVersionGUID>{after.version}</ContractVersionGUID>"))
    (house,) = answer.items[0]["Contract"]["ContractObject"]
    assert house["BaseMService"] == {"CurrentDoc": "true"}, "a basis that is not stated stays"
    assert "HouseService" not in house, "services are stated whole"


def test_annulled_house__is_no_basis_and_stays_in_the_contract(rig: Rig) -> None:
    before = rig.placed(r.place(r.house(11), r.house(12, OTHER)))
    after = rig.placed(r.edit(before.version, r.annul_house(21, before.house)))
    assert [each["ManagedObjectStatus"] for each in after.houses] == ["Annul", "Approved"]
    assert not rig.may_use(FIAS)
    assert rig.may_use(OTHER)
    again = rig.placed(r.edit(after.version, r.add(31, FIAS), count=3))
    assert len(again.houses) == 3
    assert rig.may_use(FIAS)


def test_terminated_contract__is_no_basis_from_that_day_on(rig: Rig) -> None:
    made = rig.placed(r.place())
    ended = rig.placed(r.terminate(made.version, "2026-04-02"))
    assert (ended.status, ended.state) == ("Terminated", "Running")
    assert rig.may_use(FIAS)
    assert not rig.may_use(FIAS, now=LATER)


def test_annulled_contract__never_was_a_basis(rig: Rig) -> None:
    made = rig.placed(r.place())
    gone = rig.placed(r.annul(made.version))
    assert (gone.status, gone.state) == ("Annul", "NotRunning")
    assert [each["ManagedObjectStatus"] for each in gone.houses] == ["Annul"]
    assert not rig.may_use(FIAS)
    rig.placed(r.place(count=7))


@pytest.mark.parametrize(("to", "end"), [("", "2033-12-31"), ("2029-06-30", "2029-06-30")])
def test_prolonged_contract__ends_later_with_its_houses_and_services(rig: Rig, to: str, end: str) -> None:
    rig.keep(1, "1")
    services = r.service() + r.service("AddService", end="2025-06-30")
    made = rig.placed(r.place(r.house(11, services=services)))
    longer = rig.placed(r.prolong(made.version, to))
    answer = rig.send(r.export(f"<ContractVersionGUID>{longer.version}</ContractVersionGUID>"))
    contract = answer.items[0]["Contract"]
    (house,) = contract["ContractObject"]
    ends = contract["PlanDateComptetion"], house["EndDate"], house["HouseService"][0]["EndDate"]
    assert ends == (end, end, end)
    assert house["AddService"][0]["EndDate"] == ("2025-06-30" if to else "2030-06-30")


def test_prolonged_charter__gets_a_year(rig: Rig) -> None:
    made = rig.charter(r.place_charter(r.house(11, charter=True, end="2026-06-30")))
    longer = rig.charter(r.prolong_charter(made.version))
    answer = rig.send(r.export(f"<CharterVersionGUID>{longer.version}</CharterVersionGUID>"), role="ТСЖ")
    assert answer.items[0]["Charter"]["ContractObject"][0]["EndDate"] == "2027-06-30"


def test_house_of_another_organisation__waits_for_its_approval(rig: Rig) -> None:
    theirs = rig.placed(r.place(), organisation=THEIRS)
    assert rig.codes(r.place(count=2)) == {"2": ["INT004967"], "66": ["INT004952"]}
    waiting = rig.placed(r.place(count=3, said=r.terms(licence=True)))
    assert (waiting.status, waiting.state) == ("ApprovalProcess", "NotRunning")
    assert waiting.houses[0]["IsConflicted"] == "true"
    assert not rig.may_use(FIAS)
    assert rig.may_use(FIAS, organisation=THEIRS)
    assert rig.codes(r.approve(waiting.version)) == {"3": ["INT004952"]}
    rig.placed(r.terminate(theirs.version, "2024-01-01"), organisation=THEIRS)
    approved = rig.placed(r.approve(waiting.version, count=9))
    assert (approved.status, approved.state) == ("Approved", "Running")
    assert rig.may_use(FIAS)
    assert not rig.may_use(FIAS, organisation=THEIRS)


def test_charter_and_contract__may_have_one_house(rig: Rig) -> None:
    rig.charter(r.place_charter(), organisation=THEIRS)
    rig.placed(r.place())
    assert rig.may_use(FIAS)
    assert rig.may_use(FIAS, organisation=THEIRS)


def test_charter__lives_like_a_contract(rig: Rig) -> None:
    made = rig.charter(r.place_charter())
    more = rig.charter(r.edit_charter(made.version, r.add(21, OTHER, charter=True, end="")))
    assert rig.may_use(OTHER, now=NOW + dt.timedelta(days=200_000))
    ended = rig.charter(r.terminate_charter(more.version))
    assert (ended.status, ended.state) == ("Terminated", "NotRunning")
    assert not rig.may_use(FIAS)
    assert rig.charter(r.annul_charter(ended.version)).status == "Annul"


def test_one_bad_house__spoils_neither_the_contract_nor_the_others(rig: Rig) -> None:
    refused = rig.codes(r.place(r.house(11, end="2023-01-01"), r.house(12, OTHER)))
    assert refused == {"b": ["INT004954"]}
    assert rig.may_use(OTHER)
    assert not rig.may_use(FIAS)


def test_one_bad_contract__spoils_no_other(rig: Rig) -> None:
    good = f"<PlacingContract>{r.terms()}{r.house(11)}</PlacingContract>"
    bad = f"<PlacingContract>{r.terms(signed='2027-01-01')}{r.house(12, OTHER)}</PlacingContract>"
    assert rig.codes(r.contract(good, bad)) == {"2": ["INT004955"], "c": ["INT004966"]}
    assert rig.may_use(FIAS)
    assert not rig.may_use(OTHER)


def test_second_package_for_one_version__is_told_of_the_newer_one(rig: Rig) -> None:
    made = rig.placed(r.place())
    rig.placed(r.edit(made.version, r.add(21, OTHER)))
    assert rig.codes(r.terminate(made.version)) == {"5": ["INT004950"]}
    assert rig.may_use(FIAS)


def test_agreement_of_another_organisation__is_not_changed(rig: Rig) -> None:
    made = rig.placed(r.place())
    assert rig.codes(r.annul(made.version), organisation=THEIRS) == {"6": ["AUT011003"]}
    assert rig.codes(r.payments(made.version), organisation=THEIRS) == {"7": ["AUT011003"]}
    assert rig.may_use(FIAS)


def test_payments__are_placed_and_annulled_without_a_new_version(rig: Rig) -> None:
    made = rig.placed(r.place())
    paid = rig.placed(r.payments(made.version, house_version=made.house))
    assert paid.version == made.version
    assert paid.guid not in (made.root, made.version)
    answer = rig.send(r.export(f"<ContractGUID>{made.root}</ContractGUID>"))
    (told,) = answer.items[0]["Contract"]["ContractPaymentsInfo"]
    assert (told["ContractPaymentsInfoVersionGUID"], told["Status"]) == (paid.guid, "P")
    rig.placed(r.annul_payments(paid.guid))
    answer = rig.send(r.export(f"<ContractGUID>{made.root}</ContractGUID>"))
    assert answer.items[0]["Contract"]["ContractPaymentsInfo"][0]["Status"] == "A"
    assert rig.codes(r.annul_payments(paid.guid)) == {"8": ["INT004968"]}


def test_additional_services_and_works__are_of_the_own_dictionaries(rig: Rig) -> None:
    rig.keep(1, "1")
    rig.keep(59, "1")
    rig.keep(1, "2", organisation=THEIRS)
    wrong = r.house(12, OTHER, services=r.service("AddService", code="2"))
    made = rig.send(r.place(r.house(11, services=r.service("AddService")), wrong))
    assert [[each.code for each in one.problems] for one in made.outcomes] == [[], [], ["INT002901"]]
    version = made.outcomes[0].details["importContract"]["ContractVersionGUID"]
    rig.placed(r.payments(version, work="1"))
    assert rig.codes(r.payments(version, work="2", count=8)) == {"8": ["INT002901"]}


def test_charter_payments__are_placed_and_annulled(rig: Rig) -> None:
    made = rig.charter(r.place_charter())
    paid = rig.charter(r.charter_payments(made.version))
    answer = rig.send(r.export(f"<CharterGUID>{made.root}</CharterGUID>"), role="ТСЖ")
    assert answer.items[0]["Charter"]["CharterPaymentsInfo"][0]["AllContractObjects"] == "true"
    rig.charter(r.annul_charter_payments(paid.guid))


@pytest.mark.contracts
def test_answers__are_valid_under_the_official_contract(rig: Rig) -> None:
    root = resources.contracts_root()
    official = etree.XMLSchema(etree.parse(root / "house-management" / "hcs-house-management-types.xsd"))
    made = rig.placed(r.place(r.house(11, services=r.service()), said=r.terms(dates=r.DATES)))
    paid = rig.placed(r.payments(made.version))
    rig.placed(r.annul_payments(paid.guid))
    ended = rig.placed(r.terminate(made.version))
    rig.send(r.export())
    charter = rig.charter(r.place_charter(r.house(11, services="", charter=True)))
    rig.charter(r.charter_payments(charter.version))
    rig.charter(r.terminate_charter(charter.version))
    rig.send(r.export(), role="ТСЖ")
    rig.send(r.export_status(f"<ContractGUID>{ended.root}</ContractGUID>"))
    rig.codes(r.annul(THEIRS))
    for body in rig.results:
        official.assertValid(etree.fromstring(body))


def test_contract__is_not_prolonged_into_that_of_another(rig: Rig) -> None:
    made = rig.placed(r.place(r.house(11, end="2026-12-31"), said=r.terms(end="2026-12-31")))
    later = r.terms(begin="2027-01-01", end="2027-12-31")
    rig.placed(r.place(r.house(12, begin="2027-01-01", end="2027-12-31"), said=later), organisation=THEIRS)
    assert rig.codes(r.prolong(made.version)) == {"4": ["INT004952"]}
    assert rig.codes(r.prolong(made.version, "2027-06-30")) == {"4": ["INT004952"]}


def test_dates_of_a_contract__are_not_changed_against_its_houses(rig: Rig) -> None:
    made = rig.placed(r.place(r.house(11), r.house(12, OTHER, end="")))
    assert rig.codes(r.edit(made.version, said=r.terms(end="2027-12-31"))) == {"2": ["INT004956"]}
    later = r.terms(begin="2029-01-01", end="2029-12-31")
    rig.placed(r.place(r.house(13, OTHER, begin="2029-01-01", end="2029-12-31"), said=later), organisation=THEIRS)
    assert rig.codes(r.edit(made.version, said=r.terms(end="2029-12-31"))) == {"2": ["INT004952"]}


def test_contract_that_rolls_over_by_itself__gives_way_to_a_later_one(rig: Rig) -> None:
    rig.placed(r.place(r.house(11, end="2026-12-31"), said=r.terms(end="2026-12-31", rolls=True)))
    later = r.terms(begin="2027-01-01", end="2027-12-31")
    rig.placed(r.place(r.house(12, begin="2027-01-01", end="2027-12-31"), said=later), organisation=THEIRS)
    in_2027, in_2028 = NOW.replace(year=2027), NOW.replace(year=2028)
    assert (rig.may_use(FIAS, now=in_2027), rig.may_use(FIAS, now=in_2027, organisation=THEIRS)) == (False, True)
    assert rig.may_use(FIAS, now=in_2028)
