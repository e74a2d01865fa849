"""P17: archives of the journal: the same bytes each time, verified before they are told, and read after a drop."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import zipfile
from unittest import mock

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from gateway import errors as gateway_errors
from gateway import vault
from gateway.cli import main
from gateway.journal import erasing, errors, publishing
from gateway.journal.archiving import checking, making
from gateway.journal.archiving.manifest import Manifest
from gateway.journal.archiving.month import Month
from gateway.settings import Settings
from storage import archive_file, archives, erasure, journal, keys, packages, sealing, tables, verification
from storage import errors as storage_errors
from storage.archive_file import Archive, Place
from tests import archives as towns
from tests.archives import COUNT, FEBRUARY, GUIDS, JANUARY, MARCH, NOW

JOURNAL = (
    tables.journal_entry, tables.journal_payload, tables.journal_key, tables.journal_erasure, tables.journal_tile,
    tables.journal_signer, tables.journal_checkpoint, tables.journal_subject, tables.package,
)  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An installation whose January and February are archived; it is only read."""
    town = towns.found(Settings(data=tmp_path_factory.mktemp("archives") / "data", min_free=0))
    town.archive()
    yield town
    town.close()


@pytest.fixture
def town(whole, tmp_path):
    """A copy of it."""
    with towns.copied(whole, tmp_path / "data") as made:
        yield made


def paths(town):
    return [town.settings.archives / f"journal-{month}.zip" for month in (JANUARY, FEBRUARY)]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def faults(town, *, payloads=True):
    return town.ask(lambda connection: list(verification.verify(connection, payloads=payloads)))


def answer(town, name):
    return town.ask(packages.answer, GUIDS[name])


def run(town, *arguments, code=0):
    done = CliRunner().invoke(main, ["--data", str(town.settings.data), "journal", *map(str, arguments)])
    assert done.exit_code == code, done.output
    return done.output


# --- Made -------------------------------------------------------------------------------------------------------------


def test_months_that_are_over__are_archived_in_their_order_and_told(whole):
    made = whole.ask(archives.told)
    assert [(each.month, each.start, each.stop) for each in made] == [
        ("2025-01", 0, COUNT),
        ("2025-02", COUNT, COUNT + 2),
    ]
    assert [(each.size, each.name) for each in made] == [(path.stat().st_size, path.name) for path in paths(whole)]
    told = [entry for entry in whole.entries() if entry.kind == journal.Kind.ARCHIVE_MADE]
    assert [entry.facts for entry in told] == [dataclasses.asdict(each) for each in made]
    assert faults(whole) == []


def test_archive__proves_itself_and_that_it_follows_the_one_before(whole):
    first, second = towns.check(*paths(whole))
    assert (first.manifest.month, first.manifest.payloads, first.closed) == (JANUARY, 7, 6)
    assert first.manifest.previous == journal.GENESIS
    assert (second.manifest.frontier, second.manifest.previous) == (first.peaks, first.manifest.last)
    entries = whole.entries()
    assert first.manifest.last == entries[COUNT - 1].hash
    with zipfile.ZipFile(paths(whole)[0]) as archive:
        assert archive.read("records.jsonl") == b"".join(entry.record + b"\n" for entry in entries[:COUNT])
        assert archive.testzip() is None


def test_documents__are_there_as_they_are_stored_and_no_key(whole):
    archive = Archive(paths(whole)[0])
    with whole.db.read() as connection:
        rows = connection.execute(sa.select(tables.journal_payload)).all()
        wrapped = connection.execute(sa.select(tables.journal_key.c.wrapped)).scalars().all()
    for row in rows:
        if row.entry_index < COUNT:
            assert archive.document(archive.find(row.entry_index, row.role)) == row.data
    raw = paths(whole)[0].read_bytes()
    assert not any(each in raw for each in wrapped)
    assert "Иванов".encode() not in raw


def test_made_again_on_another_day_after_growth__has_the_same_bytes(town, tmp_path):
    before = [path.read_bytes() for path in paths(town)]
    town.write(*[journal.Event(journal.Kind.FILE_STORED, NOW)] * 300)
    publishing.make(town.db, town.key, town.settings)
    other = tmp_path / "other"
    for month in (JANUARY, FEBRUARY):
        (again,) = town.archive(month, NOW + dt.timedelta(days=200), other)
        assert not again.was_there
    assert [(other / path.name).read_bytes() for path in paths(town)] == before
    size = len(town.entries())
    assert all(each.was_there for each in town.archive(JANUARY))
    assert len(town.entries()) == size


