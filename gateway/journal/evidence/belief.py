"""Whom the installation believed on the day of a package, and what the revocation lists of that day said of the signer.

openssl asks a list more strictly than the gateway, whose setting `revocation` may be content with what is known: for
openssl the list has to be in force at the moment, and a certificate that is on it is revoked whatever the date. So the
lines have a list only where both give the same answer; what else was known is in the bundle to be read.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from gateway.journal.evidence.exhibit import Exhibit
from gateway.journal.replay import days
from signing import certificates, policy, revocation, trust
from signing.certificates import Certificate
from signing.revocation import RevocationList


@dataclasses.dataclass(frozen=True, slots=True)
class List:
    """A revocation list of the day."""

    found: RevocationList
    pem: bytes = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Belief:
    """How the signer came to be believed."""

    chain: tuple[Certificate, ...] = ()
    """From the signer to the anchor; the signer alone where it was pinned; empty where it cannot be known."""
    lists: tuple[List, ...] = ()
    """The newest lists that speak for the chain, from the signer's issuer on, each once."""
    decided: tuple[bool, ...] = ()
    """For each certificate of the chain: whether openssl can ask the lists for it."""

    @property
    def pinned(self) -> bool:
        """Whether the signer was believed as it is."""
        return len(self.chain) == 1

    @property
    def checks_all(self) -> bool:
        """Whether openssl can ask for the revocation of every certificate of the chain, the anchor included."""
        return bool(self.decided) and all(self.decided)

    @property
    def checks_signer(self) -> bool:
        """Whether openssl can ask for the revocation of the signer's certificate."""
        return bool(self.decided) and self.decided[0]


def on(known: days.Days, anchors: trust.TrustStore, exhibit: Exhibit, by: policy.Policy, at: dt.datetime) -> Belief:
    """Return how the signer of a request was believed at the moment of its verdict, as far as it is known.

    `anchors` is the store of `known` by which the exhibit was judged.
    """
    chain = tuple(certificates.of(each) for each in exhibit.verdict.chain)
    if len(chain) <= 1:
        return Belief(chain)
    lists: dict[RevocationList, List] = {}
    decided = []
    for certificate, issuer in zip(chain, (*chain[1:], chain[-1]), strict=True):
        named = anchors.lists.of(certificate.issuer_name)
        newest = next((each for each in named if _speaks(each, certificate, issuer, by, at)), None)
        if newest is not None and newest not in lists:
            lists[newest] = List(newest, revocation.pem(known.document(newest)))
        decided.append(newest is not None and _decides(newest, certificate, at))
    return Belief(chain, tuple(lists.values()), tuple(decided))


def _speaks(
    each: RevocationList, certificate: Certificate, issuer: Certificate, by: policy.Policy, at: dt.datetime
) -> bool:
    return each.this_update <= at and each.covers(certificate) and each.is_signed_by(issuer, by)


def _decides(found: RevocationList, certificate: Certificate, at: dt.datetime) -> bool:
    in_force = found.next_update is not None and at <= found.next_update
    return in_force and found.find(certificate.serial) is None
