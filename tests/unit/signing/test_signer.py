"""Keys and certificates from files: pairs that fit, and what is said about those that do not."""

from __future__ import annotations

import stat
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

import signing
from signing import errors, issue
from signing.subject import Subject
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW


@pytest.mark.parametrize("kind", sorted(issue.KEY_KINDS))
def test_written_and_loaded__signs(tmp_path, kind):
    paths = makers.identity(kind).write(tmp_path, "org")
    element = makers.envelope()
    signing.sign(element, signing.PemSigner.load(*paths), at=NOW)
    assert makers.judge(element).good


def test_intermediate_authorities__travel_with_the_signature(tmp_path):
    middle = issue.issue(
        makers.authority(),
        "p256",
        Subject(common_name="средний"),
        now=NOW,
        not_after=NOW + timedelta(days=9),
        ca=True,
    )
    leaf = issue.issue(middle, "p256", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=9))
    element = makers.envelope()
    signing.sign(element, signing.PemSigner.load(*leaf.write(tmp_path, "org")), at=NOW)
    verdict = makers.judge(element)
    assert verdict.good
    assert len(verdict.chain) == 3


def test_key_file__is_for_the_owner_alone(tmp_path):
    key, certificate = makers.identity().write(tmp_path, "org")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(certificate.stat().st_mode) & 0o600 == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"org.key", "org.crt"}


def test_existing_key__is_not_overwritten_unless_asked(tmp_path):
    key, _certificate = makers.identity().write(tmp_path, "org")
    before = key.read_bytes()
    with pytest.raises(errors.FileExists):
        makers.identity("p384").write(tmp_path, "org")
    assert key.read_bytes() == before
    makers.identity("p384").write(tmp_path, "org", replace=True)
    assert key.read_bytes() == makers.identity("p384").key_pem()


def test_write_that_fails__leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_descriptor):
        raise OSError("no space left")

    monkeypatch.setattr(issue.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        makers.identity().write(tmp_path, "org")
    assert list(tmp_path.iterdir()) == []


def test_key_of_another_certificate__is_a_mismatch(tmp_path):
    key, _ = makers.identity("p256").write(tmp_path, "one")
    _, certificate = makers.identity("p384").write(tmp_path, "two")
    with pytest.raises(errors.KeyMismatch, match="does not belong"):
        signing.PemSigner.load(key, certificate)


def test_absent_and_broken_files__are_named(tmp_path):
    key, certificate = makers.identity().write(tmp_path, "org")
    with pytest.raises(errors.KeyUnreadable, match=r"absent\.key"):
        signing.PemSigner.load(tmp_path / "absent.key", certificate)
    with pytest.raises(errors.CertificateUnreadable, match=r"absent\.crt"):
        signing.PemSigner.load(key, tmp_path / "absent.crt")
    with pytest.raises(errors.KeyUnreadable, match=r"org\.crt"):
        signing.PemSigner.load(certificate, certificate)


def test_encrypted_key__needs_its_password(tmp_path):
    _key, certificate = makers.identity().write(tmp_path, "org")
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        makers.identity().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    )
    for password in (None, b"wrong"):
        with pytest.raises(errors.KeyUnreadable):
            signing.PemSigner.load(locked, certificate, password=password)
    assert signing.PemSigner.load(locked, certificate, password=b"secret").sign(b"data")


def test_key_of_no_known_kind__is_refused(tmp_path):
    _key, certificate = makers.identity().write(tmp_path, "org")
    odd = tmp_path / "odd.key"
    odd.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    with pytest.raises(errors.UnknownKeyKind, match=r"odd\.key"):
        signing.PemSigner.load(odd, certificate)
    with pytest.raises(errors.UnknownKeyKind, match="rsa-2048"):
        issue.new_authority("rsa-512", "УЦ", now=NOW)


def test_curve_of_no_suite__is_refused(monkeypatch):
    monkeypatch.setattr(issue, "KEY_KINDS", {"k1": lambda: ec.generate_private_key(ec.SECP256K1())})
    odd = issue.new_authority("k1", "УЦ", now=NOW)
    with pytest.raises(errors.UnknownKeyKind):
        odd.signer()


def test_private_key__is_never_shown():
    assert "key=" not in repr(makers.identity().signer())
    assert "key=" not in repr(makers.identity())
