"""Certificates of the corpus, put together value by value, so that each of them can be wrong in one place.

The dates leave half a century, so the corpus can be judged at any time that its reader lives in.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import hashlib
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from tests.signature_attacks import der, keys

BEGINS, ENDS = dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2076, 1, 1, tzinfo=dt.UTC)
OGRN = "1027700900028"

ECDSA_SHA256 = der.sequence(der.oid("1.2.840.10045.4.3.2"))
RSA_SHA256 = der.sequence(der.oid("1.2.840.113549.1.1.11"), der.null())
VERSION_3 = der.explicit(0, der.integer(2))

CN, ORGANIZATION, OGRN_OID = "2.5.4.3", "2.5.4.10", "1.2.643.100.1"

DIGITAL_SIGNATURE = der.bits(b"\xc0", 6)
CERT_SIGN = der.bits(b"\x06", 1)
KEY_AGREEMENT = der.bits(b"\x08", 3)


def attribute(oid: str, value: bytes) -> bytes:
    """One relative distinguished name of one attribute."""
    return der.one_of(der.sequence(der.oid(oid), value))


def name(common_name: str, *more: bytes) -> bytes:
    return der.sequence(*more, attribute(CN, der.utf8(common_name)))


def extension(oid: str, value: bytes, *, critical: bool = True) -> bytes:
    return der.sequence(der.oid(oid), *([der.true()] if critical else []), der.octets(value))


def key_usage(value: bytes) -> bytes:
    return extension("2.5.29.15", value)


def constraints(*values: bytes) -> bytes:
    return extension("2.5.29.19", der.sequence(*values))


ISSUING = (constraints(der.true()), key_usage(CERT_SIGN))
SIGNING = (constraints(), key_usage(DIGITAL_SIGNATURE))

AUTHORITY_NAME = name("Attack corpus authority", attribute(ORGANIZATION, der.utf8("hcs-gateway tests")))
AUTHORITY_TEXT = "CN=Attack corpus authority,O=hcs-gateway tests"
SIGNER_NAME = name("ООО «Управляющая компания»", attribute(OGRN_OID, der.numeric(OGRN)))


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """A TBSCertificate in pieces of DER; the pieces left alone make a good certificate."""

    spki: bytes
    serial: bytes = der.integer(0x1001)
    algorithm: bytes = ECDSA_SHA256
    issuer: bytes = AUTHORITY_NAME
    begins: bytes = der.time(BEGINS)
    ends: bytes = der.time(ENDS)
    subject: bytes = SIGNER_NAME
    extensions: tuple[bytes, ...] = SIGNING
    version: bytes = VERSION_3
    more: bytes = b""
    outer_algorithm: bytes | None = None
    """signatureAlgorithm outside of what is signed, where it is another one."""

    def tbs(self) -> bytes:
        validity = der.sequence(self.begins, self.ends)
        extensions = der.explicit(3, der.sequence(*self.extensions)) if self.extensions else b""
        return der.sequence(
            self.version,
            self.serial,
            self.algorithm,
            self.issuer,
            validity,
            self.subject,
            self.spki,
            extensions,
            self.more,
        )

    def signed(self, key: Any = None) -> bytes:
        """The certificate, signed by the key; without one by the authority of the corpus."""
        tbs = self.tbs()
        return self.with_signature(sign(authority() if key is None else key, tbs))

    def with_signature(self, signature: bytes) -> bytes:
        outer = self.algorithm if self.outer_algorithm is None else self.outer_algorithm
        return der.sequence(self.tbs(), outer, der.bits(signature))


def sign(key: Any, data: bytes) -> bytes:
    """A signature as certificates have it, the same each time; SHA-256."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    return key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def authority() -> ec.EllipticCurvePrivateKey:
    return keys.curve("authority")


@functools.cache
def authority_certificate() -> bytes:
    """The one anchor of the corpus."""
    identified = (*ISSUING, extension("2.5.29.14", der.octets(key_identifier(authority())), critical=False))
    return Blank(
        spki=keys.spki(authority()), serial=der.integer(1), subject=AUTHORITY_NAME, extensions=identified
    ).signed()


def key_identifier(key: Any) -> bytes:
    return hashlib.sha1(keys.spki(key), usedforsecurity=False).digest()


def of_issuer(key: Any) -> bytes:
    """AuthorityKeyIdentifier: which key of the issuer is said to have signed."""
    return extension("2.5.29.35", der.sequence(der.tlv(0x80, key_identifier(key))), critical=False)


def pem(certificate: bytes) -> bytes:
    joined = base64.b64encode(certificate)
    wrapped = b"\n".join(joined[start : start + 64] for start in range(0, len(joined), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + wrapped + b"\n-----END CERTIFICATE-----\n"
