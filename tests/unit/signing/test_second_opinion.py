"""The second opinion: it agrees, it differs, or it is silent and says why; it never stops an audit."""

from __future__ import annotations

import dataclasses
import logging
from datetime import datetime, timedelta

import pytest
from lxml import etree

import signing
from signing import canonical, errors, issue, layout, second_opinion
from signing.second_opinion import Stance
from signing.verdict import Failure, Reason
from signing.vocabulary import DS
from tests.resources import captures_root, fixtures_root
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW

KINDS = ["rsa-2048", "p256", "p384", "p521"]
HEADER = f'<e:Header><ds:Signature xmlns:ds="{DS}"><ds:SignedInfo/></ds:Signature></e:Header>'
ENVELOPE = '<e:Envelope xmlns:e="urn:e" xmlns="urn:default">{header}<e:Body {more}>{request}</e:Body></e:Envelope>'
REFUTED = Failure(Reason.PAYLOAD_DIGEST, "")


def signed(kind="p256", *, more="", header=HEADER, request=makers.REQUEST):
    """A signed request; no `xml:*` attribute around it unless `more` has one."""
    document = etree.fromstring(ENVELOPE.format(more=more, header=header, request=request))
    element = document[-1][0]
    signing.sign(element, makers.identity(kind).signer(), at=NOW)
    return makers.reparsed(element)


def judge(element, **options):
    return makers.judge(element, policy=signing.THOROUGH, **options)


def opinion(element, verdict=None, *, store=None, at=NOW):
    before = etree.tostring(element.getroottree())
    given = second_opinion.second_opinion(element, verdict or judge(element), store or makers.trust(), at)
    assert etree.tostring(element.getroottree()) == before
    return given


@pytest.mark.parametrize("kind", KINDS)
def test_good_signature__is_confirmed(kind):
    """In an envelope with another Signature before ours, and alone."""
    alone = etree.fromstring(makers.REQUEST)
    signing.sign(alone, makers.identity(kind).signer(), at=NOW)
    for element in (signed(kind), alone):
        verdict = judge(element)
        assert verdict.good
        assert opinion(element, verdict).stance is Stance.AGREES


def test_signature_without_prefix__is_confirmed():
    """The usual form of .NET clients: signxml by itself computes another canonical form."""
    element = signed(request=makers.REQUEST.replace(" Id=", f' xmlns="{DS}" Id='))
    assert element[0].prefix is None
    verdict = judge(element)
    assert verdict.good
    assert opinion(element, verdict).stance is Stance.AGREES


def test_namespaces_declared_inside_of_signed_info__leave_it_silent():
    element = signed()
    text = etree.tostring(element.getroottree(), encoding="unicode")
    changed = etree.fromstring(text.replace("<ds:DigestMethod", f'<ds:DigestMethod xmlns:ds="{DS}"', 1))[-1][0]
    verdict = judge(changed)
    assert verdict.good  # a declaration that repeats another one changes nothing
    given = opinion(changed, verdict)
    assert given.stance is Stance.SILENT
    assert "пространств имён" in given.detail


@pytest.mark.parametrize("path", ["hm:Guid", ".//xades:SigningTime", ".//ds:SignatureValue"])
def test_tampered__is_refuted_by_both(path):
    element = signed()
    node = makers.at(element, path)
    node.text = {"SignatureValue": makers.encoded(bytes(64))}.get(etree.QName(node).localname, "2020-01-01T00:00:00Z")
    verdict = judge(element)
    assert not verdict.intact
    given = opinion(element, verdict)
    assert given.stance is Stance.AGREES
    assert "тоже отвергает" in given.detail


def test_integrity__is_compared_apart_from_trust_and_time():
    element = signed()
    for verdict in (
        judge(element, store=signing.TrustStore()),
        judge(element, at=NOW + timedelta(days=400)),
    ):
        assert verdict.intact
        assert not verdict.good
        assert opinion(element, verdict).stance is Stance.AGREES


@pytest.mark.parametrize(
    ("doctored", "words"),
    [
        ({"intact": False, "failures": (REFUTED,)}, "а signxml подтверждает его целость"),
        ({"intact": False, "failures": ()}, "а signxml подтверждает его целость"),
        ({"payload_digest": bytes(32)}, "хеш того, что подписано"),
        ({"chain": ()}, "не с сертификата подписи"),
    ],
)
def test_verdict_that_is_not_true__is_contradicted(doctored, words):
    element = signed()
    given = opinion(element, dataclasses.replace(judge(element), **doctored))
    assert given.stance is Stance.DISAGREES
    assert given.detail.startswith("Расхождение: ")
    assert words in given.detail


def test_tampered_that_the_verdict_calls_intact__is_contradicted():
    element = signed()
    verdict = judge(element)
    makers.at(element, "hm:Guid").text = "0002"
    given = opinion(element, verdict)
    assert given.stance is Stance.DISAGREES
    assert "хеш не сходится" in given.detail


def test_pinned_certificate__needs_no_authority():
    element = signed()
    verdict = judge(element)
    pinned = dataclasses.replace(verdict, chain=(verdict.certificate,))
    assert opinion(element, pinned, store=signing.TrustStore()).stance is Stance.AGREES


