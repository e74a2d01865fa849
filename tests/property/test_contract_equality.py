"""The built-in contract is the official one on the wire: both judge every document alike.

Documents made from one schema are judged by the other, in both directions, and so are thousands of damaged copies;
libxml2 is the judge. The default run is a seeded sample; `HCS_LONG=1` makes 200 documents and 1000 mutants of each
message and demands that every branch, occurrence and border was reached.
"""

from __future__ import annotations

import functools
import itertools
import re
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from gateway.study.samples.decisions import Thorough
from gateway.study.samples.declarations import attributes_below, names_below
from gateway.study.samples.instances import Maker
from tests.property import contract_pair
from tests.property.contract_families import FAMILIES, LIBRARIES, Family

pytestmark = pytest.mark.contracts

_BASE = f"{contract_pair.ROOT}base/"
_XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_COMMON = (
    *(f"{{{_BASE}}}{name}" for name in ("RequestHeader", "ISRequestHeader", "ResultHeader", "Fault")),
    *(f"{{{_BASE}}}{name}" for name in ("AckRequest", "getStateRequest")),
    *(f"{{{_BASE}}}{name}" for name in ("getRequestsStateRequest", "getRequestsStateResult")),
    *(f"{{{_XMLDSIG}}}{name}" for name in ("Signature", "Manifest", "SignatureProperties")),
)
_DIRECTIONS = ("from ours", "from the official")

_families = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
_requests = pytest.mark.parametrize(
    ("family", "request_element"),
    [pytest.param(family, name, id=name) for family in FAMILIES for name in family.requests],
)
_directions = pytest.mark.parametrize("direction", _DIRECTIONS)


def _name(family: Family, local: str) -> str:
    return f"{{{contract_pair.ROOT}{family.service}/}}{local}"


def _covered(family: Family) -> dict[str, frozenset[str]]:
    """The branches of the common answer that belong to a family; another schema may have more."""
    results = {_name(family, "getStateResult"): frozenset(_name(family, each) for each in family.results)}
    if family.outcomes is None:
        return results
    return {**results, _name(family, "CommonResult"): frozenset(_name(family, each) for each in family.outcomes)}


def _compare(pair: contract_pair.Pair, message: str, direction: str, covered: dict[str, frozenset[str]]) -> None:
    model = (pair.ours if direction == "from ours" else pair.official).model
    contract_pair.compare(pair, message, Maker(model, Thorough(f"{direction} {message}"), covered))


@_requests
@_directions
def test_requests_of_one_schema__are_judged_alike_by_the_other(family, request_element, direction):
    _compare(contract_pair.service(family.service), _name(family, request_element), direction, {})


@_families
@_directions
def test_answers_of_one_schema__are_judged_alike_by_the_other(family, direction):
    pair = contract_pair.service(family.service)
    _compare(pair, _name(family, "getStateResult"), direction, _covered(family))


@pytest.mark.parametrize("message", _COMMON, ids=lambda name: etree.QName(name).localname)
@_directions
def test_common_messages_of_one_schema__are_judged_alike_by_the_other(message, direction):
    _compare(contract_pair.service("house-management"), message, direction, {})


@pytest.mark.parametrize("message", _COMMON)
def test_common_messages__have_the_same_names_below_them(message):
    pair = contract_pair.service("house-management")
    _assert_same_declarations(pair, message, {})


@_requests
def test_requests__have_the_same_names_below_them(family, request_element):
    _assert_same_declarations(contract_pair.service(family.service), _name(family, request_element), {})


@_families
def test_answers__have_the_same_names_below_them(family):
    pair = contract_pair.service(family.service)
    _assert_same_declarations(pair, _name(family, "getStateResult"), _covered(family))


def _assert_same_declarations(pair: contract_pair.Pair, message: str, covered: dict[str, frozenset[str]]) -> None:
    """Elements, and attributes with what they fix: libxml2 overlooks a fixed value on a reference."""
    ours, official = pair.ours.model, pair.official.model
    assert names_below(ours, message, covered) == names_below(official, message, covered)
    assert attributes_below(ours, message, covered) == attributes_below(official, message, covered)


