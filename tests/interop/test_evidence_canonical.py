"""xmlsec1 makes of a document the octets that we give to openssl, in whatever surroundings the signature was made."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from lxml import etree

import signing
from gateway.journal.evidence import canonical, exhibit
from signing import octets
from tests.interop.test_xmlsec1 import PLACES, UNPREFIXED
from tests.unit.signing import makers

DEFAULT = UNPREFIXED.replace("hm:", "").replace(":hm=", "=").replace(f' xmlns="{signing.xades.layout.DS}"', "")
SHAPES = {name: text for name, text in PLACES.items() if "envelope" in name} | {
    "in an envelope, all by default": makers.ENVELOPE.format(content=DEFAULT),
    "commented": makers.ENVELOPE.format(content=f"<!-- before -->{makers.REQUEST}<!-- after -->"),
}


@pytest.mark.parametrize("kind", ["p256", "gost2012-256"])
@pytest.mark.parametrize("shape", SHAPES)
def test_canonical_forms_by_xmlsec1__are_ours(kind, shape, tmp_path):
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed (Debian package xmlsec1)")
    element = next(etree.fromstring(SHAPES[shape]).iter("{*}importHouseRequest"))
    signing.sign(element, makers.identity(kind).signer(), at=makers.NOW)
    (tmp_path / "request.xml").write_bytes(etree.tostring(element.getroottree(), encoding="utf-8"))
    judged = makers.judge(element)
    shown = exhibit.Exhibit(
        exhibit.REQUEST, "", makers.identity(kind).certificate, judged, octets.of(element, makers.POLICY)
    )
    assert shown.for_xmlsec is (kind == "p256")
    for name, data in canonical.files(shown).items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "key").write_bytes(canonical.KEY)

    def verified():
        line = ["xmlsec1", "--verify", "--hmackey", "key", "canonical.xml"]
        return subprocess.run(line, cwd=tmp_path, capture_output=True, timeout=30, check=False).returncode == 0

    assert verified()
    text = (tmp_path / "request.xml").read_text("utf-8")
    (tmp_path / "request.xml").write_text(text.replace("0001", "0002"), "utf-8")
    assert not verified()
