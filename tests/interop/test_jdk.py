"""javax.xml.crypto of the JDK, an independent implementation in Java: it verifies ours, we verify its own."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

import signing
from signing import issue, layout
from signing.verdict import Reason
from signing.vocabulary import DS
from tests.resources import fixtures_root
from tests.unit.signing import makers

NOW = makers.NOW
FIXTURES_AT = datetime(2027, 1, 1, tzinfo=UTC)  # their certificates end on 2027-11-23
KINDS = ["rsa-2048", "rsa-3072", "p256", "p384", "p521"]
UNPREFIXED = makers.REQUEST.replace(" Id=", f' xmlns="{DS}" Id=')
"""XMLDSig is the default namespace around the Signature, which then has no prefix."""
PLACES = {
    "alone": makers.REQUEST,
    "in an envelope": makers.ENVELOPE.format(content=makers.REQUEST),
    "alone, unprefixed": UNPREFIXED,
    "in an envelope, unprefixed": makers.ENVELOPE.format(content=UNPREFIXED),
}
TAMPERED = {
    "hm:Guid": "digest of #signed-data-container",
    ".//xades:SigningTime": "digest of #xmldsig-",
    ".//ds:SignatureValue": "signature value",
}
"""What is tampered with, and what the referee then complains of."""
SOURCE = Path(__file__).with_name("Referee.java")


@pytest.fixture(scope="module")
def referee(tmp_path_factory):
    """Start the referee once with many documents; return its lines."""
    if shutil.which("javac") is None:
        pytest.skip("no JDK is installed (Debian package default-jdk-headless)")
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run(
        ["javac", "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-d", str(classes), str(SOURCE)],
        check=True,
        timeout=120,
    )

    def run(*arguments):
        quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")  # it starts, works for a moment, and is gone
        command = ["java", *quick, "-cp", str(classes), "Referee", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


def target(document):
    return next(etree.fromstring(document).iter(f"{{{makers.HM}}}importHouseRequest"))


def ours():
    """Each document that we sign, by a name that says what it is."""
    for kind in KINDS:
        for place, document in PLACES.items():
            element = target(document)
            signing.sign(element, makers.identity(kind).signer(), at=NOW)
            assert (element[0].prefix is None) is ("unprefixed" in place)
            yield f"{kind} {place}", element
    for path in TAMPERED:
        element = makers.signed()
        node = makers.at(element, path)
        node.text = makers.encoded(bytes(64)) if "Value" in path else "2020-01-01T00:00:00Z"
        yield f"tampered {path}", element


@pytest.fixture(scope="module")
def judged(referee, tmp_path_factory):
    """What the referee says of ours and of the fixtures, in one start."""
    folder = tmp_path_factory.mktemp("ours")
    (folder / "ca.pem").write_bytes(issue.pem(makers.authority().certificate))
    pairs = {}
    for name, element in ours():
        file = folder / f"{len(pairs)}.xml"
        file.write_bytes(etree.tostring(element.getroottree(), encoding="utf-8", xml_declaration=True))
        pairs[name] = (folder / "ca.pem", file)
    pairs |= fixtures()
    lines = referee("verify", *(path for pair in pairs.values() for path in pair))
    return dict(zip(pairs, lines, strict=True))


def fixtures():
    try:
        folder = fixtures_root()
    except pytest.skip.Exception:
        return {}
    return {
        f"{maker} {kind}": (folder / f"{kind}-ca.der", folder / f"{maker}_{kind}.xml")
        for maker in ("ours", "xmlsec1")
        for kind in ("rsa2048", "p256")
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_ours__verifies_there(judged, kind, place):
    assert judged[f"{kind} {place}"] == "good"


@pytest.mark.parametrize("path", TAMPERED)
def test_ours_tampered__fails_there_too(judged, path):
    assert judged[f"tampered {path}"].startswith(TAMPERED[path])


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
@pytest.mark.parametrize("maker", ["ours", "xmlsec1"])
def test_fixture__verifies_there_and_here(judged, maker, kind):
    folder = fixtures_root()
    assert judged[f"{maker} {kind}"] == "good"
    store = signing.TrustStore.of(anchor.loaded for anchor in signing.trust.load(folder / f"{kind}-ca.der"))
    element = etree.parse(str(folder / f"{maker}_{kind}.xml")).find(".//{*}importHouseRequest")
    assert makers.judge(element, store=store, at=FIXTURES_AT).good


@pytest.fixture(scope="module")
def theirs(referee, tmp_path_factory):
    """We lay the signature out, with no value in it; the JDK makes its own of it, with and without a prefix."""
    folder = tmp_path_factory.mktemp("theirs")
    signed, arguments = {}, []
    for kind in KINDS:
        key, _certificate = makers.identity(kind).write(folder, kind)
        for prefix in ("ds", ""):
            element = makers.envelope()
            layout.insert(element, makers.identity(kind).signer().suite, (makers.identity(kind).certificate,), NOW)
            blank, file = folder / f"{kind}-{prefix}.blank", folder / f"{kind}-{prefix}.xml"
            blank.write_bytes(etree.tostring(element.getroottree(), encoding="utf-8"))
            arguments += [prefix, key, blank, file]
            signed[kind, prefix] = file
    referee("sign", *arguments)
    return signed


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["ds", ""])
def test_signed_there__is_good_here_and_breaks_when_touched(theirs, kind, prefix):
    element = etree.parse(str(theirs[kind, prefix])).find(f".//{{{makers.HM}}}importHouseRequest")
    assert (element[0].prefix or "") == prefix
    verdict = makers.judge(element)
    assert verdict.good, verdict.failure
    makers.at(element, "hm:Guid").text = "0002"
    assert makers.judge(element).failure.reason is Reason.PAYLOAD_DIGEST