@_families
def test_global_elements_that_a_family_names__are_global_in_both_and_the_same(family):
    """A wildcard of a signature judges every global element, whether a message refers to it or not."""
    pair = contract_pair.service(family.service)
    covered = _covered(family)
    messages = [_name(family, each) for each in (*family.requests, "getStateResult")]
    named = set().union(*(names_below(pair.official.model, each, covered) for each in messages))
    own, published = (each.model.maps.elements for each in (pair.ours, pair.official))
    prefix = _name(family, "")
    both = {name for name in named if name in published and name.startswith(prefix)}
    assert both == {name for name in named if name in own and name.startswith(prefix)}
    for name in sorted(both - set(messages)):
        for direction in _DIRECTIONS:
            _compare(pair, name, direction, {})


@pytest.mark.parametrize("library", LIBRARIES)
def test_library__has_every_type_element_and_attribute_of_the_published_one(library):
    pair = _pair(library)
    for kind in ("types", "elements", "attributes"):
        assert _declared(pair.official, library, kind) <= _declared(pair.ours, library, kind)


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_types_of_the_same_name__are_the_same_types(library, tmp_path):
    """Each through an element made for it, so that types no message of today reaches are judged too."""
    own, published = _library(library)
    ours, official = _pair(library).ours, _pair(library).official
    common = sorted(_declared(ours, library, "types") & _declared(official, library, "types"))
    assert common
    pair = contract_pair.Pair(
        contract_pair.probes(tmp_path / "own.xsd", own, common),
        contract_pair.probes(tmp_path / "published.xsd", published, common),
    )
    for name in (etree.QName(each).localname for each in common):
        for direction in _DIRECTIONS:
            _compare(pair, f"{{urn:example:probe}}{name}", direction, {})


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_elements_of_the_same_name__are_the_same_elements(library):
    pair = _pair(library)
    own, published = (_declared(each, library, "elements") for each in (pair.ours, pair.official))
    for name in sorted(own & published):
        for direction in _DIRECTIONS:
            _compare(pair, name, direction, {})


def _library(name: str) -> tuple[Path, Path]:
    """Our file and the published one."""
    own, published = LIBRARIES[name]
    return contract_pair.OURS / own, contract_pair.official_pack() / "lib" / published


@functools.cache
def _pair(name: str) -> contract_pair.Pair:
    """Both schemas of a library."""
    return contract_pair.Pair(*map(contract_pair.contract, _library(name)))


def _declared(contract: contract_pair.Contract, library: str, kind: str) -> set[str]:
    """Global components of a library's own namespace: `types`, `elements` or `attributes`."""
    components = getattr(contract.model.maps, kind)
    return {name for name in components if name.startswith(f"{{{contract_pair.ROOT}{library}/}}")}


@pytest.mark.parametrize("count", [10_000, 10_001])
def test_ten_thousand_message_ids__are_the_limit_of_both(count):
    pair = contract_pair.service("house-management")
    root = etree.Element(f"{{{_BASE}}}getRequestsStateRequest")
    for _ in range(count):
        etree.SubElement(root, f"{{{_BASE}}}MessageGUIDList").text = "00000000-0000-0000-0000-000000000000"
    assert pair.official.accepts(root) == pair.ours.accepts(root) == (count <= 10_000)


@pytest.mark.parametrize("second", [1, 2])
def test_order_named_twice__is_valid_as_long_as_the_transport_guids_differ(second):
    """The published key of OrderID selects names of a wrong namespace; ours leaves it out."""
    pair = contract_pair.service("payment")
    payment, payments = (f"{{{contract_pair.ROOT}{name}/}}" for name in ("payment", "payments-base"))
    name = f"{payment}importNotificationsOfOrderExecutionCancellationRequest"
    root = etree.Element(name, {f"{{{_BASE}}}version": "10.0.1.1"})
    for label in (1, second):
        notification = etree.SubElement(root, f"{payment}NotificationOfOrderExecutionCancellation")
        etree.SubElement(notification, f"{payments}OrderID").text = "7" * 32
        etree.SubElement(notification, f"{payments}CancellationDate").text = "2026-03-12"
        etree.SubElement(notification, f"{{{_BASE}}}TransportGUID").text = f"00000000-0000-0000-0000-{label:012}"
    assert pair.official.accepts(root) == pair.ours.accepts(root) == (second != 1)


