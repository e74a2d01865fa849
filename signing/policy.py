"""What is demanded of a signature, as a frozen value that is passed in. There are no globals to switch.

The limits come before any computation: canonicalisation is quadratic in attributes and in namespaces, and
exclusive canonicalisation can blow a small document up a thousandfold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from signing import digests, suites
from signing.digests import Digest
from signing.gost.backend import Backend
from signing.suites import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Allowed algorithms and the limits of the strict profile."""

    suites: tuple[Suite, ...]
    """Allowed in SignatureMethod, and for the signatures of the certificates in the chain."""
    digests: tuple[Digest, ...]
    """Allowed in every DigestMethod, each read from its own place."""
    certificate_digests: tuple[Digest, ...] = ()
    """Allowed in the DigestMethod of CertDigest besides."""
    signature_characters: int = 64 * 1024
    """Length of ds:Signature as it is written, the namespaces in scope included."""
    signature_nodes: int = 200
    """Elements inside ds:Signature, itself included."""
    certificates: int = 5
    """Certificates in KeyInfo."""
    certificate_links: int = 5
    """Certificates in the chain, the signer's and the anchor included."""
    attributes: int = 128
    """Attributes of any one element of the document."""
    qualified_attributes: int = 16
    """Attributes that are in a namespace, of any one element of the signed element: the exclusive form declares each
    namespace where it is used, and looks each of them up among those of the element."""
    namespaces: int = 64
    """Namespace declarations in scope at any one element of the signed element."""
    namespace_characters: int = 128
    """Length of one namespace address: each element that uses it repeats it in the canonical form, and
    attributes of the same local name are told apart by comparing it."""
    canonical_bytes: int = 128 * 1024 * 1024
    """Length of the canonical form of the payload; it is hashed as it comes and never held."""
    thorough: bool = False
    """Go on after the first failure: an auditor gets all three answers. Never for strangers' documents."""

    def suite(self, uri: str) -> Suite | None:
        """Return the allowed suite of a SignatureMethod, or None."""
        return next((suite for suite in self.suites if suite.uri == uri), None)

    def suite_of_certificate(self, oid: str) -> Suite | None:
        """Return the allowed suite of a certificate's signatureAlgorithm, or None."""
        return next((suite for suite in self.suites if suite.oid == oid), None)

    def digest(self, uri: str) -> Digest | None:
        """Return the allowed digest of the DigestMethod of a reference, or None."""
        return next((digest for digest in self.digests if digest.uri == uri), None)

    def certificate_digest(self, uri: str) -> Digest | None:
        """Return the allowed digest of the DigestMethod of CertDigest, or None."""
        return next((digest for digest in (*self.digests, *self.certificate_digests) if digest.uri == uri), None)


STRICT = Policy(suites=suites.KNOWN, digests=digests.SHA2)
"""For packages that arrive, where ГОСТ is off: stops at the first failure."""

THOROUGH = replace(STRICT, thorough=True)
"""For the audit of packages that were accepted once, where ГОСТ is off: asks every question."""


def strict(gost: Backend | None) -> Policy:
    """Return the policy for packages that arrive: `STRICT`, and ГОСТ of 2012 as the backend computes it.

    CertDigest may be of ГОСТ Р 34.11-94 still, as clients write that took over the rest of 2012: it picks one of the
    certificates that are there, and the chain and the signature prove that one.
    """
    if gost is None:
        return STRICT
    return replace(
        STRICT,
        suites=(*STRICT.suites, *suites.gost.suites(gost)),
        digests=(*STRICT.digests, *suites.gost.digests(gost)),
        certificate_digests=suites.gost.legacy_digests(gost),
    )


def archive(gost: Backend | None) -> Policy:
    """Return the policy for the audit of old packages: as `strict`, ГОСТ of 2001 too, and every question is asked."""
    policy = replace(strict(gost), thorough=True)
    if gost is None:
        return policy
    return replace(
        policy,
        suites=(*policy.suites, *suites.gost.legacy(gost)),
        digests=(*policy.digests, *suites.gost.legacy_digests(gost)),
        certificate_digests=(),
    )
