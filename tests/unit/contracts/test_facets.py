import itertools

import pytest
from lxml import etree

from gateway.contracts import errors, facets

SYMBOLS = {
    "(.*)([0-9а-яА-Яa-zA-Z]+)(.*)": "7ЖЯё-\n",
    r"(A{0,1}\d{1,4}(\.)?)+": "A12.\n",
    r".*[^\s].*": "x \t\n\r",
    r"(\s*\S+\s*)+": "x \t\n\r",
}


def _schema(pattern):
    return f"""<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema">
      <x:element name="v">
        <x:simpleType><x:restriction base="x:string"><x:pattern value="{pattern}"/></x:restriction></x:simpleType>
      </x:element>
      <x:element name="r">
        <x:complexType><x:sequence><x:element ref="v" maxOccurs="unbounded"/></x:sequence></x:complexType>
      </x:element>
    </x:schema>""".encode()


def _accepted(pattern, strings):
    root = etree.Element("r")
    for string in strings:
        etree.SubElement(root, "v").text = string
    judge = etree.XMLSchema(etree.fromstring(_schema(pattern)))
    judge.validate(root)
    # libxml2 counts elements of a name without namespace from 1; a single one has no index.
    refused = {int(entry.path.rpartition("[")[2].rstrip("]")) for entry in judge.error_log}
    return [string for index, string in enumerate(strings, 1) if index not in refused]


@pytest.mark.parametrize("pattern", facets.EQUIVALENTS)
def test_equivalent__accepts_the_same_strings_under_libxml2(pattern):
    symbols = SYMBOLS[pattern]
    strings = ["".join(each) for length in range(6) for each in itertools.product(symbols, repeat=length)]
    # 10^4 strings in pieces: libxml2 names each refused one by counting its siblings.
    pieces = [strings[start : start + 500] for start in range(0, len(strings), 500)]
    expected = [_accepted(pattern, piece) for piece in pieces]
    assert [_accepted(facets.EQUIVALENTS[pattern], piece) for piece in pieces] == expected
    assert 0 < sum(map(len, expected)) < len(strings)


@pytest.mark.parametrize("pattern", facets.EQUIVALENTS)
def test_known_bomb__is_replaced_in_the_hardened_copy(pattern):
    hardened = facets.harden("a.xsd", _schema(pattern))
    values = [each.get("value") for each in etree.fromstring(hardened).iter("{*}pattern")]
    assert values == [facets.EQUIVALENTS[pattern]]


def test_harmless_schema__stays_byte_for_byte():
    data = _schema(r"\d{1,4}")
    assert facets.harden("a.xsd", data) is data


def test_equivalent_written_by_ourselves__is_accepted():
    data = _schema(facets.EQUIVALENTS[r"(A{0,1}\d{1,4}(\.)?)+"])
    assert facets.harden("a.xsd", data) is data


def test_unknown_bomb__is_refused_with_file_and_line():
    with pytest.raises(errors.ContractError, match=r"line 3: the pattern '\(a\+\)\+' repeats") as caught:
        facets.harden("a.xsd", _schema("(a+)+"))
    assert caught.value.file == "a.xsd"
