"""Requests are wrapped as protocol §2 says, and signed where they stand."""

from __future__ import annotations

import datetime as dt
import functools

import pytest
from lxml import etree

from gateway import client, wire
from gateway.client import message
from gateway.contracts import builtin, catalogue, model
from signing import issue, policy, trust, xades
from signing.subject import Subject

NOW = dt.datetime(2026, 4, 1, 12, 30, tzinfo=dt.UTC)
HM = "http://dom.gosuslugi.ru/schema/integration/house-management/"
HOUSES = "/ext-bus-home-management-service/services/HomeManagementAsync"
GUID = "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"
EXPORT = (
    f'<hm:exportHouseRequest xmlns:hm="{HM}" xmlns:base="{wire.BASE}" base:version="15.10.0.0">'
    "<hm:FIASHouseGuid>a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101</hm:FIASHouseGuid></hm:exportHouseRequest>"
).encode()


@functools.cache
def contracts() -> catalogue.Catalogue:
    return catalogue.Catalogue((builtin.pack(),))


@functools.cache
def identity() -> tuple[issue.Identity, issue.Identity]:
    above = issue.new_authority("p256", "ca", now=NOW)
    ends = NOW + dt.timedelta(days=1)
    return above, issue.issue(above, "p256", Subject(common_name="УК", ogrn="1020000000019"), now=NOW, not_after=ends)


def composed(element: etree._Element, sender: message.Sender) -> etree._Element:
    operation = message.target(contracts(), element).operation
    return message.compose(element, operation, sender, message_guid=GUID, at=NOW)


def test_request_element_alone__finds_its_service():
    found = message.target(contracts(), message.parse(EXPORT))
    assert (found.path, found.operation.name) == (HOUSES, "exportHouseData")


def test_unknown_version__is_left_to_the_gateway_to_judge():
    element = message.parse(EXPORT.replace(b"15.10.0.0", b"1.0.0.0"))
    assert message.target(contracts(), element).operation.name == "exportHouseData"


def test_unknown_element__is_refused_with_its_name():
    with pytest.raises(client.Unsendable, match="no service takes exportHouse of the namespace urn:other"):
        message.target(contracts(), message.parse(b'<exportHouse xmlns="urn:other"/>'))


def test_element_at_another_path__is_refused():
    with pytest.raises(client.Unsendable, match="no service stands at the path /elsewhere"):
        message.target(contracts(), message.parse(EXPORT), "/elsewhere")


def test_element_that_the_service_at_the_path_does_not_take__is_refused():
    with pytest.raises(client.Unsendable, match=f"the service at {HOUSES} does not take exportHouse"):
        message.target(contracts(), message.parse(b'<exportHouse xmlns="urn:other"/>'), HOUSES)


def test_envelope__has_header_date_guid_and_organisation():
    root = composed(message.parse(EXPORT), message.Sender("ORG"))
    header = root[0][0]
    assert header.tag == wire.base("RequestHeader")
    assert [(wire.local(each.tag), each.text) for each in header] == [
        ("Date", "2026-04-01T15:30:00.000+03:00"),
        ("MessageGUID", GUID),
        ("orgPPAGUID", "ORG"),
    ]


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b'<?xml version="1.0" encoding="UTF-8"?>\n',
        b'<?xml version="1.0"?>\n<!-- who\nand what -->\n\n',
    ],
)
def test_every_element__keeps_its_line_on_the_way(before):
    data = before + EXPORT.replace(b" xmlns:base", b"\n  xmlns:base").replace(b"<hm:FIAS", b"\n<hm:FIAS")
    element = message.parse(data)
    root = composed(element, message.Sender("ORG"))
    message.sign(root, identity()[1].signer(), NOW)
    sent = message.open_envelope(message.parse(message.serialise(root)))
    lines = [each.sourceline for each in sent.iter(etree.Element) if each.tag.startswith(f"{{{HM}}}")]
    assert lines == [each.sourceline for each in element.iter(etree.Element)]


@pytest.mark.parametrize("by_operator", [True, False])
def test_sender__is_read_from_the_header_of_an_envelope(by_operator):
    said = message.Sender("ORG", by_operator)
    assert message.sender(composed(message.parse(EXPORT), said)) == said


def test_signature_of_the_operator__is_said_in_the_header():
    root = composed(message.parse(EXPORT), message.Sender("ORG", by_operator=True))
    assert root[0][0].findtext(wire.base("IsOperatorSignature")) == "true"


def test_operation_without_a_provider__gets_the_other_header():
    element = message.parse(EXPORT)
    operation = message.target(contracts(), element).operation
    common = model.Operation(
        operation.name,
        operation.soap_action,
        operation.request,
        operation.response,
        model.HeaderKind.IS_REQUEST,
        operation.kind,
        operation.versions,
    )
    header = message.compose(element, common, message.Sender("ORG"), message_guid=GUID, at=NOW)[0][0]
    assert [wire.local(each.tag) for each in (header, *header)] == ["ISRequestHeader", "Date", "MessageGUID"]


def test_message_without_an_organisation__cannot_be_made():
    with pytest.raises(client.Unsendable, match="orgPPAGUID"):
        composed(message.parse(EXPORT), message.Sender())


def test_signed_envelope__verifies_after_the_wire_and_the_original_is_untouched():
    element = message.parse(EXPORT)
    root = composed(element, message.Sender("ORG"))
    above, own = identity()
    message.sign(root, own.signer(), NOW)
    request = message.open_envelope(message.parse(message.serialise(root)))
    judged = xades.verify(request, policy=policy.STRICT, trust=trust.TrustStore((above.certificate,)), at=NOW)
    assert judged.good, judged.failure
    assert etree.tostring(element) == etree.tostring(message.parse(EXPORT))


def test_signature_of_another_envelope__is_not_taken_along():
    root = composed(message.parse(EXPORT), message.Sender("ORG"))
    _, own = identity()
    message.sign(root, own.signer(), NOW)
    again = composed(message.open_envelope(root), message.Sender("ORG"))
    assert again.find(f".//{{{wire.XMLDSIG}}}Signature") is None
    message.sign(again, own.signer(), NOW)


def test_bare_element__is_no_envelope():
    assert message.open_envelope(message.parse(EXPORT)) is None


def test_envelope_with_two_requests__cannot_be_sent():
    root = composed(message.parse(EXPORT), message.Sender("ORG"))
    root[1].append(message.parse(EXPORT))
    with pytest.raises(client.Unsendable, match="2 requests"):
        message.open_envelope(root)


def test_not_xml__says_where():
    with pytest.raises(client.Unsendable, match="not XML"):
        message.parse(b"<a>")
