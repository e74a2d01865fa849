"""What is served can be listed and shown, and official packs are installed or refused with the reason."""

from __future__ import annotations

import re

import pytest

from tests import hostile_packs, resources
from tests.unit.contracts import pack_files

pytestmark = pytest.mark.slow

EXTENTS = ("--minimal", "", "--full")


def test_list__has_the_built_in_services_without_an_installation(gateway):
    (service,) = [each for each in gateway.json("contracts", "list") if each["service"] == "house-management"]
    assert service["path"] == "/ext-bus-home-management-service/services/HomeManagementAsync"
    assert "importHouseUOData" in service["operations"]
    output = gateway.run("contracts", "list").output
    assert "house-management" in output
    assert re.search(r"\(\d+ services, \d+ operations, \d+ files\)", output)


def test_service__is_shown_by_name_or_path(gateway):
    by_name = gateway.json("contracts", "show", "house-management")
    assert by_name == gateway.json("contracts", "show", "/ext-bus-home-management-service/services/HomeManagementAsync")
    output = gateway.run("contracts", "show", "house-management").output
    assert "importHouseUORequest" in output
    assert "executed" in output


def test_operation__is_shown_with_its_versions(gateway):
    (operation,) = gateway.json("contracts", "show", "house-management/exportHouseData")
    assert operation["soap_action"] == "urn:exportHouseData"
    assert "15.10.0.0" in operation["versions"]
    assert operation["executed"]
    assert "urn:exportHouseData" in gateway.run("contracts", "show", "house-management/exportHouseData").output


@pytest.mark.parametrize("name", ["bills-of-nobody", "house-management/import", "/nowhere", "x/y"])
def test_unknown_name__is_told(gateway, name):
    assert "gateway contracts list" in gateway.run("contracts", "show", name, code=1).output


