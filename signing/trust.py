"""Whom an installation believes: authorities, pinned certificates, revocation lists (RFC 5280, section 6).

A store is an immutable value: whoever wants to reload makes another one. An anchor is an authority, a root or any below
it, that is believed without a chain. A pinned certificate is a signer's own, believed as it is, by everybody or for its
owner alone. Both are there because an administrator says so, and a list of an authority in the store that names one of
them counts nevertheless.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import certificates, chains, trust_folder, validity
from signing.certificates import Certificate
from signing.policy import Policy
from signing.revocation import NOTHING_KNOWN, RevocationLists, Status
from signing.verdict import Failure, Refusal

Demand = Literal["known", "required"]
"""`known`: a revocation counts where a list tells of it. `required`: besides, each certificate below the anchor needs a
list of its issuer that answers for the time asked for. Who is pinned, or is an anchor, needs none."""

load = certificates.load
_NO_LISTS = RevocationLists()


@dataclass(frozen=True, slots=True)
class Pinned:
    """A signer's own certificate that is believed as it is."""

    certificate: Certificate
    owner: str | None = None
    """For whom alone it is believed, in the caller's words; None for everybody."""


@dataclass(frozen=True, slots=True)
class CertificationPath:
    """How a certificate comes to be believed, and what is known of it for the time asked for."""

    chain: chains.Chain
    """From the certificate to the anchor; the certificate alone where it is believed as it is."""
    owners: frozenset[str] = frozenset()
    """For whom the certificate is pinned."""
    confined: bool = False
    """It is believed for the owners alone."""
    status: Status = NOTHING_KNOWN
    """What the lists tell of the certificate."""
    authorities: Failure | None = None
    """Why the authorities above do not carry it at the time asked for."""
    revocation: Failure | None = None
    """Why its own revocation, or ignorance of that, speaks against it."""


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Anchors, pinned certificates and revocation lists."""

    anchors: tuple[Certificate, ...] = ()
    pinned: tuple[Pinned, ...] = ()
    lists: RevocationLists = _NO_LISTS
    revocation: Demand = "known"
    _by_name: dict[x509.Name, list[Certificate]] = field(init=False, repr=False, compare=False)
    _owners: dict[bytes, frozenset[str | None]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[x509.Name, list[Certificate]] = {}
        for anchor in {anchor.der: anchor for anchor in self.anchors}.values():
            by_name.setdefault(anchor.subject_name, []).append(anchor)
        owners: dict[bytes, frozenset[str | None]] = {}
        for each in self.pinned:
            owners[each.certificate.der] = owners.get(each.certificate.der, frozenset()) | {each.owner}
        object.__setattr__(self, "_by_name", by_name)
        object.__setattr__(self, "_owners", owners)

    @classmethod
    def believing(
        cls,
        believed: Iterable[Certificate],
        *,
        pinned: Iterable[Pinned] = (),
        lists: RevocationLists = _NO_LISTS,
        revocation: Demand = "known",
    ) -> TrustStore:
        """Believe these: an authority is an anchor, and the certificate of a signer is pinned for everybody."""
        believed = tuple(believed)
        anchors = tuple(each for each in believed if each.may_issue)
        own = tuple(Pinned(each) for each in believed if not each.may_issue)
        return cls(anchors, (*own, *pinned), lists, revocation)

    @classmethod
    def of(cls, believed: Iterable[x509.Certificate]) -> TrustStore:
        """Believe these, as `believing` does; raises `errors.CertificateUnreadable` where one cannot be used at all."""
        return cls.believing(certificates.usable(item.public_bytes(Encoding.DER), "") for item in believed)

    @classmethod
    def from_folder(cls, folder: Path, *, past: bool = False, revocation: Demand = "known") -> TrustStore:
        """Believe what stands in a trust folder (`trust_folder`); `past` reads the replaced revocation lists as well.

        Raises `errors.SigningError` with the name of the first file that cannot be read, or of the folder.
        """
        contents = trust_folder.survey(folder, past=past)
        if contents.damaged:
            raise contents.damaged[0]
        return cls.from_contents(contents, revocation=revocation)

    @classmethod
    def from_contents(cls, contents: trust_folder.Contents, *, revocation: Demand = "known") -> TrustStore:
        """Believe what was found in a trust folder, as far as it could be read."""
        return cls.believing(
            (each.certificate for each in contents.certificates if each.owner is None),
            pinned=[Pinned(each.certificate, each.owner) for each in contents.certificates if each.owner is not None],
            lists=RevocationLists(contents.lists.values()),
            revocation=revocation,
        )

    def path(
        self, leaf: Certificate, links: Sequence[Certificate], *, at: datetime, policy: Policy
    ) -> CertificationPath:
        """Return how the leaf comes to be believed at the time `at`.

        `links` are certificates that came with the signature: they may link, never anchor. Of several chains the first
        is taken whose authorities were all in force; where none were, the path says why. Raises `Refusal`, `CHAIN` or
        `UNTRUSTED`, where there is no sound chain at all.
        """
        owners = self._owners.get(leaf.der, frozenset())
        try:
            chain, failure = self._best(leaf, links, at, policy)
        except Refusal:
            if not owners:
                raise
            chain, failure = (leaf,), None
        status = self._status(chain, 0, at, policy)
        exempt = bool(owners) or len(chain) == 1
        if owners and failure is not None:
            chain, failure = (leaf,), None
        return CertificationPath(
            chain=chain,
            owners=frozenset(owner for owner in owners if owner is not None),
            confined=bool(owners) and None not in owners and len(chain) == 1 and not self._is_anchor(leaf),
            status=status,
            authorities=failure,
            revocation=self._revocation(leaf, status, at, exempt=exempt),
        )

    def anchors_named(self, name: x509.Name) -> Sequence[Certificate]:
        """Return the anchors whose subject is `name`."""
        return self._by_name.get(name, ())

    def check_lists(self, policy: Policy) -> None:
        """Verify the signatures of the lists now rather than when the first certificate is looked up."""
        for each in self.lists.all:
            for authority in self.anchors_named(each.issuer_name):
                each.is_signed_by(authority, policy)

    def _best(
        self, leaf: Certificate, links: Sequence[Certificate], at: datetime, policy: Policy
    ) -> tuple[chains.Chain, Failure | None]:
        """Return the chain that carries the leaf, or else the one that fails most mildly, with its failure."""
        if self._is_anchor(leaf):
            return (leaf,), None
        failing: list[tuple[chains.Chain, Failure]] = []
        for chain in chains.sound(leaf, links, self._by_name, policy):
            failure = self._failure(chain, at, policy)
            if failure is None:
                return chain, None
            failing.append((chain, failure))
        return min(failing, key=lambda each: each[1].refutes)

    def _failure(self, chain: chains.Chain, at: datetime, policy: Policy) -> Failure | None:
        """Say why the authorities of a sound chain do not carry it at the time; what refutes comes first."""
        found = []
        for position, authority in enumerate(chain[1:], start=1):
            status = self._status(chain, position, at, policy)
            exempt = position == len(chain) - 1
            found += [validity.outside(authority, at), self._revocation(authority, status, at, exempt=exempt)]
        failures = [failure for failure in found if failure is not None]
        return next((failure for failure in failures if failure.refutes), next(iter(failures), None))

    def _status(self, chain: chains.Chain, position: int, at: datetime, policy: Policy) -> Status:
        certificate = chain[position]
        issuer = chain[position + 1] if position + 1 < len(chain) else None
        return self.lists.status(certificate, issuer, self.anchors_named(certificate.issuer_name), at=at, policy=policy)

    def _revocation(self, certificate: Certificate, status: Status, at: datetime, *, exempt: bool) -> Failure | None:
        if status.entry is not None and status.entry.at <= at:
            return validity.revoked(certificate, status.entry)
        if self.revocation == "required" and not exempt and not status.is_fresh:
            return validity.unknown(certificate)
        return None

    def _is_anchor(self, certificate: Certificate) -> bool:
        return any(anchor.der == certificate.der for anchor in self.anchors_named(certificate.subject_name))
