"""Keys for tests are made and never overwritten; only authorities can be trusted."""

from __future__ import annotations

from gateway import installation, settings
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


def test_trusted_authority__is_believed_by_the_installation_and_listed(made, tmp_path):
    new(made, tmp_path)
    output = made.run("key", "trust", tmp_path / "test-ca.crt").output
    assert "hcs-gateway: test authority" in output
    assert "when it starts again" in output
    house = installation.Installation.open(settings.load(made.data))
    house.close()
    assert [anchor.der for anchor in house.anchors.anchors] == [trust.load(tmp_path / "test-ca.crt")[0].der]
    assert [each["use"] for each in made.json("key", "list")] == ["own", "trusted"]
    made.run("key", "trust", tmp_path / "test-ca.crt")
    assert len(made.json("key", "list")) == 2


def test_certificate_of_a_signer__cannot_be_trusted_and_nothing_beside_it_is(made, tmp_path):
    new(made, tmp_path)
    output = made.run("key", "trust", tmp_path / "test-ca.crt", tmp_path / "uk.crt", code=1).output
    assert "not of an authority" in output
    assert [each["use"] for each in made.json("key", "list")] == ["own"]


def test_file_that_is_no_certificate__is_told(made):
    assert "Error: " in made.run("key", "trust", __file__, code=1).output


def test_private_key__holds_no_certificate_and_that_is_said(made, tmp_path):
    new(made, tmp_path)
    output = made.run("key", "trust", tmp_path / "uk.key", code=1).output
    assert f"{tmp_path / 'uk.key'} holds no certificate: it is a private key" in output
    assert "holds no certificate: PEM or DER" in made.run("key", "trust", __file__, code=1).output


def test_list__shows_fingerprints_that_tell_authorities_apart(made, tmp_path):
    new(made, tmp_path)
    made.run("key", "trust", tmp_path / "test-ca.crt")
    digests = [each["sha256"] for each in made.json("key", "list")]
    output = made.run("key", "list").output
    assert [digest[:16] in output for digest in digests] == [True, True]
