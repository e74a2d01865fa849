"""`gateway sign` signs where the wire has its signature, and says what stands in the way."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from lxml import etree

from gateway import wire
from signing import issue
from tests import samples
from tests.unit.signing import makers


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "request.xml"
    path.write_bytes(samples.HOUSE)
    return path


@pytest.fixture
def key(gateway, tmp_path):
    """Make a key; return the options that name it, and its authority."""

    def make(suite="p256"):
        gateway.run("key", "new", "uk", "--ogrn", "1020000000019", "--suite", suite, "--to", tmp_path)
        return ("--key", tmp_path / "uk.key", "--certificate", tmp_path / "uk.crt"), tmp_path / "test-ca.crt"

    return make


@pytest.mark.parametrize("suite", sorted(issue.KEY_KINDS.keys() - {"rsa-3072", "rsa-4096"}))
def test_key_of_any_kind__signs_what_verify_finds_valid(gateway, document, key, tmp_path, suite):
    options, ca = key(suite)
    gateway.run("sign", document, *options, "--output", tmp_path / "signed.xml")
    assert gateway.json("verify", "--ca", ca, tmp_path / "signed.xml")["verdict"] == "valid"


def test_standard_output__carries_the_document_and_nothing_else(gateway, document, key, tmp_path):
    options, ca = key()
    run = gateway.run("sign", document, *options)
    root = etree.fromstring(run.stdout_bytes)
    assert root[0].tag == f"{{{wire.XMLDSIG}}}Signature"
    (tmp_path / "out.xml").write_bytes(run.stdout_bytes)
    assert gateway.json("verify", "--ca", ca, tmp_path / "out.xml")["verdict"] == "valid"


def test_envelope__is_signed_in_its_body(gateway, document, key, tmp_path):
    bare = etree.tostring(etree.fromstring(samples.HOUSE))
    document.write_bytes(b'<e:Envelope xmlns:e="%s"><e:Body>%s</e:Body></e:Envelope>' % (wire.SOAP.encode(), bare))
    options, ca = key()
    gateway.run("sign", document, *options, "-o", tmp_path / "signed.xml")
    assert gateway.json("verify", "--ca", ca, tmp_path / "signed.xml")["element"] == "importHouseUORequest"


def test_installation__signs_with_its_own_key(made, document, tmp_path):
    made.run("sign", document, "-o", tmp_path / "signed.xml")
    assert (
        made.json("verify", tmp_path / "signed.xml")["certificate"]["subject"]["common_name"]
        == "hcs-gateway: installation"
    )


def test_signed_document__is_not_signed_twice_and_stays_as_it_is(gateway, document, key, tmp_path):
    options, _ = key()
    signed = tmp_path / "signed.xml"
    gateway.run("sign", document, *options, "-o", signed)
    before = signed.read_bytes()
    assert "signature already" in gateway.run("sign", signed, *options, "-o", signed, code=1).output
    assert signed.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no document that can be signed"),
        (b"<a>", "no document that can be signed"),
        (
            b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>',
            "exactly one element",
        ),
    ],
)
def test_file_that_cannot_be_signed__is_told(gateway, document, key, content, words):
    document.write_bytes(content)
    options, _ = key()
    assert words in gateway.run("sign", document, *options, code=1).output


def test_key_without_certificate_and_the_other_way_round__are_told(gateway, document, key):
    (_, private, _, certificate), _ = key()
    assert "certificate" in gateway.run("sign", document, "--key", private, code=1).output
    assert "--key" in gateway.run("sign", document, "--certificate", certificate, code=2).output


def test_without_key_and_installation__it_says_how_to_get_one(gateway, document):
    assert "is not an installation yet" in gateway.run("sign", document, code=3).output


def test_token_that_is_not_there__is_told(gateway, document):
    uri = "pkcs11:token=none;object=none?module-path=/nowhere/module.so"
    assert "module" in gateway.run("sign", document, "--key", uri, code=1).output


def test_encrypted_key__is_opened_by_the_environment(gateway, document, tmp_path, monkeypatch):
    identity = makers.identity("p256")
    _, certificate = identity.write(tmp_path, "locked")
    key = tmp_path / "secret.key"
    key.write_bytes(identity.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")))
    arguments = ("sign", document, "--key", key, "--certificate", certificate, "-o", tmp_path / "signed.xml")
    assert "secret.key" in gateway.run(*arguments, code=1).output
    monkeypatch.setenv("GATEWAY_KEY_PASSWORD", "secret")
    gateway.run(*arguments)
    assert (tmp_path / "signed.xml").exists()
