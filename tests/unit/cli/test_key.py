"""Keys for tests are made and never overwritten."""

from __future__ import annotations

from signing import signer, trust

OGRN = "1020000000019"


def new(gateway, tmp_path, *more, code=0):
    return gateway.run("key", "new", "uk", "--ogrn", OGRN, "--suite", "p256", "--to", tmp_path, *more, code=code)


def test_new_key__signs_and_names_its_holder(gateway, tmp_path):
    new(gateway, tmp_path, "--title", "УК „Пример“")
    made = signer.PemSigner.load(tmp_path / "uk.key", tmp_path / "uk.crt")
    certificate, *_ = trust.load(tmp_path / "uk.crt")
    assert made.certificate == certificate.der
    assert (certificate.subject.ogrn, certificate.subject.common_name) == (OGRN, "УК „Пример“")


def test_second_key__is_issued_by_the_same_authority(gateway, tmp_path):
    new(gateway, tmp_path)
    gateway.run("key", "new", "rso", "--ogrn", "304500116000157", "--suite", "p256", "--to", tmp_path)
    (first, *_), (second, *_) = trust.load(tmp_path / "uk.crt"), trust.load(tmp_path / "rso.crt")
    above, *_ = trust.load(tmp_path / "test-ca.crt")
    assert first.issuer_name == second.issuer_name == above.subject_name
    assert second.subject.ogrnip == "304500116000157"


def test_key_that_exists__is_not_overwritten(gateway, tmp_path):
    new(gateway, tmp_path)
    before = (tmp_path / "uk.key").read_bytes()
    assert "exists" in new(gateway, tmp_path, code=1).output
    assert (tmp_path / "uk.key").read_bytes() == before


def test_name_too_long_for_a_certificate__is_told(gateway, tmp_path):
    assert "the key cannot be made" in new(gateway, tmp_path, "--title", "Щ" * 40, code=1).output


def test_json__has_the_paths(gateway, tmp_path):
    paths = gateway.json("key", "new", "uk", "--ogrn", OGRN, "--suite", "p256", "--to", tmp_path)
    assert paths == {name: str(tmp_path / file) for name, file in
                     (("key", "uk.key"), ("certificate", "uk.crt"), ("ca", "test-ca.crt"))}  # fmt: skip


def test_own_certificate__is_listed_with_the_fingerprint_that_tells_it_apart(made):
    own, *above = trust.load(made.data / "keys" / "installation.crt")
    listed = made.json("key", "list")
    assert [each["sha256"] for each in listed] == [each.fingerprint for each in (own, *above)]
    assert own.fingerprint[:16] in made.run("key", "list").output