@pytest.mark.parametrize(
    ("published", "own", "symbols"),
    [
        ("nsi-base/}nsiCodeType", "base/}NsiCode", "A7.x"),
        ("base/}NonEmptyStringType", "base/}NonEmptyStringType", "x \t\n\r"),
    ],
)
def test_linear_pattern__accepts_the_same_strings_as_the_published_one(published, own, symbols):
    pair = contract_pair.service("house-management")
    first = _pattern(pair.official.model.maps.types[f"{{{contract_pair.ROOT}{published}"])
    second = _pattern(pair.ours.model.maps.types[f"{{{contract_pair.ROOT}{own}"])
    value = etree.Element("value")
    for length in range(7):
        for letters in itertools.product(symbols, repeat=length):
            value.text = "".join(letters)
            assert first.validate(value) == second.validate(value), value.text


def _pattern(simple: xmlschema.XsdType) -> etree.XMLSchema:
    """A judge of the pattern facet alone."""
    return etree.XMLSchema(
        etree.fromstring(f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:element name="value"><xs:simpleType><xs:restriction base="xs:string">
        <xs:pattern value="{simple.patterns.regexps[0]}"/>
      </xs:restriction></xs:simpleType></xs:element>
    </xs:schema>""")
    )


@_requests
def test_listed_versions__are_those_of_the_official_annotation(family, request_element):
    pair = contract_pair.service(family.service)
    name = _name(family, request_element)
    annotation = pair.official.model.maps.elements[name].annotation
    said = annotation.documentation[0].text or "" if annotation and annotation.documentation else ""
    listed = pair.ours.model.maps.elements[name].annotation.appinfo
    if pair.official.model.maps.elements[name].type.attributes[f"{{{_BASE}}}version"].fixed is not None:
        assert not listed, "a fixed version needs no list"
        return
    numbers = re.findall(r"\d+(?:\.\d+){3}", said)
    assert [each.get("source") for each in listed] == ["urn:hcs-gateway:versions"] * bool(numbers)
    assert [number for each in listed for number in each.text.split()] == numbers


@_families
def test_service_description__says_what_the_official_one_says(family):
    own = _operations(contract_pair.OURS.parent / "wsdl" / f"{family.service}.wsdl")
    folder = contract_pair.official_pack() / family.service
    official = _operations(folder / f"hcs-{family.service}-service-async.wsdl")
    for operation in ("getState", *family.operations):
        assert own[operation] == official[operation]


@pytest.mark.parametrize("service", sorted({family.service for family in FAMILIES}))
def test_every_operation_of_our_services__belongs_to_a_family(service):
    own = _operations(contract_pair.OURS.parent / "wsdl" / f"{service}.wsdl")
    proven = {name for family in FAMILIES if family.service == service for name in family.operations}
    assert set(own) - {"getState"} == proven


def _operations(path: Path) -> dict[str, dict[str, object]]:
    """What a client sees of each operation: names, address, action, and elements of headers, bodies and fault."""
    wsdl = etree.parse(path)
    find = functools.partial(wsdl.xpath, namespaces={"w": _WSDL, "s": f"{_WSDL}soap/"})
    common = [str(each) for each in find("//w:service/@name | //w:port/@name | //w:port/*/@location | //s:binding/@*")]
    common += [str(each) for each in find("//w:portType/@name | //w:binding/@name | //w:binding/@type")]
    return {
        operation.get("name"): {
            "common": common,
            "soap": [dict(each.attrib) for each in operation.iter(f"{{{_WSDL}soap/}}*")],
            "elements": [
                _element(wsdl, link) for link in find(f"//w:operation[@name='{operation.get('name')}']//@message")
            ],
        }
        for operation in find("//w:binding/w:operation")
    }


def _element(wsdl: etree._ElementTree, message: str) -> str:
    """The element of a message's one part, by its full name."""
    name = message.partition(":")[2]
    (part,) = wsdl.xpath("//w:message[@name=$name]/w:part", namespaces={"w": _WSDL}, name=name)
    prefix, _, local = part.get("element").partition(":")
    return f"{{{part.nsmap[prefix]}}}{local}"
