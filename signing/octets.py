"""What a signature is over, octet by octet: for those who verify it years later with tools that know no XML."""

from __future__ import annotations

from dataclasses import dataclass, field

from signing import canonical, references, shape
from signing.digests import Digest
from signing.policy import Policy
from signing.suites import Suite, ecdsa
from signing.vocabulary import Element


@dataclass(frozen=True, slots=True)
class Octets:
    """One XAdES signature taken apart."""

    suite: Suite
    value: bytes
    """The signature as openssl takes it: DER for ECDSA, else the octets of SignatureValue."""
    signed_info: bytes = field(repr=False)
    """Canonical form of SignedInfo, which the key has signed."""
    properties: bytes = field(repr=False)
    """Canonical form of SignedProperties."""
    properties_digest: Digest
    """By which SignedInfo names it."""
    payload: bytes = field(repr=False)
    """Canonical form of the signed element without its signature."""
    payload_digest: Digest


def of(element: Element, policy: Policy) -> Octets:
    """Take the signature of an element apart whose verdict by the same policy was intact.

    Raises `verdict.Refusal` for any other.
    """
    parts = shape.read(shape.find(element), policy)
    resolved = references.resolve(element, parts)
    suite = policy.suite(parts.signature_method)
    properties, payload = (policy.digest(each.digest_method) for each in (resolved.properties, resolved.payload))
    if suite is None or properties is None or payload is None:
        raise ValueError("a verdict that is intact has algorithms that are known")
    is_ecdsa = isinstance(suite, ecdsa.EcdsaSuite)
    return Octets(
        suite=suite,
        value=ecdsa.in_der(parts.signature_value) if is_ecdsa else parts.signature_value,
        signed_info=canonical.inclusive(parts.signed_info),
        properties=canonical.inclusive(parts.signed_properties),
        properties_digest=properties,
        payload=canonical.payload(element, limit=policy.canonical_bytes, signature=parts.signature),
        payload_digest=payload,
    )
