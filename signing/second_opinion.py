"""What signxml, an independent implementation, says of a signature that was judged here; for the audit alone.

Two answers are compared, each apart. *Integrity*: SignatureValue, both digests and the octets that were signed, by
signxml, with the certificate that the verdict names. *Chain*, where the verdict trusts: each link issued by the next
and in force, the last one an anchor, by `cryptography`. Where the second judge cannot see, the opinion is silent and
says why. signxml re-serialises the whole document for each reference: it is kept off the way of a package.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import InvalidDigest, SignXMLException
from signxml.verifier import VerifyResult
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from signing import errors
from signing.trust import TrustStore
from signing.verdict import Reason, Verdict
from signing.vocabulary import SIGNATURE, XML, Element, ds, root_of, xades

# At the level `debug` it would write what was signed into the log.
logging.getLogger("signxml").setLevel(logging.INFO)

_COMPUTED: Final = frozenset({Reason.SIGNATURE_VALUE, Reason.PROPERTIES_DIGEST, Reason.PAYLOAD_DIGEST})
"""Failures that refute integrity; after any other one it may not have been asked about."""
_SIGNATURE_METHODS: Final = frozenset(method.value for method in SignatureMethod)
_DIGESTS: Final = {
    DigestAlgorithm.SHA256.value: hashlib.sha256,
    DigestAlgorithm.SHA384.value: hashlib.sha384,
    DigestAlgorithm.SHA512.value: hashlib.sha512,
}


class Stance(StrEnum):
    """How the second judge stands to a verdict."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    SILENT = "silent"
    """It cannot judge this signature, or there is nothing to compare with."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """The second opinion on one verdict."""

    stance: Stance
    detail: str
    """A Russian sentence that tells a person what was confirmed, what differs, or why there is no opinion."""


def second_opinion(element: Element, verdict: Verdict, anchors: TrustStore, at: datetime) -> Opinion:
    """Compare the verdict on `element`, given with these anchors for the time `at`, with what others find.

    The tree is not changed. Never raises because of what was sent; raises `errors.NaiveTime` where `at` has no zone.
    """
    if at.tzinfo is None:
        raise errors.NaiveTime
    try:
        return _compare(element, verdict, anchors, at)
    except _Blind as blind:
        return Opinion(Stance.SILENT, f"Второго мнения нет: {blind}.")
    except Exception as error:  # noqa: BLE001 - whatever happens inside of it must not stop an audit
        return Opinion(
            Stance.SILENT, f"Второго мнения нет: signxml не справился с документом ({type(error).__name__})."
        )


class _Blind(Exception):
    """The second judge cannot see here; says why."""


def _compare(element: Element, verdict: Verdict, anchors: TrustStore, at: datetime) -> Opinion:
    certificate = _check_sight(element, verdict)
    objection = _objection_to_integrity(element, verdict, certificate)
    if verdict.intact and objection:
        return _differs(f"по вердикту подписанное не изменено, а signxml с этим не согласен: {objection}")
    if not verdict.intact and objection is None:
        if not verdict.failures or any(failure.reason in _COMPUTED for failure in verdict.failures):
            return _differs("по вердикту подписанное изменено, а signxml подтверждает его целость")
        raise _Blind(f"вердикт остановился раньше проверки целости ({verdict.failures[0].reason})")
    if objection:
        return Opinion(Stance.AGREES, f"signxml тоже отвергает подпись: {objection}.")
    objection = _objection_to_chain(verdict, anchors, at) if verdict.trusted and verdict.valid else None
    if objection:
        return _differs(f"вердикт доверяет сертификату, а вторая проверка его цепочки — нет: {objection}")
    return Opinion(Stance.AGREES, "signxml подтверждает: подписанное не изменено.")


def _differs(what: str) -> Opinion:
    return Opinion(Stance.DISAGREES, f"Расхождение: {what}.")


def _check_sight(element: Element, verdict: Verdict) -> x509.Certificate:
    """Return the signer's certificate; raises `_Blind` where signxml is known to see something else."""
    signature = element.find(SIGNATURE)
    if signature is None or verdict.certificate is None:
        reason = f" ({verdict.failures[0].reason})" if verdict.failures else ""
        raise _Blind(f"вердикт отвергает саму форму подписи{reason}, а её signxml не проверяет")
    methods = [item.get("Algorithm") for item in signature.iter(ds("SignatureMethod"))]
    digests = [item.get("Algorithm") for item in signature.iter(ds("DigestMethod"))]
    foreign = [method for method in methods if method not in _SIGNATURE_METHODS]
    foreign += [method for method in digests if method not in _DIGESTS]
    if foreign:
        raise _Blind(f"signxml не знает алгоритма {foreign[0]}")
    signed = (*signature.iter(ds("SignedInfo")), *signature.iter(xades("SignedProperties")))
    ancestors = {ancestor for part in signed for ancestor in part.iterancestors()}
    if any(name.startswith(f"{{{XML}}}") for ancestor in ancestors for name in ancestor.attrib):
        raise _Blind("signxml теряет атрибуты xml:*, унаследованные подписью от внешних элементов")
    # For the reason that `canonical.inclusive` gives; what can be put right is put right by `_ask`.
    if next(etree.iterwalk(signed[0], events=("start-ns",)), None) or any(
        etree.QName(node).namespace is None for part in signed for node in part.iter("*")
    ):
        raise _Blind("signxml неверно приводит к каноническому виду такие объявления пространств имён, как в подписи")
    return verdict.certificate


