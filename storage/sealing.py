"""Payloads of packages at rest: sealed by AES-256-GCM with a key of their package, so that destroying it erases them.

A sealed payload is stored as these bytes, one after the other:

     4  "HCS" and the version of the form, 1; no zstd frame begins so
    16  id of the data key: the MessageGUID that the gateway gave to the package, of a refused package a random one
    12  nonce, random
     n  the payload, compressed by zstd and enciphered
    16  tag

The first 20 bytes and the role of the payload are associated data: what was sealed opens in no other role and under no
other key. The data key itself, 32 random bytes, is kept wrapped by the installation's key: 4 bytes of that key's name,
12 of a nonce, 32 + 16 of the enciphered key and its tag, bound to the id of the data key.

Nonces are random: sound for 2^32 data keys under one key of the installation, and for any number of payloads that a
package can have.
"""

from __future__ import annotations

import dataclasses
import functools
import secrets
from collections.abc import Mapping
from typing import Final

from cryptography import exceptions
from cryptography.hazmat.primitives.ciphers import aead

from storage import errors

MAGIC: Final = b"HCS\x01"
KEY_ID_BYTES: Final = 16
KEY_BYTES: Final = 32
NAME_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_HEAD: Final = len(MAGIC) + KEY_ID_BYTES
_BOUND: Final = b"hcs-gateway\0journal key\0"


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """The data key of one package."""

    id: bytes
    secret: bytes = dataclasses.field(repr=False)
    wrapped: bytes = dataclasses.field(repr=False)
    """`secret` as it is stored."""

    def seal(self, role: str, packed: bytes) -> bytes:
        """Return a payload, already compressed, in the form above."""
        head = MAGIC + self.id
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return head + nonce + aead.AESGCM(self.secret).encrypt(nonce, packed, head + role.encode())

    def open(self, role: str, stored: bytes) -> bytes:
        """Return the compressed payload; raises ValueError where this is not what this key has sealed in this role."""
        head, rest = stored[:_HEAD], stored[_HEAD:]
        try:
            return aead.AESGCM(self.secret).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], head + role.encode())
        except (exceptions.InvalidTag, ValueError) as error:
            raise ValueError("not what was sealed under this key") from error


@dataclasses.dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of an installation that wrap data keys, by their names; the first one wraps, all of them unwrap."""

    keys: Mapping[bytes, bytes] = dataclasses.field(repr=False)
    """Names of 4 bytes to keys of 32."""

    def new(self, key_id: bytes) -> Key:
        """Return a new data key."""
        chance = secrets.token_bytes(KEY_BYTES + _NONCE_BYTES)
        secret, nonce = chance[:KEY_BYTES], chance[KEY_BYTES:]
        name, wrapping = next(iter(self.keys.items()))
        return Key(key_id, secret, name + nonce + _cipher(wrapping).encrypt(nonce, secret, _BOUND + key_id))

    def unwrap(self, key_id: bytes, wrapped: bytes) -> Key:
        """Return a stored data key; raises KeyMissing where its wrapping key is not here, ValueError for damage."""
        name, rest = wrapped[:NAME_BYTES], wrapped[NAME_BYTES:]
        if name not in self.keys:
            raise errors.KeyMissing(
                f"payloads are sealed under the key {name.hex()}, which is not here: put it back from a copy"
            )
        try:
            secret = _cipher(self.keys[name]).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _BOUND + key_id)
        except (exceptions.InvalidTag, ValueError) as error:
            raise ValueError("its key is damaged") from error
        return Key(key_id, secret, wrapped)


@functools.lru_cache(maxsize=16)  # the same few for every package
def _cipher(wrapping: bytes) -> aead.AESGCM:
    return aead.AESGCM(wrapping)


def key_id(stored: bytes) -> bytes | None:
    """Return which data key a stored payload needs; None for one that is not sealed."""
    return stored[len(MAGIC) : _HEAD] if stored.startswith(MAGIC) else None
