"""Personal data at rest: sealed with a key of the installation before it enters the registry or the journal.

A sealed value is `v1.<key id>.<base64url of nonce, ciphertext and tag>`, AES-256-GCM over the content as JSON. Its
associated data name the object that it belongs to, so it opens nowhere else: copied to another object, or changed by
one bit, it is `Tampered`. The key file may hold several keys: the first one seals, the others open what was sealed
before them. Nonces are random, which is sound for 2^32 values of one key; then put a new key in front.

That is the registry. Payloads of the journal are sealed by data keys, one for each package (`storage.sealing`), which
are wrapped by keys derived from those of the same file: no key serves two purposes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

from cryptography import exceptions
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import aead
from cryptography.hazmat.primitives.kdf import hkdf

from gateway import errors
from gateway.settings import Settings
from storage import sealing

FILE: Final = "data.key"
_FORM: Final = "v1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_JOURNAL: Final = b"hcs-gateway: keys of the journal's payloads, 1"
_SEALED: Final = re.compile(rf"{_FORM}\.[0-9a-f]{{8}}\.[A-Za-z0-9_-]+={{0,2}}")
_ABOUT: Final = (
    "# The key of the personal data in the registry and of the packages in the journal. Without it they are lost:\n"
    "# keep a copy, apart from the database.\n"
    "# A line is a key's id and the key in Base64. The first key seals; the ones below it only open older values.\n"
)


class Tampered(errors.GatewayError):
    """A sealed value is not what was sealed, or does not belong to the object in which it stands."""


class Vault:
    """Seals and opens; safe for threads. `keys` are 32 bytes each, the first one seals."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._sealing = key_id(keys[0])
        self._ciphers = {key_id(key): aead.AESGCM(key) for key in keys}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the vault of a key file; raises Unavailable, with what to do, where it is missing or damaged."""
        return cls(_keys(path))

    def seal(self, content: Any, owner: str) -> str:
        """Return content (whatever JSON can hold) as a text that opens only with the key and for this owner."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = self._ciphers[self._sealing].encrypt(nonce, plain, _bound(self._sealing, owner))
        return f"{_FORM}.{self._sealing}.{_encoded(nonce + sealed)}"

    def unseal(self, sealed: str, owner: str) -> Any:
        """Return the content; raises Tampered, and Unavailable where its key is not in the key file."""
        form, _, rest = sealed.partition(".")
        by, _, encoded = rest.partition(".")
        if form != _FORM:
            raise Tampered(f"a sealed value of {owner} has an unknown form")
        if by not in self._ciphers:
            raise errors.Unavailable(f"the key {by} of sealed personal data is not in {FILE}; put it back from a copy")
        try:
            raw = _decoded(encoded)
            plain = self._ciphers[by].decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], _bound(by, owner))
        except (exceptions.InvalidTag, ValueError) as error:
            raise Tampered(f"a sealed value of {owner} is not what was sealed") from error
        return json.loads(plain)


def keyring(path: Path) -> sealing.Keyring:
    """Return the keyring of a key file for the journal; raises Unavailable as `Vault.load` does."""
    return sealing.Keyring({bytes.fromhex(key_id(key)): _wrapping(key) for key in _keys(path)})


def is_sealed(value: object) -> bool:
    """Return whether a value of an object's content looks like a sealed one."""
    return isinstance(value, str) and _SEALED.fullmatch(value) is not None


def path(settings: Settings) -> Path:
    """Return the path of the key file."""
    return settings.keys / FILE


def new_file() -> bytes:
    """Return the content of a key file with one new key."""
    key = new_key()
    return f"{_ABOUT}{key_id(key)} {base64.b64encode(key).decode()}\n".encode("ascii")


def new_key() -> bytes:
    """Return a key that nobody else has."""
    return secrets.token_bytes(_KEY_BYTES)


def key_id(key: bytes) -> str:
    """Return what sealed values call a key: the beginning of its digest, which also shows that the file is whole."""
    return hashlib.sha256(key).hexdigest()[:8]


def check(settings: Settings) -> None:
    """Raise Unavailable when the key file is gone: a restart would find that it cannot go on."""
    if not os.access(path(settings), os.R_OK):
        raise errors.Unavailable(f"the key of the personal data is gone: {FILE}")


def _keys(path: Path) -> list[bytes]:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        keys = [_key(line) for line in lines if line.strip() and not line.startswith("#")]
    except FileNotFoundError as error:
        raise errors.Unavailable(
            f"the key of the personal data is missing: {path}; put it back from a copy, or, in an installation "
            "that has no personal data yet, run `gateway init`"
        ) from error
    except (OSError, ValueError) as error:
        raise errors.Unavailable(f"the key of the personal data cannot be read: {path}: {error}") from error
    if not keys:
        raise errors.Unavailable(f"the key of the personal data cannot be read: {path} holds none")
    return keys


def _wrapping(key: bytes) -> bytes:
    """Return the key of the journal that belongs to a key of the file (HKDF, RFC 5869)."""
    return hkdf.HKDF(hashes.SHA256(), _KEY_BYTES, salt=None, info=_JOURNAL).derive(key)


def _key(line: str) -> bytes:
    name, _, encoded = line.partition(" ")
    try:
        key = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error as error:
        raise ValueError(f"key {name} is not Base64") from error
    if len(key) != _KEY_BYTES or key_id(key) != name:
        raise ValueError(f"key {name} is damaged")
    return key


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


def _decoded(text: str) -> bytes:
    raw = base64.b64decode(text, altchars=b"-_", validate=True)
    # The last bits before the padding mean nothing; they are zero where we wrote them.
    if _encoded(raw) != text:
        raise ValueError("not as it was encoded")
    return raw


def _bound(by: str, owner: str) -> bytes:
    return f"hcs-gateway\0{_FORM}\0{by}\0{owner}".encode()