def test_chain_that_does_not_hold__is_contradicted():
    element = signed()
    verdict = judge(element)
    stranger = issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=1))
    store = makers.trust(makers.authority(), stranger)
    forged = dataclasses.replace(verdict, chain=(verdict.certificate, stranger.certificate.loaded))
    assert "выпущен не тем" in opinion(element, forged, store=store).detail
    assert "кончается не доверенным" in opinion(element, verdict, store=makers.trust(stranger)).detail
    assert "не действовал" in opinion(element, verdict, at=NOW - timedelta(days=1)).detail


def test_two_references_to_the_properties__are_not_taken_for_a_signature_of_the_payload():
    """signxml accepts them; were the verdict to do the same one day, this would tell."""
    element = etree.fromstring(makers.REQUEST)
    signer = makers.identity().signer()
    blank = layout.insert(element, signer.suite, (makers.identity().certificate,), NOW)
    payload, properties = blank.signed_info.findall(f"{{{DS}}}Reference")
    payload.set("URI", properties.get("URI"))
    payload.remove(payload[0])
    digest = makers.encoded(signer.suite.digest.of(canonical.inclusive(blank.signed_properties)))
    blank.payload_digest.text = blank.properties_digest.text = digest
    blank.signature_value.text = makers.encoded(signer.sign(canonical.inclusive(blank.signed_info)))
    assert judge(element).failure.reason is Reason.REFERENCE
    given = opinion(element, judge(signed()))
    assert given.stance is Stance.DISAGREES
    assert "подписано не содержимое этого элемента" in given.detail


@pytest.mark.parametrize("more", ['xml:lang="ru"', 'xml:space="preserve"'])
def test_xml_attributes_around__leave_it_silent(more):
    element = signed(more=more)
    assert judge(element).good
    given = opinion(element)
    assert given.stance is Stance.SILENT
    assert "xml:*" in given.detail


def test_gost__leaves_it_silent():
    element = signed()
    verdict = judge(element)
    for path in (".//ds:SignatureMethod", ".//xades:CertDigest/ds:DigestMethod"):
        changed = makers.reparsed(element)
        makers.at(changed, path).set("Algorithm", "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gost")
        given = opinion(changed, verdict)
        assert given.stance is Stance.SILENT
        assert given.detail.endswith("не знает алгоритма urn:ietf:params:xml:ns:cpxmlsec:algorithms:gost.")


@pytest.mark.parametrize("name", ["ours_g256TCA", "xmlsec1_g512A", "ours_g2001A"])
def test_gost_fixture__leaves_it_silent(name):
    element = etree.parse(str(fixtures_root() / f"{name}.xml")).find(".//{*}importHouseRequest")
    assert opinion(element).stance is Stance.SILENT


def test_message_of_the_real_system__leaves_it_silent():
    (file,) = captures_root().glob("02*.xml")
    element = etree.parse(str(file)).find(".//{*}Body")[0]
    assert opinion(element).stance is Stance.SILENT


def test_form_that_is_refused__is_not_even_shown_to_it(monkeypatch):
    """What the limits refuse would cost the second judge minutes."""
    monkeypatch.setattr(second_opinion, "XAdESVerifier", None)
    unsigned = etree.fromstring(makers.REQUEST)
    doubled = signed()
    doubled.getparent().set("ID", doubled.get("Id"))
    for element in (unsigned, doubled):
        given = opinion(element)
        assert given.stance is Stance.SILENT
        assert "форму подписи" in given.detail


def test_verdict_that_stopped_before_integrity__is_not_compared():
    element = signed()
    verdict = makers.judge(element, store=signing.TrustStore())
    assert not verdict.intact
    given = opinion(element, verdict)
    assert given.stance is Stance.SILENT
    assert "остановился раньше" in given.detail
    makers.at(element, "hm:Guid").text = "0002"
    assert opinion(element, verdict).stance is Stance.AGREES


def test_second_judge_that_breaks_down__is_silent(monkeypatch):
    def broken(*_arguments, **_options):
        raise RecursionError

    monkeypatch.setattr(second_opinion.XAdESVerifier, "verify", broken)
    given = opinion(signed())
    assert given.stance is Stance.SILENT
    assert "RecursionError" in given.detail


def test_second_judge_that_refuses__differs():
    element = signed()
    verdict = judge(element)
    element.set("Id", "other")
    given = opinion(element, verdict)
    assert given.stance is Stance.DISAGREES
    assert "Unable to resolve reference" in given.detail


def test_log_at_debug__has_nothing_of_what_was_signed(caplog):
    caplog.set_level(logging.DEBUG)
    assert opinion(signed()).stance is Stance.AGREES
    assert "0001" not in caplog.text


def test_time_without_zone__is_the_callers_mistake():
    element = signed()
    with pytest.raises(errors.NaiveTime):
        second_opinion.second_opinion(element, judge(element), makers.trust(), datetime(2027, 1, 1))  # noqa: DTZ001
