"""Random imports of houses: whatever the contract's shape allows, bent until the controls of houses agree to it.

Nothing here knows the fields of a house: the shape says which there are. What a field may hold is said by its type and,
where a control speaks about it, by its name.
"""

from __future__ import annotations

import functools
import random
import string
import uuid
from collections.abc import Iterator
from typing import Any

from gateway import wire
from gateway.contracts import shape
from gateway.families import api
from gateway.families.houses import kinds
from gateway.families.nsi import builtin

Data = dict[str, Any]

DICTIONARIES = {
    "State": (24, ("1", "2", "3")),
    "HouseManagementType": (25, ("1", "6")),
    "PremisesCharacteristic": (30, ("1", "2", "3")),
    "OlsonTZ": (32, ("1", "2", "5")),
    "Type": (192, ("1", "2", "3")),
    "AnnulmentReason": (330, ("1", "3", "4")),
    "LifeCycleStage": (338, ("1", "2", "3", "4")),
    "HostelType": (362, ("1", "2", "3")),
}
ALWAYS_TRUE = {
    "NoCadastralNumber",
    "No_RSO_GKN_EGRP_Registered",
    "NoGrossArea",
    "HasNoEntrance",
}
VALUES = {
    "StringValue": "string",
    "FloatValue": "decimal",
    "DateTimeValue": "dateTime",
    "IntegerValue": "int",
    "BooleanValue": "boolean",
    "File": "string",
}
OBJECTS = {
    kinds.APARTMENT_HOUSE: {"МКД"},
    kinds.LIVING_HOUSE: {"ЖД"},
    kinds.RESIDENTIAL: {"Жилое помещение"},
    kinds.NON_RESIDENTIAL: {"Нежилое помещение"},
    kinds.ROOM: {"Комната"},
    kinds.BLOCK: {"Жилое помещение", "Нежилое помещение"},
}
_LETTERS = string.ascii_letters + string.digits + "абвЯЁ №\"'&<>—"
_NUMBERS = {"FloorCount": 999, "StoreysCount": 999, "UndergroundFloorCount": 99, "MinFloorCount": 999}
_CHOSEN = {"Category": ("Residential", "NonResidential"), "Type": ("R", "E")}


