"""A rig for the handlers of dictionaries: the real registry on SQLite, real dictionaries, two organisations."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import itertools
from pathlib import Path

from lxml import etree

import samples
from gateway import wire, xml
from gateway.contracts import builtin, shape
from gateway.exchange import results
from gateway.families import api, handlers
from gateway.families.nsi import common, installed, kinds
from storage import database, numbers, registry
from tests import samples as texts
from tests.unit.families.houses import rig as houses

SAMPLES = Path(samples.__file__).parent
NOW = houses.NOW
ORGANISATION = houses.ORGANISATION
OTHER = "5b1e6f0a-27c4-4b0e-9d1d-7a8b9c0d1e2f"
NSI = "{http://dom.gosuslugi.ru/schema/integration/nsi-base/}"
OWN = f"{{{kinds.NAMESPACE}}}"
_SERVICES = {kinds.NAMESPACE: "nsi", common.NAMESPACE: "nsi-common"}

expectation = texts.expectation
codes = houses.codes
accepted = houses.accepted


class Rig:
    """Plays messages one after another, each in a unit of work of its own."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "registry.db"
        self.database = database.Database.open(f"sqlite:///{self._file}")
        self.restart()

    def restart(self) -> None:
        """Go on as if it were new."""
        self.database.close()
        self._file.write_bytes(houses.empty())
        self.numbers = numbers.Numbers(self.database)
        self.installed = installed.Installed()
        self.given: dict[str, str] = {}
        """GUIDs of entries by the TransportGUID under which each was created."""
        self._count = itertools.count(1)

    def close(self) -> None:
        self.database.close()

    def play(self, data: bytes, *, organisation: str = ORGANISATION, now: dt.datetime = NOW) -> api.Answer:
        element = xml.parse(data)
        for named in element.iter(f"{OWN}ElementGuid"):
            named.text = self.given.get(named.text, named.text)
        with self.database.read() as connection:
            work = registry.Registry(connection, self.numbers)
            dictionaries = self.installed.view(registry.Registry(connection, self.numbers))
            task = self.task(element, organisation, now, dictionaries)
            answer = handlers.HANDLERS[element.tag](task, work)
        with self.database.write() as connection:
            registry.apply(connection, work, organisation=organisation, message=task.message_guid, at=now)
        if isinstance(answer, api.Imported):
            self.given |= {one.transport_guid: one.guid for one in answer.outcomes if one.guid and not one.problems}
        judge(element, answer)
        return answer

    def play_sample(self, path: Path) -> api.Answer:
        """Play a sample after those that its expectation names."""
        expected = expectation(path)
        for before in expected["before"]:
            accepted(self.play((path.parent / before).resolve().read_bytes()))
        return self.play(path.read_bytes())

    def task(self, element, organisation, now, dictionaries) -> api.Task:
        return api.Task(
            element=element,
            shape=shapes(service_of(element)).element(element.tag),
            message_guid=self._guid(),
            organisation=organisation,
            role="УО",
            version=element.get(wire.base("version")),
            now=now,
            new_guid=self._guid,
            may_use_house=lambda _: True,
            dictionaries=dictionaries,
        )

    def _guid(self) -> str:
        return f"abcdef00-0000-4000-8000-{next(self._count):012x}"


def service_of(element) -> str:
    return _SERVICES[etree.QName(element).namespace]


@functools.cache
def shapes(service: str) -> shape.Shapes:
    """The shapes of a service of the built-in contract."""
    pack = builtin.pack()
    return shape.Shapes(pack, pack.service(service))


@functools.cache
def schema(service: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(importlib.resources.files("xsd") / f"{service}.xsd")))


def judge(request, answer: api.Answer) -> etree._Element:
    """Return the answer as an element; it is valid under the contract, or the test fails."""
    service = service_of(request)
    namespace = etree.QName(request).namespace
    content = {"RequestState": "3", "MessageGUID": "abcdef00-0000-4000-8000-000000000000", **_branch(answer)}
    pattern = shapes(service).element(f"{{{namespace}}}getStateResult")
    element = shape.write(pattern, content, wire.nsmap(namespace))
    schema(service).assertValid(element)
    assert shape.read(element, pattern).keys() >= content.keys()
    return element


def _branch(answer: api.Answer):
    # The writers of the exchange itself, so that answers are judged as they leave.
    if isinstance(answer, api.Failed):
        return {"ErrorMessage": results._problem(answer.problem)}  # noqa: SLF001
    if isinstance(answer, api.Exported):
        return {answer.branch: list(answer.items)}
    return {"ImportResult": [results._outcome(one) for one in answer.outcomes]}  # noqa: SLF001


def entries(answer: api.Answer) -> dict[str, dict]:
    """Return the exported entries by their code, those under others too."""
    assert isinstance(answer, api.Exported), answer
    found = {}
    waiting = list(answer.items[0]["NsiElement"])
    while waiting:
        entry = waiting.pop()
        found[entry["Code"]] = entry
        waiting += entry.get("ChildElement", ())
    return found


def valid_samples() -> list[Path]:
    return sorted(path for name in ("nsi", "nsi-common") for path in (SAMPLES / "valid" / name).glob("*.xml"))


def invalid_samples(*, repaired: bool = False) -> list[Path]:
    """Samples of the codes that dictionaries give, or their repaired twins: those of their services."""
    found = sorted((SAMPLES / "invalid").glob("*/*.xml"))
    ours = tuple(f'="{namespace}"' for namespace in _SERVICES)
    return [
        path
        for path in found
        if texts.is_repaired(path) == repaired and any(each in path.read_text("utf-8") for each in ours)
    ]


def sample(name: str) -> bytes:
    return (SAMPLES / "valid" / f"{name}.xml").read_bytes()


def told(answer: api.Answer, expected: dict) -> list[str]:
    """Return the codes that stand where the expectation looks for them."""
    if expected["where"] is None:
        assert isinstance(answer, api.Failed), answer
        return [answer.problem.code]
    assert isinstance(answer, api.Imported)
    return [each.code for one in answer.outcomes if one.transport_guid == expected["where"] for each in one.problems]
