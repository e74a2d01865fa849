"""Writes DER (X.690), well-formed or not: what a library refuses to write is what attackers send."""

from __future__ import annotations

import datetime as dt

OCTETS = 0x80


def tlv(tag: int, content: bytes) -> bytes:
    """One value with its definite length, in the shortest form."""
    return header(tag, len(content)) + content


def header(tag: int, size: int) -> bytes:
    """What stands before a content of so many octets."""
    octets = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([size]) if size < OCTETS else bytes([OCTETS | len(octets)]) + octets)


def sequence(*values: bytes) -> bytes:
    return tlv(0x30, b"".join(values))


def one_of(*values: bytes) -> bytes:
    """A SET; its members are given in the order in which they are written."""
    return tlv(0x31, b"".join(values))


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return tlv(0x06, b"".join(_base128(arc) for arc in (first * 40 + second, *rest)))


def utf8(text: str) -> bytes:
    return tlv(0x0C, text.encode())


def printable(text: str) -> bytes:
    return tlv(0x13, text.encode("ascii"))


def numeric(digits: str) -> bytes:
    return tlv(0x12, digits.encode("ascii"))


def true() -> bytes:
    return tlv(0x01, b"\xff")


def null() -> bytes:
    return tlv(0x05, b"")


def bits(octets: bytes, unused: int = 0) -> bytes:
    return tlv(0x03, bytes([unused]) + octets)


def octets(content: bytes) -> bytes:
    return tlv(0x04, content)


def explicit(number: int, content: bytes) -> bytes:
    return tlv(0xA0 | number, content)


def time(moment: dt.datetime) -> bytes:
    """UTCTime up to 2049, GeneralizedTime after (RFC 5280, section 4.1.2.5)."""
    late = moment.year >= 2050
    return tlv(0x18 if late else 0x17, f"{moment:{'%Y' if late else '%y'}%m%d%H%M%SZ}".encode())


def _base128(number: int) -> bytes:
    septets = [number & 0x7F]
    while number := number >> 7:
        septets.append(number & 0x7F | 0x80)
    return bytes(reversed(septets))
