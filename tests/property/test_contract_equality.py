"""The built-in contract is the official one on the wire: both judge every document alike.

Documents made from one schema are judged by the other, in both directions, and so are thousands of damaged copies;
libxml2 is the judge. The default run is a seeded sample; `HCS_LONG=1` makes 200 documents and 1000 mutants of each
message and demands that every branch, occurrence and border was reached.
"""

from __future__ import annotations

import functools
import itertools
import logging
import os
import re
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
import xmlschema
from lxml import etree

from tests import resources
from tests.property.schema_instances import Instance, Maker, names_below
from tests.property.schema_mutants import Mutant, mutate

pytestmark = pytest.mark.contracts

_LOG = logging.getLogger(__name__)
_OURS = Path(__file__).parents[2] / "xsd" / "house-management.xsd"
_LONG = os.environ.get("HCS_LONG") == "1"
_INSTANCES, _MUTANTS, _SECOND_OPINIONS = (200, 1000, 100) if _LONG else (3, 40, 2)
# The long run goes on until nothing is untried; this many documents without success are a defect of the maker.
_PATIENCE = 6000

_ROOT = "http://dom.gosuslugi.ru/schema/integration/"
_BASE = f"{{{_ROOT}base/}}"
_HOUSES = f"{{{_ROOT}house-management/}}"
_WSDL = "http://schemas.xmlsoap.org/wsdl/"
_GET_STATE = f"{_HOUSES}getStateResult"
# The branches of the answer that ours has so far; the official one has those of every other family.
_COVERED = {
    _GET_STATE: frozenset({f"{_HOUSES}ImportResult", f"{_HOUSES}exportHouseResult"}),
    f"{_HOUSES}CommonResult": frozenset(f"{_HOUSES}ImportHouse{role}" for role in ("UO", "OMS", "ESP")),
}
_MESSAGES = (
    *(f"{_HOUSES}{name}" for name in ("importHouseUORequest", "importHouseOMSRequest", "importHouseESPRequest")),
    f"{_HOUSES}exportHouseRequest",
    _GET_STATE,
    *(f"{_BASE}{name}" for name in ("RequestHeader", "ISRequestHeader", "ResultHeader", "Fault")),
    *(f"{_BASE}{name}" for name in ("AckRequest", "getStateRequest")),
    *(f"{_BASE}{name}" for name in ("getRequestsStateRequest", "getRequestsStateResult")),
    "{http://www.w3.org/2000/09/xmldsig#}Signature",
    "{http://www.w3.org/2000/09/xmldsig#}Manifest",
    "{http://www.w3.org/2000/09/xmldsig#}SignatureProperties",
)
# Libraries of types: our file and the official one of each namespace.
_LIBRARIES = {
    "base": ("base.xsd", "hcs-base.xsd"),
    "nsi-base": ("nsi-base.xsd", "hcs-nsi-base.xsd"),
    "premises-base": ("premises-base.xsd", "hcs-premises-base.xsd"),
}


@dataclass(frozen=True, slots=True)
class Contract:
    """One of the two schemas: the judge and the component model."""

    judge: etree.XMLSchema
    model: xmlschema.XMLSchema

    def accepts(self, root: etree._Element) -> bool:
        """The verdict on the bytes; a tree in memory may hold what no parser makes, such as empty text nodes."""
        try:
            return self.judge.validate(etree.fromstring(etree.tostring(root)))
        except etree.XMLSchemaValidateError:
            # libxml2 gave the document up, which is its word for "invalid" on some values.
            return False

    def accepts_by_second_judge(self, root: etree._Element) -> bool:
        """The verdict of `xmlschema`: slow, but it sees what libxml2 overlooks, such as fixed attribute references."""
        return self.model.is_valid(etree.tostring(root, encoding="unicode"))


def _contract(path: Path) -> Contract:
    return Contract(etree.XMLSchema(etree.parse(path)), xmlschema.XMLSchema(str(path)))


@pytest.fixture(scope="module")
def ours():
    return _contract(_OURS)


@pytest.fixture(scope="module")
def official():
    return _contract(_official_pack() / "house-management" / "hcs-house-management-types.xsd")


def _official_pack() -> Path:
    return resources.contracts_root("16.3.0.0")


@pytest.mark.parametrize("message", _MESSAGES, ids=lambda name: etree.QName(name).localname)
@pytest.mark.parametrize("direction", ["from ours", "from the official"])
def test_documents_of_one_schema__are_judged_alike_by_the_other(ours, official, message, direction):
    model = ours.model if direction == "from ours" else official.model
    _compare(ours, official, message, Maker(model, f"{direction} {message}", _COVERED))


@pytest.mark.parametrize("message", [name for name in _MESSAGES if name != _GET_STATE])
def test_element_names_below_a_message__are_the_same(ours, official, message):
    assert names_below(ours.model, message) == names_below(official.model, message)


