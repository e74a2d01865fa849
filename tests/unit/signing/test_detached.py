"""Signatures over files beside them: their references, their values, and that the same files get the same one."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime

import pytest
from lxml import etree

from signing import canonical, detached, errors, issue
from signing.vocabulary import XADES, ds, xades
from tests.unit.signing import makers

FILES = {"a.xml": b"<a/>", "folder/b.json": b"{}\n"}
TYPES = {"a.xml": "text/xml", "folder/b.json": "application/json"}


def made(kind):
    return detached.sign(FILES, TYPES, makers.identity(kind).signer(), name="id-1", at=makers.NOW)


@pytest.mark.parametrize("kind", ["rsa-2048", "p256", "p384", "gost2012-256", "gost2012-512"])
def test_signature__is_over_the_files_and_its_properties(kind):
    root = etree.fromstring(made(kind))
    signer = makers.identity(kind)
    suite = signer.signer().suite
    info, properties = root.find(f".//{ds('SignedInfo')}"), root.find(f".//{xades('SignedProperties')}")
    value = makers.value(root.find(f".//{ds('SignatureValue')}"))
    assert suite.verify(signer.certificate.spki, canonical.inclusive(info), value)
    references = {each.get("URI"): makers.value(each.find(ds("DigestValue"))) for each in info.iter(ds("Reference"))}
    assert references == {
        **{name: suite.digest.of(data) for name, data in FILES.items()},
        "#id-1-signedprops": suite.digest.of(canonical.inclusive(properties)),
    }
    (named,) = properties.iterfind(f".//{xades('SigningCertificateV2')}//{ds('DigestValue')}")
    assert makers.value(named) == suite.digest.of(signer.certificate.der)
    assert [each.text for each in properties.iter(xades("MimeType"))] == list(TYPES.values())


@pytest.mark.parametrize("kind", ["rsa-2048", "p256", "p521"])
def test_same_files__get_the_same_signature(kind):
    makers.need_repeatable(kind)
    assert made(kind) == made(kind)


@pytest.mark.parametrize("kind", ["rsa-2048", "p256", "p384"])
def test_xmlsec1__verifies_it_in_the_folder_and_finds_a_changed_file(kind, tmp_path):
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed (Debian package xmlsec1)")
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    (tmp_path / "signature.xml").write_bytes(made(kind))
    (tmp_path / "signer.pem").write_bytes(issue.pem(makers.identity(kind).certificate))
    line = ["xmlsec1", "--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem", "signer.pem"]
    line += ["--id-attr:Id", f"{XADES}:SignedProperties", "signature.xml"]

    def verified():
        return subprocess.run(line, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode == 0

    assert verified()
    (tmp_path / "a.xml").write_bytes(b"<b/>")
    assert not verified()


def test_time_without_a_zone__is_refused():
    with pytest.raises(errors.NaiveTime):
        detached.sign(FILES, TYPES, makers.identity().signer(), name="id-1", at=datetime(2027, 3, 1))  # noqa: DTZ001
