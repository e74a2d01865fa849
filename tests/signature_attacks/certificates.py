"""Certificates that are broken, out of force, not for signing, or full of surprises, from a careless authority."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from signing.verdict import Reason
from tests.signature_attacks import der, keys, message, x509
from tests.signature_attacks.corpus import ANYBODY, AUTHORITY, Family
from tests.signature_attacks.message import Draft, Holder, text_of

FAMILY = Family("certificates", "The certificate is broken, out of force, not for signing, or full of surprises.")

SERIAL = der.integer(0x1001)
PAST, FUTURE = dt.datetime(2026, 6, 1, tzinfo=dt.UTC), dt.datetime(2075, 1, 1, tzinfo=dt.UTC)


def blank(**pieces) -> x509.Blank:
    return x509.Blank(spki=keys.spki(keys.curve("signer")), **pieces)


def add(name: str, reason: str, about: str, *, written: str = "4097", **pieces) -> None:
    """Register a message under a certificate with these pieces, signed by its key."""

    def base() -> Draft:
        draft = Draft(Holder(keys.curve("signer"), blank(**pieces).signed()))
        draft.inside(".//ds:X509SerialNumber").text = written
        return draft

    FAMILY.add(name, lambda draft: None, reason, about, by=AUTHORITY, base=base)


def bytes_of(name: str, about: str, change, reason: str = Reason.CERTIFICATE) -> None:
    """Register a message whose certificate, the signer's own, has had its bytes changed; CertDigest agrees."""

    def base() -> Draft:
        return Draft(dataclasses.replace(message.signer(), certificate=change(message.signer().certificate)))

    FAMILY.add(name, lambda draft: None, reason, about, by=ANYBODY, seal=True, base=base)


# --- what it is for, and when -----------------------------------------------------------------------------------------

_CA = x509.constraints()
add("usage-without-signing", Reason.KEY_USAGE, "KeyUsage is key agreement alone.",
    extensions=(_CA, x509.key_usage(x509.KEY_AGREEMENT)))  # fmt: skip
add("usage-cert-sign-alone", Reason.KEY_USAGE, "KeyUsage is that of an authority alone.",
    extensions=(_CA, x509.key_usage(x509.CERT_SIGN)))  # fmt: skip
add("usage-missing", Reason.KEY_USAGE, "There is no KeyUsage.", extensions=(_CA,))
add("usage-empty", Reason.KEY_USAGE, "KeyUsage has no bit set.", extensions=(_CA, x509.key_usage(der.bits(b"\x00", 7))))
add("extensions-missing", Reason.KEY_USAGE, "There are no extensions.", extensions=())
add("expired", Reason.EXPIRED, "The certificate had ended.", ends=der.time(PAST))
add("not-yet-valid", Reason.NOT_YET_VALID, "The certificate had not begun.", begins=der.time(FUTURE))
add("ends-before-it-begins", Reason.NOT_YET_VALID, "The certificate ends before it begins.",
    begins=der.time(FUTURE), ends=der.time(PAST))  # fmt: skip
add("unknown-critical-extension", Reason.CERTIFICATE, "A critical extension that nobody understands.",
    extensions=(*x509.SIGNING, x509.extension("1.2.3.4.5", der.null())))  # fmt: skip
add("name-constraints-critical", Reason.CERTIFICATE, "NameConstraints, critical, in the certificate of a signer.",
    extensions=(*x509.SIGNING, x509.extension("2.5.29.30", der.sequence())))  # fmt: skip
add("policy-constraints-critical", Reason.CERTIFICATE, "PolicyConstraints, critical.",
    extensions=(*x509.SIGNING, x509.extension("2.5.29.36", der.sequence(der.tlv(0x80, b"\0")))))  # fmt: skip

_SPEAKING = {
    "control-characters": ("has control characters and markup in its name", "\x00\x01\x1b[31m</detail>&\x7f\u202e"),
    "2-000-characters": ("has 2 000 characters in its name", "я" * 2000),
}
for _name, (_what, _words) in _SPEAKING.items():
    add(f"name-of-{_name}", Reason.EXPIRED, f"A certificate that had ended {_what}, for the sentence that tells it.",
        subject=x509.name(_words), ends=der.time(PAST))  # fmt: skip

# --- serial numbers ---------------------------------------------------------------------------------------------------