def test_made_again_after_the_key_of_a_package_was_destroyed__has_the_same_bytes(town, tmp_path):
    erase(town, town.ask(packages.get, GUIDS["a"]).entry_index)
    before = paths(town)[0].read_bytes()
    (again,) = town.archive(JANUARY, folder=tmp_path / "other")
    assert again.path.read_bytes() == before


@pytest.mark.postgres
def test_made_from_postgresql__has_the_same_bytes(whole, tmp_path, postgres):
    settings = dataclasses.replace(
        whole.settings, database=postgres.clean_database(), archive_folder=str(tmp_path / "pg")
    )
    town = towns.opened(settings)
    with whole.db.read() as source, town.db.write() as target:
        for table in JOURNAL:
            rows = [row._asdict() for row in source.execute(sa.select(table)).all()]
            if table is tables.journal_entry:
                rows = rows[: COUNT + 3]
            elif table is tables.package:
                rows = []
            if rows:
                target.execute(sa.insert(table), rows)
    made = town.archive()
    assert [each.path.read_bytes() for each in made] == [path.read_bytes() for path in paths(whole)]
    assert town.drop(JANUARY).payloads == 7
    assert town.ask(journal.payload, 1, "request") == towns.REQUEST + b"a"
    assert faults(town) == []
    town.close()


def test_format__is_what_it_always_was(whole):
    """The skeleton of the file: whatever writes it, a month that is made again has these bytes between its members."""
    path = paths(whole)[1]
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        assert [member.filename for member in members] == list(archive_file.MEMBERS)
        for member in members:
            assert (member.date_time, member.compress_type) == ((1980, 1, 1, 0, 0, 0), zipfile.ZIP_STORED)
            assert (member.extract_version, member.create_version, member.flag_bits) == (45, 45, 0)
            assert (member.create_system, member.external_attr >> 16) == (3, 0o100600)
            name, extra = raw[member.header_offset + 26 : member.header_offset + 30 : 2]
            assert (name, extra) == (len(member.filename), 20)
    directory = sum(46 + len(name) for name in archive_file.MEMBERS) + 22
    headers = sum(30 + len(name) + 20 for name in archive_file.MEMBERS)
    assert len(raw) == headers + directory + sum(member.file_size for member in members)


def test_nothing_new_is_over__nothing_is_made(town):
    assert town.archive() == []
    assert run(town, "archive", "--month", "2025-02").startswith("2025-02: ")


def test_command__archives_what_is_over_now(town):
    output = run(town, "archive", "--json")
    (line,) = [json.loads(line) for line in output.splitlines()]
    assert (line["month"], line["start"], line["stop"]) == ("2025-03", COUNT + 2, COUNT + 5)
    assert town.entries()[-1].at > NOW
    assert "every month that is over is archived" in run(town, "archive")
    output = run(town, "archive", "--check", *paths(town), line["file"])
    assert "the 3 archives are good, and follow each other, if their certificate is" in output


def test_no_entry_of_a_later_month__the_one_that_tells_of_the_archive_becomes_the_first(town, tmp_path):
    (made,) = town.archive(MARCH, MARCH.end)
    assert (made.archive.stop, town.entries()[COUNT + 5].kind) == (COUNT + 5, journal.Kind.ARCHIVE_MADE)
    town.write(journal.Event(journal.Kind.FILE_STORED, MARCH.end))
    (again,) = town.archive(MARCH, MARCH.end, tmp_path / "other")
    assert again.path.read_bytes() == made.path.read_bytes()


