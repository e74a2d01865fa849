"""ГОСТ Р 34.10 with ГОСТ Р 34.11, for what a backend computes (draft-chudov-cryptopro-cpxmldsig, RFC 9215).

The signature is `s‖r` in XML and in certificates alike. Russian software of the years until 2019 wrote the addresses of
the old algorithms in two ways.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

from signing.digests import Digest
from signing.gost import keys
from signing.gost.backend import Backend
from signing.gost.keys import Algorithm, PrivateKey, PublicKey

_CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ANSWERS = 1024
"""Signatures of certificates whose answer is remembered, some hundred bytes each."""


@dataclass(frozen=True, slots=True)
class GostSuite:
    """One algorithm under one address; its keys are on any curve of theirs but those of the standard's examples."""

    name: str
    uri: str
    oid: str
    digest: Digest
    algorithm: Algorithm
    backend: Backend = field(repr=False)

    def accepts(self, spki: bytes) -> bool:
        """Sound keys of this very algorithm: one of 2001 does not sign by the rules of 2012, nor the other way."""
        key = keys.read_public(spki)
        return key is not None and key.algorithm is self.algorithm

    def verify(self, spki: bytes, data: bytes, signature: bytes) -> bool:
        """Verify `s‖r`; another length is no signature, and neither is a half that is zero, or not below the order."""
        key = keys.read_public(spki)
        if key is None or key.algorithm is not self.algorithm:
            return False
        return self.backend.verify(key, self.digest.of(data), signature)

    def verify_certificate(self, spki: bytes, tbs: bytes, signature: bytes) -> bool:
        """Verify as in XML: X.509 carries the same octets. The answer is remembered: the same chains come all day."""
        key = keys.read_public(spki)
        if key is None or key.algorithm is not self.algorithm or len(signature) != 2 * self.algorithm.size:
            return False
        return _verified(self.backend, key, self.digest.of(tbs), signature)

    def sign(self, key: PrivateKey, data: bytes) -> bytes:
        """Sign as `verify` expects it."""
        return self.backend.sign(key, self.digest.of(data))


@functools.lru_cache(maxsize=_ANSWERS)
def _verified(backend: Backend, key: PublicKey, digest: bytes, signature: bytes) -> bool:
    return backend.verify(key, digest, signature)


def suites(backend: Backend) -> tuple[GostSuite, ...]:
    """Return the suites of 2012."""
    short, long = digests(backend)
    return (
        GostSuite(
            "gost2012-256",
            f"{_CPXMLSEC}gostr34102012-gostr34112012-256",
            "1.2.643.7.1.1.3.2",
            short,
            keys.GOST_2012_256,
            backend,
        ),
        GostSuite(
            "gost2012-512",
            f"{_CPXMLSEC}gostr34102012-gostr34112012-512",
            "1.2.643.7.1.1.3.3",
            long,
            keys.GOST_2012_512,
            backend,
        ),
    )


def legacy(backend: Backend) -> tuple[GostSuite, ...]:
    """Return the suite of 2001, once under each of its addresses: for messages that were accepted in their time."""
    return tuple(
        GostSuite("gost2001", f"{space}gostr34102001-gostr3411", "1.2.643.2.2.3", digest, keys.GOST_2001, backend)
        for space, digest in zip((_MORE, _CPXMLSEC), legacy_digests(backend), strict=True)
    )


@functools.cache
def digests(backend: Backend) -> tuple[Digest, Digest]:
    """Return Streebog of 256 and of 512 bits; always the same values for one backend, so that policies compare."""
    short, long = (
        Digest(
            f"streebog{bits}", f"{_CPXMLSEC}gostr34112012-{bits}", functools.partial(backend.hash, f"streebog{bits}")
        )
        for bits in (256, 512)
    )
    return short, long


@functools.cache
def legacy_digests(backend: Backend) -> tuple[Digest, Digest]:
    """Return ГОСТ Р 34.11-94, once under each of its addresses."""
    new = functools.partial(backend.hash, "gost94")
    return Digest("gost94", f"{_MORE}gostr3411", new), Digest("gost94", f"{_CPXMLSEC}gostr3411", new)
