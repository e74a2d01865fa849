from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from storage import journal

AT = dt.datetime(2026, 1, 31, 12, 30, 0, 250, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"Upper": 1}, "name"),
        ({"with-dash": 1}, "name"),
        ({"": 1}, "name"),
        ({"share": 0.5}, "float"),
        ({"list": ["a"]}, "list"),
        ({"big": 2**53}, "larger"),
        ({"broken": "\ud800"}, "surrogates"),
    ],
)
def test_fact_without_canonical_form__is_refused(facts, what):
    with pytest.raises(ValueError, match=what):
        journal.Event(journal.Kind.KEY_CHANGED, AT, None, facts)


def test_naive_moment__is_refused():
    with pytest.raises(ValueError, match="time zone"):
        journal.Event(journal.Kind.KEY_CHANGED, AT.replace(tzinfo=None))


def test_two_payloads_of_one_role__are_refused():
    twice = (journal.Payload("request", b"a"), journal.Payload("request", b"b"))
    with pytest.raises(ValueError, match="one role"):
        journal.Event(journal.Kind.PACKAGE_ACCEPTED, AT, None, {}, twice)


def test_payload__is_digested_as_it_came_and_unpacks_to_the_same_bytes():
    data = "<а/>".encode() * 1000
    payload = journal.Payload("request", data)
    assert payload.sha256 == hashlib.sha256(data).hexdigest()
    assert len(payload.packed) < len(data) / 10
    assert journal.unpack(payload.packed) == data


def test_damaged_payload__is_a_value_error():
    with pytest.raises(ValueError, match="zstd"):
        journal.unpack(b"not a frame")


def test_canonical_form__is_that_of_rfc_8785():
    value = {"b": '\u20ac$\n\x0f"\\/\x7fДом', "a": -1, "c": None, "d": True}
    expected = '{"a":-1,"b":"€$\\n\\u000f\\"\\\\/\x7fДом","c":null,"d":true}'
    assert journal.canonical(value) == expected.encode()


def test_moment__is_utc_with_six_digits():
    assert journal.moment(AT) == "2026-01-31T09:30:00.000250Z"


GOLDEN_RECORD = (
    '{"at":"2026-01-31T09:30:00.000250Z","facts":{"code":"FMT001300","known":true,"place":"/дом[1]","sender":null,'
    '"size":10},"format":1,"index":7,"kind":"package-refused","message":null,'
    '"payloads":{"request":{"sha256":"3a6eb0790f39ac87c94f3856b2dd2c5d110e6811602261a9a923d3bb23adc8b7","size":4}},'
    '"previous":"0000000000000000000000000000000000000000000000000000000000000000"}'
).encode()
GOLDEN_HASH = "e1a053c99015bb2817b5ccd0fce0f1bd0dc9a53b9ad27907410860c0c21fd33c"


def test_golden_entry__is_written_and_read_as_in_the_first_release():
    """P18: whoever has to change this test has broken every journal that was ever written."""
    facts = {"size": 10, "code": "FMT001300", "place": "/дом[1]", "known": True, "sender": None}
    event = journal.Event(journal.Kind.PACKAGE_REFUSED, AT, None, facts, (journal.Payload("request", b"data"),))
    entry = journal.link(7, event, journal.GENESIS)
    assert (entry.record, entry.hash) == (GOLDEN_RECORD, GOLDEN_HASH)
    assert hashlib.sha256(b"\x00" + GOLDEN_RECORD).hexdigest() == GOLDEN_HASH
    assert journal.decode(GOLDEN_RECORD) == entry


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda record: record.replace(b'"format":1', b'"format":2'), "unknown format 2"),
        (lambda record: record.replace(b'"index":0', b'"index": 0'), "canonical"),
        (lambda record: record.replace(b'"index":0', b'"index":0,"index":0'), "canonical"),
        (lambda record: record.replace(b'"index":0', b'"indez":0'), "canonical"),
        (lambda record: record.replace(b".000250Z", b".000250z"), "isoformat"),
        (lambda record: record.replace(b"Z", b"+00:00"), "moment"),
        (lambda record: record[:-1], "delimiter"),
        (lambda _: b"[]", "not a record"),
        (lambda _: b"\xff", "not a record|codec"),
    ],
)
def test_damaged_record__says_what_is_wrong(spoil, what):
    record = journal.link(0, journal.Event(journal.Kind.KEY_CHANGED, AT), journal.GENESIS).record
    assert journal.decode(record).record == record
    with pytest.raises(ValueError, match=what):
        journal.decode(spoil(record))
