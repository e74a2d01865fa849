"""What a backend has to compute rightly before anything else is asked of it.

The answers are those of the standards: RFC 6986, section 10 (Streebog), RFC 7091, section 7.1, and ГОСТ Р 34.10-2012,
annex A.2 (signatures). RFC 5831 gives its examples with the substitution for tests alone; those with CryptoPro's are
what the implementations of the world agree on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from signing import errors
from signing.gost import curves, keys
from signing.gost.backend import Backend
from signing.gost.keys import PrivateKey

_DIGITS = b"012345678901234567890123456789012345678901234567890123456789012"
_LAY = "Се ветри, Стрибожи внуци, веютъ с моря стрелами на храбрыя плъкы Игоревы".encode("cp1251")

HASHES = (
    ("streebog256", _DIGITS, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    ("streebog256", _LAY, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"),
    (
        "streebog512",
        _DIGITS,
        (
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
            "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
        ),
    ),
    (
        "streebog512",
        _LAY,
        (
            "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
            "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"
        ),
    ),
    ("gost94", b"message digest", "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0"),
    (
        "gost94",
        b"Suppose the original message has length = 50 bytes",
        "c3730c5cbccacf915ac292676f21e8bd4ef75331d9405e5f1a61dc3130a65011",
    ),
)
"""Hash, message, value in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Example:
    """One signature of the standard."""

    d: int
    """Private key."""
    digest: int
    r: int
    s: int


_SHORT = Example(
    d=0x7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28,
    digest=0x2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5,
    r=0x41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493,
    s=0x01456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40,
)
_LONG = Example(
    d=0x0BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B102072E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4,
    digest=0x3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C5917184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C,
    r=0x2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD35492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36,
    s=0x1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A,
)

SIGNATURES = (
    (keys.GOST_2001, curves.TEST_256, _SHORT),
    (keys.GOST_2012_256, curves.TEST_256, _SHORT),
    (keys.GOST_2012_512, curves.TEST_512, _LONG),
)
"""Algorithm, curve and example; the curves are believed nowhere else."""


def check(backend: Backend) -> None:
    """Ask the backend for all of it; raises `errors.BackendUnavailable` with the first wrong answer."""
    for name, message, value in HASHES:
        _demand(_hashed(backend, name, message).hex() == value, backend, f"hashes wrongly ({name})")
    for algorithm, curve, example in SIGNATURES:
        key = PrivateKey(algorithm, curve, example.d)
        digest = example.digest.to_bytes(algorithm.size, "little")
        good = example.s.to_bytes(algorithm.size, "big") + example.r.to_bytes(algorithm.size, "big")
        _demand(backend.verify(key.public, digest, good), backend, f"refuses a good signature ({algorithm.name})")
        mine = backend.sign(key, digest)
        _demand(backend.verify(key.public, digest, mine), backend, f"signs wrongly ({algorithm.name})")
        for bad in _spoilt(good):
            _demand(not backend.verify(key.public, digest, bad), backend, f"accepts a bad one ({algorithm.name})")


def _spoilt(signature: bytes) -> Iterator[bytes]:
    """Change the signature in the ways that implementations have been seen to overlook."""
    half = len(signature) // 2
    yield signature[half:] + signature[:half]
    yield signature + b"\0"
    yield bytes(2 * half)
    yield bytes((signature[0] ^ 1,)) + signature[1:]


def _hashed(backend: Backend, name: str, message: bytes) -> bytes:
    """Hash the message in two pieces, cut where no block ends."""
    running = backend.hash(name)
    running.update(message[:37])
    running.update(message[37:])
    return running.digest()


def _demand(holds: bool, backend: Backend, what: str) -> None:  # noqa: FBT001 - the one thing that is asked
    if not holds:
        raise errors.BackendUnavailable(f"The backend {backend.name} fails its self-test: it {what}.")
