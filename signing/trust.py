"""Which authorities are believed, and the chain from a signer to one of them (RFC 5280, section 6).

A store is an immutable value: whoever wants to reload makes another one. Every certificate in it is an
anchor, be it a root or an intermediate authority. Revocation lists are not consulted yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import certificates, errors
from signing.certificates import Certificate
from signing.policy import Policy
from signing.verdict import Reason, Refusal

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})


@dataclass(frozen=True, slots=True)
class TrustStore:
    """The anchors."""

    anchors: tuple[Certificate, ...] = ()
    _by_name: dict[x509.Name, list[Certificate]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_name: dict[x509.Name, list[Certificate]] = {}
        for anchor in self.anchors:
            by_name.setdefault(anchor.subject_name, []).append(anchor)
        object.__setattr__(self, "_by_name", by_name)

    @classmethod
    def of(cls, anchors: Iterable[x509.Certificate]) -> TrustStore:
        """Believe these; raises `errors.CertificateUnreadable` where one cannot be used at all."""
        return cls(tuple(_anchor(item.public_bytes(Encoding.DER), "") for item in anchors))

    @classmethod
    def from_folder(cls, folder: Path) -> TrustStore:
        """Believe every certificate in the `.pem`, `.crt`, `.cer` and `.der` files of a folder, PEM or DER.

        Raises `errors.CertificateUnreadable` with the name of the first file that holds none, or of the folder.
        """
        try:
            files = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
        except OSError as error:
            raise errors.CertificateUnreadable(f"{folder}: {error}") from error
        return cls(tuple(anchor for path in files for anchor in load(path)))

    def chain(
        self, leaf: Certificate, links: Sequence[Certificate], *, at: datetime, policy: Policy
    ) -> tuple[Certificate, ...]:
        """Return the chain from the leaf to an anchor, both included.

        `links` are certificates that came with the signature: they may link, never anchor. Raises `Refusal`
        with reason `UNTRUSTED` and the obstacle that was met last.
        """
        unknown = f"Удостоверяющий центр, выдавший сертификат «{leaf.name}», не входит в число доверенных."
        search = _Search(self, links, at, policy, unknown)
        path = search.extend((leaf,))
        if path is None:
            raise Refusal(Reason.UNTRUSTED, search.obstacle)
        return path

    def anchors_named(self, name: x509.Name) -> Sequence[Certificate]:
        """Return the anchors whose subject is `name`."""
        return self._by_name.get(name, ())


@dataclass(slots=True)
class _Search:
    """Looks for a chain depth first, anchors before links; bounded by the length of a chain and the few links."""

    store: TrustStore
    links: Sequence[Certificate]
    at: datetime
    policy: Policy
    obstacle: str

    def extend(self, path: tuple[Certificate, ...]) -> tuple[Certificate, ...] | None:
        if len(path) == self.policy.certificate_links:
            return None
        name = path[-1].issuer_name
        for anchor in self.store.anchors_named(name):
            if self._has_issued(anchor, path):
                return (*path, anchor)
        for link in self.links:
            if link.subject_name == name and self._has_issued(link, path):
                found = self.extend((*path, link))
                if found:
                    return found
        return None

    def _has_issued(self, issuer: Certificate, path: tuple[Certificate, ...]) -> bool:
        obstacle = _obstacle(path, issuer, self.at, self.policy)
        self.obstacle = obstacle or self.obstacle
        return obstacle is None


def _obstacle(path: tuple[Certificate, ...], issuer: Certificate, at: datetime, policy: Policy) -> str | None:
    """Say why `issuer` cannot have issued the last certificate of the path; None where it did."""
    below = sum(1 for link in path[1:] if link.subject_name != link.issuer_name)
    if not issuer.may_issue or issuer.strange:
        return f"Сертификат «{issuer.name}» не даёт права выпускать сертификаты."
    if issuer.path_length is not None and below > issuer.path_length:
        return f"Сертификат «{issuer.name}» не разрешает столько промежуточных удостоверяющих центров."
    if not issuer.not_before <= at <= issuer.not_after:
        return f"Сертификат удостоверяющего центра «{issuer.name}» не действовал на время проверки."
    suite = policy.suite_of_certificate(path[-1].signature_oid)
    if suite is None:
        return f"Сертификат «{path[-1].name}» подписан алгоритмом, который не разрешён."
    if not suite.verify_certificate(issuer.spki, path[-1].tbs, path[-1].signature):
        return f"Подпись удостоверяющего центра под сертификатом «{path[-1].name}» неверна."
    return None


def load(path: Path) -> tuple[Certificate, ...]:
    """Read one file, PEM (any number) or DER (one); raises `errors.CertificateUnreadable`."""
    try:
        data = path.read_bytes()
        pem = b"-----BEGIN" in data
        found = x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]
    except (OSError, ValueError) as error:
        raise errors.CertificateUnreadable(f"{path}: {error}") from error
    return tuple(_anchor(item.public_bytes(Encoding.DER), f"{path}: ") for item in found)


def _anchor(der: bytes, where: str) -> Certificate:
    try:
        return certificates.read(der)
    except Refusal as refusal:
        raise errors.CertificateUnreadable(f"{where}{refusal.failure.detail}") from refusal
