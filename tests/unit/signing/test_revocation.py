"""Revocation lists: what is read, what is refused, and what a certificate's standing is at any time."""

from __future__ import annotations

import dataclasses
import secrets
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from signing import certificates, errors, issue, policy, revocation
from signing.policy import STRICT
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, below, crl

DAY = timedelta(days=1)
REASON = x509.ReasonFlags
ROOT = makers.authority()
LEAF = makers.identity()
OTHER = makers.identity("p384")


def read(*arguments, **how):
    return revocation.read(crl(*arguments, **how))


def status(*lists, at=NOW, certificate=LEAF.certificate, issuer=ROOT.certificate, authorities=()):
    known = revocation.RevocationLists(lists)
    return known.status(certificate, issuer, authorities, at=at, policy=STRICT)


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_list__is_read_with_its_facts(encoding):
    encoded = x509.load_der_x509_crl(crl(ROOT, (LEAF, -3, REASON.key_compromise), (7, -2), number=12))
    found = revocation.read(encoded.public_bytes(encoding))
    assert (found.issuer_name, found.number, len(found)) == (ROOT.certificate.subject_name, 12, 2)
    assert (found.this_update, found.next_update) == (NOW, NOW + 7 * DAY)
    assert found.find(LEAF.certificate.serial) == revocation.Entry(LEAF.certificate.serial, NOW - 3 * DAY, 1)
    assert found.find(7) == revocation.Entry(7, NOW - 2 * DAY)
    assert [found.find(serial) for serial in (6, 8, OTHER.certificate.serial, 1 << 159)] == [None] * 4


def test_empty_list__names_nobody():
    found = read(ROOT)
    assert len(found) == 0
    assert found.find(LEAF.certificate.serial) is None
    assert found.number == -1


def test_list_without_next_update__is_read():
    assert read(ROOT, (LEAF, 0), lasts=None).next_update is None
    assert read(ROOT, (LEAF, 0), lasts=None).is_signed_by(ROOT.certificate, STRICT)


def test_entries_of_every_length__are_found():
    serials = sorted({1 << bits for bits in range(1, 159)} | {(1 << 159) - 1, 127, 128, 255})
    found = read(ROOT, *((serial, -1, REASON.superseded) for serial in serials))
    assert [found.find(serial).serial for serial in serials] == serials
    assert not any(found.find(serial + 1) for serial in serials if serial + 1 not in serials)


