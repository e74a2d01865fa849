"""Just enough DER (X.690) to cut one field out of a certificate; a library decodes everything else."""

from __future__ import annotations

from collections.abc import Iterator

_CONTEXT_0 = 0xA0
_LONG = 0x80


def spans(data: bytes, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, int, int, int]]:
    """Yield (tag, where it starts, where its content starts, where it ends) of each value in a row; copies nothing.

    `start` and `stop` bound the row. Raises `ValueError` on a length that is indefinite or runs over the end.
    """
    position, end = start, len(data) if stop is None else stop
    while position < end:
        start, content = position, position + 2
        if content > end:
            raise ValueError("DER ends inside a header")
        tag, length = data[position], data[position + 1]
        if length & _LONG:
            octets = length & ~_LONG
            if not 0 < octets <= 4 or content + octets > end:  # noqa: PLR2004 - 4 octets count 4 GB
                raise ValueError("DER length is not definite")
            length = int.from_bytes(data[content : content + octets], "big")
            content += octets
        position = content + length
        if position > end:
            raise ValueError("DER value runs over the end")
        yield tag, start, content, position


def values(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (tag, the whole encoding, its content) of each value in a row; raises as `spans` does."""
    for tag, start, content, stop in spans(data):
        yield tag, data[start:stop], data[content:stop]


def only(data: bytes) -> tuple[int, bytes]:
    """Return (tag, content) of the one value that the data are; raises `ValueError` where they are not one."""
    found = list(values(data))
    if len(found) != 1:
        raise ValueError("DER is not one value")
    tag, _whole, content = found[0]
    return tag, content


def subject_public_key_info(tbs: bytes) -> bytes:
    """Cut SubjectPublicKeyInfo out of the TBSCertificate (RFC 5280, section 4.1).

    `cryptography` gives the key only as an object, and only for algorithms that it knows.
    """
    _tag, body = only(tbs)
    fields = [(tag, whole) for tag, whole, _content in values(body)]
    explicit_version = int(fields[0][0] == _CONTEXT_0)
    # serialNumber, signature, issuer, validity, subject: five fields stand between the version and the key
    return fields[explicit_version + 5][1]
