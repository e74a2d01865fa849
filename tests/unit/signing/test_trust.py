"""Stores: chains to an anchor and every way in which there is none, pinned certificates, and the folder."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from cryptography import x509

import signing
from signing import chains, errors, issue, suites, trust
from signing.policy import STRICT
from signing.subject import Subject
from signing.verdict import Reason, Refusal
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, below, reissued

YEAR = timedelta(days=365)


def _path(identity, *anchors, at=NOW, others=None, policy=STRICT):
    store = makers.trust(*anchors) if anchors else makers.trust()
    links = identity.intermediates if others is None else others
    return store.path(identity.certificate, links, at=at, policy=policy)


def _chain(identity, *anchors, **how):
    path = _path(identity, *anchors, **how)
    assert path.authorities is None
    return [link.name for link in path.chain]


def _obstacle(*arguments, reason=Reason.CHAIN, **how):
    """No sound chain: the sentence that says why."""
    with pytest.raises(Refusal) as refusal:
        _path(*arguments, **how)
    assert refusal.value.failure.reason is reason
    return refusal.value.failure.detail


# --- chains that lead to an anchor ------------------------------------------------------------------------------------


def test_two_authorities_above__lead_to_the_root():
    first = below(makers.authority(), "первый")
    leaf = below(below(first, "второй"), "лист", ca=False)
    assert _chain(leaf) == ["лист", "второй", "первый", "Тестовый УЦ"]


def test_intermediate_authority_in_the_store__is_an_anchor():
    first = below(makers.authority(), "первый")
    leaf = below(first, "лист", ca=False)
    assert _chain(leaf, first) == ["лист", "первый"]


def test_anchor_that_signs_itself__is_a_chain_of_one():
    assert _chain(makers.authority()) == ["Тестовый УЦ"]
    first = below(makers.authority(), "первый")
    assert _chain(first, first, others=()) == ["первый"]


def test_root_that_was_sent_along__is_not_counted_twice():
    leaf = below(makers.authority(), "лист", ca=False)
    assert _chain(leaf, others=(leaf.certificate, makers.authority().certificate)) == ["лист", "Тестовый УЦ"]


def test_five_links__are_enough_and_six_too_many():
    third = below(below(below(makers.authority(), "1"), "2"), "3")
    assert len(_chain(below(third, "лист", ca=False))) == 5
    assert "больше 5 звеньев" in _obstacle(below(below(third, "4"), "лист", ca=False))


def test_twin_beside_the_right_root__does_not_hide_it():
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    assert len(_chain(below(makers.authority(), "лист", ca=False), twin, makers.authority())) == 2


def test_authority_without_key_usage__may_issue():
    bare = issue.issue(makers.authority(), "p256", Subject(common_name="без KeyUsage"), now=NOW, not_after=NOW + YEAR)
    bare = reissued(bare, makers.authority(), change=_only_constraints)
    leaf = issue.issue(bare, "p256", Subject(common_name="лист"), now=NOW, not_after=NOW + YEAR)
    assert _chain(leaf, others=(bare.certificate,)) == ["лист", "без KeyUsage", "Тестовый УЦ"]


def _only_constraints(builder):
    builder._extensions.clear()  # noqa: SLF001 - there is no other way to take one away
    return builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)


def test_new_key_of_the_same_authority__does_not_count_as_another_link():
    narrow = below(makers.authority(), "узкий", path_length=0)
    renewed = below(narrow, "узкий")
    leaf = below(renewed, "лист", ca=False)
    assert len(_chain(leaf, others=(renewed.certificate, narrow.certificate))) == 4


# --- chains that are broken, and those that are not known -------------------------------------------------------------


def test_unknown_root__is_no_broken_chain():
    other = issue.new_authority("p256", "Чужой УЦ", now=NOW)
    leaf = below(other, "лист", ca=False)
    assert "доверенных" in _obstacle(leaf, reason=Reason.UNTRUSTED)
    assert _obstacle(leaf, reason=Reason.UNTRUSTED, others=(other.certificate,))


def test_links_not_sent__are_missed():
    leaf = below(below(makers.authority(), "первый"), "лист", ca=False)
    assert "доверенных" in _obstacle(leaf, reason=Reason.UNTRUSTED, others=())


@pytest.mark.parametrize("key_id", [None, makers.authority().certificate.key_id], ids=["no key named", "its key"])
def test_known_name_under_another_key__is_a_broken_chain(key_id):
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    assert "неверна" in _obstacle(reissued(below(twin, "лист", ca=False), twin, key_id=key_id))


def test_forged_link_under_a_known_name__is_a_broken_chain():
    twin = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    first = reissued(below(twin, "первый"), twin)
    assert "«первый» неверна" in _obstacle(below(first, "лист", ca=False), others=(first.certificate,))


def test_forged_leaf_under_a_link_that_is_vouched_for__is_a_broken_chain():
    first = below(makers.authority(), "первый")
    forged = reissued(below(first, "лист", ca=False), by=makers.authority())
    assert "«лист» неверна" in _obstacle(forged)


def test_stranger_who_bears_the_name_of_an_unknown_issuer__proves_nothing():
    unknown = issue.new_authority("p256", "Чужой УЦ", now=NOW)
    namesake = issue.new_authority("p256", "Чужой УЦ", now=NOW)
    assert _obstacle(below(unknown, "лист", ca=False), reason=Reason.UNTRUSTED, others=(namesake.certificate,))


def test_key_that_an_authority_has_changed__is_not_known_and_the_sentence_says_so():
    renewed = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    leaf = reissued(below(makers.authority(), "лист", ca=False), renewed, key_id=renewed.certificate.key_id)
    assert "с другим ключом" in _obstacle(leaf, reason=Reason.UNTRUSTED)
    assert _chain(leaf, renewed) == ["лист", "Тестовый УЦ"]


def test_key_that_is_named_and_has_not_signed__is_a_broken_chain():
    impostor = issue.new_authority("p256", "Самозванец", now=NOW)
    named = makers.authority().certificate.key_id
    assert "неверна" in _obstacle(reissued(below(makers.authority(), "лист", ca=False), impostor, key_id=named))


def test_leaf_as_issuer__is_refused():
    leaf = below(makers.authority(), "лист", ca=False)
    assert "не даёт права" in _obstacle(below(leaf, "самозванец", ca=False))


def test_authority_without_cert_sign__is_refused():
    limited = below(makers.authority(), "без права", usages=frozenset({"digital_signature"}))
    assert "не даёт права" in _obstacle(below(limited, "лист", ca=False))


def test_cert_sign_without_being_an_authority__is_refused():
    pretender = below(makers.authority(), "не УЦ", ca=False, usages=frozenset({"key_cert_sign"}))
    assert "не даёт права" in _obstacle(below(pretender, "лист", ca=False))


def test_authority_with_an_unknown_critical_extension__is_refused():
    strange = below(makers.authority(), "странный")
    leaf = below(strange, "лист", ca=False)
    assert _obstacle(leaf, others=(dataclasses.replace(strange.certificate, strange=True),))


def test_path_length__is_kept():
    narrow = below(makers.authority(), "узкий", path_length=0)
    assert len(_chain(below(narrow, "лист", ca=False))) == 3
    assert "промежуточных" in _obstacle(below(below(narrow, "лишний"), "лист", ca=False))


def test_self_signed_certificate_that_was_sent__is_no_anchor():
    impostor = issue.new_authority("p256", "Сам себе УЦ", now=NOW)
    leaf = below(impostor, "лист", ca=False)
    assert _obstacle(leaf, reason=Reason.UNTRUSTED, others=(impostor.certificate,))


def test_algorithm_that_the_policy_lacks__is_refused():
    policy = dataclasses.replace(STRICT, suites=suites.rsa.SUITES)
    assert "не разрешён" in _obstacle(makers.identity(), policy=policy)


@pytest.mark.parametrize(("days", "reason"), [(-30, Reason.NOT_YET_VALID), (30, Reason.EXPIRED)])
def test_authority_out_of_its_dates__leaves_the_chain_sound_and_does_not_carry(days, reason):
    brief = below(makers.authority(), "краткий", not_after=NOW + timedelta(days=1))
    leaf = below(brief, "лист", ca=False)
    assert _chain(leaf)
    path = _path(leaf, at=NOW + timedelta(days=days))
    assert path.authorities.reason is reason
    assert "удостоверяющего центра «краткий»" in path.authorities.detail
    assert len(path.chain) == 3


def test_of_two_chains__the_one_in_force_carries():
    first = below(makers.authority(), "первый", not_after=NOW + timedelta(days=1))
    old = issue.issue(
        makers.authority(), "p256", first.certificate.subject, now=NOW, not_after=NOW + YEAR, ca=True
    ).certificate.loaded
    renewed = reissued(first, makers.authority(), change=lambda builder: _until(builder, old.not_valid_after_utc))
    leaf = below(first, "лист", ca=False)
    for others in ((first.certificate, renewed.certificate), (renewed.certificate, first.certificate)):
        path = _path(leaf, at=NOW + timedelta(days=30), others=others)
        assert path.authorities is None
        assert path.chain[1] == renewed.certificate


def _until(builder, end):
    builder._not_valid_after = end.replace(tzinfo=None)  # noqa: SLF001 - a builder sets it once
    return builder


def test_many_links_of_one_name_and_key__are_searched_once_each(monkeypatch):
    """Everything that a stranger sends vouches for everything: the work is bounded all the same."""
    root = issue.new_authority("p256", "Сам себе УЦ", now=NOW)
    again = [reissued(root, root, change=lambda builder: builder).certificate for _ in range(5)]
    assert len({each.der for each in again}) == 5
    asked = []
    monkeypatch.setattr(chains, "_answers", {})
    verify = suites.ecdsa.EcdsaSuite.verify_certificate
    monkeypatch.setattr(
        suites.ecdsa.EcdsaSuite, "verify_certificate", lambda *given: asked.append(given) or verify(*given)
    )
    assert _obstacle(below(root, "лист", ca=False), reason=Reason.UNTRUSTED, others=again)
    assert len(asked) <= 6 * 5


def test_answers_that_are_remembered__are_bounded(monkeypatch):
    monkeypatch.setattr(chains, "_MOST_ANSWERS", 2)
    monkeypatch.setattr(chains, "_answers", {})
    for name in "абв":
        assert _chain(below(makers.authority(), name, ca=False))
        assert len(chains._answers) <= 2  # noqa: SLF001 - what is bounded


# --- pinned certificates ----------------------------------------------------------------------------------------------


def _pinned(identity, *owners, anchors=(), at=NOW):
    store = trust.TrustStore(anchors, tuple(trust.Pinned(identity.certificate, owner) for owner in owners))
    return store.path(identity.certificate, identity.intermediates, at=at, policy=STRICT)


def test_pinned_certificate__needs_no_authority():
    path = _pinned(makers.identity(), "a", "b")
    assert (path.chain, path.owners, path.confined) == ((makers.identity().certificate,), {"a", "b"}, True)


def test_certificate_pinned_for_everybody__is_nobodys_own():
    path = _pinned(makers.identity(), None)
    assert (path.owners, path.confined) == (frozenset(), False)
    assert not _pinned(makers.identity(), None, "a").confined


def test_pinned_certificate_under_an_anchor__is_both():
    path = _pinned(makers.identity(), "a", anchors=(makers.authority().certificate,))
    assert (len(path.chain), path.owners, path.confined) == (2, {"a"}, False)


def test_pinned_certificate__outlives_its_authority():
    brief = below(makers.authority(), "краткий", not_after=NOW + timedelta(days=1))
    leaf = below(brief, "лист", ca=False)
    path = _pinned(leaf, "a", anchors=(makers.authority().certificate,), at=NOW + timedelta(days=30))
    assert (path.authorities, len(path.chain), path.confined) == (None, 1, True)


def test_pinned_certificate__vouches_for_no_other():
    leaf = below(makers.authority(), "лист", ca=False)
    lower = below(leaf, "ниже", ca=False)
    store = trust.TrustStore(pinned=(trust.Pinned(leaf.certificate),))
    with pytest.raises(Refusal):
        store.path(lower.certificate, (leaf.certificate,), at=NOW, policy=STRICT)


def test_believed_certificate_of_a_signer__is_pinned_and_that_of_an_authority_an_anchor():
    store = signing.TrustStore.of([makers.identity().certificate.loaded, makers.authority().certificate.loaded])
    assert [each.name for each in store.anchors] == ["Тестовый УЦ"]
    assert store.pinned == (trust.Pinned(makers.identity().certificate),)


def test_pinned_signer__is_good_and_still_has_its_dates_and_its_purpose():
    store = signing.TrustStore.of([makers.identity().certificate.loaded])
    verdict = makers.judge(makers.signed(), store=store)
    assert verdict.good
    assert (verdict.pinned_for, verdict.confined, len(verdict.chain)) == (frozenset(), False, 1)
    late = makers.judge(makers.signed(), store=store, at=NOW + 2 * YEAR)
    assert late.failure.reason is Reason.EXPIRED
    useless = issue.issue(
        makers.authority(), "p256", makers.SUBJECT, now=NOW, not_after=NOW + YEAR, usages=frozenset({"key_agreement"})
    )
    element = makers.envelope()
    signing.sign(element, useless.signer(), at=NOW)
    verdict = makers.judge(element, store=signing.TrustStore.of([useless.certificate.loaded]))
    assert verdict.failure.reason is Reason.KEY_USAGE


# --- the folder -------------------------------------------------------------------------------------------------------


def test_folder__reads_pem_and_der_and_passes_over_the_rest(tmp_path):
    other = issue.new_authority("p256", "Другой УЦ", now=NOW)
    both = issue.pem(makers.authority().certificate) + issue.pem(other.certificate)
    (tmp_path / "both.pem").write_bytes(both)
    (tmp_path / "one.CER").write_bytes(other.certificate.der)
    (tmp_path / "readme.txt").write_text("not a certificate")
    (tmp_path / "folder.crt").mkdir()
    store = signing.TrustStore.from_folder(tmp_path)
    assert [anchor.name for anchor in store.anchors] == ["Тестовый УЦ", "Другой УЦ", "Другой УЦ"]
    assert len(store.anchors_named(other.certificate.subject_name)) == 1


def test_folder__has_pinned_certificates_of_owners(tmp_path):
    own = tmp_path / "organisations" / "A"
    own.mkdir(parents=True)
    (tmp_path / "organisations" / ".hidden").mkdir()
    (own / "one.crt").write_bytes(makers.identity().certificate.der)
    # Whoever signs its own certificate as an authority does vouches for itself alone all the same.
    (own / "self.crt").write_bytes(makers.authority().certificate.der)
    (tmp_path / "signer.crt").write_bytes(makers.identity("p384").certificate.der)
    store = signing.TrustStore.from_folder(tmp_path)
    assert store.anchors == ()
    assert {(each.certificate.der, each.owner) for each in store.pinned} == {
        (makers.identity().certificate.der, "a"),
        (makers.authority().certificate.der, "a"),
        (makers.identity("p384").certificate.der, None),
    }


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
)
@pytest.mark.parametrize("file", ["broken.crt", "organisations/a/broken.crt", "crl/broken.crl"])
def test_unreadable_file__is_named(tmp_path, file, content):
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_bytes(content)
    with pytest.raises(errors.SigningError, match=r"broken\.cr"):
        signing.TrustStore.from_folder(tmp_path)


def test_absent_folder__is_named(tmp_path):
    with pytest.raises(errors.CertificateUnreadable, match="absent"):
        signing.TrustStore.from_folder(tmp_path / "absent")


def test_unusable_certificate_in_a_file__is_named(tmp_path):
    (tmp_path / "huge.der").write_bytes(makers.with_serial(makers.identity().certificate.der, b"\x7f" * 30))
    with pytest.raises(errors.CertificateUnreadable, match=r"huge\.der"):
        signing.TrustStore.from_folder(tmp_path)
