"""Changes of bytes that know nothing of what the bytes mean."""

from __future__ import annotations

from random import Random

_INTERESTING = (
    b"\x00",
    b"\x01",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\x30\x80",
    b"\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x84\xff\xff\xff\xff",
)


def changed(data: bytes, random: Random) -> bytes:
    """Return the data with one change."""
    return random.choice(_CHANGES)(data, random)


def _place(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.choice((1, 1, 1, 2, 4, 16, 64)))


def _flipped(data: bytes, random: Random) -> bytes:
    if not data:
        return b"\x00"
    position = random.randrange(len(data))
    return data[:position] + bytes([data[position] ^ 1 << random.randrange(8)]) + data[position + 1 :]


def _replaced(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    return data[:start] + random.randbytes(end - start) + data[end:]


def _interesting(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    return data[:start] + random.choice(_INTERESTING) + data[end:]


def _removed(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    return data[:start] + data[end:]


def _inserted(data: bytes, random: Random) -> bytes:
    start, _ = _place(data, random)
    return data[:start] + random.randbytes(random.choice((1, 2, 8))) + data[start:]


def _repeated(data: bytes, random: Random) -> bytes:
    start, end = _place(data, random)
    return data[:end] + data[start:end] * random.choice((1, 2, 30)) + data[end:]


def _copied(data: bytes, random: Random) -> bytes:
    (start, end), (target, _) = _place(data, random), _place(data, random)
    return data[:target] + data[start:end] + data[target:]


def _truncated(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data) + 1)]


_CHANGES = (_flipped, _flipped, _replaced, _interesting, _removed, _inserted, _repeated, _copied, _truncated)
