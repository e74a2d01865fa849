"""Keys and certificates for tests, demonstrations and stands: an authority, and who it vouches for.

Not a certification authority for production: serial numbers are random, and nothing is recorded.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signing import certificates, errors, resign
from signing.certificates import Certificate
from signing.gost import curves
from signing.gost import keys as gost_keys
from signing.signer import PemSigner, PrivateKey
from signing.subject import OIDS, Subject

KEY_KINDS: Mapping[str, Callable[[], PrivateKey]] = MappingProxyType({
    "rsa-2048": lambda: rsa.generate_private_key(65537, 2048),
    "rsa-3072": lambda: rsa.generate_private_key(65537, 3072),
    "rsa-4096": lambda: rsa.generate_private_key(65537, 4096),
    "p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "p521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "gost2012-256": lambda: gost_keys.generate(gost_keys.GOST_2012_256, curves.XCH_A),
    "gost2012-512": lambda: gost_keys.generate(gost_keys.GOST_2012_512, curves.TC26_512_A),
})  # fmt: skip
"""Makers of keys by name. Those of ГОСТ are on the curves that CryptoPro CSP takes unasked: nearly every certificate of
a Russian authority names one of them, and every implementation knows them."""

_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
_SIGNING = frozenset({"digital_signature", "content_commitment"})
_ISSUING = frozenset({"key_cert_sign", "crl_sign"})
_KEY_IDENTIFIER = 20
"""Bytes of a subject key identifier."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key, its certificate, and the intermediate authorities above it."""

    key: PrivateKey = field(repr=False)
    certificate: Certificate
    intermediates: tuple[Certificate, ...] = ()

    def signer(self) -> PemSigner:
        """Sign with this identity."""
        return PemSigner.of(self.key, self.certificate, self.intermediates)

    def write(self, folder: Path, name: str, *, replace: bool = False) -> tuple[Path, Path]:
        """Write `name.key` (readable by the owner alone) and `name.crt`; return both paths.

        Raises `errors.FileExists` rather than overwrite a key, unless `replace`.
        """
        key_path, certificate_path = folder / f"{name}.key", folder / f"{name}.crt"
        chain = (self.certificate, *self.intermediates)
        write_atomically(key_path, self.key_pem(), mode=0o600, replace=replace)
        write_atomically(certificate_path, b"".join(pem(item) for item in chain), mode=0o644, replace=replace)
        return key_path, certificate_path

    def key_pem(self) -> bytes:
        """Return the private key: PKCS #8, PEM, not encrypted."""
        if isinstance(self.key, gost_keys.PrivateKey):
            return self.key.pem()
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_authority(kind: str, name: str, *, now: datetime, years: int = 10) -> Identity:
    """Make a self-signed root authority with a key of the kind (`KEY_KINDS`), in force from `now` on."""
    key = _new_key(kind)
    subject = _name(Subject(common_name=name))
    ends = now + timedelta(days=365 * years)
    builder = _builder(subject, subject, key, now, ends)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return Identity(key, _signed(builder, key, key, _ISSUING))


def issue(
    authority: Identity,
    kind: str,
    subject: Subject,
    *,
    now: datetime,
    not_after: datetime,
    ca: bool = False,
    path_length: int | None = None,
    usages: frozenset[str] | None = None,
) -> Identity:
    """Make a key and have the authority vouch for it; `ca` makes an intermediate authority of it.

    `usages` are the names of `cryptography.x509.KeyUsage`; left out they are those of a signer or an
    authority.
    """
    key = _new_key(kind)
    builder = _builder(_name(subject), authority.certificate.subject_name, key, now, not_after)
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=path_length), critical=True)
    builder = builder.add_extension(_issuer_key_identifier(authority), critical=False)
    usages = (_ISSUING if ca else _SIGNING) if usages is None else usages
    certificate = _signed(builder, key, authority.key, usages)
    root = authority.certificate.subject_name == authority.certificate.issuer_name
    above = () if root else (authority.certificate, *authority.intermediates)
    return Identity(key, certificate, above)


def pem(certificate: Certificate) -> bytes:
    """Return the PEM of one certificate."""
    return certificate.loaded.public_bytes(Encoding.PEM)


def write_atomically(path: Path, data: bytes | Iterable[bytes], *, mode: int, replace: bool) -> None:
    """Write the file whole or not at all; it never exists with wider rights than `mode`, not for a moment.

    Pieces are written as they come.
    """
    if path.exists() and not replace:
        raise errors.FileExists(f"{path} exists and is not overwritten.")
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a Path cannot open a descriptor
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(descriptor)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _new_key(kind: str) -> PrivateKey:
    if kind not in KEY_KINDS:
        raise errors.UnknownKeyKind(f"{kind}: known are {', '.join(KEY_KINDS)}")
    return KEY_KINDS[kind]()


def _name(subject: Subject) -> x509.Name:
    values = ((oid, getattr(subject, field_name)) for field_name, oid in OIDS.items())
    return x509.Name(
        [x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in values if value is not None]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, now: datetime, ends: datetime
) -> x509.CertificateBuilder:
    public = resign.maker(key).public_key()
    return x509.CertificateBuilder(
        issuer_name=issuer,
        subject_name=subject,
        public_key=public,
        serial_number=x509.random_serial_number(),
        not_valid_before=now,
        not_valid_after=ends,
    ).add_extension(_key_identifier(key), critical=False)


def _key_identifier(key: PrivateKey) -> x509.SubjectKeyIdentifier:
    if isinstance(key, gost_keys.PrivateKey):
        # RFC 7093, section 2, method 4: any hash of the key does
        return x509.SubjectKeyIdentifier(hashlib.sha256(key.public.spki()).digest()[:_KEY_IDENTIFIER])
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _issuer_key_identifier(authority: Identity) -> x509.AuthorityKeyIdentifier:
    """Name the issuer's key as its certificate does; RFC 5280, section 4.2.1.1, wants it in whatever is not a root."""
    for extension in authority.certificate.loaded.extensions:
        if isinstance(extension.value, x509.SubjectKeyIdentifier):
            return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)
    return x509.AuthorityKeyIdentifier(_key_identifier(authority.key).digest, None, None)


def _signed(
    builder: x509.CertificateBuilder, key: PrivateKey, issuer: PrivateKey, usages: frozenset[str]
) -> Certificate:
    usage = x509.KeyUsage(**{name: name in usages for name in _USAGES})
    maker = resign.maker(issuer)
    encoded = builder.add_extension(usage, critical=True).sign(maker, resign.hash_for(maker)).public_bytes(Encoding.DER)
    if isinstance(key, gost_keys.PrivateKey) or isinstance(issuer, gost_keys.PrivateKey):
        encoded = resign.certificate(encoded, key, issuer)
    return certificates.read(encoded)