_SERIALS = {
    "0": (0, "is 0"),
    "negative": (-4097, "is negative"),
    "of-161-bits": (1 << 160, "has 161 bits"),
    "of-20-000-octets": (1 << 160_000, "has 20 000 octets: printing it is quadratic"),
}
for _name, (_number, _what) in _SERIALS.items():
    _written = str(_number) if abs(_number) < 1 << 200 else "4097"
    add(
        f"serial-{_name}",
        Reason.CERTIFICATE,
        f"The serial number of the certificate {_what}.",
        written=_written,
        serial=der.integer(_number),
    )
add("serial-empty", Reason.CERTIFICATE, "The serial number has no octets.", serial=der.tlv(0x02, b""))
add("serial-padded", Reason.CERTIFICATE, "The serial number has needless zeros.", serial=der.tlv(0x02, b"\0\0\x10\x01"))
add("serial-of-text", Reason.CERTIFICATE, "The serial number is a text.", serial=der.utf8("4097"))

# --- values that no reader agrees on ----------------------------------------------------------------------------------

_EXTENSION = x509.extension("1.2.3.4.5", der.null(), critical=False)
_BROKEN = {
    "extension-twice": ("KeyUsage is there twice, once without signing", {
        "extensions": (_CA, x509.key_usage(x509.KEY_AGREEMENT), x509.key_usage(x509.DIGITAL_SIGNATURE))}),
    "unknown-extension-twice": ("an extension is there twice", {"extensions": (*x509.SIGNING, _EXTENSION, _EXTENSION)}),
    "constraints-twice": ("BasicConstraints are there twice", {"extensions": (_CA, *x509.SIGNING)}),
    "key-usage-of-text": ("KeyUsage is a text", {"extensions": (_CA, x509.key_usage(der.utf8("yes")))}),
    "key-usage-trailing": ("a value follows KeyUsage inside of its extension", {
        "extensions": (_CA, x509.key_usage(x509.DIGITAL_SIGNATURE + der.null()))}),
    "constraints-of-text": ("BasicConstraints are a text", {
        "extensions": (x509.extension("2.5.29.19", der.utf8("CA")), x509.SIGNING[1])}),
    "critical-of-another-truth": ("a truth value is neither FF nor 00", {
        "extensions": (
            der.sequence(der.oid("2.5.29.19"), der.tlv(1, b"\x01"), der.octets(der.sequence())), x509.SIGNING[1])}),
    "version-1-with-extensions": ("it is called version 1, and has extensions", {"version": b""}),
    "version-2-with-extensions": ("it is called version 2, and has extensions", {
        "version": der.explicit(0, der.integer(1))}),
    "version-4": ("it is called version 4", {"version": der.explicit(0, der.integer(3))}),
    "version-huge": ("its version has a thousand octets", {"version": der.explicit(0, der.integer(1 << 8000))}),
    "time-of-month-13": ("it begins in the thirteenth month", {"begins": der.tlv(0x17, b"261301000000Z")}),
    "time-without-zone": ("it begins at a time without a zone", {"begins": der.tlv(0x17, b"260101000000")}),
    "time-with-an-offset": ("it begins at a time with an offset", {"begins": der.tlv(0x17, b"260101000000+0300")}),
    "time-of-text": ("it begins at a text", {"begins": der.utf8("20260101000000Z")}),
    "time-with-a-fraction": ("it begins at a fraction of a second", {"begins": der.tlv(0x18, b"20260101000000.5Z")}),
    "time-of-year-0": ("it begins in the year 0", {"begins": der.tlv(0x18, b"00000101000000Z")}),
    "time-of-year-10000": ("it ends in the year 10000", {"ends": der.tlv(0x18, b"100000101000000Z")}),
    "time-empty": ("it begins at an empty time", {"begins": der.tlv(0x17, b"")}),
    "name-not-utf-8": ("its subject is no UTF-8", {
        "subject": der.sequence(x509.attribute(x509.CN, der.tlv(0x0C, b"\xff\xfe")))}),
    "name-of-half-a-character": ("its subject ends inside of a character", {
        "subject": der.sequence(x509.attribute(x509.CN, der.tlv(0x1E, b"\x04")))}),
    "name-of-a-surrogate": ("its subject has half of a surrogate pair", {
        "subject": der.sequence(x509.attribute(x509.CN, der.tlv(0x1E, b"\xd8\x00")))}),
    "name-flat": ("its subject is an attribute without a set around it", {
        "subject": der.sequence(der.sequence(der.oid(x509.CN), der.utf8("a")))}),
    "algorithms-differ": ("the algorithm is SHA-256 outside of what is signed, and SHA-384 inside", {
        "algorithm": der.sequence(der.oid("1.2.840.10045.4.3.3")), "outer_algorithm": x509.ECDSA_SHA256}),
    "value-after-the-extensions": ("a value follows the extensions", {"more": der.null()}),
    "extensions-twice": ("the list of extensions is there twice", {
        "more": der.explicit(3, der.sequence(*x509.SIGNING))}),
}  # fmt: skip
for _name, (_what, _pieces) in _BROKEN.items():
    add(_name, Reason.CERTIFICATE, f"The certificate: {_what}.", **_pieces)

