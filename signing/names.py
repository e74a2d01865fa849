"""X509IssuerName compared as a set of attributes, never as a string.

The same name is written in many ways: RFC 4514 and RFC 2253 strings, lower-case keywords, dotted identifiers
with and without `OID.`, values as `#hex`, either order. The digest of the certificate decides which one is
meant; this only asks whether the name agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from cryptography import x509

from signing import der

Attributes: TypeAlias = tuple[tuple[str, str], ...]
"""(dotted identifier, value without differences of case and space), sorted, repeated ones repeated."""

_KEYWORDS = {
    "cn": "2.5.4.3",
    "sn": "2.5.4.4",
    "surname": "2.5.4.4",
    "serialnumber": "2.5.4.5",
    "c": "2.5.4.6",
    "l": "2.5.4.7",
    "st": "2.5.4.8",
    "s": "2.5.4.8",
    "street": "2.5.4.9",
    "streetaddress": "2.5.4.9",
    "o": "2.5.4.10",
    "ou": "2.5.4.11",
    "t": "2.5.4.12",
    "title": "2.5.4.12",
    "postalcode": "2.5.4.17",
    "g": "2.5.4.42",
    "gn": "2.5.4.42",
    "givenname": "2.5.4.42",
    "i": "2.5.4.43",
    "initials": "2.5.4.43",
    "pseudonym": "2.5.4.65",
    "organizationidentifier": "2.5.4.97",
    "dc": "0.9.2342.19200300.100.1.25",
    "uid": "0.9.2342.19200300.100.1.1",
    "e": "1.2.840.113549.1.9.1",
    "email": "1.2.840.113549.1.9.1",
    "emailaddress": "1.2.840.113549.1.9.1",
    "unstructuredname": "1.2.840.113549.1.9.2",
    "ogrn": "1.2.643.100.1",
    "огрн": "1.2.643.100.1",
    "snils": "1.2.643.100.3",
    "снилс": "1.2.643.100.3",
    "innle": "1.2.643.100.4",
    "инн юл": "1.2.643.100.4",
    "ogrnip": "1.2.643.100.5",
    "огрнип": "1.2.643.100.5",
    "inn": "1.2.643.3.131.1.1",
    "инн": "1.2.643.3.131.1.1",
}
_STRINGS = {12: "utf-8", 18: "ascii", 19: "ascii", 20: "latin-1", 22: "ascii", 26: "ascii", 30: "utf-16-be"}
"""Text encoding by the DER tag of a directory string."""
_HEX_PAIR = 2


def attributes_of(name: x509.Name) -> Attributes:
    """Return the attributes of a name in a certificate."""
    return tuple(sorted((item.oid.dotted_string, _plain(_text(item.value))) for item in name))


@lru_cache(maxsize=128)
def parse(text: str) -> Attributes:
    """Return the attributes of a written name; raises `ValueError` where it is none. Linear."""
    attributes = []
    for part in _split(text):
        keyword, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"no '=' in {part!r}")
        attributes.append((_identifier(keyword.strip()), _plain(_value(_stripped(value)))))
    return tuple(sorted(attributes))


def _split(text: str) -> Iterator[str]:
    """Cut at `,`, `;` and `+` that are neither escaped nor inside quotes."""
    start, quoted, escaped = 0, False, False
    for position, character in enumerate(text):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character in ",;+" and not quoted:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _identifier(keyword: str) -> str:
    folded = keyword.casefold().removeprefix("oid.")
    if folded.replace(".", "").isdecimal():
        return folded
    if folded not in _KEYWORDS:
        raise ValueError(f"attribute {keyword!r} is not known")
    return _KEYWORDS[folded]


def _stripped(written: str) -> str:
    r"""Take the spaces around a value away; not the one that an escape, `\ `, ends in."""
    bare = written.strip(" ")
    backslashes = len(bare) - len(bare.rstrip("\\"))
    return f"{bare} " if backslashes % 2 and written.endswith(" ") else bare


def _value(written: str) -> str:
    if written.startswith("#"):
        return _from_hex(written[1:])
    if len(written) > 1 and written[0] == written[-1] == '"':
        written = written[1:-1]
    return _unescaped(written)


def _from_hex(digits: str) -> str:
    tag, content = der.only(bytes.fromhex(digits))
    return content.decode(_STRINGS[tag]) if tag in _STRINGS else content.hex()


def _unescaped(written: str) -> str:
    r"""Undo `\,` and `\D0\A0`: pairs of hexadecimal digits are octets of UTF-8."""
    if "\\" not in written:
        return written
    octets, position = bytearray(), 0
    while position < len(written):
        character = written[position]
        pair = written[position + 1 : position + 1 + _HEX_PAIR]
        if character == "\\" and _is_hex(pair):
            octets.append(int(pair, 16))
            position += 1 + _HEX_PAIR
            continue
        if character == "\\":
            if not pair:
                raise ValueError("a backslash with nothing after it")
            character = pair[:1]
            position += 1
        octets += character.encode()
        position += 1
    return octets.decode()


def _is_hex(pair: str) -> bool:
    return len(pair) == _HEX_PAIR and all(digit in "0123456789abcdefABCDEF" for digit in pair)


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.hex()


def _plain(value: str) -> str:
    return " ".join(value.split()).casefold()