def test_entry_of_the_month_is_written_meanwhile__nothing_is_told_and_the_next_time_has_it(town, monkeypatch):
    def late(*arguments):
        town.write(journal.Event(journal.Kind.FILE_STORED, MARCH.end - dt.timedelta(seconds=1)))
        return checking.check(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(making, "checking", mock.Mock(check=late))
        with pytest.raises(errors.NotArchived, match="entries of 2025-03 were written or archived meanwhile"):
            town.archive(MARCH, MARCH.end)
    assert sorted(town.settings.archives.glob("*.zip")) == paths(town)
    (made,) = town.archive(MARCH, MARCH.end)
    assert made.archive.stop == COUNT + 6


# --- Refused ----------------------------------------------------------------------------------------------------------


def test_month_that_is_not_over__is_refused(town):
    with pytest.raises(
        errors.NotArchived, match=r"2025-03 is not over: it can be archived from 2025-04-01 00:00 UTC on"
    ):
        town.archive(MARCH)


def test_month_without_entries__is_refused(town):
    with pytest.raises(errors.NotArchived, match="the journal has no entry of 2024-11 that is not archived"):
        town.archive(Month(2024, 11))


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "January", "0000-01"])
def test_no_month__is_refused(town, month):
    assert f"'{month}' is no month like 2026-01" in run(town, "archive", "--month", month, code=2)


@pytest.mark.parametrize(
    "arguments",
    [["--check"], ["--check", "--month", "2025-01", "FILE"], ["FILE"], ["--certificate", "FILE"]],
)
def test_options_that_do_not_go_together__are_refused(town, arguments):
    file = str(paths(town)[0])
    run(town, "archive", *(file if each == "FILE" else each for each in arguments), code=2)


def test_file_with_other_bytes_is_in_the_way__is_kept_and_told(town):
    path = paths(town)[0]
    path.write_bytes(b"other")
    with pytest.raises(errors.NotArchived, match="is there with other bytes: move it away"):
        town.archive(JANUARY)
    assert path.read_bytes() == b"other"


def test_disk_is_full__nothing_is_left_and_nothing_told(town, monkeypatch):
    size = len(town.entries())
    monkeypatch.setenv("GATEWAY_FAILPOINT", "archive.write:enospc:4")
    with pytest.raises(gateway_errors.Unavailable, match=r"no archive is made in .*: No space left on device"):
        town.archive(MARCH, MARCH.end)
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    assert len(town.entries()) == size
    assert sorted(path.name for path in town.settings.archives.iterdir()) == [
        ".lock",
        *(each.name for each in paths(town)),
    ]


def test_document_is_missing_without_an_order__is_told(town):
    town.disarm()
    with town.db.write() as connection:
        connection.exec_driver_sql("DELETE FROM journal_payload WHERE entry_index = ?", (COUNT + 2,))
    with pytest.raises(errors.NotArchived, match=rf"2025-03: there is no payload 'result' of entry {COUNT + 2}"):
        town.archive(MARCH, MARCH.end)


def test_journal_that_was_rewritten__is_not_archived(town):
    town.disarm()
    with town.db.write() as connection:
        connection.exec_driver_sql("UPDATE journal_entry SET hash = ? WHERE entry_index = ?", ("0" * 64, COUNT + 3))
    with pytest.raises((errors.Contradiction, errors.BadArchive, errors.NotArchived)):
        town.archive(MARCH, MARCH.end)
    assert len(town.ask(archives.made)) == 2


# --- Checked ----------------------------------------------------------------------------------------------------------


def flipped(path, name, position, bit=0):
    """Return the file with one bit of a member flipped, the sums of zip put right."""
    with zipfile.ZipFile(path) as archive:
        content = {each: bytearray(archive.read(each)) for each in archive.namelist()}
    content[name][position] ^= 1 << bit
    return written(path, content)


def written(path, content):
    made = path.with_name(f"changed-{path.name}")
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, bytes(data))
    return made


