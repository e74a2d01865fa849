import threading

import pytest
from lxml import etree

from gateway import wire
from gateway.contracts import builtin, components, errors, schema, shape
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import GUID, message, service, toys

SHAPES = shape.Shapes(pack_files.pack(), service())
REQUEST = SHAPES.element(toys("importToysRequest"))
RESULT = SHAPES.element(toys("getStateResult"))
TOY = REQUEST.child("Toy").shape
JUDGES = schema.Schemas()
FULL = {
    "TransportGUID": GUID,
    "Name": "Ball",
    "Colour": "red",
    "Age": "3",
    "Made": "2026-01-31",
    "Price": {"@currency": "RUB", "#text": "9.5"},
    "Mark": ["a", "b"],
    "Inside": [{"TransportGUID": GUID.replace("A", "B"), "Name": "Bell", "Code": "1.2"}],
}


def _judge(element):
    return JUDGES.judge(pack_files.pack(), service(), element)


def test_children__stand_in_document_order_with_their_occurrence():
    found = [(wire.local(child.name), child.minimum, child.maximum) for child in TOY.children]
    assert found == [
        ("TransportGUID", 1, 1), ("Name", 1, 1), ("Colour", 0, 1), ("Age", 0, 1), ("Code", 0, 1), ("Colour", 0, 1),
        ("Made", 0, 1), ("Price", 0, 1), ("Mark", 0, 2), ("Inside", 0, None),
    ]  # fmt: skip


def test_names__are_qualified_by_where_they_are_declared():
    assert TOY.child("TransportGUID").name == wire.base("TransportGUID")
    assert TOY.child("Mark").name == toys("Mark")


def test_attributes__are_inherited_with_their_fixed_values():
    assert {(a.name, a.fixed, a.required) for a in RESULT.attributes} == {
        ("Id", None, False),
        (wire.base("version"), "2.5.0.0", True),
    }
    assert [a.name for a in TOY.attributes] == ["seen"]
    assert RESULT.children[0].name == toys("RequestState") or RESULT.children[0].name == wire.base("RequestState")


def test_type_of_a_text__is_the_one_that_it_is_derived_from():
    kinds = {wire.local(child.name): child.shape.type for child in TOY.children}
    assert kinds == {"TransportGUID": "string", "Name": "string", "Colour": "string", "Age": "int", "Code": "string",
                     "Made": "date", "Price": "decimal", "Mark": "string", "Inside": ""}  # fmt: skip


def test_recursive_type__is_followed_as_deep_as_asked():
    assert TOY.child("Inside").shape.child("Inside").shape.child("Age").shape.is_text


def test_unknown_element__is_refused():
    with pytest.raises(errors.ContractError, match="no schema that declares the element"):
        SHAPES.element(toys("nothing"))


def test_written_content__is_valid_and_reads_back():
    data = {"Toy": [FULL], "@version": "2.5.0.0"}
    written = shape.write(REQUEST, data, {"ns4": wire.BASE, "ns13": pack_files.TOYS})
    assert _judge(written) == ()
    assert written.prefix == "ns13"
    assert written[0][0].prefix == "ns4"
    assert shape.read(written, REQUEST) == data


def test_key_order__does_not_matter():
    one = shape.write(TOY, FULL)
    other = shape.write(TOY, dict(reversed(FULL.items())))
    assert etree.tostring(one, method="c14n") == etree.tostring(other, method="c14n")


def test_branches_that_share_an_element__are_told_apart_by_the_content():
    written = shape.write(TOY, {"TransportGUID": GUID, "Name": "x", "Colour": "red", "Code": "1"})
    assert [wire.local(child.tag) for child in written] == ["TransportGUID", "Name", "Code", "Colour"]


def test_repeated_group__takes_turns():
    written = shape.write(REQUEST, {"Toy": [FULL], "Key": ["a", "b"], "Value": ["1", "2"], "@version": "2.5.0.0"})
    assert [wire.local(child.tag) for child in written] == ["Toy", "Key", "Value", "Key", "Value"]
    assert _judge(written) == ()


def test_required_fixed_attributes__are_written_unasked():
    data = {"RequestState": "3", "MessageGUID": GUID, "ImportResult": [{"TransportGUID": GUID}]}
    written = shape.write(RESULT, data)
    assert written.get(wire.base("version")) == "2.5.0.0"
    assert written[2].get(wire.base("version")) == "2.4.0.0"
    assert _judge(written) == ()


def test_what_may_repeat__is_read_as_a_list_even_of_one():
    element = message(pack_files.toy("<Code>1</Code><Mark>m</Mark>"))
    (toy,) = shape.read(element, REQUEST)["Toy"]
    assert toy["Mark"] == ["m"]


def test_text_with_a_comment_inside__is_read_whole():
    element = message(pack_files.toy("<Code>1.<!-- not the end -->2</Code>"))
    assert shape.read(element, REQUEST)["Toy"][0]["Code"] == "1.2"


def test_signature__is_no_content():
    signed = message(f'<Signature xmlns="{wire.XMLDSIG}"/>{pack_files.toy()}')
    assert list(shape.read(signed, REQUEST)) == ["@version", "Toy"]


@pytest.mark.parametrize(
    ("data", "path", "reason"),
    [
        ({"Toy": [FULL, {**FULL, "Weight": "1"}]}, "importToysRequest/Toy[2]", "no place for Weight; it holds: Trans"),
        ({"Toy": {**FULL, "Mark": ["1", "2", "3"]}}, "importToysRequest/Toy", "no place for Mark"),
        ({"Toy": {**FULL, "Name": {"a": "b"}}}, "importToysRequest/Toy/Name", "no place for a; it holds: text"),
        ({"Toy": "text"}, "importToysRequest/Toy", "holds a block, not text"),
        ({"Toy": {**FULL, "Name": ["a", "b"]}}, "importToysRequest/Toy", "no place for Name"),
        ({"Toy": [[FULL]]}, "importToysRequest/Toy", "given as a list"),
        ({"@colour": "red"}, "importToysRequest", "no attribute colour"),
        ({"#text": "red"}, "importToysRequest", "block, not text"),
    ],
)
def test_content_that_does_not_fit__is_refused_with_its_path(data, path, reason):
    with pytest.raises(errors.ContentError, match=reason) as caught:
        shape.write(REQUEST, data)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("inside", "path"),
    [("<Car/>", "importToysRequest"), (pack_files.toy("<Code>1</Code><Car/>"), "importToysRequest/Toy")],
)
def test_element_without_a_place__is_not_read(inside, path):
    with pytest.raises(errors.ContentError, match="no place for") as caught:
        shape.read(message(inside), REQUEST)
    assert caught.value.path == path


def test_abstract_type__is_never_seen_half_walked_by_another_thread(monkeypatch):
    """While one thread looks for what the type can be, another one asks for it."""
    pack = builtin.pack()
    nsi = pack.service("nsi-common")
    shapes = shape.Shapes(pack, nsi)
    looked, others, seen = components.Components.all, [], []

    def fields():
        found = shapes.element(nsi.result)
        for name in ("NsiItem", "NsiElement", "NsiElementField"):
            found = found.child(name).shape
        seen.append(bool(found.kinds))

    def looking(self, kind):
        if not others:
            others.append(threading.Thread(target=fields))
            others[0].start()
            others[0].join(0.2)
        return looked(self, kind)

    monkeypatch.setattr(components.Components, "all", looking)
    fields()
    others[0].join()
    assert seen == [True, True]
