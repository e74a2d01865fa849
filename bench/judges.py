"""Who judges a signed message: ourselves, the same work by hand in C libraries, and signxml as a user would call it.

Each judge is made from a message and the file of its authority, and judges that message anew with every call, from the
bytes on; it raises AssertionError where it finds the signature bad.
"""

from __future__ import annotations

import base64
import copy
import functools
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

import signing
from signing import der, errors, policy, trust
from signing.gost import keys, selection
from signing.gost.backend import Backend
from signing.vocabulary import Element, ds, xades

NOW: Final = datetime(2027, 3, 1, 12, tzinfo=UTC)
"""The moment for which every judge judges."""

Judge = Callable[[], None]

_GOST: Final = b"gostr34102012"
_SIGNATURE: Final = f"{{*}}Body/*/{ds('Signature')}"
_CERTIFICATE: Final = f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}"
_PROPERTIES: Final = f"{ds('Object')}/{xades('QualifyingProperties')}/{xades('SignedProperties')}"


def parse(raw: bytes) -> Element:
    """Parse as strangers' documents are parsed; the same for us and by hand."""
    return etree.fromstring(raw, _PARSER)


_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)


@functools.cache
def engine() -> Backend | None:
    """Return the ГОСТ backend on OpenSSL's engine; None where there is none."""
    try:
        return selection.choose("openssl")
    except errors.BackendUnavailable:
        return None


def ours(raw: bytes, authority: Path) -> Judge:
    """Parse and verify, with everything that a verdict stands on."""
    store = signing.TrustStore(trust.load(authority))

    def judge() -> None:
        check(parse(raw), store)

    return judge


def check(root: Element, store: signing.TrustStore) -> None:
    """Verify the signature of the one element in the body of a parsed message."""
    verdict = signing.verify(root[-1][0], policy=policy.strict(engine()), trust=store, at=NOW)
    assert verdict.good, verdict.failure  # noqa: S101  # a judge that errs is not measured


def by_hand(raw: bytes, _authority: Path) -> Judge:
    """Parse, canonicalise, digest, one operation with the key that came along; no other question is asked.

    The element stands apart without its Signature before the clock starts.
    """
    bare = copy.deepcopy(parse(raw).find(_SIGNATURE).getparent())
    bare.remove(bare[0])
    digest, verify = (_streebog, _verify_gost) if _GOST in raw else (_sha256, _verify)

    def judge() -> None:
        signature = parse(raw).find(_SIGNATURE)
        info, properties = signature.find(ds("SignedInfo")), signature.find(_PROPERTIES)
        digests = [digest(_canonical(bare, exclusive=True)), digest(_canonical(properties, exclusive=False))]
        assert digests == [_octets(value) for value in info.iter(ds("DigestValue"))]  # noqa: S101  # as above
        certificate = x509.load_der_x509_certificate(_octets(signature.find(_CERTIFICATE)))
        verify(certificate, _octets(signature.find(ds("SignatureValue"))), _canonical(info, exclusive=False))

    return judge


def _canonical(element: Element, *, exclusive: bool) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=exclusive, with_comments=False))


def _octets(element: Element) -> bytes:
    return base64.b64decode(element.text)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _streebog(data: bytes) -> bytes:
    running = _engine().hash("streebog256")
    running.update(data)
    return running.digest()


def _verify(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, data, padding.PKCS1v15(), hashes.SHA256())
    elif isinstance(key, ec.EllipticCurvePublicKey):
        half = len(signature) // 2
        r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
        key.verify(encode_dss_signature(r, s), data, ec.ECDSA(hashes.SHA256()))


def _verify_gost(certificate: x509.Certificate, signature: bytes, data: bytes) -> None:
    key = keys.read_public(der.subject_public_key_info(certificate.tbs_certificate_bytes))
    assert key  # noqa: S101  # as above
    assert _engine().verify(key, _streebog(data), signature)  # noqa: S101  # as above


def _engine() -> Backend:
    found = engine()
    assert found  # noqa: S101  # there are ГОСТ messages only where there is one
    return found


def by_signxml(raw: bytes, authority: Path) -> Judge:
    """Call signxml as its documentation says, with what this wire needs."""
    config = XAdESSignatureConfiguration(
        expect_references=2,
        verification_time=NOW,
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )

    def judge() -> None:
        XAdESVerifier().verify(raw, ca_pem_file=str(authority), id_attribute="Id", expect_config=config)

    return judge


JUDGES: Final[Mapping[str, Callable[[bytes, Path], Judge]]] = {
    "by hand": by_hand,
    "ours": ours,
    "signxml": by_signxml,
}
