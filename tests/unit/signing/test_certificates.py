"""Reading certificates of strangers: facts, or one refusal, whatever the bytes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

import signing
from signing import certificates, der, issue, signer
from signing.subject import Subject
from signing.verdict import Reason, Refusal
from tests.resources import fixtures_root
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW


@pytest.mark.parametrize("kind", sorted(issue.KEY_KINDS))
def test_key__is_cut_out_whole(kind):
    identity = makers.identity(kind)
    assert identity.certificate.spki == signer.public_key_of(identity.key)


def test_facts_of_a_signer_and_of_an_authority():
    leaf, root = makers.identity().certificate, makers.authority().certificate
    assert (leaf.may_sign, leaf.may_issue, leaf.strange) == (True, False, False)
    assert (root.may_sign, root.may_issue, root.path_length) == (False, True, None)
    assert leaf.subject == makers.SUBJECT
    assert leaf.issuer_name == root.subject_name


@pytest.mark.parametrize("name", ["g2001A-leaf", "g256TCA-leaf", "g512A-ca", "g256XA-ca"])
def test_certificate_whose_key_no_library_loads__is_read_nevertheless(name):
    certificate = certificates.read((fixtures_root() / f"{name}.der").read_bytes())
    assert b"\x2a\x85\x03" in certificate.spki  # the arc of Russian algorithms, 1.2.643
    assert certificate.may_sign or certificate.may_issue
    assert not any(suite.accepts(certificate.spki) for suite in signing.STRICT.suites)


@pytest.mark.parametrize("serial", [b"\x7f" * 21, b"\x7f" * 9000, b"\x01" + bytes(20)])
def test_serial_beyond_160_bits__is_refused(serial):
    with pytest.raises(Refusal) as refusal:
        certificates.read(makers.with_serial(makers.identity().certificate.der, serial))
    assert "160" in refusal.value.failure.detail


def test_serial_of_160_bits__is_read():
    octets = b"\x00" + b"\xff" * 20
    assert certificates.read(makers.with_serial(makers.identity().certificate.der, octets)).serial == (1 << 160) - 1


@pytest.mark.parametrize("serial", [b"\x00", b"\x80"])
def test_serial_of_zero_or_less__is_refused(serial):
    with pytest.raises(Refusal) as refusal:
        certificates.read(makers.with_serial(makers.identity().certificate.der, serial))
    assert "160" in refusal.value.failure.detail


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x30",
        b"\x30\x80",
        b"\x30\x00",
        b"garbage",
        makers.identity().certificate.der[:-1],
        makers.identity().certificate.der + b"\x00",
    ],
)
def test_garbage__is_refused(encoded):
    with pytest.raises(Refusal) as refusal:
        certificates.read(encoded)
    assert refusal.value.failure.reason is Reason.CERTIFICATE


def test_unknown_critical_extension__is_strange_and_refused():
    authority, key = makers.authority(), makers.identity().key
    builder = (
        x509.CertificateBuilder(authority.certificate.subject_name, authority.certificate.subject_name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), critical=True)
        .add_extension(
            makers.identity().certificate.loaded.extensions.get_extension_for_class(x509.KeyUsage).value, critical=True
        )
    )
    certificate = certificates.read(builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER))
    assert certificate.strange
    element = makers.envelope()
    signing.sign(element, signing.PemSigner.of(key, certificate), at=NOW)
    assert makers.judge(element).failure.reason is Reason.CERTIFICATE


def test_certificate_without_a_name__is_named_by_its_serial():
    nameless = issue.issue(makers.authority(), "p256", Subject(), now=NOW, not_after=NOW + timedelta(days=1))
    assert nameless.certificate.name == f"№ {nameless.certificate.serial:x}"


@pytest.mark.parametrize(
    "broken", [b"\x30", b"\x30\x02\x01", b"\x30\x80\x00\x00", b"\x30\x85\x01\x01\x01\x01\x01", b"\x30\x82\x01"]
)
def test_der_that_runs_over__is_a_value_error(broken):
    with pytest.raises(ValueError, match="DER"):
        list(der.values(broken))


def test_der_values__come_in_a_row():
    assert list(der.values(b"\x02\x01\x05\x04\x81\x02ab")) == [
        (2, b"\x02\x01\x05", b"\x05"),
        (4, b"\x04\x81\x02ab", b"ab"),
    ]
