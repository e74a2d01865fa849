"""Just enough DER (X.690) to cut one field out of a certificate, and to read and write what no library here knows."""

from __future__ import annotations

from collections.abc import Iterator

INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30

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


def value(tag: int, content: bytes) -> bytes:
    """Encode one value."""
    length = len(content)
    if length < _LONG:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG | len(octets))) + octets + content


def sequence(*items: bytes) -> bytes:
    """Encode a SEQUENCE of values that are encoded already."""
    return value(SEQUENCE, b"".join(items))


def integer(number: int) -> bytes:
    """Encode an INTEGER of zero or more."""
    return value(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octet_string(content: bytes) -> bytes:
    """Encode an OCTET STRING."""
    return value(OCTET_STRING, content)


def bit_string(content: bytes) -> bytes:
    """Encode a BIT STRING of whole octets."""
    return value(BIT_STRING, b"\0" + content)


def object_identifier(dotted: str) -> bytes:
    """Encode an OBJECT IDENTIFIER."""
    first, second, *rest = map(int, dotted.split("."))
    return value(OBJECT_IDENTIFIER, b"".join(_base_128(number) for number in (40 * first + second, *rest)))


def _base_128(number: int) -> bytes:
    octets = [number & 0x7F]
    while number := number >> 7:
        octets.append(_LONG | number & 0x7F)
    return bytes(reversed(octets))
