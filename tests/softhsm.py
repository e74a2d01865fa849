"""SoftHSM, a token in software: made in a folder of the test, with keys that never leave it, and taken away at will."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from pkcs11 import Attribute, KeyType, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

PIN = "пин 4711"
_PLACES = ("/usr/lib/softhsm", "/usr/lib/*/softhsm", "/usr/lib64", "/usr/lib64/pkcs11", "/usr/local/lib/softhsm")
_CURVES = {
    "p256": ("secp256r1", ec.SECP256R1()),
    "p384": ("secp384r1", ec.SECP384R1()),
    "p521": ("secp521r1", ec.SECP521R1()),
}


def module() -> Path:
    """Return the PKCS #11 module, or skip the test."""
    root = Path("/")
    found = [path for place in _PLACES for path in root.glob(f"{place[1:]}/libsofthsm2.so")]
    if not found or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (Debian package softhsm2)")
    return found[0]


@dataclass(frozen=True)
class Token:
    """One initialised token; `folder` is where SoftHSM keeps it."""

    module: Path
    label: str
    folder: Path

    @classmethod
    def create(cls, tokens: Path, label: str) -> Token:
        """Initialise a token; SOFTHSM2_CONF names a configuration whose tokens are in `tokens`."""
        before = set(tokens.iterdir())
        command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "so-pin", "--pin", PIN]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
        (folder,) = set(tokens.iterdir()) - before
        return cls(module(), label, folder)

    def uri(self, key: str, **query: str) -> str:
        query = {"module-path": str(self.module), **query}
        attributes = "&".join(f"{name}={quote(value)}" for name, value in query.items())
        return f"pkcs11:token={quote(self.label)};object={quote(key)}?{attributes}"

    @contextmanager
    def administered(self) -> Iterator[pkcs11.Session]:
        """A session that may write; no other of this process is open."""
        library = pkcs11.lib(str(self.module.resolve()))
        library.reinitialize()
        with library.get_token(token_label=self.label).open(rw=True, user_pin=PIN) as session:
            yield session

    @contextmanager
    def removed(self) -> Iterator[None]:
        """Pulled out, and put back at the end."""
        aside = self.folder.parent.parent / "aside"
        self.folder.rename(aside)
        try:
            yield
        finally:
            aside.rename(self.folder)


def generate(session: pkcs11.Session, kind: str, label: str, identifier: bytes, **private: object):
    """Make a key pair on the token and return its public key."""
    template = {Attribute[name.upper()]: value for name, value in private.items()}
    options = {"label": label, "id": identifier, "store": True, "private_template": template}
    if kind == "rsa-2048":
        public, _ = session.generate_keypair(KeyType.RSA, 2048, **options)
        numbers = (int.from_bytes(public[name]) for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS))
        return rsa.RSAPublicNumbers(*numbers).public_key()
    name, curve = _CURVES[kind]
    parameters = {Attribute.EC_PARAMS: encode_named_curve_parameters(name)}
    public, _ = session.create_domain_parameters(KeyType.EC, parameters, local=True).generate_keypair(**options)
    size = 2 * ((curve.key_size + 7) // 8) + 1
    return ec.EllipticCurvePublicKey.from_encoded_point(curve, public[Attribute.EC_POINT][-size:])


def store(session: pkcs11.Session, certificate: x509.Certificate, identifier: bytes) -> None:
    """Put a certificate on the token, beside the key of the same CKA_ID."""
    session.create_object({
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.ID: identifier,
        Attribute.SUBJECT: certificate.subject.public_bytes(),
        Attribute.VALUE: certificate.public_bytes(Encoding.DER),
    })  # fmt: skip


def certify(authority, public_key, *, begins, ends) -> x509.Certificate:
    """Have an authority of `signing.issue` vouch for a key that it never sees."""
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign"),
        False,
    )
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ключ на токене")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject_name)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(
            x509.KeyUsage(digital_signature=True, encipher_only=False, decipher_only=False, **usage), critical=True
        )
        .sign(authority.key, hashes.SHA256())
    )
