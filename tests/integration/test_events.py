"""docs/events.md is the catalogue: it has every kind, and what is written has the facts and payloads that it names."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from gateway.cli import journal_filters
from gateway.contracts import builtin
from gateway.families import handlers
from gateway.journal import erasing, noticing
from gateway.journal.archiving import dropping, making
from gateway.journal.archiving.month import Month
from signing import issue
from storage import epochs, erasure, in_force, journal, packages, work
from tests import samples, uploads
from tests import stand as stands

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "events.md").read_text("utf-8")
NAMES = re.compile(r"`([a-z][a-z0-9_]*)`(\??)")


def rows(heading):
    """The rows of the table under a heading, without its titles: cells."""
    table = PAGE.partition(heading)[2].partition("\n\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell):
    """What a cell names, without what stands in brackets: all of it, and what has to be there."""
    found = NAMES.findall(re.sub(r"\([^)]*\)", "", cell))
    return {name for name, _ in found}, {name for name, optional in found if not optional}


CATALOGUE = {cells[0].strip("`"): cells for cells in rows("# The catalogue of events") if len(cells) == 5}
CHANGES = {
    change: cells
    for cells in rows("## Changes of the directory")
    if len(cells) == 4
    for change in re.findall(r"`([a-z-]+)`", cells[0])
}


def test_catalogue__has_every_kind_and_no_other():
    assert set(CATALOGUE) == {kind.value for kind in journal.Kind}


def test_every_kind__has_a_word_for_the_search():
    assert set(journal_filters.STATES.values()) == set(journal.Kind)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Entries of a stand in which everything has happened."""
    stand = stands.Stand(tmp_path_factory.mktemp("events") / "data")
    look = noticing.Look(stand.house)
    look.refresh()
    guid = "a5b1c7de-0000-4000-8000-000000000001"
    stand.result(stand.post(stands.package(samples.HOUSE, guid=guid)).message_guid)
    assert stand.post(stands.package(samples.HOUSE, guid=guid)).code == "EXP002002"
    assert stand.post(b"no XML").status == 500
    assert stand.send(samples.HOUSE, key=None).status == 500
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(handlers.HANDLERS, "{http://dom.gosuslugi.ru/schema/integration/house-management/}"
                      "importHouseUORequest", _broken)  # fmt: skip
        failed = stand.send(samples.HOUSE).message_guid
        stand.work()
    with stand.house.database.write() as connection:
        work.retry(connection, failed, stands.NOW)
        in_force.install_contract(connection, "1.0", b"", noticing.facts(builtin.pack(), "command"), stands.NOW)
        epochs.declare(connection, "a test")
    exported = stand.send(samples.EXPORT).message_guid
    stand.result(exported)
    with stand.house.database.read() as connection:
        index = packages.get(connection, exported).entry_index
    erasing.erase(stand.house.database, index, erasure.Order("a test", "a tester"), stands.NOW)
    another = issue.new_authority("p256", "Another CA", now=stands.NOW).certificate
    (stand.settings.trust / "another.crt").write_bytes(issue.pem(another))
    look.refresh()
    (stand.settings.trust / "another.crt").unlink()
    look.refresh()
    assert uploads.Client(stand).put("договор".encode()).status == 200
    later = stands.NOW + dt.timedelta(days=40)
    (made,) = making.Maker(stand.house.database, stand.house.key, stand.settings, stand.settings.archives).make(
        None, later
    )
    dropping.drop(stand.house.database, stand.settings, Month.read(made.archive.month), later, unfetched=True)
    with stand.house.database.read() as connection:
        found = list(journal.entries(connection))
    stand.close()
    return found


def _broken(task, registry):
    raise ZeroDivisionError


@pytest.mark.parametrize("kind", list(journal.Kind))
def test_kind__is_written_as_the_page_says(written, kind):
    entries = [entry for entry in written if entry.kind == kind]
    assert entries
    _, _, message, facts, payloads = CATALOGUE[kind]
    for entry in entries:
        assert (entry.message is not None) == (message == "yes")
        if kind is journal.Kind.DIRECTORY_CHANGED:
            _, _, facts, payloads = CHANGES[entry.facts["change"]]
            facts += "`change`"
        for cell, present in ((facts, set(entry.facts)), (payloads, set(entry.payloads))):
            known, needed = named(cell)
            assert needed <= present <= known, entry


def test_changes_of_the_directory__are_all_on_the_page():
    told = set()
    for module in ("storage/directory.py", "gateway/cli/trust.py", "gateway/cli/trust_crl.py"):
        text = (Path(__file__).resolve().parents[2] / module).read_text("utf-8")
        told |= set(re.findall(r'_record\(connection, at, "([a-z-]+)"', text))
        told |= set(re.findall(r'record_trust\(connection, "([a-z-]+)"', text))
    assert told == set(CHANGES)
