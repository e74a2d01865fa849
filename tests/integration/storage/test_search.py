"""Entries are found by what they are about, newest first, page by page, by an index and never by a walk."""

from __future__ import annotations

import datetime as dt

import pytest

from storage import journal, packages, search, subjects, work
from storage.database import Database
from storage.subjects import Subject
from tests.integration.storage.factories import NOW, accepted, guid

HOUSE, ACCOUNT = guid(), guid()
UNIFIED = "90НО452262"


@pytest.fixture(scope="module")
def filled(shared_url):
    """Twelve packages of two organisations, each with its result; one refusal; times that run backwards."""
    database = Database.open(shared_url)
    database.migrate()
    told = {}
    for number in range(12):
        whose = f"organisation-{number % 2}"
        package = accepted(sender=whose, certificate_sha256="AB" * 32, certificate_serial=f"0{number}")
        at = NOW - dt.timedelta(hours=number)
        with database.write() as connection:
            (entry,) = journal.append(connection, [dataclass_at(package.event, at)])
            packages.project(connection, [entry])
            about = [(Subject.HOUSE, HOUSE), (Subject.ACCOUNT, UNIFIED)] if number < 3 else []
            about += [(Subject.CODE, "INT004171")] if number == 5 else []
            made = work.finish(connection, package.message_guid, "w", b"<r/>", {"outcome": "imported"}, at, about)
        told[number] = (package, entry.index, made.index)
    refused = packages.Refused("FMT001300", "Body", NOW, {"requester_guid": guid().upper(), "sender": "s"})
    with database.write() as connection:
        (entry,) = journal.append(connection, [refused.event])
    told["refused"] = (refused, entry.index, None)
    yield database, told
    database.close()


def dataclass_at(event, at):
    return journal.Event(event.kind, at, event.message, event.facts, event.payloads)


def find(filled, *pairs, limit=100, before=None, **query):
    with filled[0].read() as connection:
        return search.find(connection, search.Query(tuple(pairs), **query), before=before, limit=limit)


def of(filled, *numbers, which=(1, 2)):
    return sorted((filled[1][number][each] for number in numbers for each in which), reverse=True)


def test_organisation_and_operation__find_packages_and_their_results(filled):
    assert find(filled, (Subject.ORGANISATION, "Organisation-1")) == of(filled, 1, 3, 5, 7, 9, 11)
    both = ((Subject.ORGANISATION, "organisation-0"), (Subject.OPERATION, "importHouseUOData"))
    assert find(filled, *both) == of(filled, 0, 2, 4, 6, 8, 10)
    assert find(filled, (Subject.OPERATION, "importhouseuodata")) == []


def test_house_account_and_code__find_the_results_that_touched_them(filled):
    assert find(filled, (Subject.HOUSE, HOUSE.upper())) == of(filled, 0, 1, 2, which=(2,))
    assert find(filled, (Subject.ACCOUNT, UNIFIED.lower())) == of(filled, 0, 1, 2, which=(2,))
    both = ((Subject.ACCOUNT, UNIFIED), (Subject.ORGANISATION, "organisation-1"))
    assert find(filled, *both) == of(filled, 1, which=(2,))
    assert find(filled, (Subject.CODE, "INT004171")) == of(filled, 5, which=(2,))
    assert find(filled, (Subject.CODE, "FMT001300")) == [filled[1]["refused"][1]]


def test_message__is_found_by_either_guid(filled):
    package, taken, made = filled[1][4]
    assert find(filled, (Subject.MESSAGE, package.message_guid.upper())) == [made, taken]
    assert find(filled, (Subject.MESSAGE, package.requester_guid)) == [taken]
    refused, index, _ = filled[1]["refused"]
    assert find(filled, (Subject.MESSAGE, str(refused.facts["requester_guid"]))) == [index]


def test_certificate__is_found_by_digest_with_colons_and_by_serial(filled):
    assert len(find(filled, (Subject.CERTIFICATE, ":".join(["AB"] * 32)))) == 12
    assert find(filled, (Subject.CERTIFICATE, "07")) == of(filled, 7, which=(1,))


def test_state_and_time__of_clocks_that_ran_backwards(filled):
    assert find(filled, kinds=(journal.Kind.PACKAGE_ACCEPTED,)) == of(filled, *range(12), which=(1,))
    early = NOW - dt.timedelta(hours=3)
    assert find(filled, until=early) == of(filled, *range(4, 12))
    assert find(filled, since=early, until=NOW) == of(filled, 1, 2, 3)
    wanted = {"since": early, "kinds": (journal.Kind.RESULT_MADE,)}
    assert find(filled, (Subject.ORGANISATION, "organisation-1"), **wanted) == of(filled, 1, 3, which=(2,))
    assert find(filled, since=NOW + dt.timedelta(days=1)) == []


def test_pages__give_everything_once(filled):
    whole, pages, before = find(filled), [], None
    while page := find(filled, limit=7, before=before):
        pages += page
        before = page[-1]
    assert pages == whole == sorted(whole, reverse=True)
    assert len(whole) == 25


QUESTIONS = {
    "organisation": search.Query(((Subject.ORGANISATION, "organisation-1"),)),
    "two": search.Query(((Subject.HOUSE, HOUSE), (Subject.ORGANISATION, "organisation-1"))),
    "state": search.Query(kinds=(journal.Kind.PACKAGE_REFUSED,)),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_every_question__is_answered_by_an_index(filled, question):
    with filled[0].read() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        told = " ".join(search.plan(connection, question, limit=50))
    assert "Seq Scan" not in told
    assert "SCAN" not in told.replace("CORRELATED SCALAR", "")
    assert ("USING" in told) or ("Index" in told)


def test_subjects_of_an_entry__are_each_told_once():
    facts = {"organisation": "A", "requester_guid": "11111111-2222-4333-8444-555555555555", "code": None}
    event = journal.Event(journal.Kind.PACKAGE_ACCEPTED, NOW, "11111111-2222-4333-8444-555555555555", facts)
    assert list(subjects.said(journal.link(0, event, journal.GENESIS))) == [
        (Subject.ORGANISATION, "a"),
        (Subject.MESSAGE, "11111111-2222-4333-8444-555555555555"),
    ]
