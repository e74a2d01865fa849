"""`gateway check` says what the gateway would say, all of it at once, and stores nothing."""

from __future__ import annotations

import datetime as dt
from importlib import resources

import pytest
from lxml import etree

from gateway import client, clock, errors, initialise, wire
from gateway.client import message
from gateway.contracts import builtin, catalogue
from gateway.intake import signature
from signing import issue, policy, trust
from signing.subject import Subject

pytestmark = pytest.mark.slow  # each check compiles schemas

HOUSES = resources.files("samples") / "valid" / "houses"
SAMPLE = (HOUSES / "create-living-house.xml").read_bytes()
UO, OGRN = "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90", "1020000000019"


@pytest.fixture(scope="module")
def authority():
    return issue.new_authority("p256", "Authority", now=clock.now() - dt.timedelta(days=1))


@pytest.fixture
def envelope(tmp_path, authority):
    """Write an envelope and return its path; `key` None leaves it unsigned."""

    def write(data=SAMPLE, *, ogrn=OGRN, signed=True, change=lambda text: text, by_operator=False):
        made = initialise.identity(authority, "p256", Subject(common_name="УК", ogrn=ogrn))
        key, certificate = made.write(tmp_path, "uk", replace=True)
        stand = client.Stand(url="http://x", org_ppa_guid=UO, key=str(key), certificate=str(certificate))
        sender = client.Client(stand, signed=signed, by_operator=by_operator)
        path = tmp_path / "envelope.xml"
        path.write_bytes(change(sender.envelope(message.parse(data))))
        return path

    return write


def file(tmp_path, data, name="request.xml"):
    path = tmp_path / name
    path.write_bytes(data)
    return path


def codes(found):
    return [finding["code"] for finding in found["findings"]]


def test_every_valid_sample__is_good_without_an_installation(gateway):
    paths = [str(each) for each in HOUSES.iterdir() if each.name.endswith(".xml")]
    found = gateway.json("check", *paths)
    assert len(found) == len(paths) > 5
    assert all(each["good"] and each["signature"] == "absent" for each in found)


def test_several_violations__are_all_told_with_path_and_line(gateway, tmp_path):
    broken = SAMPLE.replace(b"<hm:Square>", b"<hm:Square>x").replace(b"FIASHouseGuid>b1", b"FIASHouseGuid>zz")
    (found,) = gateway.json("check", file(tmp_path, broken), code=1)
    assert set(codes(found)) == {"FMT001300"}
    assert len(found["findings"]) >= 2
    assert all(each["line"] > 1 and each["where"].startswith("importHouseUORequest") for each in found["findings"])
    output = gateway.run("check", file(tmp_path, broken), code=1).output
    assert "bad" in output
    assert "строка" in output


def test_limit__bounds_what_is_told(gateway, tmp_path):
    broken = SAMPLE.replace(b"<hm:Square>", b"<hm:Square>x").replace(b"FIASHouseGuid>b1", b"FIASHouseGuid>zz")
    (found,) = gateway.json("check", "--limit", 1, file(tmp_path, broken), code=1)
    assert len(found["findings"]) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "FMT001300"),
        (b"not xml", "FMT001300"),
        (b"<a><b></a>", "FMT001300"),
        (b"<!DOCTYPE a><a/>", "FMT001300"),
        (b'<importHouse xmlns="urn:other"/>', "FMT001301"),
        (SAMPLE.replace(b'"13.2.3.2"', b'"1.0.0.0"'), "FMT001307"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>', "FMT001301"),
        (b'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body/></e:Envelope>', "FMT001301"),
    ],
)
def test_bad_file__gets_the_code_of_the_intake(gateway, tmp_path, data, code):
    (found,) = gateway.json("check", file(tmp_path, data), code=1)
    assert codes(found) == [code]


def test_one_bad_file__makes_the_exit_code_and_the_others_are_told(gateway, tmp_path):
    good = file(tmp_path, SAMPLE, "good.xml")
    found = gateway.json("check", file(tmp_path, b"", "bad.xml"), good, code=1)
    assert [each["good"] for each in found] == [False, True]


def test_signed_envelope__is_intact_and_its_issuer_is_not_asked_without_anchors(gateway, envelope):
    (found,) = gateway.json("check", envelope())
    assert (found["signature"], found["signer"]) == ("intact, issuer not checked", "УК")


def test_signed_envelope__is_good_under_the_authority_that_is_named(gateway, envelope, authority, tmp_path):
    anchor = file(tmp_path, issue.pem(authority.certificate), "authority.crt")
    (found,) = gateway.json("check", "--trust", anchor, envelope())
    assert found["signature"] == "good"


