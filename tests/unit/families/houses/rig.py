"""A rig for handlers: the real registry on SQLite, the real handlers, time and GUIDs that repeat."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import importlib.resources
import itertools
import tempfile
from pathlib import Path

from lxml import etree

import samples
from gateway import xml
from gateway.contracts import builtin, shape
from gateway.families import api, handlers
from gateway.families.nsi import builtin as builtin_nsi
from storage import database, numbers, registry
from tests import samples as samples_module

SAMPLES = Path(samples.__file__).parent
HM = "{http://dom.gosuslugi.ru/schema/integration/house-management/}"
BASE = "{http://dom.gosuslugi.ru/schema/integration/base/}"
NOW = dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC)
"""Already the first of April in Moscow."""
ORGANISATION = "3d8a1a36-8f0e-4f57-9f65-1e2a3b4c5d6e"
OGRN = "1027700900028"

expectation = samples_module.expectation
_OURS = frozenset(f"{HM}{name}GUID" for name in ("Premises", "Entrance", "LivingRoom", "Block", "Lift"))


class Loaded(builtin_nsi.Builtin):
    """The dictionaries of a new installation and those that it has loaded."""

    def __init__(self, loaded: dict[int, api.Dictionary]) -> None:
        self._loaded = loaded

    def dictionary(self, number: int) -> api.Dictionary | None:
        return self._loaded.get(number) or super().dictionary(number)

    def item(self, number: int, code: str) -> api.Item | None:
        found = self.dictionary(number)
        return found.items.get(builtin_nsi.normal(code)) if found else None


class Rig:
    """Plays messages one after another, each in a unit of work of its own."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """`url` names a database that is there and empty; otherwise the rig makes one in `folder`."""
        self.file = folder / "registry.db"
        self.database = database.Database.open(url or f"sqlite:///{self.file}")
        self.begin(None if url else empty())

    def begin(self, data: bytes | None = None) -> None:
        """Know nothing of before, and go on with these data as the database, or with the one that is there."""
        if data is not None:
            self.database.close()
            self.file.write_bytes(data)
        self.numbers = numbers.Numbers(self.database)
        self.given: dict[str, str] = {}
        """GUIDs of the registry by the TransportGUID under which an object was created."""
        self.dictionaries = Loaded({})
        self._count = itertools.count(1)

    def restart(self) -> None:
        """Go on as if it were new."""
        self.begin(empty())

    def close(self) -> None:
        self.database.close()

    def play(
        self, data: bytes, *, basis: bool | frozenset[str] = True, role: str = "УО", now: dt.datetime = NOW
    ) -> api.Answer:
        """Play a message of an organisation with a basis for all houses, for none, or for those of a set."""
        element = xml.parse(data)
        for named in element.iter(*_OURS):
            named.text = self.given.get(named.text, named.text)
        task = self.task(element, basis=basis, role=role, now=now)
        with self.database.read() as connection:
            work = registry.Registry(connection, self.numbers)
            answer = handlers.HANDLERS[element.tag](task, work)
        with self.database.write() as connection:
            registry.apply(connection, work, organisation=ORGANISATION, message=task.message_guid, at=now)
        if isinstance(answer, api.Imported):
            self.given |= {one.transport_guid: one.guid for one in answer.outcomes if one.guid and not one.problems}
        return answer

    def play_sample(self, path: Path) -> api.Answer:
        """Play a sample after those that its expectation names."""
        expected = expectation(path)
        self.dictionaries = Loaded({new.number: new for new, _ in samples_module.dictionaries(path)})
        for before in expected["before"]:
            earlier = (path.parent / before).resolve()
            accepted(self.play(earlier.read_bytes(), role=expectation(earlier)["role"]))
        return self.play(path.read_bytes(), basis=expected.get("basis", True), role=expected["role"])

    def task(self, element: etree._Element, *, basis: bool | frozenset[str], role: str, now: dt.datetime) -> api.Task:
        return api.Task(
            element=element,
            shape=shapes().element(element.tag),
            message_guid=self._guid(),
            organisation=ORGANISATION,
            role=role,
            version=element.get(f"{BASE}version"),
            now=now,
            new_guid=self._guid,
            may_use_house=lambda fias: basis if isinstance(basis, bool) else fias in basis,
            dictionaries=self.dictionaries,
            ogrn=OGRN,
        )

    def things(self, fias_guid: str) -> dict[str, registry.Thing]:
        """Everything of a house by id."""
        with self.database.read() as connection:
            work = registry.Registry(connection, self.numbers)
            return {thing.id: thing for thing in work.load(f"house:{fias_guid}")}

    def thing(self, fias_guid: str, transport_guid: str) -> registry.Thing:
        """The object of a house that was created under a TransportGUID."""
        return self.things(fias_guid)[self.given[transport_guid]]

    def _guid(self) -> str:
        return f"abcdef00-0000-4000-8000-{next(self._count):012x}"


@functools.cache
def shapes() -> shape.Shapes:
    """The shapes of house management in the built-in contract."""
    pack = builtin.pack()
    return shape.Shapes(pack, pack.service("house-management"))


@functools.cache
def empty() -> bytes:
    """The file of an empty registry: one migration a process, and every rig starts from it."""
    with tempfile.TemporaryDirectory(prefix="registry-") as folder:
        file = Path(folder) / "empty.db"
        with contextlib.closing(database.Database.open(f"sqlite:///{file}")) as made:
            made.migrate()
        return file.read_bytes()


@dataclasses.dataclass(frozen=True, slots=True)
class Codes:
    """What an import said, short: codes by TransportGUID of what was refused, and what was accepted."""

    refused: dict[str, list[str]]
    accepted: list[str]


def codes(answer: api.Answer) -> Codes:
    assert isinstance(answer, api.Imported), answer
    return Codes(
        {one.transport_guid: [each.code for each in one.problems] for one in answer.outcomes if one.problems},
        [one.transport_guid for one in answer.outcomes if one.updated_at is not None],
    )


def accepted(answer: api.Answer) -> None:
    if isinstance(answer, api.Imported):
        assert codes(answer).refused == {}


def valid_samples() -> list[Path]:
    return sorted((SAMPLES / "valid" / "houses").glob("*.xml"))


def invalid_samples() -> list[Path]:
    """Samples of the codes that houses give: those whose expectation names one of their operations."""
    return [path for path in _samples() if not samples_module.is_repaired(path)]


@functools.cache
def built_in_schema() -> etree.XMLSchema:
    root = importlib.resources.files("xsd")
    return etree.XMLSchema(etree.parse(str(root / "house-management.xsd")))


def repaired_samples() -> list[Path]:
    """Their repaired twins."""
    return [path for path in _samples() if samples_module.is_repaired(path)]


def _samples() -> list[Path]:
    found = sorted((SAMPLES / "invalid").glob("*/*.xml"))
    return [
        path
        for path in found
        if "House" in (expectation(path).get("operation") or "") and "status" not in expectation(path)
    ]


def sample(name: str) -> bytes:
    return (SAMPLES / "valid" / "houses" / f"{name}.xml").read_bytes()
