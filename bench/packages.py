"""Packages to measure with: house imports of a wanted size, from a seed, signed by the stand's own key (RSA-2048)."""

from __future__ import annotations

import dataclasses
import random
import uuid
from pathlib import Path
from typing import Final

from lxml import etree

from gateway import wire
from gateway.client import session, stand
from gateway.families.nsi import builtin

HOUSE: Final = f"{wire.ROOT}house-management/"
NSI: Final = f"{wire.ROOT}nsi-base/"
_BASE: Final = f"{{{wire.BASE}}}"
_PLACE: Final = "00000000-0000-4000-8000-000000000000"
"""Where the MessageGUID of each copy is put; the header is not signed, so the signature holds for all of them."""
_ONE: Final = 10
"""Premises of the package from which the size of one is learnt."""


@dataclasses.dataclass(frozen=True, slots=True)
class Template:
    """A signed package that becomes another one with every MessageGUID."""

    path: str
    before: bytes
    after: bytes

    @property
    def size(self) -> int:
        """Bytes of one package."""
        return len(self.before) + len(_PLACE) + len(self.after)

    def package(self, message_guid: str = _PLACE) -> bytes:
        """Return the body with this MessageGUID."""
        return b"".join((self.before, message_guid.encode(), self.after))


def template(where: stand.Stand, size: int, *, seed: int = 1) -> Template:
    """Return a package of about `size` bytes, the same for the same seed but for its signature."""
    least, some = _signed(where, 0, seed), _signed(where, _ONE, seed)
    each = (some.size - least.size) / _ONE
    return _signed(where, max(round((size - least.size) / each), 0), seed)


def _signed(where: stand.Stand, premises: int, seed: int) -> Template:
    client = session.Client(where)
    body = client.envelope(house(premises, random.Random(seed)), message_guid=_PLACE)  # noqa: S311  # no secret
    before, after = body.split(_PLACE.encode())
    return Template(path_of(client.stand), before, after)


def path_of(where: stand.Stand) -> str:
    """Return the path of house management, as the stand announces it."""
    return "/" + where.wsdl.partition("://")[2].partition("/")[2].partition("?")[0]


def load_stand(folder: Path) -> stand.Stand:
    """Return the stand in a folder."""
    return stand.Stand.load(folder / "stand.json")


def house(premises: int, rng: random.Random) -> etree._Element:
    """Return the import of an apartment house with that many premises."""
    request = etree.Element(f"{{{HOUSE}}}importHouseUORequest", nsmap={"hm": HOUSE, "base": wire.BASE, "nsi": NSI})
    request.set(f"{_BASE}version", "13.2.3.2")
    house = _add(request, "ApartmentHouse")
    _head(_add(house, "ApartmentHouseToCreate"), rng)
    for number in range(1, premises + 1):
        _premises(_add(house, "ResidentialPremises"), number, rng)
    return request


def _head(parent: etree._Element, rng: random.Random) -> None:
    basic = _add(parent, "BasicCharacteristicts")
    _add(basic, "CadastralNumber", f"77:01:{rng.randrange(10**7):07}:{rng.randrange(10**4)}")
    _add(basic, "FIASHouseGuid", _guid(rng))
    _add(basic, "TotalSquare", f"{rng.randrange(10_000, 99_999) / 10}")
    _reference(_add(basic, "State"), 24, "2", "Исправный")
    _add(basic, "UsedYear", str(rng.randrange(1950, 2020)))
    _add(basic, "FloorCount", "9")
    oktmo = _add(basic, "OKTMO")
    etree.SubElement(oktmo, f"{_BASE}code").text = "45382000"
    etree.SubElement(oktmo, f"{_BASE}name").text = "муниципальный округ Тверской"
    _reference(_add(basic, "OlsonTZ"), 32, "2", "Europe/Moscow")
    _add(basic, "CulturalHeritage", "false")
    _add(parent, "UndergroundFloorCount", "1")
    _transport(parent, rng)


def _premises(parent: etree._Element, number: int, rng: random.Random) -> None:
    flat = _add(parent, "ResidentialPremisesToCreate")
    _add(flat, "CadastralNumber", f"77:01:{rng.randrange(10**7):07}:{number}")
    _add(flat, "PremisesNum", str(number))
    _add(flat, "HasNoEntrance", "true")
    _reference(_add(flat, "PremisesCharacteristic"), 30, "1", "Отдельная квартира")
    _add(flat, "TotalArea", f"{rng.randrange(200, 999) / 10}")
    _add(flat, "GrossArea", f"{rng.randrange(100, 199) / 10}")
    _transport(flat, rng)


def _reference(parent: etree._Element, number: int, code: str, name: str) -> None:
    for tag, text in (("Code", code), ("GUID", builtin.guid(number, code)), ("Name", name)):
        etree.SubElement(parent, f"{{{NSI}}}{tag}").text = text


def _transport(parent: etree._Element, rng: random.Random) -> None:
    etree.SubElement(parent, f"{_BASE}TransportGUID").text = _guid(rng)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{HOUSE}}}{name}")
    child.text = text
    return child


def _guid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
