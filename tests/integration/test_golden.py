"""P18: journals of earlier releases are upgraded and verify, and no byte of what was written is another one."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests.golden import make

GOLDEN = sorted((Path(__file__).parents[1] / "golden").glob("*.tar.xz"))
TABLES = ("journal_entry", "journal_payload", "journal_tile", "journal_checkpoint", "journal_signer")
MOST = 150 * 1024
WITHOUT_CHECKPOINTS = {"0001", "0003", "0006"}


def name(path):
    return path.name.partition(".")[0]


def run(data, *arguments):
    done = CliRunner().invoke(main, ["--data", str(data), *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.stdout


def written(data):
    """What stands in the tables of the journal, those that there are."""
    with contextlib.closing(sqlite3.connect(data / "gateway.db")) as connection:
        found = {each for (each,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        rows = {
            table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608  # names from above
            for table in TABLES
            if table in found
        }
    return version, rows


@pytest.mark.parametrize("golden", GOLDEN, ids=name)
def test_journal_of_an_earlier_release__is_upgraded_and_verifies_unchanged(golden, tmp_path):
    make.unpack(golden, tmp_path)
    version, before = written(tmp_path)
    assert version == name(golden)
    run(tmp_path, "init")
    _, after = written(tmp_path)
    # Columns may be added on the right, and entries behind the last one; what was there stays.
    for table, rows in before.items():
        assert [row[: len(rows[0])] for row in after[table][: len(rows)]] == rows
    found = json.loads(run(tmp_path, "journal", "verify", "--certificate", tmp_path / "signer.crt", "--json"))
    counts = {each["stage"]: each["counts"] for each in found["stages"]}
    assert found["good"]
    assert found["size"] >= len(before["journal_entry"]) > 256
    assert (counts["packages"]["packages"], counts["results"]["results"]) == (4, 4)
    assert counts["checkpoints"]["notes"] == (0 if version in WITHOUT_CHECKPOINTS else 4)
    assert counts["replay"]["verdicts equal"] == 10


def test_golden_journals__begin_with_the_first_schema_and_are_small():
    assert name(GOLDEN[0]) == "0001"
    assert [path.name for path in GOLDEN if path.stat().st_size > MOST] == []


def test_golden_journal_of_this_release__is_made_by_its_command(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "__file__", str(tmp_path / "make.py"))
    make.main("today")
    names = make.unpack(tmp_path / "today.tar.xz", tmp_path / "made")
    assert names == ["gateway.db", "signer.crt", "keys/data.key", "trust/ca.crt"]
    run(tmp_path / "made", "init")
    run(tmp_path / "made", "journal", "verify", "--certificate", tmp_path / "made" / "signer.crt")
