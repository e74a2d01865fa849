from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from storage import packages

AT = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC)
FIELDS = {
    "message_guid": "b", "sender": "org", "requester_guid": " A\n", "organisation": "org", "system": "s", "path": "/p",
    "service": "S", "operation": "o", "pack": "p", "version": "1", "received_at": AT, "request": b"<a/>",
}  # fmt: skip


def test_spellings_of_one_guid__have_one_key():
    assert packages.key(" 0E3F-AB\n") == packages.key("0e3f-ab")


def test_accepted__carries_its_journal_entry_with_the_guid_byte_for_byte():
    accepted = packages.Accepted(**FIELDS, facts={"verdict": "valid"})
    assert accepted.event.facts["requester_guid"] == " A\n"
    assert accepted.event.facts["verdict"] == "valid"
    assert accepted.digest == hashlib.sha256(b"<a/>").hexdigest()


def test_fact_that_is_already_a_field__is_refused():
    with pytest.raises(ValueError, match="system"):
        packages.Accepted(**FIELDS, facts={"system": "another"})


def test_refused__keeps_the_body_only_where_it_is_given():
    with_body = packages.Refused("FMT001300", "/a", AT, {"path": "/p"}, b"<a")
    without = packages.Refused("FMT001900", "", AT)
    assert [payload.data for payload in with_body.event.payloads] == [b"<a"]
    assert dict(with_body.event.facts) == {"code": "FMT001300", "place": "/a", "path": "/p"}
    assert without.event.payloads == ()
