"""What the database lets go: payloads that an archive covers, once the journal tells of it; and nothing else."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from storage import archives, dropping, errors, intake, journal, packages, tables, verification
from tests.integration.storage import factories


@pytest.fixture
def filled(database):
    """Five entries with a payload each, the last one with none."""
    writer = intake.Writer(database)
    items = [factories.accepted(request=f"<{number}/>".encode()) for number in range(4)]
    for item in items:
        writer.accept(item)
    writer.close()
    factories.finished(database, items[0].message_guid)
    with database.write() as connection:
        journal.append(connection, [factories.event(0, journal.Payload("crl", b"x"))])
    return [item.message_guid for item in items]


def archive(start, stop, month="2026-01"):
    return archives.Archive(month, start, stop, f"journal-{month}.zip", "0" * 64, 7)


def add(database, *made):
    with database.write() as connection:
        return [archives.add(connection, each, factories.NOW) for each in made]


def ask(database, question, *arguments, **more):
    with database.read() as connection:
        return question(connection, *arguments, **more)


def run(database, statement, *values):
    with database.write() as connection:
        connection.execute(sa.text(statement), *values)


def test_archives__follow_each_other_and_are_told(database, filled):
    first, second = archive(0, 3), archive(3, 5, "2026-02")
    told = add(database, first, second)
    assert ask(database, archives.made) == ask(database, archives.told) == [first, second]
    assert [(entry.kind, entry.facts) for entry in told] == [
        ("archive-made", dataclasses.asdict(first)),
        ("archive-made", dataclasses.asdict(second)),
    ]


@pytest.mark.parametrize("wrong", [archive(1, 3), archive(0, 0), archive(0, -1)])
def test_archive_that_does_not_follow__is_refused_and_not_told(database, filled, wrong):
    size = ask(database, journal.size)
    with pytest.raises(sa.exc.DatabaseError, match="archives follow each other"):
        add(database, wrong)
    assert ask(database, journal.size) == size
    add(database, archive(0, 3))
    with pytest.raises(sa.exc.DatabaseError, match="archives follow each other"):
        add(database, archive(4, 5))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_archive SET stop = 6",
        "DELETE FROM journal_archive",
        "INSERT INTO journal_archive VALUES (1, '2026-02', 3, 6, 'x', 'x', 1, 0)",
        "DELETE FROM journal_payload WHERE entry_index = 3",
        "DELETE FROM journal_payload",
        "UPDATE journal_payload SET data = data WHERE entry_index = 0",
        "DELETE FROM journal_entry WHERE entry_index = 0",
    ],
)
def test_everything_that_no_archive_covers__is_kept(database, filled, statement):
    add(database, archive(0, 3))
    with pytest.raises(sa.exc.DatabaseError, match=r"append-only|an archive is journaled first"):
        run(database, statement)


def test_archive_put_over_another__is_refused(sqlite):
    factories.stored(sqlite, factories.accepted())
    add(sqlite, archive(0, 1))
    with pytest.raises(sa.exc.DatabaseError, match="archives follow each other"):
        run(sqlite, "INSERT OR REPLACE INTO journal_archive SELECT * FROM journal_archive")


def test_payloads_that_an_archive_covers__may_go_and_are_asked_for_by_the_name_of_its_file(database, filled):
    add(database, archive(0, 3))
    run(database, "DELETE FROM journal_payload WHERE entry_index < 3")
    with pytest.raises(
        errors.Archived, match=r"archived in journal-2026-01\.zip; no folder of archives was named"
    ) as caught:
        ask(database, packages.request, filled[0])
    assert caught.value.name == "journal-2026-01.zip"
    assert ask(database, packages.request, filled[3]) == b"<3/>"
    with pytest.raises(errors.NotFound):
        ask(database, journal.payload, 3, "other")
    (told,) = ask(database, lambda connection: list(verification.verify(connection)))
    assert told.unread
    assert "archived in journal-2026-01.zip" in told.what


def test_archive_of_which_the_journal_does_not_tell__explains_nothing(database, filled):
    """Who owns the database can write that row, and with it take payloads away; it does not pass for a drop."""
    (told,) = add(database, archive(0, 1))
    row = {**dataclasses.asdict(archive(1, 3, "2026-02")), "number": 1, "made_index": told.index}
    with database.write() as connection:
        connection.execute(sa.insert(tables.journal_archive), row)
    run(database, "DELETE FROM journal_payload WHERE entry_index < 3")
    assert ask(database, archives.told) == [archive(0, 1)]
    unread, *missing = ask(database, lambda connection: list(verification.verify(connection)))
    assert (unread.index, unread.unread) == (0, True)
    assert missing == [verification.Fault(index, "payload 'request': missing") for index in (1, 2)]


def test_page__has_what_may_go_and_counts_what_stays(database, filled):
    covering = archive(0, 6)
    add(database, covering)
    page = ask(database, dropping.page, covering, 0, unfetched=False)
    assert (page.going, page.payloads, page.unfinished, page.unfetched, page.stop) == ((0, 5), 2, 3, 1, 6)
    stored = sum(len(ask(database, journal.stored, *key)) for key in ((0, "request"), (5, "crl")))
    assert (page.bytes, type(page.bytes)) == (stored, int)
    assert ask(database, dropping.page, covering, 0, unfetched=True).going == (0, 4, 5)
    with database.write() as connection:
        event = journal.Event(journal.Kind.RESULT_FETCHED, factories.NOW, filled[0])
        packages.project(connection, journal.append(connection, [event]))
    page = ask(database, dropping.page, covering, 0, unfetched=False)
    assert (page.going, page.unfetched) == ((0, 4, 5), 0)
    with database.write() as connection:
        assert dropping.drop(connection, page) == 3
    assert ask(database, dropping.page, covering, 0, unfetched=False).going == ()
    assert ask(database, dropping.page, covering, 4, unfetched=False).stop == 6


def test_pages__are_bounded(database, filled, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 2)
    covering = archive(0, 6)
    add(database, covering)
    pages = list(ask(database, lambda connection: list(dropping.pages(connection, covering, unfetched=True))))
    assert [(page.going, page.stop) for page in pages] == [((0,), 2), ((), 4), ((4, 5), 6)]


def test_end__is_the_first_entry_that_is_not_before(database):
    with database.write() as connection:
        moments = [factories.NOW.replace(day=day) for day in (1, 2, 5, 3, 6)]
        journal.append(connection, [journal.Event(journal.Kind.FILE_STORED, each) for each in moments])
    assert [ask(database, archives.end, 0, factories.NOW.replace(day=day)) for day in (1, 2, 4, 6, 7)] == [
        0,
        1,
        2,
        4,
        5,
    ]
    assert ask(database, archives.end, 3, factories.NOW.replace(day=3)) == 3
