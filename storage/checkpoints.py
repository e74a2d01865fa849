"""Checkpoints: what the installation has signed of its journal, in that order, and by which certificates.

What a note says is nothing to storage; it is kept byte for byte and never changed.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa

from storage import lenient, tables


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A stored checkpoint."""

    number: int
    """Position among all checkpoints, from 0."""
    size: int
    """Entries that it covers."""
    note: str
    """The signed note (C2SP signed-note)."""
    certificate: bytes
    """Of the key that signed it, DER."""


def last(connection: sa.Connection) -> Kept | None:
    """Return the newest checkpoint, None where there is none."""
    return _kept(connection.execute(_LAST).first())


def covering(connection: sa.Connection, index: int) -> Kept | None:
    """Return the first checkpoint that covers the entry `index`: always the same one; None where none does yet."""
    return _kept(connection.execute(_COVERING, {"index": index}).first())


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """A checkpoint as it is stored, judged by nobody; what is not of its type is empty, and a size -1."""

    number: int
    size: int
    note: str
    signer: str
    """Fingerprint of the certificate."""
    certificate: bytes
    """Empty where there is none of that fingerprint."""


def stored(connection: sa.Connection, start: int, stop: int | None = None) -> Iterator[Stored]:
    """Yield the checkpoints from number `start` up to `stop` in their order, whatever was done to them."""
    while True:
        bounds = {"start": start, "stop": _END if stop is None else stop}
        page = lenient.read(connection, functools.partial(_page, connection, bounds))
        for row in page:
            yield Stored(
                row.number,
                row.size if isinstance(row.size, int) else -1,
                _text(row.note),
                _text(row.signer),
                row.certificate if isinstance(row.certificate, bytes) else b"",
            )
        if len(page) < _PAGE:
            return
        start = page[-1].number + 1


def count(connection: sa.Connection) -> int:
    """Return how many checkpoints there are."""
    return connection.execute(_COUNT).scalar_one()


def certificates(connection: sa.Connection) -> list[bytes]:
    """Return the certificates (DER) that have signed checkpoints."""
    found: Sequence[object] = connection.execute(_CERTIFICATES).scalars().all()
    return [each for each in found if isinstance(each, bytes)]


def idle_signers(connection: sa.Connection) -> list[str]:
    """Return the fingerprints of certificates that have signed no checkpoint; the gateway stores none."""
    return [_text(each) for each in lenient.read(connection, lambda: connection.execute(_IDLE).scalars().all())]


def _page(connection: sa.Connection, bounds: dict[str, int]) -> Sequence[tables.Row]:
    return connection.execute(_STORED, bounds).all()


def _text(value: object) -> str:
    """Return stored text, what is no UTF-8 of it replaced."""
    return value.encode("utf-8", "surrogateescape").decode(errors="replace") if isinstance(value, str) else ""


def add(connection: sa.Connection, size: int, note: str, certificate: bytes) -> Kept:
    """Store a checkpoint as the newest; `connection` comes from `Database.write()`."""
    newest = last(connection)
    number = 0 if newest is None else newest.number + 1
    signer = hashlib.sha256(certificate).hexdigest()
    if connection.execute(_KNOWN, {"signer": signer}).first() is None:
        connection.execute(_ADD_SIGNER, {"fingerprint": signer, "certificate": certificate})
    connection.execute(_ADD, {"number": number, "size": size, "note": note, "signer": signer})
    return Kept(number, size, note, certificate)


def _kept(row: tables.Row | None) -> Kept | None:
    return None if row is None else Kept(row.number, row.size, row.note, bytes(row.certificate))


_TABLE: Final = tables.journal_checkpoint
_SIGNER: Final = tables.journal_signer
_SELECT: Final = sa.select(_TABLE.c.number, _TABLE.c.size, _TABLE.c.note, _SIGNER.c.certificate).join(_SIGNER)
_LAST: Final = _SELECT.order_by(_TABLE.c.number.desc()).limit(1)
_COVERING: Final = _SELECT.where(_TABLE.c.size > sa.bindparam("index")).order_by(_TABLE.c.number).limit(1)


_END: Final = 2**63 - 1
_PAGE: Final = 256
_STORED: Final = (
    sa.select(
        _TABLE.c.number,
        sa.type_coerce(_TABLE.c.size, sa.types.NULLTYPE).label("size"),
        sa.type_coerce(_TABLE.c.note, sa.types.NULLTYPE).label("note"),
        sa.type_coerce(_TABLE.c.signer, sa.types.NULLTYPE).label("signer"),
        sa.type_coerce(_SIGNER.c.certificate, sa.types.NULLTYPE).label("certificate"),
    )
    .outerjoin(_SIGNER, _SIGNER.c.fingerprint == _TABLE.c.signer)
    .where(_TABLE.c.number >= sa.bindparam("start"), _TABLE.c.number < sa.bindparam("stop"))
    .order_by(_TABLE.c.number)
    .limit(_PAGE)
)
_IDLE: Final = (
    sa.select(_SIGNER.c.fingerprint)
    .where(_SIGNER.c.fingerprint.not_in(sa.select(_TABLE.c.signer)))
    .order_by(_SIGNER.c.fingerprint)
)
_COUNT: Final = sa.select(sa.func.count()).select_from(_TABLE)
_CERTIFICATES: Final = sa.select(sa.type_coerce(_SIGNER.c.certificate, sa.types.NULLTYPE)).order_by(
    _SIGNER.c.fingerprint
)
_KNOWN: Final = sa.select(_SIGNER.c.fingerprint).where(_SIGNER.c.fingerprint == sa.bindparam("signer"))
_ADD_SIGNER: Final = sa.insert(_SIGNER)
_ADD: Final = sa.insert(_TABLE)
