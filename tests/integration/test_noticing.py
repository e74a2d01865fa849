"""What is changed beside the database is told to the journal, whoever has changed it: packs, key, who is believed."""

from __future__ import annotations

import shutil
import threading

import pytest
from click.testing import CliRunner

from gateway import signatures
from gateway.cli import main
from gateway.contracts import builtin, packs, tree
from gateway.journal import noticing
from gateway.journal.replay import live
from gateway.journal.replay import packs as replayed_packs
from gateway.trust import folder as trusted
from signing import issue
from storage import errors, in_force, journal
from tests import hostile_packs
from tests import stand as stands
from tests.served import until
from tests.unit.contracts import pack_files


def entries(stand, *kinds):
    with stand.house.database.read() as connection:
        return [entry for entry in journal.entries(connection) if entry.kind in kinds]


CONTRACTS = journal.Kind.CONTRACT_INSTALLED, journal.Kind.CONTRACT_REMOVED
TRUST = (journal.Kind.DIRECTORY_CHANGED,)


@pytest.fixture
def look(stand):
    """The look of a process that has found what was there at its start."""
    made = noticing.Look(stand.house)
    assert made.refresh()
    return made


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A small pack, as it is given to be installed."""
    return hostile_packs.write(tmp_path_factory.mktemp("pack") / "toys", pack_files.files())


def test_first_look__says_what_there_is_and_the_next_ones_nothing(stand, look):
    (key,) = entries(stand, journal.Kind.KEY_CHANGED)
    assert key.facts["certificate_sha256"] == key.payloads["certificate"].sha256
    assert {"by": "first-look", "sha256_before": None, "subject": "hcs-gateway"}.items() <= dict(key.facts).items()
    (contract,) = entries(stand, *CONTRACTS)
    assert (contract.facts["pack"], contract.facts["origin"]) == (builtin.pack().id, "built-in")
    assert contract.facts["sha256"] == contract.payloads["manifest"].sha256 == builtin.pack().digest
    assert [entry.facts["by"] for entry in entries(stand, *TRUST) if "by" in entry.facts] == ["first-look"]
    with stand.house.database.read() as connection:
        before = journal.size(connection)
    assert not look.refresh()
    assert noticing.Look(stand.house).refresh()
    with stand.house.database.read() as connection:
        assert journal.size(connection) == before


def test_certificate_put_into_the_folder_by_hand_and_taken_out__both_are_told(stand, look):
    above = issue.new_authority("p256", "Another CA", now=stands.NOW)
    file = stand.settings.trust / "another.crt"
    file.write_bytes(issue.pem(above.certificate))
    assert look.refresh()
    file.unlink()
    assert look.refresh()
    added, removed = entries(stand, *TRUST)[-2:]
    assert [(each.facts["change"], each.facts["by"]) for each in (added, removed)] == [
        ("trust-added", "folder"), ("trust-removed", "folder"),
    ]  # fmt: skip
    assert {added.facts["sha256"], removed.facts["sha256"]} == {above.certificate.fingerprint}
    assert added.payloads["certificate"].sha256 == above.certificate.fingerprint


def test_damaged_certificate_file__changes_nothing_and_is_looked_at_again(stand, look):
    file = stand.settings.trust / "ca.crt"
    whole = file.read_bytes()
    file.write_bytes(b"damaged")
    assert look.refresh()
    file.write_bytes(whole)
    assert look.refresh()
    assert [entry for entry in entries(stand, *TRUST) if entry.facts.get("by") == "folder"] == []


def test_another_key_at_the_start__is_told_with_the_one_before(stand, look):
    stand.close()
    stands.person("hcs-gateway 2", stands.OPERATOR_OGRN).write(stand.settings.keys, "new")
    key, certificate = signatures.key_paths(stand.settings)
    (stand.settings.keys / "new.key").replace(key)
    (stand.settings.keys / "new.crt").replace(certificate)
    stand.open()
    noticing.Look(stand.house).refresh()
    first, second = entries(stand, journal.Kind.KEY_CHANGED)
    assert second.facts["sha256_before"] == first.facts["certificate_sha256"] != second.facts["certificate_sha256"]
    assert second.facts["by"] == "folder"


def test_pack_put_into_the_folder_by_hand_and_taken_out__both_are_told_once(stand, look, small, tmp_path):
    made = packs.install(small, tmp_path / "elsewhere")
    target = stand.settings.packs / made.version
    shutil.copytree(tmp_path / "elsewhere" / made.version, target)
    assert look.refresh()
    shutil.rmtree(target)
    assert look.refresh()
    assert not look.refresh()
    came, went = entries(stand, *CONTRACTS)[-2:]
    assert (came.kind, came.facts["pack"], came.facts["sha256"]) == ("contract-installed", made.id, made.digest)
    assert (went.kind, went.facts["pack"], went.facts["sha256_before"]) == ("contract-removed", made.id, made.digest)
    assert {came.facts["by"], went.facts["by"]} == {"folder"}


def test_what_commands_have_done__is_not_found_again(stand, look, small, tmp_path):
    above = issue.new_authority("p256", "Another CA", now=stands.NOW)
    file = tmp_path / "another.crt"
    file.write_bytes(issue.pem(above.certificate))
    place = ["--data", str(stand.settings.data)]
    version = packs.check(small).version
    for command in (
        ("trust", "add", file), ("contracts", "install", small), ("contracts", "install", small),
        ("trust", "remove", above.certificate.fingerprint), ("contracts", "remove", version),
    ):  # fmt: skip
        assert CliRunner().invoke(main, [*place, *map(str, command)]).exit_code == 0
        assert look.refresh() or command[1] == "install"
    came, went = entries(stand, *CONTRACTS)[1:]
    assert (came.kind, went.kind) == CONTRACTS
    assert {came.facts["by"], went.facts["by"]} == {"command"}
    assert came.facts["user"] == went.facts["user"] != ""
    assert [entry.facts for entry in entries(stand, *TRUST) if entry.facts.get("by") == "folder"] == []


def test_journal_cannot_be_told_of_a_pack__it_is_neither_installed_nor_removed(stand, small, monkeypatch):
    place = ["--data", str(stand.settings.data), "contracts"]
    monkeypatch.setenv("GATEWAY_FAILPOINT", "contracts.before-commit:enospc")
    refused = CliRunner().invoke(main, [*place, "install", str(small)])
    assert (refused.exit_code, packs.versions(stand.settings.packs)) == (3, [])
    assert "No space left" in refused.output
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    assert CliRunner().invoke(main, [*place, "install", str(small)]).exit_code == 0
    (version,) = packs.versions(stand.settings.packs)
    monkeypatch.setenv("GATEWAY_FAILPOINT", "contracts.before-commit:enospc")
    assert CliRunner().invoke(main, [*place, "remove", version]).exit_code == 3
    assert packs.versions(stand.settings.packs) == [version]


def test_packs_of_a_day__are_those_that_the_journal_tells_of(stand, small):
    with stand.house.database.read() as connection:
        before = journal.size(connection)
    look = noticing.Look(stand.house)
    look.refresh()
    made = packs.install(small, stand.settings.packs)
    look.refresh()
    (_, came) = entries(stand, *CONTRACTS)
    with live.opened(stand.settings) as opened:
        of_the_day = replayed_packs.Packs(opened)
        assert of_the_day.at(before) is opened.contracts.catalogue
        assert [pack.id for pack in of_the_day.at(came.index).packs] == [builtin.pack().id]
        assert {pack.id for pack in of_the_day.at(came.index + 1).packs} == {builtin.pack().id, made.id}
    packs.remove(made.version, stand.settings.packs)
    look.refresh()
    with live.opened(stand.settings) as opened:
        of_the_day = replayed_packs.Packs(opened)
        # One of them is not there any more: by what is there today, which the report says.
        assert of_the_day.at(came.index + 1) is opened.contracts.catalogue
        assert [pack.id for pack in of_the_day.at(came.index + 9).packs] == [builtin.pack().id]


def test_manifest__is_what_sha256sum_reads(stand, look):
    (entry,) = entries(stand, *CONTRACTS)
    with stand.house.database.read() as connection:
        lines = journal.payload(connection, entry.index, in_force.MANIFEST).decode().splitlines()
    told = dict(reversed(line.split("  ", 1)) for line in lines)
    assert told == tree.manifest(builtin.pack().files)


def test_journal_cannot_be_written__the_change_is_told_by_a_later_look(stand, look, monkeypatch):
    above = issue.new_authority("p256", "Another CA", now=stands.NOW)
    with trusted.alone(stand.settings.trust):
        trusted.add(stand.settings.trust, above.certificate, None)
    monkeypatch.setenv("GATEWAY_FAILPOINT", "notice.before-commit:enospc")
    with pytest.raises(errors.NotReady):
        look.refresh()
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    assert look.refresh()
    assert entries(stand, *TRUST)[-1].facts["sha256"] == above.certificate.fingerprint


def test_two_processes_of_a_host__one_of_them_tells(stand):
    stop = threading.Event()
    threads = [threading.Thread(target=noticing.run, args=(stand.house, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: entries(stand, journal.Kind.KEY_CHANGED), "the first look")
        above = issue.new_authority("p256", "Another CA", now=stands.NOW)
        (stand.settings.trust / "another.crt").write_bytes(issue.pem(above.certificate))
        found = until(lambda: [each for each in entries(stand, *TRUST) if each.facts.get("by") == "folder"], "a look")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert [each.facts["sha256"] for each in found] == [above.certificate.fingerprint]
    assert len(entries(stand, journal.Kind.KEY_CHANGED)) == 1