class Writer:
    """Makes content by shape; `seen` are the paths of everything that it has ever made."""

    def __init__(self, seed: int, role: str) -> None:
        self.role = role
        self.chance = random.Random(seed)  # noqa: S311  # a seeded test, no secret
        self.seen: set[str] = set()
        self._count = 0

    def block(self, pattern: shape.Shape, path: str) -> Data:
        """Return random content of an element."""
        made: Data = {}
        self._group(pattern.content, path, made)
        return made

    def number(self) -> str:
        """Return a number that no other object has."""
        self._count += 1
        return f"{self._count}{self.chance.choice(('', 'А', '/2', ' б'))}"

    def guid(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def reference(self, name: str, code: str | None = None) -> Data:
        """Return an nsiRef of this installation."""
        number, codes = DICTIONARIES[name]
        code = code or self.chance.choice(codes)
        item = builtin.Builtin().item(number, code)
        assert item is not None
        return {"Code": code, "GUID": item.guid} | ({"Name": item.name} if self.chance.random() < 0.5 else {})

    def _group(self, group: shape.Group, path: str, made: Data) -> None:
        for _ in range(self._times(group.minimum, group.maximum)):
            for item in (self.chance.choice(group.items),) if group.choice and group.items else group.items:
                if isinstance(item, shape.Child):
                    self._child(item, path, made)
                else:
                    self._group(item, path, made)

    def _child(self, child: shape.Child, path: str, made: Data) -> None:
        local = wire.local(child.name)
        times = self._times(child.minimum, child.maximum)
        if local == "Signature" or not times:
            return
        values = [self._value(child.shape, local, f"{path}/{local}") for _ in range(times)]
        made[local] = values[0] if child.maximum == 1 else values

    def _times(self, minimum: int, maximum: int | None) -> int:
        most = minimum + 3 if maximum is None else maximum
        return minimum if minimum == most else self.chance.randint(minimum, most)

    def _value(self, pattern: shape.Shape, local: str, path: str) -> shape.Data:
        self.seen.add(path)
        if pattern.is_text:
            return self.text(pattern.type, local)
        if local in DICTIONARIES and pattern.child("GUID") is not None:
            return self.reference(local)
        return self.block(pattern, path)

    def text(self, type_: str, local: str) -> str:
        """Return a text of a type, for an element of this name."""
        chance = self.chance
        if local.endswith(("GUID", "Guid")):
            return self.guid()
        if local.endswith("Year"):
            return str(chance.randint(1600, 2025))
        if local in ALWAYS_TRUE:
            return "true"
        if local in _CHOSEN:
            return chance.choice(_CHOSEN[local])
        if local == "code":
            return chance.choice(("45382000", "45382000001"))
        texts = {
            "boolean": lambda: chance.choice(("true", "false")),
            "decimal": lambda: f"{chance.randint(0, 10**6)}.{chance.randint(0, 9999)}",
            "int": lambda: str(chance.randint(1, _NUMBERS.get(local, 99))),
            "byte": lambda: str(chance.randint(0, _NUMBERS.get(local, 99))),
            "date": lambda: f"{chance.randint(1900, 4999)}-02-{chance.randint(1, 28):02}",
            "dateTime": lambda: f"{chance.randint(1900, 4999)}-02-03T04:05:06",
        }
        return texts.get(type_, self._words)()

    def _words(self) -> str:
        inside = "".join(self.chance.choices(_LETTERS, k=self.chance.randint(0, 20)))
        return f"а{inside}я"


def houses(sent: Data) -> tuple[kinds.HouseKind, Data]:
    """Return the kind of the house in a request, and the element that holds it."""
    kind = next(kind for kind in kinds.HOUSES if kind.branch in sent)
    return kind, sent[kind.branch]


def parts(house: Data) -> Iterator[tuple[kinds.PartKind, str, Data, Data | None]]:
    """Yield every part: its kind, the element that asks for it, its content, and the wrapper that it stands in."""
    for kind in (kinds.NON_RESIDENTIAL, kinds.ENTRANCE, kinds.LIFT, kinds.ROOM):
        yield from _in(house, kind, None)
    for name, kind in (("ResidentialPremises", kinds.RESIDENTIAL), ("Blocks", kinds.BLOCK)):
        for wrapper in house.get(name, ()):
            yield from _in(wrapper, kind, wrapper)
            yield from _in(wrapper, kinds.ROOM, wrapper)


def _in(around: Data, kind: kinds.PartKind, wrapper: Data | None) -> Iterator[tuple[Any, str, Data, Data | None]]:
    for element in (kind.create, kind.update):
        found = around.get(element, ())
        for part in [found] if isinstance(found, dict) else found:
            yield kind, element, part, wrapper


def conforming(writer: Writer, sent: Data, fias: str) -> Data:
    """Bend the content of a request that creates a house, until every control agrees to it."""
    kind, house = houses(sent)
    sent.pop("InheritMissingValues", None)
    own = house[kind.create]
    own["BasicCharacteristicts"]["FIASHouseGuid"] = fias
    for name in ("IsMunicipalProperty", "IsRegionProperty"):
        if name in own["BasicCharacteristicts"]:
            own["BasicCharacteristicts"][name] = "false"
    _living(house, own)
    for part_kind, _, part, wrapper in parts(house):
        part[part_kind.number] = writer.number()
        agree(writer, part_kind, part, wrapper)
    _stand(writer, house, [part for each, _, part, _ in parts(house) if each is kinds.ENTRANCE])
    _describe(writer, kind, own["BasicCharacteristicts"])
    return sent


def describe_house(writer: Writer, kind: kinds.HouseKind, basic: Data) -> None:
    """Bend the parameters of a house."""
    _describe(writer, kind, basic)


def agree(writer: Writer, kind: kinds.PartKind, part: Data, wrapper: Data | None) -> None:
    """Bend one part."""
    has_rooms = wrapper is not None and any(name.startswith("LivingRoom") for name in wrapper)
    if kind is kinds.RESIDENTIAL and has_rooms:
        part["PremisesCharacteristic"] = writer.reference("PremisesCharacteristic", "2")
    if kind is kinds.BLOCK:
        if has_rooms:
            part.pop("Category", None)
        if part.get("Category") == "NonResidential":
            part.pop("GrossArea", None)
    _describe(writer, kind, part)
    complete = all(any(name in part for name in names) for _, names in kind.confirmed)
    complete = complete and (kind is not kinds.RESIDENTIAL or "PremisesCharacteristic" in part)
    complete = complete and (kind is not kinds.BLOCK or bool({"GrossArea", "NoGrossArea"} & part.keys()))
    if "InformationConfirmed" in part:
        part["InformationConfirmed"] = str(complete).lower()


def _living(house: Data, own: Data) -> None:
    if "Blocks" in house:
        own["HasBlocks"] = "true"
    elif own.get("HasBlocks") == "true" and any(name.startswith("LivingRoom") for name in house):
        own["HasBlocks"] = "false"
    if own.get("HasBlocks") != "true":
        own.pop("HasMultipleHousesWithSameAddress", None)


def _stand(writer: Writer, house: Data, entrances: list[Data]) -> None:
    """Put premises and lifts into entrances that are there; without any there are no lifts."""
    if not entrances:
        house.pop(kinds.LIFT.create, None)
    for kind, _, part, _ in parts(house):
        if kind not in (kinds.RESIDENTIAL, kinds.LIFT) or "EntranceNum" not in part:
            continue
        if not entrances:
            part["HasNoEntrance"] = "true"
            del part["EntranceNum"]
            continue
        into = writer.chance.choice(entrances)
        part["EntranceNum"] = into["EntranceNum"]
        part.pop("FIASChildHouseGuid", None)
        part |= {name: into[name] for name in ("FIASChildHouseGuid",) if name in into}


def _describe(writer: Writer, kind: kinds.Kind, content: Data) -> None:
    """Put parameters that dictionary 197 has for such objects, open to every role, each once, for those made up."""
    known = _parameters(kind, writer.role)
    chosen = writer.chance.sample(known, min(len(content.pop("OGFData", ())), len(known)))
    rows = [{"Code": each.code, "Value": _valued(writer, each)} for each in chosen]
    if rows:
        content["OGFData"] = rows


def _valued(writer: Writer, parameter: api.Parameter) -> Data:
    element = writer.chance.choice(sorted(parameter.accepts))
    if element == "NsiCode":
        known = builtin.dictionary(parameter.dictionary) if parameter.dictionary else None
        return {element: writer.chance.choice(list(known.items)) if known else "1"}
    return {element: writer.text(VALUES[element], element)}


@functools.cache
def _parameters(kind: kinds.Kind, role: str) -> list[api.Parameter]:
    known = builtin.dictionary(197)
    assert known is not None
    found = [builtin.Builtin().parameter(code) for code in known.items]
    wanted = OBJECTS.get(kind, set())
    open_ones = [each for each in found if each and each.actual and each.accepts and role not in each.closed_to]
    return [each for each in open_ones if not wanted or wanted & each.applies_to]
