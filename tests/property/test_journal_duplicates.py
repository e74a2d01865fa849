"""P3 and P4 for any package: the same bytes get the same answer, one other byte gets a refusal of its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import intake, journal, verification
from storage.database import Database
from tests.integration.storage import factories


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    database = Database.open(f"sqlite:///{tmp_path_factory.mktemp('duplicates')}/gateway.db")
    database.migrate()
    yield database
    with database.read() as connection:
        assert list(verification.verify(connection)) == []
    database.close()


@pytest.fixture(scope="module")
def writer(database):
    writer = intake.Writer(database)
    yield writer
    writer.close()


def _size(database):
    with database.read() as connection:
        return journal.size(connection)


@settings(max_examples=40, deadline=None)
@given(request=st.binary(min_size=1, max_size=200), data=st.data())
def test_any_one_byte_change__is_refused_and_both_digests_are_journaled(database, writer, request, data):
    position = data.draw(st.integers(0, len(request) - 1))
    changed = bytearray(request)
    changed[position] ^= data.draw(st.integers(1, 255))
    first = factories.accepted(request=request)
    assert writer.accept(first) == intake.New(first.message_guid)
    before = _size(database)
    same = factories.accepted(f" {first.requester_guid.upper()} ", request)
    assert writer.accept(same) == intake.Same(first.message_guid)
    assert _size(database) == before
    other = factories.accepted(first.requester_guid, bytes(changed))
    assert writer.accept(other) == intake.Taken(first.message_guid, first.digest)
    with database.read() as connection:
        (entry,) = journal.entries(connection, before)
    assert (entry.kind, entry.facts["digest"], entry.facts["first_digest"]) == (
        "package-refused",
        other.digest,
        first.digest,
    )
