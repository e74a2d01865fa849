"""XAdES-BES on one element: `verify` judges, `sign` signs. Both work in place on a parsed tree.

`verify` asks in the order of the strict profile: limits and layout, references, which certificate, whether it
may sign, whom it is trusted by, SignatureValue, the properties, the payload last. Costly questions come after
those that a stranger cannot pass.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from signing import canonical, credentials, errors, layout, limits, moments, references, shape
from signing.certificates import Certificate
from signing.digests import Digest
from signing.policy import STRICT, Policy
from signing.shape import Parts, Reference
from signing.signer import Signer
from signing.suites import Suite
from signing.trust import TrustStore
from signing.verdict import Failure, Reason, Refusal, Verdict, quoted
from signing.vocabulary import INCLUSIVE_C14N, SIGNATURE, Element

DEFAULT_ID = "signed-data-container"
"""`Id` that an element gets when it is signed and has none: what ГИС ЖКХ itself writes."""

_T = TypeVar("_T")


def verify(element: Element, *, policy: Policy = STRICT, trust: TrustStore, at: datetime) -> Verdict:
    """Judge the Signature that is the first child of `element`, as of the time `at`.

    The tree is byte for byte the same afterwards. Never raises because of what was sent: whatever is wrong
    with the signature stands in the verdict. Raises `errors.NaiveTime` where `at` has no zone.
    """
    if at.tzinfo is None:
        raise errors.NaiveTime
    try:
        case = _open(element, policy)
    except Refusal as refusal:
        return Verdict(failures=(refusal.failure,))
    inquiry = _Inquiry(policy.thorough)
    leaf, parts = case.certificate, case.parts
    usable = inquiry.ask(lambda: _check_usable(case, at))
    path = inquiry.ask(lambda: trust.path(leaf, credentials.links(parts), at=at, policy=policy))
    trusted = path is not None and inquiry.hear(path.authorities)
    unrevoked = path is None or inquiry.hear(path.revocation)
    intact = inquiry.ask(lambda: _check_integrity(case, policy))
    return Verdict(
        intact=bool(intact),
        valid=bool(usable) and unrevoked,
        trusted=trusted,
        failures=tuple(inquiry.failures),
        certificate=leaf.loaded,
        chain=tuple(link.loaded for link in path.chain) if path else (),
        pinned_for=path.owners if path else frozenset(),
        confined=path is not None and path.confined,
        revoked_at=path.status.entry.at if path and path.status.entry else None,
        listed_at=path.status.listed_at if path else None,
        subject=leaf.subject,
        signing_time=case.signing_time,
        signature_algorithm=parts.signature_method,
        digest_algorithm=case.payload.digest_method,
        payload_digest=case.payload.digest,
        element=element if intact else None,
    )


def sign(element: Element, signer: Signer, *, at: datetime) -> None:
    """Insert a Signature as the first child of `element`, correct where the element stands.

    An element without `Id` gets `DEFAULT_ID`. `at` becomes SigningTime and needs a zone. If anything raises,
    the tree is as it was before: `errors.AlreadySigned`, `errors.AmbiguousId`, `errors.Unsignable`,
    `errors.CertificateUnreadable`, or what the signer raises.
    """
    if at.tzinfo is None:
        raise errors.NaiveTime
    if element.find(SIGNATURE) is not None:
        raise errors.AlreadySigned
    had_id = "Id" in element.attrib
    try:
        _give_id(element)
        digest = signer.suite.digest
        payload = canonical.payload_digest(element, digest, limit=STRICT.canonical_bytes)
        blank = layout.insert(element, signer.suite, layout.chain_of(signer), at)
        _fill(blank, signer, payload)
    except BaseException as error:
        for unfinished in element.findall(SIGNATURE):
            element.remove(unfinished)
        if not had_id:
            element.attrib.pop("Id", None)
        if isinstance(error, Refusal):
            raise errors.Unsignable(error.failure.detail) from error
        raise


@dataclass(frozen=True, slots=True)
class _Case:
    """A Signature whose layout, references and certificate are in order; nothing is proved yet."""

    element: Element
    parts: Parts
    payload: Reference
    payload_digest: Digest
    properties: Reference
    properties_digest: Digest
    suite: Suite
    certificate: Certificate
    signing_time: datetime


class _Inquiry:
    """Asks one question after another; after the first failure only a thorough one goes on."""

    def __init__(self, thorough: bool) -> None:  # noqa: FBT001 - the one thing there is to say
        self._thorough = thorough
        self.failures: list[Failure] = []

    def ask(self, question: Callable[[], _T]) -> _T | None:
        if self.failures and not self._thorough:
            return None
        try:
            return question()
        except Refusal as refusal:
            self.failures.append(refusal.failure)
            return None

    def hear(self, failure: Failure | None) -> bool:
        """Take an answer that is there already: None speaks for the signature."""
        if self.failures and not self._thorough:
            return False
        if failure is not None:
            self.failures.append(failure)
        return failure is None


def _open(element: Element, policy: Policy) -> _Case:
    """Take the first three steps."""
    signature = shape.find(element)
    limits.check(element, policy)
    parts = shape.read(signature, policy)
    resolved = references.resolve(element, parts)
    references.check_identifiers(element, parts)
    if parts.canonicalization != INCLUSIVE_C14N:
        raise Refusal(Reason.ALGORITHM, f"Канонизация не разрешена: {quoted(parts.canonicalization)}.")
    suite = policy.suite(parts.signature_method)
    if suite is None:
        raise Refusal(Reason.ALGORITHM, f"Алгоритм подписи не разрешён: {quoted(parts.signature_method)}.")
    return _Case(
        element=element,
        parts=parts,
        payload=resolved.payload,
        payload_digest=_digest_of(resolved.payload, policy),
        properties=resolved.properties,
        properties_digest=_digest_of(resolved.properties, policy),
        suite=suite,
        certificate=credentials.pick(parts, policy),
        signing_time=moments.parse(parts.signing_time),
    )


def _digest_of(reference: Reference, policy: Policy) -> Digest:
    digest = policy.digest(reference.digest_method)
    if digest is None:
        raise Refusal(Reason.ALGORITHM, f"Алгоритм хеширования не разрешён: {quoted(reference.digest_method)}.")
    return digest


def _check_usable(case: _Case, at: datetime) -> bool:
    if not case.suite.accepts(case.certificate.spki):
        raise Refusal(Reason.ALGORITHM, "Ключ сертификата не подходит к алгоритму подписи.")
    credentials.check_usable(case.certificate, at)
    return True


def _check_integrity(case: _Case, policy: Policy) -> bool:
    """Take the last three steps; the payload may be large, so it comes last."""
    parts = case.parts
    if not case.suite.verify(case.certificate.spki, canonical.inclusive(parts.signed_info), parts.signature_value):
        raise Refusal(Reason.SIGNATURE_VALUE, "Значение подписи неверно: подписано другое или другим ключом.")
    properties = case.properties_digest.of(canonical.inclusive(parts.signed_properties))
    if not hmac.compare_digest(properties, case.properties.digest):
        raise Refusal(Reason.PROPERTIES_DIGEST, "Свойства подписи изменены после подписания.")
    payload = canonical.payload_digest(
        case.element, case.payload_digest, limit=policy.canonical_bytes, signature=parts.signature
    )
    if not hmac.compare_digest(payload, case.payload.digest):
        raise Refusal(Reason.PAYLOAD_DIGEST, "Содержимое изменено после подписания.")
    return True


def _give_id(element: Element) -> None:
    identifier = element.get("Id", DEFAULT_ID)
    element.set("Id", identifier)
    if not references.are_unique(element):
        raise errors.AmbiguousId


def _fill(blank: layout.Blank, signer: Signer, payload_digest: bytes) -> None:
    properties = signer.suite.digest.of(canonical.inclusive(blank.signed_properties))
    blank.payload_digest.text = layout.encoded(payload_digest)
    blank.properties_digest.text = layout.encoded(properties)
    blank.signature_value.text = layout.encoded(signer.sign(canonical.inclusive(blank.signed_info)))
