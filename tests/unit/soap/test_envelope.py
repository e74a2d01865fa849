"""The exact form of what leaves: prefixes, header, fault (protocol §1.6, §1.7, §2, §3)."""

from __future__ import annotations

import datetime as dt

from lxml import etree

from gateway import wire
from gateway.soap import envelope
from tests import resources

NSI = f"{wire.ROOT}nsi-common/"
AT = dt.datetime(2020, 4, 14, 17, 27, 19, 153000, tzinfo=dt.UTC)
OURS, THEIRS = "00000000-0000-0000-0000-000000000000", "F18C79B1-c7dc-4956-bd82-83772082b97a"


def test_acknowledgement__has_the_prefixes_names_and_values_of_the_captured_one():
    captured = etree.parse(resources.captures_root() / "04_ack_response_nsi-common_2020.xml").getroot()
    made = etree.fromstring(envelope.acknowledgement(OURS, THEIRS.lower(), service=NSI, at=AT))
    assert captured.nsmap.items() <= made.nsmap.items()

    def shape(root):
        return [(item.tag, item.prefix, (item.text or "").strip()) for item in root.iter()]

    assert shape(made) == shape(captured)


def test_acknowledgement__echoes_the_requester_guid_byte_for_byte():
    made = envelope.acknowledgement(OURS, THEIRS, service=NSI, at=AT)
    assert f"<ns4:RequesterMessageGUID>{THEIRS}</ns4:RequesterMessageGUID>".encode() in made
    assert f"<ns4:MessageGUID>{THEIRS}</ns4:MessageGUID></ns4:ResultHeader>".encode() in made


def test_answer__splices_the_body_byte_for_byte():
    body = b'<ns13:getStateResult xmlns:ns13="x"  >\n<!-- as it is --></ns13:getStateResult >'
    made = envelope.answer(body, THEIRS, service=NSI, at=AT)
    assert b"<env:Body>" + body + b"</env:Body>" in made
    etree.fromstring(made)


def test_fault__has_code_and_text_in_faultstring_and_detail():
    made = etree.fromstring(envelope.fault("FMT001300", "нет <b> & «c»"))
    fault = made.find(f"{{{wire.SOAP}}}Body/{{{wire.SOAP}}}Fault")
    assert fault.findtext("faultcode") == "env:Server"
    assert fault.findtext("faultstring") == "FMT001300: нет <b> & «c»"
    (detail,) = fault.find("detail")
    assert (detail.tag, detail.prefix) == (wire.base("Fault"), "ns4")
    assert [(wire.local(child.tag), child.text) for child in detail] == [
        ("ErrorCode", "FMT001300"),
        ("ErrorMessage", "нет <b> & «c»"),
    ]


def test_fault__with_characters_that_xml_forbids_is_still_xml():
    made = etree.fromstring(envelope.fault("FMT001300", "a\x00\x0b\ufffe\ud800b"))
    assert made.findtext(".//faultstring") == "FMT001300: a????b"