def _objection_to_integrity(element: Element, verdict: Verdict, certificate: x509.Certificate) -> str | None:
    """Return what signxml has against the integrity of the signature, None where nothing."""
    try:
        results = _ask(element, certificate)
    except InvalidDigest:
        return "хеш не сходится"
    except InvalidSignature:
        return "значение подписи неверно"
    except SignXMLException as error:
        return f"{type(error).__name__}: {error}"
    # It accepts two references to the properties; then nobody has looked at the payload.
    payloads = [result for result in results if _is_copy_of(element, result.signed_xml)]
    if len(payloads) != 1:
        return "подписано не содержимое этого элемента"
    digest = _DIGESTS[verdict.digest_algorithm or ""](payloads[0].signed_data).digest()
    if not hmac.compare_digest(digest, verdict.payload_digest or b""):
        return "хеш того, что подписано, не тот, что в вердикте"
    return None


def _ask(element: Element, certificate: x509.Certificate) -> list[VerifyResult]:
    """Let signxml verify the signature of this very element; raises what it raises."""
    root = root_of(element)
    path = etree.ElementTree(root).getelementpath(element)
    expected = XAdESSignatureConfiguration(
        location="./" if path == "." else f"./{path}/",
        expect_references=2,
        ignore_ambiguous_key_info=True,  # only the certificate counts, as in the verdict
        verification_time=certificate.not_valid_before_utc,  # whether it was in force is another question
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    verifier = XAdESVerifier()
    # A default namespace around SignedInfo makes it write `xmlns=""` into inner elements (its issue 193).
    verifier.excise_empty_xmlns_declarations = None in element.find(f"{SIGNATURE}/{ds('SignedInfo')}").nsmap
    return verifier.verify(
        etree.tostring(root, with_tail=False),
        x509_cert=certificate,
        id_attribute="Id",
        validate_schema=False,  # the form is another question
        expect_config=expected,
    )


def _is_copy_of(element: Element, other: Element | None) -> bool:
    return other is not None and (other.tag, other.get("Id")) == (element.tag, element.get("Id"))


def _objection_to_chain(verdict: Verdict, anchors: TrustStore, at: datetime) -> str | None:
    """Return what `cryptography` has against the chain; None where nothing, or where it knows no such algorithm."""
    chain = verdict.chain
    if not chain or chain[0] != verdict.certificate:
        return "она начинается не с сертификата подписи"
    for link in chain:
        if not link.not_valid_before_utc <= at <= link.not_valid_after_utc:
            return f"сертификат {link.serial_number:x} не действовал на время проверки"
    for link, issuer in pairwise(chain):
        try:
            link.verify_directly_issued_by(issuer)
        except UnsupportedAlgorithm:
            return None
        except (InvalidSignature, ValueError, TypeError):
            return f"сертификат {link.serial_number:x} выпущен не тем, кто в ней следующий"
    # One link alone is a pinned certificate, which needs no authority.
    if len(chain) > 1 and chain[-1] not in [anchor.loaded for anchor in anchors.anchors]:
        return "она кончается не доверенным удостоверяющим центром"
    return None
