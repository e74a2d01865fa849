"""The built-in pack's own facets read as sentences, not as regular expressions."""

from __future__ import annotations

from lxml import etree

from gateway.contracts import builtin, schema
from tests import samples


def test_bad_guid_and_code__are_told_in_words():
    pack = builtin.pack()
    service = pack.service("house-management")
    data = samples.EXPORT.replace(b"<hm:FIASHouseGuid>", b"<hm:FIASHouseGuid>x")
    (violation,) = schema.Schemas(width=1).judge(pack, service, etree.fromstring(data))
    assert violation.path == "exportHouseRequest/FIASHouseGuid"
    assert "GUID вида" in violation.text
    assert "{" not in violation.text


def test_number_of_digits__is_told_as_a_number():
    pack = builtin.pack()
    service = pack.service("house-management")
    data = samples.HOUSE.replace(b"<base:code>45382000<", b"<base:code>abc<")
    (violation,) = schema.Schemas(width=1).judge(pack, service, etree.fromstring(data))
    assert violation.text == "значение «abc» не подходит: ожидается цифр: 8 или 11"
