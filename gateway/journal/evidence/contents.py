"""What a bundle is made of, before it is written."""

from __future__ import annotations

import dataclasses

from gateway.journal.evidence.belief import Belief
from gateway.journal.evidence.case import Case
from gateway.journal.evidence.exhibit import Exhibit, is_gost
from gateway.journal.evidence.proofs import Seal
from signing.certificates import Certificate


@dataclasses.dataclass(frozen=True, slots=True)
class Contents:
    """One package with everything that proves it."""

    case: Case
    request: Exhibit | None
    """None where no signature was judged, or the request is not kept."""
    belief: Belief | None
    """How its signer was believed; None where there is no request to show."""
    result: Exhibit | None
    seal: Seal
    """The checkpoint over all records."""
    receipt: Seal | None
    """The checkpoint of the receipt; None for a refused package, which has no receipt."""
    container: Certificate | None
    """Of the key that signs the container; None where there is none."""

    @property
    def has_older_checkpoint(self) -> bool:
        """Whether the receipt has a checkpoint of its own."""
        return self.receipt is not None and self.receipt.kept != self.seal.kept

    @property
    def exhibits(self) -> tuple[Exhibit, ...]:
        """The signed documents."""
        return tuple(each for each in (self.request, self.result) if each)

    @property
    def needs_gost(self) -> bool:
        """Whether openssl needs its engine for something."""
        keys = [each.certificate for each in (self.seal, self.receipt) if each]
        keys += [self.container] if self.container else []
        chain = self.belief.chain if self.belief else ()
        signers = [each.certificate for each in self.exhibits]
        return any(map(is_gost, (*keys, *chain, *signers))) or not all(each.for_xmlsec for each in self.exhibits)