def test_folder_that_is_no_pack__is_refused_with_the_reason(made, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "no WSDL" in made.run("contracts", "install", tmp_path / "empty", code=1).output


def test_installing_without_an_installation__is_not_ready(gateway, tmp_path):
    assert f"gateway --data {gateway.data} init" in gateway.run("contracts", "install", tmp_path, code=3).output


@pytest.fixture
def toys(tmp_path):
    """A small pack, version 2.5.0.0."""
    return hostile_packs.write(tmp_path / "toys", pack_files.files())


def test_pack__is_installed_with_what_it_holds(made, toys):
    output = made.run("contracts", "install", toys).output
    assert "installed 2.5.0.0: ГИС ЖКХ 2.5.0.0, 1 service, 4 operations, 4 files" in output
    assert "2.5.0.0  ГИС ЖКХ 2.5.0.0  (1 service, 4 operations, 4 files)" in made.run("contracts", "list").output


def test_same_pack_again__is_told_and_changes_nothing(made, toys):
    made.run("contracts", "install", toys)
    assert "2.5.0.0 is already installed, nothing has changed" in made.run("contracts", "install", toys).output


def test_refused_pack__does_not_keep_the_others_out(made, toys, tmp_path):
    bad = hostile_packs.write(tmp_path / "bad", hostile_packs.doctype())
    result = made.run("contracts", "install", bad, toys, code=1)
    assert f"Error: {bad}: toys/parts/values.xsd: is not XML that can be used" in result.stderr
    assert "1 pack of 2 refused" in result.stderr
    assert "installed 2.5.0.0" in result.stdout


def test_checked_pack__is_not_stored(gateway, toys):
    assert "2.5.0.0 can be installed" in gateway.run("contracts", "install", "--check", toys).output
    assert not gateway.data.exists()


def test_removed_pack__is_no_longer_listed(made, toys):
    made.run("contracts", "install", toys)
    assert "removed 2.5.0.0" in made.run("contracts", "remove", "2.5.0.0").output
    assert "2.5.0.0  " not in made.run("contracts", "list").output
    assert "no pack 2.5.0.0 is installed" in made.run("contracts", "remove", "2.5.0.0", code=1).output


def test_built_in_contract__cannot_be_removed(made):
    (built_in,) = {each["pack"] for each in made.json("contracts", "list")}
    assert "cannot be removed" in made.run("contracts", "remove", built_in, code=1).output


@pytest.mark.parametrize("change", ["changed", "missing", "added"])
def test_file_that_is_not_as_installed__is_told_by_verify(made, toys, change):
    made.run("contracts", "install", toys)
    assert "2.5.0.0  sound: 1 service, 4 operations, 4 files" in made.run("contracts", "verify").output
    folder = made.data / "contracts" / "2.5.0.0"
    file = folder / ("toys/more.xsd" if change == "added" else pack_files.TYPES)
    file.unlink() if change == "missing" else file.write_text("<a/>")
    output = made.run("contracts", "verify", "2.5.0.0", code=1).output
    assert f"2.5.0.0  damaged: 2.5.0.0/{file.relative_to(folder).as_posix()}: " in output
    assert f"{change}" in output


def test_nothing_installed__is_told_by_verify(made):
    assert "no pack is installed" in made.run("contracts", "verify").output
    assert "no pack 1.0.0.0 is installed" in made.run("contracts", "verify", "1.0.0.0", code=1).output


def test_damaged_pack__is_told_once_and_everything_goes_on(made, toys):
    made.run("contracts", "install", toys)
    (made.data / "contracts" / "2.5.0.0" / pack_files.TYPES).unlink()
    result = made.run("contracts", "list")
    assert result.stderr.count(f"2.5.0.0/{pack_files.TYPES}: is missing") == 1
    assert "house-management" in result.stdout
    assert "remove it first" in made.run("contracts", "install", toys, code=1).output
    made.run("contracts", "remove", "2.5.0.0")
    assert made.run("contracts", "list").stderr == ""


def test_added_file__changes_nothing_that_is_served(made, toys):
    made.run("contracts", "install", toys)
    (made.data / "contracts" / "2.5.0.0" / ".more.swp").write_text("x")
    assert made.run("contracts", "show", "toys").stderr == ""


@pytest.mark.contracts
def test_official_pack__is_installed_whole_and_served(made):
    root = resources.contracts_root("16.3.0.0")
    assert "installed 16.3.0.0" in made.run("contracts", "install", root).output
    services = [each for each in made.json("contracts", "list") if each["pack"] == "16.3.0.0"]
    assert len(services) == 25
    shown = made.json("contracts", "show", "bills/importRSOSettlements")
    assert [each["executed"] for each in shown if each["pack"] == "16.3.0.0"] == [False]


@pytest.mark.contracts
def test_pack_that_is_named__is_known_for_this_once(gateway):
    root = resources.contracts_root("16.3.0.0")
    assert len({each["path"] for each in gateway.json("contracts", "list", "--pack", root)}) == 25


@pytest.mark.contracts
def test_service_of_two_packs__is_shown_with_a_column_for_the_pack(gateway):
    root = resources.contracts_root("16.3.0.0")
    assert "pack" not in gateway.run("contracts", "show", "house-management").output
    titles, *rows = gateway.run("contracts", "show", "house-management", "--pack", root).output.splitlines()
    assert titles.split()[0] == "pack"
    assert len({row.split()[0] for row in rows}) == 2


@pytest.mark.contracts
def test_installed_pack__is_a_pack_to_name(made, gateway, tmp_path):
    root = resources.contracts_root("16.3.0.0")
    made.run("contracts", "install", root)
    (installed,) = (made.data / "contracts").iterdir()
    gateway.data = tmp_path / "other"
    assert "16.3.0.0" in {each["pack"] for each in gateway.json("contracts", "list", "--pack", installed)}


@pytest.mark.slow
def test_sample__is_good_by_the_contract_and_can_be_narrowed_or_widened(gateway, tmp_path):
    printed = {name: gateway.run("contracts", "sample", "importHouseUOData", *name.split()).stdout for name in EXTENTS}
    assert sorted(printed.values(), key=len) == [printed[name] for name in EXTENTS]
    for text in printed.values():
        file = tmp_path / "house.xml"
        file.write_text(text)
        assert "good" in gateway.run("check", file).output


def test_sample_of_an_operation_that_several_services_have__asks_which(gateway):
    output = gateway.run("contracts", "sample", "getState", code=1).output
    assert re.search("an operation of .*house-management.*; say which: .*/getState", output)
    assert "getStateRequest" in gateway.run("contracts", "sample", "house-management/getState").stdout


def test_sample_of_an_unknown_operation__is_told(gateway):
    assert "gateway contracts list" in gateway.run("contracts", "sample", "importDreams", code=1).output
