"""The entries of a revocation list, in the DER in which they were signed (RFC 5280, section 5.1.2.6 and 5.3).

    revokedCertificates  SEQUENCE OF SEQUENCE { serial INTEGER, date Time, extensions SEQUENCE OPTIONAL }

The library has checked this syntax before; what is done here is to find one entry among a million, fast.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from signing import der, errors

_ENUMERATED = 0x0A
_SEQUENCE = 0x30
_UTC_TIME, _GENERALIZED_TIME = 0x17, 0x18
_BOOLEAN = 0x01
_LONG = 0x80
_OFFSET_BITS = 32
_OFFSET = (1 << _OFFSET_BITS) - 1
_REASON_OCTETS = 3

_REASON_CODE = bytes.fromhex("551d15")
_INVALIDITY_DATE = bytes.fromhex("551d18")
_HOLD, _REMOVED = 6, 8

REASONS = {
    1: "ключ скомпрометирован",
    2: "скомпрометирован ключ удостоверяющего центра",
    3: "изменились сведения о владельце",
    4: "сертификат заменён",
    5: "использование прекращено",
    _HOLD: "действие приостановлено",
    9: "права владельца отозваны",
    10: "скомпрометирован ключ центра атрибутов",
}
"""CRLReason for a person; the others say nothing."""
_REMEMBERED = 4096
"""Most different extensions of entries that are remembered while a list is read; there are some ten in practice."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One revoked certificate."""

    serial: int
    at: datetime
    """Since when it is revoked."""
    reason: int = 0
    """CRLReason; 0 where none is given."""
    invalid_since: datetime | None = None
    """Since when its authority suspects it to be invalid: a date for a person, which decides nothing here."""

    @property
    def is_hold(self) -> bool:
        """Whether it may be taken off the list again."""
        return self.reason == _HOLD


def index(tbs: bytes) -> array[int]:
    """Return where the entries of a TBSCertList start, ordered by serial number.

    Left out are removeFromCRL, and serial numbers of zero or less, which no certificate has that is read here. Raises
    `errors.RevocationListUnusable` for an entry that demands what is not understood, and `ValueError` or `IndexError`
    for what is no list.
    """
    start, stop = _revoked(tbs)
    known: dict[bytes, int] = {}
    keys = []
    while start < stop:
        content, end = _bounds(tbs, start)
        octets = tbs[content + 1]
        if octets & _LONG:
            raise ValueError("serial number beyond 127 octets")
        date = content + 2 + octets
        extensions = date + 2 + tbs[date + 1]
        is_removed = extensions < end and _reason_of(tbs[extensions:end], known) == _REMOVED
        serial = int.from_bytes(tbs[content + 2 : date], "big", signed=True)
        if serial > 0 and not is_removed:
            keys.append(serial << _OFFSET_BITS | start)
        start = end
    keys.sort()
    return array("I", [key & _OFFSET for key in keys])


def serial_at(tbs: bytes, start: int) -> int:
    """Return the serial number of the entry that starts there, as `index` has found it."""
    content, _end = _bounds(tbs, start)
    return int.from_bytes(tbs[content + 2 : content + 2 + tbs[content + 1]], "big")


def decode(tbs: bytes, start: int) -> Entry:
    """Return the entry that starts there, as `index` has found it."""
    content, end = _bounds(tbs, start)
    serial, date, *more = der.spans(tbs, content, end)
    found = dict(_extensions(tbs[more[0][1] : end])) if more else {}
    return Entry(
        serial=int.from_bytes(tbs[serial[2] : serial[3]], "big"),
        at=_moment(date[0], tbs[date[2] : date[3]]),
        reason=_reason(found.get(_REASON_CODE, b"")),
        invalid_since=_invalidity_date(found.get(_INVALIDITY_DATE)),
    )


def _revoked(tbs: bytes) -> tuple[int, int]:
    """Return where the content of revokedCertificates starts and ends; twice the same place where there is none."""
    (_tag, _start, content, stop) = next(der.spans(tbs))
    after_time = False
    for tag, _start, inside, end in der.spans(tbs, content, stop):
        if after_time and tag == _SEQUENCE:
            return inside, end
        after_time = after_time or tag in (_UTC_TIME, _GENERALIZED_TIME)
    return stop, stop


def _bounds(tbs: bytes, start: int) -> tuple[int, int]:
    """Return where the content of the value that starts there begins, and where it ends."""
    length, content = tbs[start + 1], start + 2
    if length & _LONG:
        octets = length & ~_LONG
        length, content = int.from_bytes(tbs[content : content + octets], "big"), content + octets
    return content, content + length


def _reason_of(encoded: bytes, known: dict[bytes, int]) -> int:
    """Return the reason in the extensions of an entry, which are the same few for a million entries."""
    reason = known.get(encoded)
    if reason is None:
        found = dict(_extensions(encoded))
        reason = _reason(found.get(_REASON_CODE, b""))
        if len(known) < _REMEMBERED:
            known[encoded] = reason
    return reason


def _extensions(encoded: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield identifier and value of each extension; refuses critical ones, none of which is understood here.

    The only critical one that RFC 5280 defines is certificateIssuer, the mark of an indirect list.
    """
    for _tag, _whole, content in der.values(der.only(encoded)[1]):
        (_oid, _, identifier), *middle, (_octets, _, value) = der.values(content)
        if any(tag == _BOOLEAN and flag != b"\0" for tag, _, flag in middle):
            raise errors.RevocationListUnusable("an entry has a critical extension that is not known")
        yield identifier, value


def _reason(encoded: bytes) -> int:
    """Decode a CRLReason; 0, which says nothing, for what is none."""
    return encoded[2] if len(encoded) == _REASON_OCTETS and encoded[0] == _ENUMERATED else 0


def _invalidity_date(encoded: bytes | None) -> datetime | None:
    if encoded is None:
        return None
    try:
        return _moment(*der.only(encoded))
    except ValueError:  # a date for a person, which decides nothing
        return None


def _moment(tag: int, content: bytes) -> datetime:
    """Decode a Time (RFC 5280, section 4.1.2.5): two digits of a year are of 1950 to 2049."""
    text = content.decode("ascii")
    if tag == _UTC_TIME:
        text = f"{'19' if text[:2] >= '50' else '20'}{text}"
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