# --- bytes ------------------------------------------------------------------------------------------------------------

_BYTES = {
    "truncated": ("has lost its last octet", lambda whole: whole[:-1]),
    "half": ("is cut in the middle", lambda whole: whole[: len(whole) // 2]),
    "header-alone": ("is a header without content", lambda whole: whole[:4]),
    "garbage": ("is a text", lambda _: b"certificate"),
    "zero-octets": ("is zeros", lambda whole: bytes(len(whole))),
    "empty-sequence": ("is an empty sequence", lambda _: der.sequence()),
    "three-nulls": ("is a sequence of three nulls", lambda _: der.sequence(der.null(), der.null(), der.null())),
    "trailing-octet": ("is followed by an octet", lambda whole: whole + b"\x00"),
    "trailing-certificate": ("is followed by another one", lambda whole: whole + x509.authority_certificate()),
    "indefinite-length": ("has an indefinite length (BER)", lambda whole: b"\x30\x80" + whole[4:] + b"\0\0"),
    "long-length": (
        "has a length that is written longer than it has to be",
        lambda whole: b"\x30\x83\x00" + whole[2:],
    ),
    "length-of-4-gb": ("has a length of four gigabytes", lambda whole: b"\x30\x84\xff\xff\xff\xff" + whole[4:]),
    "length-of-126-octets": ("has a length of 126 octets", lambda whole: b"\x30\xfe" + b"\xff" * 126 + whole[4:]),
    "pem": ("is PEM inside of base64", lambda whole: (
        b"-----BEGIN CERTIFICATE-----\n" + text_of(whole).encode() + b"\n-----END CERTIFICATE-----\n")),
    "base64-twice": ("is base64 inside of base64", lambda whole: text_of(whole).encode()),
    "pkcs7": ("is a PKCS #7 around the certificate", lambda whole: der.sequence(
        der.oid("1.2.840.113549.1.7.2"),
        der.explicit(0, der.sequence(der.integer(1), der.one_of(), der.sequence(), der.explicit(0, whole))))),
    "certificate-list": ("is a revocation list", lambda whole: der.sequence(
        der.sequence(x509.ECDSA_SHA256, x509.AUTHORITY_NAME, der.time(x509.BEGINS)), x509.ECDSA_SHA256, der.bits(b""))),
    "nested-by-the-thousand": ("is 10 000 sequences, each inside of the other", lambda _: nested(10_000)),
    "context-tags": ("is a value of the class of applications", lambda whole: b"\x70" + whole[1:]),
    "spki-alone": ("is a public key", lambda _: keys.spki(keys.curve("signer"))),
    "octet-before": ("has an octet before it", lambda whole: b"\x00" + whole),
}  # fmt: skip


def nested(depth: int) -> bytes:
    """So many sequences, each inside of the other; made from the inside without copying."""
    heads, size = [], 0
    for _ in range(depth):
        heads.append(der.header(0x30, size))
        size += len(heads[-1])
    return b"".join(reversed(heads))


for _name, (_what, _change) in _BYTES.items():
    bytes_of(f"bytes-{_name}", f"What stands in place of the certificate {_what}.", _change)


@FAMILY.stranger(Reason.CERTIFICATE_MISMATCH, "The certificate of another signer of the same authority.")
def of_another_signer(draft):
    other = Holder.of(keys.curve("another signer"), serial=der.integer(0x1002))
    draft.inside("ds:KeyInfo/ds:X509Data/ds:X509Certificate").text = text_of(other.certificate)


@FAMILY.stranger(Reason.PROPERTIES_DIGEST, "A second certificate for the same key: CertDigest is made to agree.")
def of_the_same_key(draft):
    other = Holder.of(keys.curve("signer"), subject=x509.name("Another"))
    draft.carry(other.certificate)


@FAMILY.stranger(Reason.CERTIFICATE_MISMATCH, "CertDigest is of another certificate.")
def digest_of_another(draft):
    other = Holder.of(keys.curve("another signer"))
    draft.inside(".//xades:CertDigest/ds:DigestValue").text = text_of(hashlib.sha256(other.certificate).digest())
