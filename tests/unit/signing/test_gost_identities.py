"""ГОСТ keys with their certificates: made, written, read back, and what is said about those that cannot sign."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

import signing
from signing import der, errors, issue, policy, resign, signer
from signing.gost import curves, keys
from signing.signer import PemSigner
from signing.subject import Subject
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW

KINDS = ("gost2012-256", "gost2012-512")
DAY = timedelta(days=1)

# Made by `openssl pkcs8 -topk8 -v2 aes-256-cbc`, password `secret`: a key of ГОСТ that signs nothing.
LOCKED = b"""-----BEGIN ENCRYPTED PRIVATE KEY-----
MIGrMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiFYvE4m9MgDwICCAAw
DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEBjhlPrHjuvRCkZ+/qwnLLAEUDzf
CNGP6JCzgjDrvKyVoz1tSjIewWrBfwlA0AWG287iFSzC5jc8UcR37CGWG426aKY1
qayn0MFPCnldTMRsR2Rk2KIoHAesVEmdARxsoykU
-----END ENCRYPTED PRIVATE KEY-----
"""


@pytest.fixture(params=makers.BACKENDS)
def backend_name(request):
    return makers.backend(request.param).name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("judging", makers.BACKENDS)
def test_signed_with_either_backend__is_good_to_both(tmp_path, backend_name, judging, kind):
    paths = makers.identity(kind).write(tmp_path, "org")
    loaded = PemSigner.load(*paths, gost_backend=backend_name)
    assert loaded.suite.backend.name == backend_name
    element = makers.envelope()
    signing.sign(element, loaded, at=NOW)
    for demand in (policy.strict, policy.archive):
        assert makers.judge(makers.reparsed(element), policy=demand(makers.backend(judging))).good
        refused = makers.judge(makers.reparsed(element), policy=demand(None))
        assert refused.failure.reason is signing.Reason.ALGORITHM


@pytest.mark.parametrize("leaf", ["rsa-2048", "p384", *KINDS])
@pytest.mark.parametrize("root", ["rsa-2048", "p521", *KINDS])
def test_chain_of_mixed_kinds__leads_to_the_root(root, leaf):
    authority = issue.new_authority(root, "Корень", now=NOW - DAY)
    middle = issue.issue(
        authority, "gost2012-512", Subject(common_name="Средний"), now=NOW - DAY, not_after=NOW + DAY, ca=True
    )
    made = issue.issue(middle, leaf, makers.SUBJECT, now=NOW - DAY, not_after=NOW + DAY)
    element = makers.envelope()
    signing.sign(element, made.signer(), at=NOW)
    verdict = makers.judge(element, store=makers.trust(authority))
    assert verdict.good, verdict.failure
    assert len(verdict.chain) == 3
    twin = issue.new_authority(root, "Корень", now=NOW - DAY)
    assert not makers.judge(element, store=makers.trust(twin)).trusted


@pytest.mark.parametrize("kind", KINDS)
def test_certificate__is_read_by_the_library_and_has_the_key(kind):
    identity = makers.identity(kind)
    loaded = x509.load_der_x509_certificate(identity.certificate.der)
    assert loaded.signature_algorithm_oid == makers.authority().certificate.loaded.signature_algorithm_oid
    assert keys.read_public(identity.certificate.spki) == identity.key.public
    issuer = loaded.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    own = makers.authority().certificate.loaded.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert issuer == own.digest
    assert len(loaded.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest) == 20


def test_authority_without_a_key_identifier__is_named_by_its_key():
    authority = makers.authority()
    builder = x509.CertificateBuilder(
        authority.certificate.subject_name,
        authority.certificate.subject_name,
        authority.key.public_key(),
        1,
        NOW,
        NOW + DAY,
    )
    bare = builder.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.DER)
    old = dataclasses.replace(authority, certificate=signing.certificates.read(bare))
    made = issue.issue(old, "gost2012-256", makers.SUBJECT, now=NOW, not_after=NOW + DAY).certificate.loaded
    named = made.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert named == x509.SubjectKeyIdentifier.from_public_key(authority.key.public_key()).digest


@pytest.mark.parametrize("kind", ["rsa-2048", "p384", *KINDS])
def test_revocation_list__is_signed_by_any_authority(kind):
    authority = issue.new_authority(kind, "УЦ", now=NOW)
    revoked = x509.RevokedCertificateBuilder(7, NOW).build()
    builder = x509.CertificateRevocationListBuilder(
        authority.certificate.subject_name, NOW, NOW + DAY, revoked_certificates=[revoked]
    )
    maker = resign.maker(authority.key)
    draft = builder.sign(maker, resign.hash_for(maker)).public_bytes(Encoding.DER)
    made = resign.revocation_list(draft, authority.key)
    loaded = x509.load_der_x509_crl(made)
    assert [entry.serial_number for entry in loaded] == [7]
    suite = makers.POLICY.suite_of_certificate(loaded.signature_algorithm_oid.dotted_string)
    tbs, signature = loaded.tbs_certlist_bytes, loaded.signature
    assert suite.verify_certificate(authority.certificate.spki, tbs, signature)
    assert not suite.verify_certificate(authority.certificate.spki, tbs + b"\0", signature)


def test_key_file_of_another_certificate__is_a_mismatch(tmp_path):
    key, _ = makers.identity("gost2012-256").write(tmp_path, "one")
    for other in ("gost2012-512", "p256"):
        _, certificate = makers.identity(other).write(tmp_path, other)
        with pytest.raises(errors.KeyMismatch):
            PemSigner.load(key, certificate)


def test_certificate_that_writes_the_key_differently__belongs_to_it():
    identity = makers.identity("gost2012-256")
    hash_name = der.object_identifier(identity.key.algorithm.hash_oid)
    parameters = der.sequence(der.object_identifier(identity.key.curve.oid))
    assert hash_name in identity.certificate.spki
    *_, bits = (whole for _tag, whole, _content in der.values(der.only(identity.certificate.spki)[1]))
    shorter = der.sequence(der.sequence(der.object_identifier(identity.key.algorithm.oid), parameters), bits)
    certificate = dataclasses.replace(identity.certificate, spki=shorter)
    assert PemSigner.of(identity.key, certificate).sign(b"data")


def test_encrypted_key__is_unreadable_and_says_why(tmp_path):
    _key, certificate = makers.identity("gost2012-256").write(tmp_path, "org")
    locked = tmp_path / "locked.key"
    locked.write_bytes(LOCKED)
    for password, why in (
        (None, "Password was not given"),
        (b"wrong", "Incorrect password"),
        (b"secret", "ГОСТ must not"),
    ):
        with pytest.raises(errors.KeyUnreadable, match=rf"locked\.key: .*{why}"):
            PemSigner.load(locked, certificate, password=password)


@pytest.mark.parametrize("d", [0, curves.XCH_A.q])
def test_unsound_key__is_unreadable(tmp_path, d):
    identity = makers.identity("gost2012-256")
    _key, certificate = identity.write(tmp_path, "org")
    good, broken = (number.to_bytes(32, "little") for number in (identity.key.d, d))
    text = makers.encoded(identity.key.pkcs8().replace(good, broken))
    (tmp_path / "org.key").write_text(f"-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
    with pytest.raises(errors.KeyUnreadable, match=r"org\.key: .*range"):
        PemSigner.load(tmp_path / "org.key", certificate)


def test_key_of_2001__signs_nothing_new(monkeypatch):
    monkeypatch.setattr(issue, "KEY_KINDS", {"gost2001": lambda: keys.generate(keys.GOST_2001, curves.XCH_A)})
    old = issue.issue(makers.authority(), "gost2001", makers.SUBJECT, now=NOW, not_after=NOW + DAY)
    with pytest.raises(errors.UnknownKeyKind, match="gost2001"):
        old.signer()
    with pytest.raises(errors.UnknownKeyKind, match="gost2001"):
        issue.new_authority("gost2001", "УЦ", now=NOW)


def test_gost_switched_off__signs_nothing_by_it(tmp_path):
    paths = makers.identity("gost2012-512").write(tmp_path, "org")
    with pytest.raises(errors.UnknownKeyKind, match="switched off"):
        PemSigner.load(*paths, gost_backend="off")
    assert PemSigner.load(*makers.identity("p256").write(tmp_path, "other"), gost_backend="off").sign(b"data")


def test_signer_of_another_making__signs_by_gost_too():
    """A token or a certified provider has no key to show: four properties and `sign` are all that is asked."""
    identity = makers.identity("gost2012-256")

    class Token:
        suite = signer.suite_of(identity.key)
        certificate = identity.certificate.der
        intermediates = ()

        def sign(self, data):
            return self.suite.sign(identity.key, data)

    element = makers.envelope()
    signing.sign(element, Token(), at=NOW)
    assert makers.judge(element).good