def test_signed_envelope__of_a_stranger_is_refused(gateway, envelope, tmp_path):
    stranger = issue.new_authority("p256", "Stranger", now=clock.now() - dt.timedelta(days=1))
    anchor = file(tmp_path, issue.pem(stranger.certificate), "stranger.crt")
    (found,) = gateway.json("check", "--trust", anchor, envelope(), code=1)
    assert codes(found) == ["AUT011004"]


def test_envelope_changed_after_signing__is_refused_in_the_words_of_the_intake(gateway, envelope, authority):
    path = envelope(change=lambda data: data.replace(b"<hm:Square>", b"<hm:Square>1", 1))
    (found,) = gateway.json("check", path, code=1)
    assert (codes(found), found["signature"]) == (["FMT001310"], "bad")
    with pytest.raises(errors.Rejected) as said:
        signature.verify(
            message.open_envelope(message.parse(path.read_bytes())),
            mode="required",
            by=policy.STRICT,
            anchors=trust.TrustStore((authority.certificate,)),
            at=clock.now(),
        )
    assert found["findings"][0]["text"] == said.value.detail == "Содержимое изменено после подписания."


def test_schema_and_signature__are_both_told(gateway, envelope):
    path = envelope(change=lambda data: data.replace(b"<hm:Square>", b"<hm:Square>x", 1))
    (found,) = gateway.json("check", path, code=1)
    assert codes(found) == ["FMT001300", "FMT001310"]


def test_signature_that_is_switched_off__is_not_checked(gateway, envelope):
    path = envelope(change=lambda data: data.replace(b"<hm:Square>", b"<hm:Square>1", 1))
    (found,) = gateway.json("check", "--signature", "off", path)
    assert found["signature"] == "not checked"


def test_unsigned_envelope__is_refused_where_signatures_are_required_and_a_bare_request_is_not(
    gateway, envelope, tmp_path
):
    (found,) = gateway.json("check", "--signature", "required", envelope(signed=False), code=1)
    assert codes(found) == ["FMT001310"]
    gateway.run("check", "--signature", "required", file(tmp_path, SAMPLE))


def test_header_that_is_missing__is_told_beside_the_rest(gateway, envelope):
    def without_header(data):
        root = etree.fromstring(data)
        root[0].clear()
        return etree.tostring(root)

    (found,) = gateway.json("check", envelope(change=without_header, signed=False), code=1)
    assert codes(found) == ["FMT001301"]
    assert found["operation"] == "importHouseUOData"


class TestInAnInstallation:
    @pytest.fixture(autouse=True)
    def _people(self, made, authority, tmp_path):
        made.run("trust", "add", file(tmp_path, issue.pem(authority.certificate), "authority.crt"))
        made.run("org", "add", "УК", "--ogrn", OGRN, "--role", "УО", "--guid", UO)

    def test_signature_of_the_organisation__is_good(self, made, envelope):
        (found,) = made.json("check", envelope())
        assert found["signature"] == "good"

    def test_signature_of_another_organisation__is_refused(self, made, envelope):
        (found,) = made.json("check", envelope(ogrn="1037739010891"), code=1)
        assert codes(found) == ["AUT011005"]

    def test_signature_of_the_operator__is_not_compared_with_the_organisation(self, made, envelope):
        made.run("check", envelope(ogrn="1037739010891", by_operator=True))

    def test_unknown_organisation__is_refused(self, made, envelope):
        path = envelope(change=lambda data: data.replace(UO.encode(), UO.replace("0f", "1f").encode()))
        (found,) = made.json("check", path, code=1)
        assert codes(found) == ["AUT011002"]

    def test_unsigned_envelope__is_refused_by_the_setting_of_the_installation(self, made, envelope):
        (found,) = made.json("check", envelope(signed=False), code=1)
        assert codes(found) == ["FMT001310"]


def test_get_state__is_judged_by_its_schema_alone(gateway, tmp_path):
    known = catalogue.Catalogue((builtin.pack(),))
    assert len(known.paths) > 1
    data = f'<b:getStateRequest xmlns:b="{wire.BASE}"><b:MessageGUID>x</b:MessageGUID></b:getStateRequest>'.encode()
    (found,) = gateway.json("check", "--signature", "required", file(tmp_path, data), code=1)
    assert codes(found) == ["FMT001300"]


def test_missing_file__is_a_wrong_call(gateway):
    assert "does not exist" in gateway.run("check", "none.xml", code=2).output
