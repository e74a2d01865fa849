"""Whatever the contract lets an organisation say of an entry comes back in the export; what does not is listed here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import wire
from gateway.contracts import shape
from gateway.families.nsi import builtin, kinds
from tests.unit.families.nsi import rig as rig_module
from tests.unit.families.nsi import test_own

NOT_EXPORTED = {"TransportGUID", "ElementGuid", "InsertInCopiedWorks", "SortOrderNotDefined", "ImportOrganizationWork"}
"""They say what to do with the entry, not what it is; SortOrderNotDefined says that a field stays empty."""
WORDED = {"StringDimensionUnit"}
"""Refused for additional services: the contract has given it up there."""
REFERENCES = {name: number for kind in kinds.ALL.values() for name, number in kind.references.items()}
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=40).filter(
    str.strip
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig_module.Rig]:
    """One registry for all examples, each by an organisation of its own."""
    rig = rig_module.Rig(tmp_path_factory.mktemp("round-trip"))
    yield rig
    rig.close()


def entry_shape(kind: kinds.Kind) -> shape.Shape:
    found = rig_module.shapes("nsi").element(kind.request)
    group = found.child("TopLevelMunicipalResource")
    return (group.shape if group else found).child(f"Import{kind.entry}").shape


def references(name: str) -> st.SearchStrategy[dict]:
    number = REFERENCES[name]
    codes = sorted(builtin.dictionary(number).items)
    return st.sampled_from(codes).map(lambda code: {"Code": code, "GUID": builtin.guid(number, code)})


def one(name: str) -> st.SearchStrategy:
    if name in REFERENCES:
        return references(name)
    if name == "OKEI":
        return st.sampled_from(["055", "113", "A056", "2451"])
    if name == "SortOrder":
        return st.text("0123456789абв", min_size=1, max_size=3)
    if name == "GeneralNeeds":
        return st.just("true")
    if name in ("SelfProduced", "IsAppliedToSubsidiaries", "IsAppliedToRefundOfCharges"):
        return st.sampled_from(["true", "false"])
    return TEXT


@st.composite
def contents(draw: st.DrawFn, kind: kinds.Kind) -> dict:
    """Content of an entry with every choice of the contract that is not refused for other reasons."""
    content = {"TransportGUID": test_own.guid()}
    units = ["OKEI"] + (["StringDimensionUnit"] if kind is kinds.ORGANISATION_WORKS else [])
    unit, order = draw(st.sampled_from(units)), draw(st.sampled_from(["SortOrder", "SortOrderNotDefined"]))
    left_out = {"OKEI", "StringDimensionUnit"} - {unit} | {"SortOrder", "SortOrderNotDefined"} - {order}
    for child in entry_shape(kind).children:
        name = wire.local(child.name)
        if name in content or name in left_out or name in NOT_EXPORTED - {"SortOrderNotDefined"}:
            continue
        optional = child.minimum == 0 and name not in (unit, order)
        if optional and draw(st.booleans()):
            continue
        several = child.maximum is None
        content[name] = draw(st.lists(one(name), min_size=1, max_size=3)) if several else draw(one(name))
    if "SortOrderNotDefined" in content:
        content["SortOrderNotDefined"] = "true"
    return content


def written(kind: kinds.Kind, content: dict) -> bytes:
    from lxml import etree  # the test writes a request as a client would

    body: dict = {f"Import{kind.entry}": [content]}
    if kind is kinds.COMMON_PROPERTY_RESOURCES:
        body = {"TopLevelMunicipalResource": [{"ParentCode": "1", "TransportGUID": test_own.guid(), **body}]}
    element = shape.write(rig_module.shapes("nsi").element(kind.request), body, wire.nsmap(kinds.NAMESPACE))
    rig_module.schema("nsi").assertValid(element)
    return etree.tostring(element)


@pytest.mark.parametrize("kind", kinds.ALL.values(), ids=lambda kind: str(kind.number))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_every_field_of_an_entry__comes_back(shared: rig_module.Rig, kind: kinds.Kind, data: st.DataObject) -> None:
    content, organisation = data.draw(contents(kind)), str(uuid.uuid4())
    rig_module.accepted(shared.play(written(kind, content), organisation=organisation))
    answer = shared.play(test_own.export(kind.number), organisation=organisation)
    exported = rig_module.entries(answer)
    code = "1.1" if kind is kinds.COMMON_PROPERTY_RESOURCES else "1"
    assert told(kind, exported[code]) == {name: value for name, value in content.items() if name not in NOT_EXPORTED}


def told(kind: kinds.Kind, entry: dict) -> dict:
    """Return what an exported entry says, in the words of the import."""
    found: dict = {}
    for exported in entry["NsiElementField"]:
        field = next(each for each in kind.fields if each.name == exported["Name"])
        value = exported["NsiRef"]["Ref"] if field.kind == "NsiRef" else exported.get("Value") or exported["Code"]
        several = entry_shape(kind).child(field.element).maximum is None
        found[field.element] = [*found.get(field.element, []), value] if several else value
    return found


@pytest.mark.parametrize("kind", kinds.ALL.values(), ids=lambda kind: str(kind.number))
def test_every_field_of_the_contract__is_exported_or_listed(kind: kinds.Kind) -> None:
    names = {wire.local(child.name) for child in entry_shape(kind).children}
    known = {field.element for field in kind.fields} | NOT_EXPORTED
    assert names <= known | (WORDED if kind is kinds.ADDITIONAL_SERVICES else set())
