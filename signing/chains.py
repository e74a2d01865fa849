"""Chains from a certificate to the authorities that are believed: who has signed what, and may (RFC 5280, section 6).

A chain that is found here is *sound*: each authority in it has signed what stands below it and may issue. Whether all
of them were in force at some time is another question (`trust`): a chain stays sound for ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from signing.certificates import Certificate
from signing.policy import Policy
from signing.suites import Suite
from signing.verdict import Reason, Refusal

Chain = tuple[Certificate, ...]
"""From a certificate up to an anchor, both included."""
Anchors = Mapping[x509.Name, Sequence[Certificate]]
"""Authorities that are believed, by their names."""

_MOST_ANSWERS = 1024
_answers: dict[tuple[str, bytes, bytes, bytes], bool] = {}


def sound(leaf: Certificate, links: Sequence[Certificate], anchors: Anchors, policy: Policy) -> Iterator[Chain]:
    """Yield every sound chain from the leaf to an anchor, anchors before links, at least one.

    `links` are certificates that a stranger sent along: they may link, never anchor. Raises `Refusal`: `CHAIN` where
    an authority is known by the name of the issuer and the chain to it is broken, else `UNTRUSTED`.
    """
    search = _Search(links, anchors, policy)
    found = False
    for chain in search.extend((leaf,)):
        found = True
        yield chain
    if not found:
        raise search.refusal(leaf)


@dataclass(slots=True)
class _Search:
    """Depth first; bounded by the length of a chain and by the few links, none of which is taken twice."""

    links: Sequence[Certificate]
    anchors: Anchors
    policy: Policy
    broken: list[str] = field(default_factory=list)
    """Why chains end before an anchor although an issuer is there, in the words for a person."""
    strangers: dict[bytes, tuple[Certificate, Certificate]] = field(default_factory=dict)
    """Links that bear an issuer's name and have not signed, by their DER, each behind what they have not signed."""
    renewed: Certificate | None = None
    """An anchor that bears an issuer's name, and whose key is not the one that is said to have signed."""

    def extend(self, path: Chain) -> Iterator[Chain]:
        """Yield the sound chains that begin with the path."""
        lower = path[-1]
        above = self.anchors.get(lower.issuer_name, ())
        for anchor in above:
            if self._continues(path, anchor, is_known=True):
                yield path if anchor.der == lower.der else (*path, anchor)
        for link in self.links:
            is_new = link not in path and link not in above
            if link.subject_name == lower.issuer_name and is_new and self._continues(path, link, is_known=False):
                yield from self.extend((*path, link))

    def refusal(self, leaf: Certificate) -> Refusal:
        """Say why there is no chain."""
        for lower, link in self.strangers.values():
            # Whom an anchor vouches for is known; whoever merely bears the issuer's name is not.
            if any(_Search(self.links, self.anchors, self.policy).extend((link,))):
                self.broken.append(_foreign(lower))
        if self.broken:
            return Refusal(Reason.CHAIN, self.broken[0])
        if self.renewed:
            detail = f"Удостоверяющий центр «{self.renewed.name}» входит в число доверенных с другим ключом."
        else:
            detail = f"Удостоверяющий центр, выдавший сертификат «{leaf.name}», не входит в число доверенных."
        return Refusal(Reason.UNTRUSTED, detail)

    def _continues(self, path: Chain, issuer: Certificate, *, is_known: bool) -> bool:
        """Tell whether the issuer continues the path soundly; note why not."""
        lower = path[-1]
        suite = self.policy.suite_of_certificate(lower.signature_oid)
        if suite is not None and not has_signed(suite, issuer, lower):
            self._note_foreign(lower, issuer, is_known=is_known)
            return False
        obstacle = _obstacle(path, issuer, suite)
        if obstacle is None and len(path) >= self.policy.certificate_links and issuer.der != lower.der:
            if is_known:
                self.broken.append(f"В цепочке сертификатов больше {self.policy.certificate_links} звеньев.")
            return False
        if obstacle is not None:
            self.broken.append(obstacle)
        return obstacle is None

    def _note_foreign(self, lower: Certificate, issuer: Certificate, *, is_known: bool) -> None:
        # Authorities change their keys and keep their names; a certificate says which key is meant.
        is_meant = None in (issuer.key_id, lower.issuer_key_id) or issuer.key_id == lower.issuer_key_id
        if not is_known and is_meant:
            self.strangers.setdefault(issuer.der, (lower, issuer))
        elif is_known and is_meant:
            self.broken.append(_foreign(lower))
        elif is_known:
            self.renewed = issuer


def has_signed(suite: Suite, issuer: Certificate, lower: Certificate) -> bool:
    """Tell whether the issuer's key has signed the certificate below.

    Remembered: the same few organisations sign all day, under the same few authorities.
    """
    question = (suite.name, issuer.spki, lower.tbs, lower.signature)
    answer = _answers.get(question)
    if answer is None:
        if len(_answers) >= _MOST_ANSWERS:
            _answers.clear()
        _answers[question] = answer = suite.verify_certificate(issuer.spki, lower.tbs, lower.signature)
    return answer


def _obstacle(path: Chain, issuer: Certificate, suite: Suite | None) -> str | None:
    """Say why the issuer, whose signature holds, cannot continue the path; None where it can."""
    below = sum(1 for link in path[1:] if link.subject_name != link.issuer_name)
    if suite is None:
        return f"Сертификат «{path[-1].name}» подписан алгоритмом, который не разрешён."
    if not issuer.may_issue or issuer.strange:
        return f"Сертификат «{issuer.name}» не даёт права выпускать сертификаты."
    if issuer.path_length is not None and below > issuer.path_length:
        return f"Сертификат «{issuer.name}» не разрешает столько промежуточных удостоверяющих центров."
    return None


def _foreign(lower: Certificate) -> str:
    return f"Подпись удостоверяющего центра под сертификатом «{lower.name}» неверна."