@pytest.mark.parametrize("library", _LIBRARIES)
def test_library_types_of_the_same_name__are_the_same_types(ours, official, library, tmp_path):
    """Each through an element made for it, so that types no message of today reaches are judged too."""
    prefix = f"{{{_ROOT}{library}/}}"
    common = sorted(
        name for name in ours.model.maps.types if name.startswith(prefix) and name in official.model.maps.types
    )
    assert common
    own, published = (tmp_path / "own.xsd", tmp_path / "published.xsd")
    first = _probes(own, _OURS.parent / _LIBRARIES[library][0], common)
    second = _probes(published, _official_pack() / "lib" / _LIBRARIES[library][1], common)
    for name in (etree.QName(each).localname for each in common):
        for model in (first.model, second.model):
            _compare(first, second, f"{{urn:example:probe}}{name}", Maker(model, f"{len(common)} {name}"))


def _compare(ours: Contract, official: Contract, message: str, maker: Maker) -> None:
    made: list[Instance] = []
    while len(made) < _INSTANCES or (_LONG and maker.choices.untried() and len(made) < _PATIENCE):
        made.append(maker.make(message))
        _assert_valid(ours, official, made[-1])
    if _LONG:
        assert maker.choices.untried() == []
    refused = _assert_same_verdicts(ours, official, made, sorted(names_below(ours.model, message)))
    assert refused, "mutants that are never refused prove nothing"


def _assert_valid(ours: Contract, official: Contract, instance: Instance) -> None:
    assert official.accepts(instance.root), f"official: {official.judge.error_log}\n{_text(instance.root)}"
    assert ours.accepts(instance.root), f"ours: {ours.judge.error_log}\n{_text(instance.root)}"


def _assert_same_verdicts(ours: Contract, official: Contract, made: list[Instance], names: list[str]) -> int:
    """Judge mutants of every document; the number of those that both refuse."""
    tried = refused = 0
    random = Random(f"mutants of {made[0].root.tag}")  # noqa: S311  (a seeded sample, no secret)
    for instance in itertools.islice(itertools.cycle(made), max(_MUTANTS, len(made))):
        mutant = mutate(instance, names, random)
        verdict = official.accepts(mutant.root)
        assert ours.accepts(mutant.root) == verdict, _disagreement(mutant, verdict=verdict)
        if tried < _SECOND_OPINIONS:
            second = official.accepts_by_second_judge(mutant.root)
            assert ours.accepts_by_second_judge(mutant.root) == second, _disagreement(mutant, verdict=second)
        tried += 1
        refused += not verdict
    _LOG.info("%s: %d documents, %d mutants, %d refused by both", made[0].root.tag, len(made), tried, refused)
    return refused


def _disagreement(mutant: Mutant, *, verdict: bool) -> str:
    return f"{mutant.how} {mutant.where}: official says {verdict}, ours {not verdict}\n{_text(mutant.root)}"


def _text(root: etree._Element) -> str:
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def _probes(path: Path, library: Path, types: list[str]) -> Contract:
    names = [etree.QName(name) for name in types]
    elements = "".join(f'<xs:element name="{name.localname}" type="library:{name.localname}"/>' for name in names)
    path.write_text(f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:library="{names[0].namespace}"
        targetNamespace="urn:example:probe">
      <xs:import namespace="{names[0].namespace}" schemaLocation="{library.as_uri()}"/>{elements}
    </xs:schema>""")
    return _contract(path)


@pytest.mark.parametrize("count", [10_000, 10_001])
def test_ten_thousand_message_ids__are_the_limit_of_both(ours, official, count):
    root = etree.Element(f"{_BASE}getRequestsStateRequest")
    for _ in range(count):
        etree.SubElement(root, f"{_BASE}MessageGUIDList").text = "00000000-0000-0000-0000-000000000000"
    assert official.accepts(root) == ours.accepts(root) == (count <= 10_000)


@pytest.mark.parametrize(
    ("published", "own", "symbols"),
    [
        ("nsi-base/}nsiCodeType", "base/}NsiCode", "A7.x"),
        ("base/}NonEmptyStringType", "base/}NonEmptyStringType", "x \t\n\r"),
    ],
)
def test_linear_pattern__accepts_the_same_strings_as_the_published_one(ours, official, published, own, symbols):
    first = _pattern(official.model.maps.types[f"{{{_ROOT}{published}"])
    second = _pattern(ours.model.maps.types[f"{{{_ROOT}{own}"])
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


@pytest.mark.parametrize(
    "request_element", [name for name in _MESSAGES if name.startswith(_HOUSES) and name != _GET_STATE]
)
def test_listed_versions__are_those_of_the_official_annotation(ours, official, request_element):
    annotation = official.model.maps.elements[request_element].annotation.documentation[0].text
    listed = ours.model.maps.elements[request_element].annotation.appinfo[0]
    assert listed.get("source") == "urn:hcs-gateway:versions"
    assert listed.text.split() == re.findall(r"\d+(?:\.\d+){3}", annotation)


@pytest.mark.parametrize("path", [".", "hm:ImportResult"])
def test_fixed_versions_of_results__are_the_official_ones(ours, official, path):
    prefixes = {"hm": _HOUSES[1:-1]}
    own, published = (each.model.maps.elements[_GET_STATE].find(path, prefixes) for each in (ours, official))
    assert own.type.attributes[f"{_BASE}version"].fixed == published.type.attributes[f"{_BASE}version"].fixed


def test_service_description__says_what_the_official_one_says():
    own = _operations(_OURS.parents[1] / "wsdl" / "house-management.wsdl")
    official = _operations(_official_pack() / "house-management" / "hcs-house-management-service-async.wsdl")
    assert own == {name: official[name] for name in own}


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
