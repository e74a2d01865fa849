"""`gateway verify` judges any document of an exchange, for people in Russian and for scripts in JSON."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

import samples as samples_package
from gateway import clock, wire
from gateway.audit import examination
from signing import issue, verdict, xades
from signing.subject import Subject
from tests import samples
from tests.resources import captures_root, fixtures_root
from tests.unit.signing import makers

NOW = clock.now().replace(microsecond=0)
SUBJECT = Subject(common_name="Иванов Иван", organization="УК „Пример“", ogrn="1020000000019", snils="12345678901")
ENVELOPE = f'<e:Envelope xmlns:e="{wire.SOAP}"><e:Header/><e:Body>%s</e:Body></e:Envelope>'


@pytest.fixture(scope="module")
def authority():
    return issue.new_authority("p256", "Тестовый УЦ", now=NOW - dt.timedelta(days=900))


def person(authority, *, begins=-800, ends=300, kind="p256"):
    begin, end = NOW + dt.timedelta(days=begins), NOW + dt.timedelta(days=ends)
    return issue.issue(authority, kind, SUBJECT, now=begin, not_after=end)


@pytest.fixture
def signed(tmp_path, authority):
    """Write a signed document and return its path."""

    def write(name="signed.xml", *, identity=None, at=NOW, enveloped=True, change=lambda data: data):
        bare = etree.tostring(etree.fromstring(samples.HOUSE), encoding="unicode")
        root = etree.fromstring(ENVELOPE % bare if enveloped else bare)
        identity = identity or person(authority)
        xades.sign(examination.signed_element(root), identity.signer(), at=at)
        path = tmp_path / name
        path.write_bytes(change(etree.tostring(root, encoding="utf-8", xml_declaration=True)))
        return path

    return write


@pytest.fixture
def ca(tmp_path, authority):
    """Write the authority, PEM or DER."""

    def write(name="ca.crt", *, of=None):
        path, certificate = tmp_path / name, (of or authority).certificate
        path.write_bytes(certificate.der if name.endswith(".der") else issue.pem(certificate))
        return path

    return write


@pytest.mark.parametrize("enveloped", [True, False])
@pytest.mark.parametrize("name", ["ca.crt", "ca.der"])
def test_signed_document__is_valid_under_the_authority_that_is_named(gateway, signed, ca, enveloped, name):
    found = gateway.json("verify", "--ca", ca(name), signed(enveloped=enveloped))
    assert (found["verdict"], found["reason"], found["detail"]) == ("valid", None, None)
    assert found["element"] == "importHouseUORequest"
    assert dt.datetime.fromisoformat(found["signing_time"]) == NOW
    subject = found["certificate"]["subject"]
    assert (subject["organization"], subject["ogrn"], subject["snils"]) == (
        "УК „Пример“",
        "1020000000019",
        "12345678901",
    )
    assert found["intact"] is found["valid"] is found["trusted"] is True


def test_people__read_who_signed_what_and_what_follows(gateway, signed, ca):
    output = gateway.run("verify", "--ca", ca(), signed()).output
    for words in (
        "подпись действительна",
        "УК „Пример“, Иванов Иван, ОГРН 1020000000019",
        "importHouseUORequest",
        "МСК",
    ):
        assert words in output
    output = gateway.run("verify", signed(), code=1).output
    assert "подпись не подтверждена" in output
    assert "--ca" in output


def test_unknown_authority__is_indeterminate(gateway, signed):
    found = gateway.json("verify", signed(), code=1)
    assert (found["verdict"], found["reason"]) == ("indeterminate", "untrusted")
    assert found["intact"] is found["valid"] is True


def test_certificate_of_the_signer__is_believed_as_it_is(gateway, signed, ca, authority):
    signer = person(authority)
    found = gateway.json("verify", "--ca", ca("signer.crt", of=signer), signed(identity=signer))
    assert found["verdict"] == "valid"


def _replaced(*pairs):
    def change(data):
        for old, new in pairs:
            assert old in data
            data = data.replace(old, new)
        return data

    return change


CHANGES = {
    "value": (_replaced((b"<hm:TotalSquare>", b"<hm:TotalSquare>1")), "payload-digest"),
    "layout": (_replaced((b"ds:SignatureValue", b"ds:Value")), "shape"),
    "second bearer of the Id": (_replaced((b"<e:Header/>", b'<e:Header id="signed-data-container"/>')), "duplicate-id"),
    "comment inside": (_replaced((b"<ds:SignatureValue", b"<!-- x --><ds:SignatureValue")), "not-xml"),
    "half": (lambda data: data[: len(data) // 2], "not-xml"),
    "DTD": (_replaced((b"?>", b"?><!DOCTYPE a>")), "not-xml"),
    "second body": (_replaced((b"<e:Body>", b"<e:Body/><e:Body>")), "envelope"),
    "nothing": (lambda _: b"", "not-xml"),
}


@pytest.mark.parametrize(("change", "reason"), CHANGES.values(), ids=CHANGES)
def test_changed_document__is_invalid_with_the_reason(gateway, signed, ca, change, reason):
    found = gateway.json("verify", "--ca", ca(), signed(change=change), code=1)
    assert (found["verdict"], found["reason"]) == ("invalid", reason)
    assert found["detail"].endswith(".")


def test_unsigned_document__is_invalid_because_nothing_is_signed(gateway, tmp_path):
    path = tmp_path / "unsigned.xml"
    path.write_bytes(samples.HOUSE)
    found = gateway.json("verify", path, code=1)
    assert (found["verdict"], found["reason"], found["certificate"]) == ("invalid", "missing", None)
    assert "не подписан" in gateway.run("verify", path, code=1).output


def test_certificate_that_has_ended__was_good_on_its_day(gateway, signed, ca, authority):
    day = NOW - dt.timedelta(days=500)
    path = signed(identity=person(authority, ends=-400), at=day)
    found = gateway.json("verify", "--ca", ca(), path, code=1)
    assert (found["verdict"], found["reason"]) == ("indeterminate", "expired")
    for at in (day.isoformat(), "signing"):
        found = gateway.json("verify", "--ca", ca(), "--at", at, path)
        assert found["verdict"] == "valid"
        assert dt.datetime.fromisoformat(found["at"]) == day
    output = gateway.run("verify", "--ca", ca(), "--at", "signing", path).output
    assert "истёк" in output
    assert "не влияет" in output


def test_certificate_that_was_revoked__was_good_before(gateway, signed, ca, tmp_path):
    revoking = makers.authority()
    signer = issue.issue(revoking, "p256", SUBJECT, now=makers.NOW - dt.timedelta(days=50), not_after=makers.NOW)
    crl = tmp_path / "ca.crl"
    crl.write_bytes(makers.crl(revoking, (signer, -10)))
    path = signed(identity=signer, at=makers.NOW - dt.timedelta(days=20))
    arguments = ("verify", "--ca", ca(of=revoking), "--crl", crl, path, "--at")
    after = gateway.json(*arguments, (makers.NOW - dt.timedelta(days=5)).isoformat(), code=1)
    assert (after["verdict"], after["reason"]) == ("invalid", "revoked")
    before = gateway.json(*arguments, (makers.NOW - dt.timedelta(days=15)).isoformat())
    assert before["verdict"] == "valid"
    assert dt.datetime.fromisoformat(before["certificate"]["revoked_at"]) == makers.NOW - dt.timedelta(days=10)
    assert "позже времени проверки" in gateway.run(*arguments, "signing").output


def test_many_files_and_folders__are_all_judged_one_line_each(gateway, signed, ca, tmp_path):
    folder = tmp_path / "archive" / "deep"
    folder.mkdir(parents=True)
    for number in range(3):
        signed(f"archive/deep/{number}.xml")
    (folder / "note.txt").write_text("no document")
    (folder / "broken.xml").write_text("<a>")
    gone = tmp_path / "gone.xml"
    run = gateway.run("verify", "--json", "--ca", ca(), gone, tmp_path / "archive", code=1)
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(each["file"].rpartition("/")[2], each["verdict"], each["reason"]) for each in found] == [
        ("gone.xml", "indeterminate", "unreadable"),
        ("0.xml", "valid", None),
        ("1.xml", "valid", None),
        ("2.xml", "valid", None),
        ("broken.xml", "invalid", "not-xml"),
    ]
    output = gateway.run("verify", "--ca", ca(), tmp_path / "archive", code=1).output
    assert "подпись действительна: 3, подпись НЕДЕЙСТВИТЕЛЬНА: 1, подпись не подтверждена: 0" in output


def test_second_opinion__is_told(gateway, signed, ca):
    found = gateway.json("verify", "--second-opinion", "--ca", ca(), signed())
    assert found["second_opinion"]["stance"] == "agrees"
    assert "signxml" in gateway.run("verify", "--second-opinion", "--ca", ca(), signed()).output


def test_second_opinion_that_disagrees__is_no_success(gateway, signed, ca, monkeypatch):
    doubt = examination.Opinion(examination.Stance.DISAGREES, "Расхождение: так сказал двойник.")
    monkeypatch.setattr(examination, "second_opinion", lambda *_: doubt)
    found = gateway.json("verify", "--second-opinion", "--ca", ca(), signed(), code=1)
    assert found["verdict"] == "valid"
    assert found["second_opinion"]["stance"] == "disagrees"


def test_own_results__are_valid_in_the_installation(made, tmp_path):
    path = tmp_path / "result.xml"
    path.write_bytes(samples.HOUSE)
    made.run("sign", path, "--output", tmp_path / "signed.xml")
    assert made.json("verify", tmp_path / "signed.xml")["verdict"] == "valid"


def test_authorities_of_the_installation__count_unless_others_are_named(made, signed, ca, authority):
    made.run("trust", "add", ca())
    assert made.json("verify", signed())["verdict"] == "valid"
    other = ca("other.crt", of=issue.new_authority("p256", "Чужой УЦ", now=NOW - dt.timedelta(days=1)))
    assert made.json("verify", "--ca", other, signed(), code=1)["reason"] == "untrusted"


def test_gost__is_judged_by_the_backend_of_the_settings(gateway, signed, ca, authority, monkeypatch):
    path = signed(identity=person(authority, kind="gost2012-256"))
    for backend in ("auto", "pure"):
        monkeypatch.setenv("GATEWAY_GOST_BACKEND", backend)
        assert gateway.json("verify", "--ca", ca(), path)["verdict"] == "valid"
    assert (
        "ГОСТ Р 34.10-2012 (256 бит), ГОСТ Р 34.11-2012 (256 бит)" in gateway.run("verify", "--ca", ca(), path).output
    )
    monkeypatch.setenv("GATEWAY_GOST_BACKEND", "off")
    assert gateway.json("verify", "--ca", ca(), path, code=1)["reason"] == "algorithm"


def test_message_that_the_real_system_has_signed__is_intact_and_was_valid_on_its_day(gateway, tmp_path):
    (capture,) = captures_root().glob("02_*.xml")
    found = gateway.json("verify", "--at", "2016-06-19T17:58:00+03:00", capture, code=1)
    assert (found["verdict"], found["reason"]) == ("indeterminate", "untrusted")
    assert found["intact"] is found["valid"] is True
    assert found["certificate"]["subject"]["common_name"] == "SIGN_20160408"
    signer = tmp_path / "signer.der"
    signer.write_bytes(makers.value(etree.parse(capture).find(".//{*}X509Certificate")))
    assert gateway.json("verify", "--ca", signer, "--at", "signing", capture)["verdict"] == "valid"


def test_documents_of_other_implementations__are_valid_under_their_authorities(gateway):
    folder = fixtures_root()
    anchors = [option for path in sorted(folder.glob("*-ca.der")) for option in ("--ca", path)]
    run = gateway.run("verify", "--json", "--at", "2027-01-01", *anchors, *sorted(folder.glob("*.xml")))
    found = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(found) == 11
    assert {each["verdict"] for each in found} == {"valid"}


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", ""])
def test_time_that_is_none__is_a_usage_error(gateway, signed, at):
    assert "is no time like" in gateway.run("verify", "--at", at, signed(), code=2).output


def test_private_key_in_place_of_an_authority__is_told(gateway, signed, tmp_path, authority):
    key, _ = authority.write(tmp_path, "oops")
    assert "oops.key" in gateway.run("verify", "--ca", key, signed(), code=1).output


def test_every_reason__is_on_the_page():
    page = (Path(__file__).resolve().parents[3] / "docs" / "signatures.md").read_text(encoding="utf-8")
    for reason in (*verdict.Reason, examination.NOT_XML, examination.ENVELOPE, examination.UNREADABLE):
        assert f"`{reason}`" in page
    rows = dict(line.strip("| ").split(" | ")[:2] for line in page.splitlines() if line.startswith("| `"))
    for reason in verdict.Reason:
        expected = "indeterminate" if reason in verdict.UNDECIDED else "invalid"
        assert rows[f"`{reason}`"] == expected


@pytest.mark.slow
def test_certificates_that_libraries_warn_of__are_judged_without_a_word_of_the_library(ca):
    """In a process of its own: pytest turns warnings into errors, and people would read them."""
    corpus = Path(samples_package.__file__).parent / "hostile" / "signatures"
    files = [corpus / f"{name}.xml" for name in ("name-of-2-000-characters", "serial-negative", "serial-0")]
    command = [sys.executable, "-m", "gateway.cli", "verify", "--json", "--ca", corpus / "authority.crt", *files]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert len(run.stdout.splitlines()) == len(files)
    assert run.stderr == ""
