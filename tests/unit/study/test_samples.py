"""Samples are what they say: valid, the same for the same call, short or whole; keys and references are kept."""

from __future__ import annotations

from random import Random

import pytest
import xmlschema
from lxml import etree

from gateway import wire
from gateway.contracts import builtin, schema
from gateway.study import reading
from gateway.study.samples import instances, sample, texts
from gateway.study.samples.decisions import Extent, Thorough
from gateway.study.samples.instances import Maker

pytestmark = pytest.mark.slow  # schemas are read for people

HEAD = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'


def declared(body: str) -> tuple[xmlschema.XMLSchema, etree.XMLSchema]:
    """Both readings of a small schema: the component model and the judge."""
    text = f"{HEAD}{body}</xs:schema>"
    return xmlschema.XMLSchema(text), etree.XMLSchema(etree.fromstring(text))


def simple(restriction: str) -> xmlschema.XsdType:
    return declared(f'<xs:simpleType name="t"><xs:restriction {restriction}</xs:restriction></xs:simpleType>')[0].types[
        "t"
    ]


def seeded() -> Random:
    return Random(7)  # noqa: S311  (a seeded sample, no secret)


@pytest.fixture(scope="module")
def houses():
    pack = builtin.pack()
    service = pack.service("house-management")
    return pack, service, reading.component_model(pack, service)


@pytest.mark.slow
@pytest.mark.parametrize("extent", Extent)
def test_every_operation_of_the_built_in_contract__has_a_valid_sample(extent):
    pack, judges = builtin.pack(), schema.Schemas(width=1)
    for service in pack.services.values():
        model = reading.component_model(pack, service)
        for operation in service.operations.values():
            made = sample.request(model, pack, operation, extent)
            again = etree.fromstring(etree.tostring(made))
            assert judges.judge(pack, service, again) == (), operation.name
            version = made.get(wire.base("version"))
            assert version is None or operation.versions.accepts(version)


def test_extents__are_each_longer_than_the_one_before(houses):
    pack, service, model = houses
    operation = next(each for each in service.operations.values() if each.name == "importHouseUOData")
    lengths = [len(list(sample.request(model, pack, operation, extent).iter())) for extent in Extent]
    assert lengths == sorted(set(lengths))


def test_equal_calls__give_equal_samples_without_signature_and_unused_prefixes(houses):
    pack, service, model = houses
    operation = next(each for each in service.operations.values() if each.name == "exportHouseData")
    first, second = (etree.tostring(sample.request(model, pack, operation, Extent.FULL)) for _ in range(2))
    assert first == second
    assert b"xmldsig" not in first
    assert b"ns13" not in first
    assert b"<house-management:exportHouseRequest" in first


def test_keys_and_references__are_kept_in_whatever_is_made():
    """A reference to a key, a key that is a reference too, and a reference that admits one text only."""
    model, judge = declared("""
      <xs:element name="r">
        <xs:complexType><xs:sequence>
          <xs:element name="item" minOccurs="0" maxOccurs="9" type="number"/>
          <xs:element name="use" minOccurs="0" maxOccurs="9" type="number"/>
          <xs:element name="only" minOccurs="0">
            <xs:complexType><xs:attribute name="is" use="required"><xs:simpleType>
              <xs:restriction base="number"><xs:enumeration value="777"/></xs:restriction>
            </xs:simpleType></xs:attribute></xs:complexType>
          </xs:element>
        </xs:sequence></xs:complexType>
        <xs:key name="items"><xs:selector xpath="item"/><xs:field xpath="."/></xs:key>
        <xs:unique name="uses"><xs:selector xpath="use"/><xs:field xpath="."/></xs:unique>
        <xs:keyref name="used" refer="items"><xs:selector xpath="use"/><xs:field xpath="."/></xs:keyref>
        <xs:keyref name="one" refer="items"><xs:selector xpath="only"/><xs:field xpath="@is"/></xs:keyref>
      </xs:element>
      <xs:simpleType name="number">
        <xs:restriction base="xs:int"><xs:minInclusive value="1"/></xs:restriction>
      </xs:simpleType>
    """)
    maker = Maker(model, Thorough("keys"))
    seen = set()
    for _ in range(60):
        root = maker.make("r").root
        maker.choices.settle()
        assert judge.validate(root), judge.error_log
        seen.add(tuple(child.tag for child in root))
    assert {"item", "use", "only"} <= {tag for tags in seen for tag in tags}
    assert maker.choices.untried() == []


def test_document_that_no_key_allows__is_an_error_and_no_endless_search(monkeypatch):
    monkeypatch.setattr(instances, "_ATTEMPTS", 20)
    model, _ = declared("""
      <xs:element name="r">
        <xs:complexType><xs:sequence>
          <xs:element name="a" type="xs:boolean" minOccurs="9" maxOccurs="9"/>
        </xs:sequence></xs:complexType>
        <xs:unique name="u"><xs:selector xpath="a"/><xs:field xpath="."/></xs:unique>
      </xs:element>""")
    with pytest.raises(ValueError, match="keeps the keys"):
        Maker(model, Thorough("none")).make("r")


def test_document_that_is_given_up__does_not_count_as_tried():
    choices = Thorough("taken back")
    choices.option("place", ("a", "b"))
    choices.begin()
    assert choices.untried() == ["place: a", "place: b"]
    choices.option("place", ("a", "b"))
    choices.settle()
    assert len(choices.untried()) == 1


@pytest.mark.parametrize(
    ("restriction", "names"),
    [
        ('base="xs:string"><xs:length value="13"/>', {"shortest", "some", "longest"}),
        ('base="xs:int"><xs:minExclusive value="0"/>', {"lowest", "highest", "some", "beside the lowest"}),
        ('base="xs:decimal"><xs:totalDigits value="5"/><xs:fractionDigits value="2"/>', {"finest", "longest", "some"}),
        ('base="xs:long"><xs:totalDigits value="14"/>', {"longest", "some"}),
        (r'base="xs:decimal"><xs:pattern value="\d{1,3}(\.\d{2})?"/>', {"sample 0", "sample 1", "sample 2"}),
        ('base="xs:string"><xs:enumeration value="R"/><xs:enumeration value="E"/>', {"=R", "=E"}),
        ('base="xs:gYearMonth">', {"2024-02", "1999-12Z"}),
    ],
)
def test_borders__are_those_of_the_facets_and_valid(restriction, names):
    kind = simple(restriction)
    inline = f"<xs:simpleType><xs:restriction {restriction}</xs:restriction></xs:simpleType>"
    judge = declared(f'<xs:element name="e">{inline}</xs:element>')[1]
    found = texts.fitting(kind, seeded())
    assert set(found) == names
    element = etree.Element("e")
    for text in (*found.values(), texts.plain(kind, seeded()), texts.another(kind, seeded())):
        element.text = text
        assert judge.validate(element), (text, judge.error_log)


def test_pattern_that_other_facets_leave_nothing_of__is_an_error():
    with pytest.raises(ValueError, match="no text fits the pattern"):
        texts.fitting(simple('base="xs:string"><xs:maxLength value="2"/><xs:pattern value="[a-z]{3}"/>'), seeded())
