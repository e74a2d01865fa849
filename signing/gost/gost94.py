"""ГОСТ Р 34.11-94 with the CryptoPro substitution, in plain Python (RFC 5831, RFC 4357): for old messages alone.

Octets are taken in the order in which they come, so that numbers of 256 bits are little-endian here where the RFC
writes them from the other end.
"""

from __future__ import annotations

import struct

from signing.digests import Hash

_BLOCK = 32
_WORD = (1 << 32) - 1
_MASK = (1 << 256) - 1
_KEY_ORDER = (*range(8), *range(8), *range(8), *reversed(range(8)))
"""Which word of the key each of the 32 rounds of the cipher takes (RFC 5830, section 5.1)."""

_SUBSTITUTION = (
    "a4568137dce092bf",
    "5f402db91763cea8",
    "7fce94103b526a8d",
    "4a7c0f28e165db93",
    "764b9c2a180efd35",
    "7624d9f0a15b8ec3",
    "de41705a3c8f629b",
    "13a95b4f867ed02c",
)
"""id-GostR3411-94-CryptoProParamSet (RFC 4357, section 11.2), the lowest four bits first."""

_C3 = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00
"""The one constant of the key generation that is not zero (RFC 5831, section 5.1)."""


def new() -> Hash:
    """Start a running digest of 32 bytes."""
    return _Gost94()


class _Gost94:
    """A running digest, as `hashlib` has them."""

    def __init__(self) -> None:
        self._state = bytes(_BLOCK)
        self._length = 0
        self._sum = 0
        self._rest = b""

    def update(self, data: bytes, /) -> None:
        """Take the next piece."""
        data = self._rest + data
        whole = len(data) - len(data) % _BLOCK
        for start in range(0, whole, _BLOCK):
            self._take(data[start : start + _BLOCK])
        self._length += whole
        self._rest = data[whole:]

    def digest(self) -> bytes:
        """Return the raw value over all the pieces so far."""
        last = _Gost94()
        last._state, last._sum = self._state, self._sum
        # The standard pads the empty message to a block of zeros, and the OpenSSL engine does; some libraries do not.
        if self._rest or not self._length:
            last._take(self._rest.ljust(_BLOCK, b"\0"))
        bits = 8 * (self._length + len(self._rest)) & _MASK
        state = _step(last._state, bits.to_bytes(_BLOCK, "little"))
        return _step(state, last._sum.to_bytes(_BLOCK, "little"))

    def _take(self, block: bytes) -> None:
        self._state = _step(self._state, block)
        self._sum = self._sum + int.from_bytes(block, "little") & _MASK


def _step(state: bytes, block: bytes) -> bytes:
    """Compute the step function of the standard: generate keys, encrypt, mix."""
    blocks = struct.unpack("<4Q", state)
    encrypted = [_encrypted(part, key) for part, key in zip(blocks, _keys(state, block), strict=True)]
    mixed = _shuffled(struct.unpack("<16H", struct.pack("<4Q", *encrypted)), 12)
    mixed = _shuffled(_xor(mixed, struct.unpack("<16H", block)), 1)
    mixed = _shuffled(_xor(mixed, struct.unpack("<16H", state)), 61)
    return struct.pack("<16H", *mixed)


def _keys(state: bytes, block: bytes) -> list[tuple[int, ...]]:
    """Generate four keys of eight words each (RFC 5831, section 5.1)."""
    u, v = int.from_bytes(state, "little"), int.from_bytes(block, "little")
    keys = []
    for constant in (0, _C3, 0, None):
        octets = (u ^ v).to_bytes(_BLOCK, "little")
        keys.append(struct.unpack("<8I", b"".join(octets[start::8] for start in range(8))))
        if constant is not None:
            u = _rotated(u) ^ constant
            v = _rotated(_rotated(v))
    return keys


def _rotated(number: int) -> int:
    """Compute the transformation A: drop the lowest 64 bits, put their sum with the next ones on top."""
    rest = number >> 64
    return rest | ((number ^ rest) & 0xFFFFFFFFFFFFFFFF) << 192


def _encrypted(block: int, key: tuple[int, ...]) -> int:
    """Encrypt 64 bits with ГОСТ 28147-89."""
    low, high = block & _WORD, block >> 32
    t0, t1, t2, t3 = _TABLES
    for word in _KEY_ORDER:
        index = low + key[word] & _WORD
        low, high = high ^ t0[index & 255] ^ t1[index >> 8 & 255] ^ t2[index >> 16 & 255] ^ t3[index >> 24], low
    return high | low << 32


def _shuffled(words: tuple[int, ...], times: int) -> tuple[int, ...]:
    """Shift 16 words several times, as the transformation ψ does."""
    row = list(words)
    for i in range(times):
        row.append(row[i] ^ row[i + 1] ^ row[i + 2] ^ row[i + 3] ^ row[i + 12] ^ row[i + 15])
    return tuple(row[times:])


def _xor(one: tuple[int, ...], other: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(a ^ b for a, b in zip(one, other, strict=True))


def _table(place: int) -> tuple[int, ...]:
    """Return, for each octet at a place of the word, its substitution, turned left by 11 bits as the cipher does."""
    low, high = _SUBSTITUTION[2 * place], _SUBSTITUTION[2 * place + 1]
    substituted = (int(high[octet >> 4] + low[octet & 15], 16) << 8 * place for octet in range(256))
    return tuple(word << 11 & _WORD | word >> 21 for word in substituted)


_TABLES = tuple(_table(place) for place in range(4))