@pytest.mark.parametrize("name", archive_file.MEMBERS)
def test_bit_flipped_anywhere_in_a_member__is_found(town, name):
    path = paths(town)[1]
    size = Archive(path).size(name)
    for position in range(0, size, max(size // 40, 1)):
        changed = flipped(path, name, position, position % 8)
        with pytest.raises(errors.BadArchive):
            checking.check(changed, None, None)


def test_record_or_document_that_was_changed__names_its_entry(town):
    path = paths(town)[0]
    archive = Archive(path)
    at = archive.read("records.jsonl").index(b'"number":100}') + 11
    place = archive.find(5, "request")
    for name, position, index in (("records.jsonl", at, None), ("payloads", place.offset + 30, 5), ("payloads", 9, 0)):
        with pytest.raises(errors.BadArchive) as caught:
            checking.check(flipped(path, name, position), None, None)
        changed = next(entry for entry in town.entries() if entry.facts.get("number") == 100).index
        # A record that was changed is still one: the next one does not follow it.
        assert caught.value.index == (changed + 1 if index is None else index)
        assert f"entry {caught.value.index}: " in str(caught.value)


@pytest.mark.parametrize(
    ("change", "index", "what"),
    [
        (lambda lines: lines[:7] + lines[8:], 7, "the record says that it is entry 8"),
        (lambda lines: [*lines[:7], lines[6], *lines[8:]], 7, "the record says that it is entry 6"),
        (lambda lines: lines[:-1], COUNT - 1, "the records end here"),
        (lambda lines: [], 0, "the records end here"),
    ],
)
def test_records_that_are_cut_doubled_or_left_out__name_the_first_one(town, change, index, what):
    path = paths(town)[0]
    with zipfile.ZipFile(path) as archive:
        content = {each: archive.read(each) for each in archive.namelist()}
    content["records.jsonl"] = b"".join(change(content["records.jsonl"].splitlines(keepends=True)))
    with pytest.raises(errors.BadArchive, match=what) as caught:
        checking.check(written(path, content), None, None)
    assert caught.value.index == index


def test_document_that_is_left_out_or_put_in__is_found(town):
    path = paths(town)[0]
    with zipfile.ZipFile(path) as archive:
        content = {each: archive.read(each) for each in archive.namelist()}
    lines = content["payloads.jsonl"].splitlines(keepends=True)
    last = Place.read(lines[-1][:-1])
    more = Place(
        last.index,
        "verdict",
        last.offset + last.size,
        0,
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    )
    for changed, what in (
        (lines[:-1], f"entry {last.index}: payload 'request': missing"),
        ([*lines, more.line() + b"\n"], f"entry {last.index}: payload 'verdict' is not in the record"),
    ):
        with pytest.raises(errors.BadArchive, match=what):
            checking.check(written(path, {**content, "payloads.jsonl": b"".join(changed)}), None, None)


def test_file_that_is_cut_anywhere__is_found(town, tmp_path):
    raw = paths(town)[1].read_bytes()
    cut = tmp_path / "cut.zip"
    for size in (0, 1, 100, len(raw) // 2, len(raw) - 23, len(raw) - 1):
        cut.write_bytes(raw[:size])
        with pytest.raises(errors.BadArchive, match="cut"):
            checking.check(cut, None, None)


def test_byte_of_the_frame_that_is_changed__is_no_crash(town, tmp_path):
    """What zip itself writes around the members proves nothing: it may be wrong, but must not confuse."""
    path = paths(town)[1]
    raw = path.read_bytes()
    changed = tmp_path / path.name
    for position in [*range(60), *range(len(raw) - 500, len(raw), 3)]:
        changed.write_bytes(raw[:position] + bytes([raw[position] ^ 0xFF]) + raw[position + 1 :])
        try:
            found = checking.check(changed, None, None)
        except errors.BadArchive:
            continue
        assert found.sha256 != archives_of(town)[1].sha256


def archives_of(town):
    return town.ask(archives.made)


def test_archives_in_a_wrong_order_or_with_a_gap__are_refused(town):
    first, second = paths(town)
    (third,) = town.archive(MARCH, MARCH.end)
    with pytest.raises(
        errors.BadArchive, match=rf"begins with entry 0, and {second.name} ends before entry {COUNT + 2}"
    ):
        towns.check(second, first)
    with pytest.raises(errors.BadArchive, match=f"begins with entry {COUNT + 2}"):
        towns.check(first, third.path)
    assert len(towns.check(first, second, third.path)) == 3


def test_archive_of_another_journal__is_refused(town, tmp_path):
    stranger = towns.found(Settings(data=tmp_path / "stranger", min_free=0), "stranger")
    stranger.archive()
    stranger.close()
    with pytest.raises(errors.BadArchive, match="is of another journal"):
        towns.check(paths(town)[0], paths(stranger)[1])
    certificate = stranger.settings.keys / "installation.crt"
    output = run(town, "archive", "--check", paths(town)[0], "--certificate", certificate, code=1)
    assert "the checkpoint is not signed by" in output
    certificate = town.settings.keys / "installation.crt"
    assert "the archive is good\n" in run(town, "archive", "--check", paths(town)[0], "--certificate", certificate)


def test_other_file_than_the_journal_tells_of__is_found_by_a_later_archive(town):
    """A file that was made anew, well in itself, with sealed documents that are other ones."""
    path = paths(town)[0]
    with zipfile.ZipFile(path) as archive:
        content = {each: archive.read(each) for each in archive.namelist()}
    old = Archive(path)
    place = old.find(5, "request")
    document = bytearray(old.document(place))
    document[-1] ^= 1
    payloads = bytearray(content["payloads"])
    payloads[place.offset : place.offset + place.size] = document
    new = dataclasses.replace(place, sha256=sha256(document))
    content["payloads"] = bytes(payloads)
    content["payloads.jsonl"] = content["payloads.jsonl"].replace(place.line(), new.line())
    manifest = Manifest.read(content["archive.json"])
    files = {name: dataclasses.replace(member, sha256=sha256(content[name])) for name, member in manifest.files.items()}
    content["archive.json"] = dataclasses.replace(manifest, files=files).written()
    changed = written(path, content)
    (third,) = town.archive(MARCH, MARCH.end)
    assert checking.check(changed, None, None).closed == 6
    with pytest.raises(errors.BadArchive, match="is not the file of which the journal tells"):
        towns.check(changed, paths(town)[1], third.path)
    output = run(town, "archive", "--check", changed, code=1)
    assert "entry 5: payload 'request': not what was sealed under this key" in output


def test_keys_of_the_installation__open_every_document(town):
    lines = run(town, "archive", "--check", *paths(town), "--json").splitlines()
    assert [json.loads(line)["not_opened"] for line in lines] == [0, 0]
    vault.path(town.settings).unlink()
    lines = run(town, "archive", "--check", *paths(town), "--json").splitlines()
    assert [json.loads(line)["not_opened"] for line in lines] == [6, 1]


def test_check__needs_no_installation(whole, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GATEWAY_DATA", raising=False)
    done = CliRunner().invoke(main, ["journal", "archive", "--check", *map(str, paths(whole))])
    assert done.exit_code == 0, done.output


def test_lines_of_the_readme__verify_it_without_our_code(whole, tmp_path):
    with zipfile.ZipFile(paths(whole)[0]) as archive:
        archive.extractall(tmp_path)
    readme = (tmp_path / "README.txt").read_text()
    lines = [line.strip() for line in readme.splitlines()]
    begin = next(number for number, line in enumerate(lines) if line.startswith("Signature:"))
    script = [lines[begin].removeprefix("Signature:").strip(), *lines[begin + 1 : begin + 4]]
    hash_line = next(line for line in lines if line.startswith("{ printf"))
    sums = next(line for line in lines if line.startswith("Whole:")).removeprefix("Whole:").strip()
    place = Archive(paths(whole)[0]).find(0, "crl")
    tail = next(line for line in lines if line.startswith("tail -c")).removesuffix(" > document")
    grep = next(line for line in lines if "grep" in line).partition("grep ")[2].replace("81345", "0")
    commands = [
        *script,
        hash_line,
        sums,
        f"grep {grep}",
        f"offset={place.offset} size={place.size}; {tail} | sha256sum",
    ]
    done = subprocess.run(
        ["bash", "-ec", "\n".join(commands)], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    output = done.stdout.splitlines()
    manifest = Manifest.read((tmp_path / "archive.json").read_bytes())
    assert output[0] == "Verified OK"
    assert output[1].split()[0] == whole.entries()[0].hash
    assert [line.split()[::-1] for line in output[2:8]] == [
        [name, manifest.files[name].sha256]
        for name in ("records.jsonl", "payloads", "payloads.jsonl", "checkpoint", "certificate.pem", "README.txt")
    ]
    assert output[8] == place.line().decode()
    assert output[9].split()[0] == place.sha256


# --- Dropped ----------------------------------------------------------------------------------------------------------


def test_dropped__what_is_waited_for_stays_and_the_rest_is_read_from_the_archive(town):
    before = {key: town.ask(journal.payload, *key) for key in town.payloads()}
    dropped = town.drop(JANUARY)
    assert (dropped.payloads, dropped.unfinished, dropped.unfetched) == (5, 1, 1)
    assert dropped.bytes > 0
    b, c = (town.ask(packages.get, GUIDS[name]) for name in "bc")
    assert [key for key in town.payloads() if key[0] < COUNT] == [
        (b.entry_index, "request"),
        (c.result_index, "result"),
    ]
    assert {key: town.ask(journal.payload, *key) for key in before} == before
    assert faults(town) == []
    assert faults(town, payloads=False) == []
    (told,) = [entry for entry in town.entries() if entry.kind == journal.Kind.ARCHIVE_DROPPED]
    assert told.facts == {**dataclasses.asdict(archives_of(town)[0]), "payloads": 5}


def test_dropped_again__takes_what_has_become_free_and_then_nothing(town):
    town.drop(JANUARY)
    town.write(journal.Event(journal.Kind.RESULT_FETCHED, NOW, GUIDS["c"]))
    assert town.drop(JANUARY).payloads == 1
    size = len(town.entries())
    again = town.drop(JANUARY)
    assert (again.payloads, again.unfinished, again.unfetched) == (0, 1, 0)
    assert len(town.entries()) == size
    assert run(town, "drop", "--month", "2025-01") == (
        "2025-01: dropped 0 documents, 0 bytes\n1 document kept: their packages have no result yet\n"
    )


def test_results_that_nobody_fetched__go_where_it_is_said(town):
    assert "1 result kept: not fetched yet" in run(town, "drop", "--month", "2025-01")
    found = json.loads(run(town, "drop", "--month", "2025-01", "--unfetched", "--json"))
    assert (found["payloads"], found["unfetched"], found["unfinished"]) == (1, 0, 1)
    assert answer(town, "c") == towns.RESULT + b"c"


def test_result_that_nobody_fetched_and_that_is_erased__goes(town):
    known = town.ask(packages.find_all, GUIDS.values()).values()
    (package,) = [each for each in known if each.is_unfetched and Month.of(each.finished_at) == JANUARY]
    erase(town, package.entry_index)
    assert town.drop(JANUARY).unfetched == 0
    assert package.result_index not in {index for index, _ in town.payloads()}


def test_month_whose_result_comes_later__keeps_its_result(town):
    """The request of d is of February, its result of March."""
    town.write(journal.Event(journal.Kind.RESULT_FETCHED, NOW, GUIDS["d"]))
    assert town.drop(FEBRUARY).payloads == 1
    assert town.payloads()[-1] == (COUNT + 2, "result")
    assert town.ask(packages.request, GUIDS["d"]) == towns.REQUEST + b"d"


def test_file_of_the_archive_is_away__it_is_named_and_nothing_is_called_wrong(town, tmp_path):
    town.drop(JANUARY)
    path = paths(town)[0]
    path.rename(tmp_path / path.name)
    with pytest.raises(
        storage_errors.Archived, match=f"archived in {path.name}; it is not in .*: put it back from a copy"
    ):
        answer(town, "a")
    (told,) = faults(town)
    assert told.unread
    assert f"archived in {path.name}" in told.what
    (tmp_path / path.name).rename(path)
    assert answer(town, "a") == towns.RESULT + b"a"


def test_file_of_the_archive_cannot_be_read__it_is_named_with_the_reason(town):
    town.drop(JANUARY)
    path = paths(town)[0]
    path.unlink()
    path.mkdir()  # the superuser may read everything else
    with pytest.raises(storage_errors.Archived, match=f"archived in {path.name}; it cannot be read in .*: Is a dir"):
        answer(town, "a")
    (told,) = faults(town)
    assert told.unread


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE journal_archive SET month = CAST(x'ff' AS TEXT) WHERE number = 0", [0, 1, 2, 5, 7]),
        ("INSERT INTO journal_archive SELECT 7, month, 'x', 9, 'x', sha256, size, 0 FROM journal_archive LIMIT 1", []),
    ],
)
def test_archive_of_which_the_journal_does_not_tell__is_not_believed(town, statement, expected):
    town.drop(JANUARY)
    town.disarm()
    with town.db.write() as connection:
        connection.exec_driver_sql(statement)
    assert [fault.index for fault in faults(town) if not fault.unread] == expected
    assert [fault for fault in faults(town) if fault.unread] == []


def test_file_of_another_journal_under_the_name__is_no_document(town, tmp_path):
    stranger = towns.found(Settings(data=tmp_path / "stranger", min_free=0), "stranger")
    stranger.archive()
    stranger.close()
    town.drop(JANUARY)
    paths(town)[0].write_bytes(paths(stranger)[0].read_bytes())
    with pytest.raises(ValueError, match=r"not what was sealed under this key|key is missing"):
        answer(town, "a")
    assert [fault.index for fault in faults(town)] == [1, 2, 5, 7]


def test_archive_that_is_damaged__is_a_fault_of_its_entries_and_is_not_dropped_by(town):
    path = paths(town)[0]
    good, place = path.read_bytes(), Archive(path).find(5, "request")
    at = good.index(Archive(path).document(place)) + 40
    path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    before = town.payloads()
    with pytest.raises(errors.BadArchive, match="entry 5: payload 'request'"):
        town.drop(JANUARY)
    assert town.payloads() == before
    path.write_bytes(good)
    town.drop(JANUARY)
    path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
    assert faults(town) == [
        verification.Fault(5, "payload 'request': payload 'request' of entry 5 is not what was archived")
    ]
    path.write_bytes(b"")
    with pytest.raises(ValueError, match="is damaged: not an archive, or cut"):
        answer(town, "a")


def test_drop_without_an_archive__is_refused(town, tmp_path):
    with pytest.raises(errors.NotArchived, match="2025-03 is not archived: run gateway journal archive first"):
        town.drop(MARCH)
    path = paths(town)[0]
    path.rename(tmp_path / "away.zip")
    assert f"archived in {path.name}; it is not in" in run(town, "drop", "--month", "2025-01", code=3)
    path.write_bytes(paths(town)[1].read_bytes())
    with pytest.raises(errors.NotArchived, match="is not the file of which the journal tells"):
        town.drop(JANUARY)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE journal_payload SET data = x'00' WHERE entry_index = 5", "payload 'request' of entry 5"),
        ("INSERT INTO journal_payload SELECT 9, role, data FROM journal_payload WHERE entry_index = 5", "of entry 9"),
        ("UPDATE journal_entry SET record = x'00' WHERE entry_index = 9", "entry 9"),
    ],
)
def test_database_that_is_not_what_was_archived__is_not_dropped(town, statement, what):
    town.disarm()
    with town.db.write() as connection:
        connection.exec_driver_sql(statement)
    before = town.payloads()
    with pytest.raises(errors.NotArchived, match=what):
        town.drop(JANUARY)
    assert town.payloads() == before


def erase(town, index):
    """Erase the package that an entry has accepted or refused."""
    with town.db.write() as connection:
        target = erasure.target(connection, index)
        erasure.erase(connection, [target], erasure.Order("because", "somebody"), NOW)
    return target.key_id


def test_erased_after_it_was_archived_and_dropped__opens_nowhere(town):
    """A refused package too, whose key only the archive knows by then."""
    town.drop(JANUARY)
    a, refused = town.ask(packages.get, GUIDS["a"]), 7
    assert sealing.key_id(town.ask(journal.stored, a.entry_index, "request")) == keys.of_package(GUIDS["a"])
    assert erase(town, a.entry_index) == keys.of_package(GUIDS["a"])
    assert erase(town, refused) == sealing.key_id(archived_document(town, refused, "request"))
    with pytest.raises(storage_errors.Erased):
        answer(town, "a")
    with pytest.raises(storage_errors.Erased):
        town.ask(journal.payload, refused, "request")
    assert faults(town) == []
    assert json.loads(run(town, "archive", "--check", paths(town)[0], "--json"))["not_opened"] == 3


def archived_document(town, index, role):
    archive = Archive(paths(town)[0])
    return archive.document(archive.find(index, role))


def test_refused_package_whose_archive_is_away__is_not_erased_and_the_file_is_named(town):
    town.drop(JANUARY)
    paths(town)[0].unlink()
    with pytest.raises(storage_errors.Archived, match=r"journal-2025-01\.zip"):
        erase(town, 7)
    size = len(town.entries())
    erase(town, town.ask(packages.get, GUIDS["a"]).entry_index)
    assert len(town.entries()) == size + 1


def test_all_are_erased_while_an_archive_is_away__only_refused_packages_in_it_are_kept(town):
    town.drop(JANUARY)
    paths(town)[0].unlink()
    due = town.ask(lambda connection: list(erasure.due(connection, NOW)))
    swept = erasing.sweep(town.db, due, erasure.Order("five years", "the archivist"), lambda: NOW, lambda _: None)
    assert (swept.erased, swept.kept) == (len(due) - 1, 1)
    assert swept.why.startswith("entry 7: archived in journal-2025-01.zip")
    assert town.ask(lambda connection: list(erasure.due(connection, NOW))) == [7]


def test_erased_before_it_was_archived__the_archive_says_by_which_entry(tmp_path):
    """Of earlier releases, whose documents are not sealed: they themselves go."""
    town = towns.found(Settings(data=tmp_path / "data", min_free=0))
    with town.db.write() as connection:
        (told,) = journal.append(connection, [journal.Event(journal.Kind.PAYLOAD_ERASED, NOW, None, {"entry": 0})])
        row = {"entry_index": 0, "key_id": None, "erased_index": told.index}
        connection.execute(sa.insert(tables.journal_erasure), row)
        connection.exec_driver_sql("DELETE FROM journal_payload WHERE entry_index = 0")
    town.archive()
    town.close()
    (proved,) = towns.check(paths(town)[0])
    assert (proved.manifest.erased, proved.manifest.payloads) == ({0: told.index}, 6)


# --- Killed -----------------------------------------------------------------------------------------------------------


DROP = ("drop", "--month", "2025-01")
LONG = (
    (("archive",), "archive.before-rename"),
    (("archive",), "archive.before-commit"),
    (("archive",), "archive.after-commit"),
    (DROP, "drop-order.before-commit"),
    (DROP, "drop.before-commit"),
)
"""Each is two processes."""


@pytest.mark.parametrize(
    ("command", "point"),
    [
        (("archive",), "archive.write:kill:200"),
        (("archive",), "archive.after-rename"),
        (DROP, "drop-order.after-commit"),
        (DROP, "drop.after-commit"),
        *(LONG if os.environ.get("HCS_LONG") else ()),
    ],
)
def test_killed_anywhere__nothing_is_lost_and_the_same_command_ends_it(unarchived, town, tmp_path, command, point):
    if command == ("archive",):
        shared, expected = unarchived, [path.read_bytes() for path in paths(town)]
    else:
        shared, expected = town, None
    with towns.copied(shared, tmp_path / "killed") as made:
        before = {key: made.ask(journal.payload, *key) for key in made.payloads()}
        environ = {**os.environ, "GATEWAY_FAILPOINT": point if point.count(":") else f"{point}:kill"}
        line = [sys.executable, "-m", "gateway.cli", "--data", str(made.settings.data), "journal", *command]
        done = subprocess.run(line, env=environ, capture_output=True, check=False)
        assert done.returncode == -9, done.stderr
        assert faults(made) == []
        assert {key: made.ask(journal.payload, *key) for key in before} == before
        run(made, *command)
        assert faults(made) == []
        assert {key: made.ask(journal.payload, *key) for key in before} == before
        assert not list(made.settings.archives.glob(".*.part"))
        if expected is not None:
            assert [path.read_bytes() for path in paths(made)] == expected
            towns.check(*paths(made))
        else:
            assert [key for key in made.payloads() if key[0] < COUNT] == [(4, "request"), (6, "result")]


@pytest.fixture(scope="module")
def unarchived(whole, tmp_path_factory):
    """The same journal, its checkpoint made, before anything was archived."""
    data = tmp_path_factory.mktemp("unarchived") / "data"
    with towns.copied(whole, data) as made:
        made.disarm()
        with made.db.write() as connection:
            connection.exec_driver_sql("DELETE FROM journal_archive")
            connection.exec_driver_sql("DELETE FROM journal_subject WHERE entry_index >= ?", (COUNT + 3,))
            connection.exec_driver_sql("DELETE FROM journal_entry WHERE entry_index >= ?", (COUNT + 3,))
        for path in paths(made):
            path.unlink()
        yield made
