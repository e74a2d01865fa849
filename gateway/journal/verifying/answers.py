"""Whether each stored answer is what the installation has signed, for the message of its entry."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway import wire, xml
from signing import certificates, policy, trust, xades
from signing.gost import selection
from storage import directory, errors, journal, packages, verification

KINDS: Final = {journal.Kind.RESULT_MADE: "results", journal.Kind.RUN_FAILED: "failed runs"}
"""Entries whose payload answers a sender, and how they are counted."""


def judge(
    connection: directory.Connection,
    start: int,
    stop: int,
    counts: dict[str, int],
    believed: tuple[bytes, ...],
    gost_backend: str,
) -> Iterator[verification.Fault]:
    """Yield the answers of a range that are not signed by one of the certificates (DER), or answer another message.

    An authority among them vouches for whom it has issued. What cannot be read, or was erased by order, is told by the
    chain, and passed over; what only an archive or a key that is not here can open is told, `unread`.
    """
    store = trust.TrustStore.believing(certificates.read(each) for each in believed)
    by = policy.archive(selection.choose(gost_backend))
    for row in journal.rows(connection, start, stop):
        if row.kind not in KINDS:
            continue
        try:
            entry = journal.decode(row.record, row.hash)
            data = journal.payload(connection, entry.index, packages.RESULT)
        except (ValueError, TypeError, errors.NotFound, errors.Erased):
            continue
        except (errors.Archived, errors.KeyMissing) as error:
            yield verification.Fault(row.entry_index, f"this answer, and others, were not judged: {error}", unread=True)
            continue
        counts[KINDS[row.kind]] = counts.get(KINDS[row.kind], 0) + 1
        yield from (verification.Fault(row.entry_index, what) for what in faults(data, entry, store, by))


def faults(data: bytes, entry: journal.Entry, store: trust.TrustStore, by: policy.Policy) -> Iterator[str]:
    """Yield what is wrong with the answer of an entry; whoever signed it is judged as of the time of the entry."""
    try:
        answer = xml.parse(data)
    except xml.NotXML as error:
        yield f"the answer is not XML: {error}"
        return
    answered = (answer.findtext(wire.base("MessageGUID")) or "").strip()
    if answered.lower() != str(entry.message).lower():
        yield f"the answer is to message {answered or 'without a MessageGUID'}, the entry is about {entry.message}"
    if (why := _unsigned(answer, store, by, entry.at)) is not None:
        yield f"the answer is not signed by this installation: {why}"


def _unsigned(answer: etree._Element, store: trust.TrustStore, by: policy.Policy, at: dt.datetime) -> str | None:
    judged = xades.verify(answer, policy=by, trust=store, at=at)
    return judged.failure.reason.value if judged.failure is not None else None