def test_long_entry__is_found():
    # More than 127 octets: its length takes more than one.
    note = (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x04\x81\xc8" + bytes(200)), False)
    found = read(ROOT, (5, -1), (LEAF, -1, REASON.superseded, note), (9, -1))
    assert found.find(LEAF.certificate.serial).reason == 4
    assert found.find(9)


def test_invalidity_date__is_told_and_decides_nothing():
    invalid = (x509.InvalidityDate(NOW - 9 * DAY), False)
    entry = status(read(ROOT, (LEAF, 3, REASON.key_compromise, invalid))).entry
    assert (entry.at, entry.invalid_since) == (NOW + 3 * DAY, NOW - 9 * DAY)


@pytest.mark.parametrize(
    "encoded", [b"\x18\x0f20270230000000Z", b"\x18\x03abc", b"\x0a\x01\x01", b"", b"\x30", b"\x18\x0f" + b"\xff" * 15]
)
def test_invalidity_date_that_is_none__is_left_out(encoded):
    extension = (x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.24"), encoded), False)
    entry = read(ROOT, (LEAF, 3, REASON.key_compromise, extension)).find(LEAF.certificate.serial)
    assert (entry.invalid_since, entry.reason) == (None, 1)


@pytest.mark.parametrize("encoded", [b"\x0a\x01", b"\x02\x01\x01", b"\x0a\x02\x01\x01", b""])
def test_reason_that_is_none__says_nothing(encoded):
    extension = (x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.21"), encoded), False)
    assert read(ROOT, (LEAF, 3, None, extension)).find(LEAF.certificate.serial).reason == 0


def test_dates_of_both_centuries__are_read():
    entries = [(1, -70 * 365), (2, 30 * 365), (3, 0)]
    found = read(ROOT, *entries)
    assert [found.find(serial).at for serial, _days in entries] == [NOW + timedelta(days=days) for _, days in entries]


# --- refusing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"garbage", b"\x30", b"\x30\x80", crl(ROOT)[:-1], crl(ROOT) + b"\0"])
def test_garbage__is_unusable(data):
    with pytest.raises(errors.RevocationListUnusable):
        revocation.read(data)


def test_certificate_in_place_of_a_list__is_unusable():
    for data in (LEAF.certificate.der, issue.pem(LEAF.certificate)):
        with pytest.raises(errors.RevocationListUnusable):
            revocation.read(data)


def test_several_lists_in_one_file__are_unusable():
    pem = x509.load_der_x509_crl(crl(ROOT)).public_bytes(Encoding.PEM)
    with pytest.raises(errors.RevocationListUnusable, match="several"):
        revocation.read(pem + pem)


UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")


@pytest.mark.parametrize(
    ("how", "word"),
    [
        ({"extensions": [(x509.DeltaCRLIndicator(1), True)]}, "delta"),
        ({"extensions": [(UNKNOWN, True)]}, r"1\.2\.3"),
        ({"point": {"indirect_crl": True}}, "indirect"),
        ({"point": {"only_contains_attribute_certs": True}}, "attribute"),
        ({"point": {"only_some_reasons": frozenset({REASON.superseded}), "only_contains_user_certs": True}}, "reasons"),
    ],
)
def test_list_of_another_kind__is_unusable_with_the_reason(how, word):
    with pytest.raises(errors.RevocationListUnusable, match=word):
        read(ROOT, (LEAF, 0), **how)


def test_critical_extension_of_an_entry__is_unusable():
    of_another = (x509.CertificateIssuer([x509.DirectoryName(ROOT.certificate.subject_name)]), True)
    with pytest.raises(errors.RevocationListUnusable, match="entry"):
        read(ROOT, (LEAF, 0, None, of_another))
    assert read(ROOT, (LEAF, 0, None, (UNKNOWN, False))).find(LEAF.certificate.serial)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_list__is_read_or_unusable_and_can_be_asked(seed):
    genuine = crl(ROOT, (LEAF, -3, REASON.key_compromise), *((serial, -2) for serial in range(1, 5)), number=3)
    for position in range(seed, len(genuine), 4):
        for octet in (0, 0x7F, 0x80, 0xFF, genuine[position] ^ 1):
            mutated = genuine[:position] + bytes([octet]) + genuine[position + 1 :]
            try:
                found = revocation.read(mutated)
            except errors.RevocationListUnusable:
                continue
            for serial in (1, 3, LEAF.certificate.serial, 1 << 150):
                found.find(serial)
            assert mutated == genuine or not found.is_signed_by(ROOT.certificate, STRICT) or found.tbs in genuine


# --- who has signed it ------------------------------------------------------------------------------------------------


def test_list__is_signed_by_its_authority_alone():
    found = read(ROOT, (LEAF, 0))
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW)
    assert found.is_signed_by(ROOT.certificate, STRICT)
    assert found.is_signed_by(ROOT.certificate, STRICT)
    assert not found.is_signed_by(twin.certificate, STRICT)
    assert not found.is_signed_by(LEAF.certificate, STRICT)


@pytest.mark.parametrize("change", [{"may_revoke": False}, {"strange": True}, {"subject_name": x509.Name([])}])
def test_authority_that_may_not__has_not_signed_it(change):
    assert not read(ROOT).is_signed_by(dataclasses.replace(ROOT.certificate, **change), STRICT)


def test_algorithm_that_the_policy_lacks__is_no_signature():
    weak = read(ROOT, algorithm=hashes.SHA512())
    assert weak.is_signed_by(ROOT.certificate, STRICT)
    narrow = dataclasses.replace(STRICT, suites=STRICT.suites[:1])
    assert not weak.is_signed_by(ROOT.certificate, narrow)


@pytest.mark.parametrize("kind", ["rsa-2048", "p384", "p521"])
def test_every_kind_of_authority__signs_lists(kind):
    by = issue.new_authority(kind, "УЦ", now=NOW)
    assert read(by, (5, 0)).is_signed_by(by.certificate, policy.STRICT)


@pytest.mark.parametrize("kind", ["gost2012-256", "gost2012-512"])
@pytest.mark.parametrize("backend", makers.BACKENDS)
def test_authority_of_gost__signs_lists(kind, backend):
    by_policy = policy.strict(makers.backend(backend))
    by, twin = (issue.new_authority(kind, "УЦ", now=NOW) for _ in range(2))
    found = read(by, (LEAF, -1, REASON.superseded))
    assert found.find(LEAF.certificate.serial).reason == 4
    assert found.is_signed_by(by.certificate, by_policy)
    assert not found.is_signed_by(twin.certificate, by_policy)
    assert not read(by).is_signed_by(by.certificate, STRICT)


def test_authority_without_crl_sign__may_not_revoke():
    issuing = below(ROOT, "без cRLSign", usages=frozenset({"key_cert_sign"}))
    revoking = below(ROOT, "с cRLSign", usages=frozenset({"crl_sign"}))
    assert (issuing.certificate.may_revoke, revoking.certificate.may_revoke) == (False, True)
    assert (LEAF.certificate.may_revoke, ROOT.certificate.may_revoke) == (False, True)
    assert not read(issuing, (5, 0)).is_signed_by(issuing.certificate, STRICT)


# --- which entry counts -----------------------------------------------------------------------------------------------


def test_certificate_on_no_list__is_not_revoked_and_the_newest_list_is_told():
    older, newer = read(ROOT, made=NOW - DAY), read(ROOT, (OTHER, -1))
    assert status(older, newer) == revocation.Status(None, NOW, is_fresh=True)
    assert status() == revocation.NOTHING_KNOWN


def test_list_of_another_authority__says_nothing():
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW)
    assert status(read(twin, (LEAF, -1))) == revocation.NOTHING_KNOWN
    assert status(read(issue.new_authority("p256", "Другой УЦ", now=NOW), (LEAF, -1))) == revocation.NOTHING_KNOWN


def test_revocation_on_an_older_list__counts_although_newer_ones_have_it_no_more():
    """Certificates that have expired drop off."""
    lists = read(ROOT, (LEAF, -8), made=NOW - 7 * DAY), read(ROOT), read(ROOT, made=NOW + 400 * DAY)
    assert status(*lists).entry.at == NOW - 8 * DAY


def test_of_several_dates__the_earliest_counts():
    lists = read(ROOT, (LEAF, -8), made=NOW - 7 * DAY), read(ROOT, (LEAF, -6))
    assert status(*lists).entry.at == NOW - 8 * DAY


HOLD = REASON.certificate_hold


@pytest.mark.parametrize(
    ("lists", "days", "held"),
    [
        # made (days from NOW) → since when it is on hold there, None where it is not there
        ({0: -1}, 0, True),
        ({0: -1}, -2, False),
        ({0: -1}, -1, True),
        ({0: -1, 2: None}, 1, True),
        ({0: -1, 2: None}, 2, False),
        ({0: -1, 2: None}, 9, False),
        ({-9: None, 0: -1}, -1, True),
        ({-9: None, 0: -1}, -2, False),
        ({0: -1, 2: None, 4: 3}, 2, False),
        ({0: -1, 2: None, 4: 3}, 3, True),
        ({0: -1, 2: None, 4: 3}, 1, True),
    ],
)
def test_hold__lasts_until_the_first_later_list_that_has_it_no_more(lists, days, held):
    found = [
        read(ROOT, *([] if since is None else [(LEAF, since, HOLD)]), made=NOW + made * DAY)
        for made, since in lists.items()
    ]
    at = NOW + days * DAY
    for order in (found, found[::-1]):
        entry = status(*order, at=at).entry
        assert (entry is not None and entry.at <= at) is held


def test_hold_that_became_a_revocation__is_one():
    lists = read(ROOT, (LEAF, -5, HOLD), made=NOW - 4 * DAY), read(ROOT, (LEAF, -5, REASON.key_compromise))
    assert status(*lists, at=NOW + DAY).entry.at == NOW - 5 * DAY


def test_removal_from_a_list__is_no_entry():
    found = read(ROOT, (LEAF, -1, REASON.remove_from_crl), (5, -1))
    assert found.find(LEAF.certificate.serial) is None
    assert found.find(5)


def test_serial_that_no_certificate_has__is_passed_over():
    genuine = crl(ROOT, (LEAF, 0))
    octets = LEAF.certificate.serial.to_bytes((LEAF.certificate.serial.bit_length() + 8) // 8, "big")
    assert genuine.count(octets) == 1
    negative = genuine.replace(octets, b"\x80" + octets[1:])
    assert len(revocation.read(negative)) == 0


# --- whom it speaks for -----------------------------------------------------------------------------------------------


def test_kinds_of_certificates__are_kept_apart():
    lower = below(ROOT, "ниже")
    users = read(ROOT, point={"only_contains_user_certs": True})
    authorities = read(ROOT, point={"only_contains_ca_certs": True})
    assert [each.covers(LEAF.certificate) for each in (users, authorities)] == [True, False]
    assert [each.covers(lower.certificate) for each in (users, authorities)] == [False, True]
    assert status(authorities) == revocation.NOTHING_KNOWN
    assert status(authorities, certificate=lower.certificate).is_fresh


POINT = [x509.UniformResourceIdentifier("http://ca.example/1.crl")]


def with_points(*addresses):
    old = LEAF.certificate.loaded
    points = [
        x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None) for address in addresses
    ]
    builder = x509.CertificateBuilder(
        old.issuer, old.subject, old.public_key(), old.serial_number, NOW, NOW + DAY
    ).add_extension(x509.CRLDistributionPoints(points), critical=False)
    return certificates.read(builder.sign(ROOT.key, hashes.SHA256()).public_bytes(Encoding.DER))


def test_list_of_one_distribution_point__covers_the_certificates_that_name_it():
    partial = read(ROOT, point={"full_name": POINT, "only_contains_user_certs": True})
    assert partial.covers(with_points("http://mirror.example/1.crl", "http://ca.example/1.crl"))
    assert not partial.covers(with_points("http://ca.example/2.crl"))
    assert not partial.covers(LEAF.certificate)
    assert read(ROOT).covers(with_points("http://ca.example/2.crl"))


def test_list_that_covers_a_certificate_not__revokes_it_when_it_names_it_and_releases_nobody():
    elsewhere = {"full_name": POINT}
    assert status(read(ROOT, (LEAF, -1), point=elsewhere)).entry
    held, silent = read(ROOT, (LEAF, -1, HOLD)), read(ROOT, made=NOW + DAY, point=elsewhere)
    assert status(held, silent, at=NOW + 2 * DAY).entry


def test_relative_distribution_point__covers_nobody_and_names_whom_it_names():
    relative = x509.RelativeDistinguishedName([x509.NameAttribute(x509.NameOID.COMMON_NAME, "1")])
    found = read(ROOT, (LEAF, -1), point={"relative_name": relative})
    assert not found.covers(LEAF.certificate)
    assert status(found).entry


def test_list_under_the_new_key_of_an_authority__revokes_and_proves_nothing_by_silence():
    renewed = issue.new_authority("p256", "Тестовый УЦ", now=NOW)
    known = {"authorities": (ROOT.certificate, renewed.certificate)}
    assert status(read(renewed, (LEAF, -1)), **known).entry
    silent = status(read(renewed), **known)
    assert (silent.entry, silent.is_fresh) == (None, False)
    held = read(ROOT, (LEAF, -1, HOLD))
    assert status(held, read(renewed, made=NOW + DAY), at=NOW + 2 * DAY, **known).entry


# --- whether its silence is enough ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "fresh"),
    [(-9, True), (0, True), (7, True), (7.1, False)],
)
def test_silence__answers_until_the_next_list_is_due_and_for_the_time_before(days, fresh):
    assert status(read(ROOT), at=NOW + days * DAY).is_fresh is fresh


