"""PKCS #11 URIs (RFC 7512): which module, which token, which key, and where its PIN stands.

Read strictly: an attribute that is misspelt, unknown or given twice is an error, because ignoring it would select
another key. A PIN inside the URI (`pin-value`) is refused: it would end up in process lists and logs. For the same
reason no message repeats a value from behind the question mark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from signing import errors

SCHEME = "pkcs11:"

_TOKEN = {"token": "label", "manufacturer": "manufacturer_id", "model": "model", "serial": "serial"}
"""Attribute of the URI by the attribute of a token that it has to equal."""
_PATH = frozenset({*_TOKEN, "slot-id", "object", "id", "type"})
_QUERY = frozenset({"module-path", "pin-source"})
_OTHER_WAYS = {
    "pin-value": "a PIN in the reference would be seen by others; give pin-source, a file",
    "module-name": "give module-path, the module's file",
}
# Section 2.3: unreserved characters, those that are free in the part, and percent-encoded octets.
_FREE = r"A-Za-z0-9\-._~:\[\]@!$'()*+,="
_ENCODED = r"%[0-9A-Fa-f]{2}"
_PATH_VALUE = re.compile(rf"(?:[{_FREE}&]|{_ENCODED})*")
_QUERY_VALUE = re.compile(rf"(?:[{_FREE}/?|]|{_ENCODED})*")


@dataclass(frozen=True, slots=True)
class KeyUri:
    """What a URI says; what it does not say is None and matches anything."""

    module_path: Path
    token: Mapping[str, str]
    """Wanted values by attribute of a token: label, manufacturer_id, model, serial."""
    slot: int | None
    label: str | None
    """CKA_LABEL of the key."""
    identifier: bytes | None
    """CKA_ID of the key."""
    pin_source: Path | None
    """File that holds the PIN."""

    @property
    def key(self) -> str:
        """The key in words, for messages."""
        said = [f"object={self.label}"] if self.label is not None else []
        said += [f"id={self.identifier.hex()}"] if self.identifier is not None else []
        return ";".join(said) or "any private key"


def parse(text: str) -> KeyUri:
    """Read a URI; raises `errors.KeyReference` with the attribute that is wrong, never with a value of the query."""
    if not text.startswith(SCHEME):
        raise errors.KeyReference(f"a key on a token is named by a URI that begins with {SCHEME}")
    path, _, query = text.removeprefix(SCHEME).partition("?")
    wanted = _attributes(path, ";", _PATH_VALUE, _PATH)
    where = _attributes(query, "&", _QUERY_VALUE, _QUERY)
    if "module-path" not in where:
        raise errors.KeyReference("module-path is missing: the file of the token's PKCS #11 module")
    if wanted.get("type", b"private") != b"private":
        raise errors.KeyReference("type: only a private key signs")
    return KeyUri(
        module_path=_file("module-path", where["module-path"]),
        token={field: _text(name, wanted[name]) for name, field in _TOKEN.items() if name in wanted},
        slot=_number("slot-id", wanted["slot-id"]) if "slot-id" in wanted else None,
        label=_text("object", wanted["object"]) if "object" in wanted else None,
        identifier=wanted.get("id"),
        pin_source=_file("pin-source", where["pin-source"].removeprefix(b"file:")) if "pin-source" in where else None,
    )


def _attributes(part: str, separator: str, allowed: re.Pattern[str], known: frozenset[str]) -> dict[str, bytes]:
    """Return the attributes of one part of the URI, their values decoded to octets."""
    found: dict[str, bytes] = {}
    for attribute in part.split(separator) if part else ():
        name, equals, value = attribute.partition("=")
        if name in _OTHER_WAYS:
            raise errors.KeyReference(f"{name}: {_OTHER_WAYS[name]}")
        if not equals or name not in known:
            # Whatever stands there may be a value that slipped: it is not repeated.
            raise errors.KeyReference(f"expected between '{separator}': {', '.join(sorted(known))}, each with '='")
        if name in found:
            raise errors.KeyReference(f"{name} is given twice")
        if not allowed.fullmatch(value):
            raise errors.KeyReference(f"{name}: characters beyond those of RFC 7512 are written as %XX")
        found[name] = unquote_to_bytes(value)
    return found


def _text(name: str, octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise errors.KeyReference(f"{name} is not UTF-8") from error


def _number(name: str, octets: bytes) -> int:
    if not (octets.isdigit() and len(octets) <= 20):  # noqa: PLR2004 - digits of the largest CK_ULONG
        raise errors.KeyReference(f"{name} is not a number")
    return int(octets)


def _file(name: str, octets: bytes) -> Path:
    """Read an absolute path; `file:///a` and `file:/a` are the same path (RFC 8089)."""
    text = _text(name, octets)
    plain = text.removeprefix("//") if text.startswith("///") else text
    if not plain.startswith("/") or plain.startswith("//") or "\0" in plain:
        raise errors.KeyReference(f"{name} is not the absolute path of a file")
    return Path(plain)
