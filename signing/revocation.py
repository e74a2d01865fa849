"""Certificate revocation lists: read once, looked up fast, judged for any time (RFC 5280, sections 5 and 6.3).

A list may have a million entries. It is kept as the octets that were signed and an index of four bytes an entry; an
entry is decoded when it is found. Delta lists, indirect lists, lists of some reasons only, and lists that demand what
is not understood are no lists here: whoever used them for less than they say would be wrong.

The rule for any time, past or present: **a revocation is for ever**, so an entry counts whichever of the kept lists it
is on (later ones drop certificates that have expired). Only a hold ends: with the first later list that has it no
more. The date of an entry decides from when it counts; invalidityDate is told, and decides nothing.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from signing import crl_entries, errors
from signing.certificates import Certificate, general_name
from signing.crl_entries import Entry
from signing.policy import Policy

_UNDERSTOOD = frozenset({
    ExtensionOID.CRL_NUMBER,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    ExtensionOID.ISSUING_DISTRIBUTION_POINT,
})  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class RevocationList:
    """One list of one authority; who it really comes from, `is_signed_by` tells."""

    issuer_name: x509.Name
    this_update: datetime
    next_update: datetime | None
    number: int
    """CRLNumber; -1 where there is none."""
    points: frozenset[str]
    """Distribution points for which it speaks, as `certificates.general_name` writes them; empty for all."""
    only_users: bool
    """It speaks for no authorities."""
    only_authorities: bool
    """It speaks for authorities alone."""
    tbs: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    signature_oid: str
    _index: array[int] = field(repr=False)
    """Where the entries are in `tbs`, by serial number."""
    _signers: dict[tuple[str, bytes], bool] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self._index)

    @property
    def order(self) -> tuple[datetime, int]:
        """Greater for the newer of two lists."""
        return self.this_update, self.number

    @property
    def scope(self) -> tuple[frozenset[str], bool, bool]:
        """For which certificates of its authority it speaks: a newer list of the same scope replaces it."""
        return self.points, self.only_users, self.only_authorities

    def find(self, serial: int) -> Entry | None:
        """Return the entry of the certificate with this serial number; None where it is not on the list."""
        position = bisect_left(self._index, serial, key=lambda start: crl_entries.serial_at(self.tbs, start))
        if position == len(self._index) or crl_entries.serial_at(self.tbs, self._index[position]) != serial:
            return None
        return crl_entries.decode(self.tbs, self._index[position])

    def covers(self, certificate: Certificate) -> bool:
        """Tell whether the certificate, if it is not on the list, is not revoked (RFC 5280, section 6.3.3, b)."""
        if self.only_users if certificate.is_authority else self.only_authorities:
            return False
        return not self.points or not self.points.isdisjoint(certificate.crl_points)

    def is_fresh(self, certificate: Certificate, at: datetime) -> bool:
        """Tell whether its silence about the certificate answers for the time `at`.

        Either that is the time between this list and the next one, or the list was made later, while the certificate
        had not expired and would still have been named.
        """
        if at < self.this_update:
            return self.this_update <= certificate.not_after
        return self.next_update is not None and at <= self.next_update

    def is_signed_by(self, authority: Certificate, policy: Policy) -> bool:
        """Tell whether the authority has signed the list and may; computed once for each key."""
        suite = policy.suite_of_certificate(self.signature_oid)
        if suite is None or not authority.may_revoke or authority.strange:
            return False
        if authority.subject_name != self.issuer_name:
            return False
        key = (suite.name, authority.spki)
        if key not in self._signers:
            self._signers[key] = suite.verify_certificate(authority.spki, self.tbs, self.signature)
        return self._signers[key]


@dataclass(frozen=True, slots=True)
class Status:
    """What the lists tell of one certificate for one time."""

    entry: Entry | None = None
    """The earliest revocation that counts, be it before or after the time."""
    listed_at: datetime | None = None
    """When the newest list was made that speaks for the certificate; None where none is known."""
    is_fresh: bool = False
    """A list of the key that has signed the certificate answers for the time."""


NOTHING_KNOWN = Status()
"""What no list tells."""


class RevocationLists:
    """Lists of any authorities, and older ones of the same; an immutable value."""

    def __init__(self, lists: Iterable[RevocationList] = ()) -> None:
        """Order the lists, the newest first."""
        self.all = tuple(sorted(lists, key=lambda each: each.order, reverse=True))
        self._by_name: dict[x509.Name, list[RevocationList]] = {}
        for each in self.all:
            self._by_name.setdefault(each.issuer_name, []).append(each)

    def of(self, name: x509.Name) -> Sequence[RevocationList]:
        """Return the lists of the authorities of this name, the newest first."""
        return self._by_name.get(name, ())

    def status(
        self,
        certificate: Certificate,
        issuer: Certificate | None,
        authorities: Sequence[Certificate],
        *,
        at: datetime,
        policy: Policy,
    ) -> Status:
        """Return what is known of the certificate.

        A list that its `issuer` has signed counts in every respect. One that another of the `authorities` of the same
        name has signed counts for what it names: authorities change keys, and name the old certificates on the list of
        the new key; that such a list does *not* name a certificate proves nothing.
        """
        found, listed_at, is_fresh = None, None, False
        released = None
        for each in self.of(certificate.issuer_name):
            own = issuer is not None and each.is_signed_by(issuer, policy)
            if not own and not any(each.is_signed_by(authority, policy) for authority in authorities):
                continue
            covers = each.covers(certificate)
            entry = each.find(certificate.serial)
            if covers:
                listed_at = listed_at or each.this_update
                is_fresh = is_fresh or (own and each.is_fresh(certificate, at))
            if entry is None:
                released = each.this_update if covers and own else released
            elif not entry.is_hold or released is None or released > at:
                found = entry if found is None or entry.at < found.at else found
        return Status(found, listed_at, is_fresh)


def read(data: bytes) -> RevocationList:
    """Read one list, DER or PEM; raises `errors.RevocationListUnusable` with the reason, whatever is wrong."""
    try:
        return _read(data)
    except errors.RevocationListUnusable:
        raise
    except Exception as error:
        # As with certificates: mutated lists raise a dozen unrelated types.
        raise errors.RevocationListUnusable("it is no revocation list, or a damaged one") from error


def pem(data: bytes) -> bytes:
    """Return the PEM of a list that `read` has read."""
    return _load(data).public_bytes(Encoding.PEM)


def _read(data: bytes) -> RevocationList:
    loaded = _load(data)
    extensions = {extension.oid: extension for extension in loaded.extensions}
    for oid, extension in extensions.items():
        if oid == ExtensionOID.DELTA_CRL_INDICATOR:
            raise errors.RevocationListUnusable("it is a delta list, a complete one is wanted")
        if extension.critical and oid not in _UNDERSTOOD:
            raise errors.RevocationListUnusable(f"it has a critical extension that is not known: {oid.dotted_string}")
    number = extensions.get(ExtensionOID.CRL_NUMBER)
    point = _point(extensions.get(ExtensionOID.ISSUING_DISTRIBUTION_POINT))
    tbs = loaded.tbs_certlist_bytes
    return RevocationList(
        issuer_name=loaded.issuer,
        this_update=loaded.last_update_utc,
        next_update=loaded.next_update_utc,
        number=number.value.crl_number if number else -1,
        points=_names(point),
        only_users=bool(point and point.only_contains_user_certs),
        only_authorities=bool(point and point.only_contains_ca_certs),
        tbs=tbs,
        signature=loaded.signature,
        signature_oid=loaded.signature_algorithm_oid.dotted_string,
        _index=crl_entries.index(tbs),
    )


def _load(data: bytes) -> x509.CertificateRevocationList:
    blocks = data.count(b"-----BEGIN X509 CRL-----")
    if blocks > 1:
        raise errors.RevocationListUnusable("it holds several lists, one is wanted")
    return x509.load_pem_x509_crl(data) if blocks else x509.load_der_x509_crl(data)


def _point(extension: x509.Extension[x509.ExtensionType] | None) -> x509.IssuingDistributionPoint | None:
    if extension is None:
        return None
    point = extension.value
    if not isinstance(point, x509.IssuingDistributionPoint):
        raise TypeError
    if point.indirect_crl:
        raise errors.RevocationListUnusable("it is an indirect list, with certificates of other authorities")
    if point.only_contains_attribute_certs:
        raise errors.RevocationListUnusable("it is a list of attribute certificates")
    if point.only_some_reasons is not None:
        raise errors.RevocationListUnusable("it tells some reasons for revocation only, a complete list is wanted")
    return point


def _names(point: x509.IssuingDistributionPoint | None) -> frozenset[str]:
    if point is None:
        return frozenset()
    # Certificates are not compared by relative names here: such a list covers nobody, and names whom it names.
    relative = [f"relative:{point.relative_name.rfc4514_string()}"] if point.relative_name else []
    return frozenset((*(general_name(name) for name in point.full_name or ()), *relative))