def test_silence_of_a_list_made_after_the_certificate_expired__answers_for_nothing():
    """It would not be named any more."""
    late = read(ROOT, made=LEAF.certificate.not_after + DAY)
    assert not status(late).is_fresh
    assert status(read(ROOT, made=LEAF.certificate.not_after)).is_fresh


def test_list_without_next_update__answers_for_the_time_before_it():
    endless = read(ROOT, lasts=None)
    assert [status(endless, at=NOW + days * DAY).is_fresh for days in (-1, 0, 1)] == [True, False, False]


def test_newest__is_by_date_and_then_by_number():
    lists = [read(ROOT, number=number, made=made) for number, made in ((2, NOW), (9, NOW - DAY), (3, NOW))]
    assert [each.number for each in revocation.RevocationLists(lists).all] == [3, 2, 9]


# --- many entries -----------------------------------------------------------------------------------------------------


def test_long_list__keeps_four_octets_an_entry_beside_what_was_signed():
    serials = [secrets.randbits(120) + 1 for _ in range(5000)]
    found = read(ROOT, *((serial, -1, REASON.superseded) for serial in serials))
    assert len(found) == 5000
    assert found._index.itemsize * len(found._index) == 4 * 5000  # noqa: SLF001 - what is kept
    assert all(found.find(serial).serial == serial for serial in serials)
    assert not any(found.find(serial + (1 << 121)) for serial in serials[:100])
