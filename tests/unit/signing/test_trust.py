"""Chains: what leads to an anchor, and every way in which it does not."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

import signing
from signing import errors, issue
from signing.policy import STRICT
from signing.subject import Subject
from signing.verdict import Reason, Refusal
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW

YEAR = timedelta(days=365)


def _below(authority, name, **how):
    how = {"now": NOW - timedelta(days=1), "not_after": NOW + YEAR, "ca": True} | how
    return issue.issue(authority, "p256", Subject(common_name=name), **how)


def _chain(identity, *anchors, at=NOW, others=None):
    store = makers.trust(*anchors) if anchors else makers.trust()
    links = identity.intermediates if others is None else others
    return [link.name for link in store.chain(identity.certificate, links, at=at, policy=STRICT)]


def _obstacle(*arguments, **how):
    with pytest.raises(Refusal) as refusal:
        _chain(*arguments, **how)
    assert refusal.value.failure.reason is Reason.UNTRUSTED
    return refusal.value.failure.detail


def test_two_authorities_above__lead_to_the_root():
    first = _below(makers.authority(), "первый")
    leaf = _below(_below(first, "второй"), "лист", ca=False)
    assert _chain(leaf) == ["лист", "второй", "первый", "Тестовый УЦ"]


def test_intermediate_authority_in_the_store__is_an_anchor():
    first = _below(makers.authority(), "первый")
    leaf = _below(first, "лист", ca=False)
    assert _chain(leaf, first) == ["лист", "первый"]


def test_five_links__are_enough_and_six_too_many():
    third = _below(_below(_below(makers.authority(), "1"), "2"), "3")
    assert len(_chain(_below(third, "лист", ca=False))) == 5
    assert "доверенных" in _obstacle(_below(_below(third, "4"), "лист", ca=False))


def test_unknown_root__is_named():
    other = issue.new_authority("p256", "Чужой УЦ", now=NOW)
    assert "доверенных" in _obstacle(_below(other, "лист", ca=False))


def test_root_of_the_same_name_with_another_key__is_refused():
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    assert "неверна" in _obstacle(_below(twin, "лист", ca=False))


def test_twin_beside_the_right_root__does_not_hide_it():
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    assert len(_chain(_below(makers.authority(), "лист", ca=False), twin, makers.authority())) == 2


def test_leaf_as_issuer__is_refused():
    leaf = _below(makers.authority(), "лист", ca=False)
    assert "не даёт права" in _obstacle(_below(leaf, "самозванец", ca=False))


def test_authority_without_cert_sign__is_refused():
    limited = _below(makers.authority(), "без права", usages=frozenset({"digital_signature"}))
    assert "не даёт права" in _obstacle(_below(limited, "лист", ca=False))


def test_cert_sign_without_being_an_authority__is_refused():
    pretender = _below(makers.authority(), "не УЦ", ca=False, usages=frozenset({"key_cert_sign"}))
    assert "не даёт права" in _obstacle(_below(pretender, "лист", ca=False))


def test_authority_with_an_unknown_critical_extension__is_refused():
    strange = _below(makers.authority(), "странный")
    leaf = _below(strange, "лист", ca=False)
    assert _obstacle(leaf, others=(dataclasses.replace(strange.certificate, strange=True),))


def test_new_key_of_the_same_authority__does_not_count_as_another_link():
    narrow = _below(makers.authority(), "узкий", path_length=0)
    renewed = _below(narrow, "узкий")
    leaf = _below(renewed, "лист", ca=False)
    assert len(_chain(leaf, others=(renewed.certificate, narrow.certificate))) == 4


def test_path_length__is_kept():
    narrow = _below(makers.authority(), "узкий", path_length=0)
    assert len(_chain(_below(narrow, "лист", ca=False))) == 3
    assert "промежуточных" in _obstacle(_below(_below(narrow, "лишний"), "лист", ca=False))


@pytest.mark.parametrize("days", [-30, 30])
def test_authority_not_in_force__is_refused(days):
    brief = _below(makers.authority(), "краткий", not_after=NOW + timedelta(days=1))
    leaf = _below(brief, "лист", ca=False)
    assert _chain(leaf)
    assert "не действовал" in _obstacle(leaf, at=NOW + timedelta(days=days))


def test_links_not_sent__are_missed():
    leaf = _below(_below(makers.authority(), "первый"), "лист", ca=False)
    assert "доверенных" in _obstacle(leaf, others=())


def test_self_signed_certificate_that_was_sent__is_no_anchor():
    impostor = issue.new_authority("p256", "Сам себе УЦ", now=NOW)
    leaf = _below(impostor, "лист", ca=False)
    assert _obstacle(leaf, others=(impostor.certificate,))


def test_algorithm_that_the_policy_lacks__is_refused():
    policy = dataclasses.replace(STRICT, suites=signing.suites.rsa.SUITES)
    leaf = makers.identity().certificate
    with pytest.raises(Refusal, match="не разрешён"):
        makers.trust().chain(leaf, (), at=NOW, policy=policy)


def test_folder__reads_pem_and_der_and_passes_over_the_rest(tmp_path):
    other = issue.new_authority("p256", "Другой УЦ", now=NOW)
    both = issue.pem(makers.authority().certificate) + issue.pem(other.certificate)
    (tmp_path / "both.pem").write_bytes(both)
    (tmp_path / "one.CER").write_bytes(other.certificate.der)
    (tmp_path / "readme.txt").write_text("not a certificate")
    assert [anchor.name for anchor in signing.TrustStore.from_folder(tmp_path).anchors] == [
        "Тестовый УЦ",
        "Другой УЦ",
        "Другой УЦ",
    ]


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
def test_unreadable_file__is_named(tmp_path, content):
    (tmp_path / "broken.crt").write_bytes(content)
    with pytest.raises(errors.CertificateUnreadable, match=r"broken\.crt"):
        signing.TrustStore.from_folder(tmp_path)


def test_absent_folder__is_named(tmp_path):
    with pytest.raises(errors.CertificateUnreadable, match="absent"):
        signing.TrustStore.from_folder(tmp_path / "absent")


def test_unusable_certificate_in_a_file__is_named(tmp_path):
    (tmp_path / "huge.der").write_bytes(makers.with_serial(makers.identity().certificate.der, b"\x7f" * 30))
    with pytest.raises(errors.CertificateUnreadable, match=r"huge\.der"):
        signing.TrustStore.from_folder(tmp_path)
