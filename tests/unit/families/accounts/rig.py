"""A rig for accounts: the real registry and handlers, a vault of its own, several organisations, time that stands."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import functools
import importlib.resources
import itertools
from pathlib import Path

import sqlalchemy as sa
from lxml import etree

import samples
from gateway import clock, vault, wire, xml
from gateway.contracts import builtin, shape
from gateway.families import api, handlers
from storage import database, numbers, registry
from tests import samples as texts
from tests.unit.families.houses import rig as houses

SAMPLES = Path(samples.__file__).parent
HM = f"{{{wire.ROOT}house-management/}}"
NOW = dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC)
"""Already the first of April in Moscow."""
OURS = "3d8a1a36-8f0e-4f57-9f65-1e2a3b4c5d6e"
THEIRS = "4e9b2b47-9f1f-4068-8076-2f3b4c5d6e7f"

_NAMES = ("Premises", "LivingRoom", "Account", "AccountIndividualService", "Contract", "HMObject", "HMobject")
GIVEN = frozenset(
    {f"{HM}{name}GUID" for name in (*_NAMES, "AbsenceDeviceInfo", "Notification")}
    | {f"{{{wire.ROOT}account-base/}}AccountGuid", f"{{{wire.ROOT}nsi-base/}}GUID", f"{{{wire.ROOT}nsi/}}ElementGuid"}
    | {f"{{{wire.ROOT}bills/}}AccountGUID"}
    | {
        f"{{{wire.ROOT}payments-base/}}{name}"
        for name in ("NotificationsOfOrderExecutionGUID", "PaymentDocumentGUID", "ServiceIDGUID", "MSType", "ASType")
    }
)
"""Elements in which samples name an object by the TransportGUID under which it was made."""


class Rig:
    """Plays messages one after another, each in a unit of work of its own."""

    def __init__(self, folder: Path, url: str = "") -> None:
        """`url` names a database that is there and empty; otherwise the rig makes one in `folder`."""
        self.file = folder / "registry.db"
        self.database = database.Database.open(url or f"sqlite:///{self.file}")
        self.vault = vault.Vault([bytes(range(32))])
        self.checks = True
        """Whether every message and every answer is held against the contract."""
        self.begin(None if url else houses.empty())

    def begin(self, data: bytes | None = None) -> None:
        """Know nothing of before, and go on with these data as the database, or with the one that is there."""
        if data is not None:
            self.database.close()
            self.file.write_bytes(data)
        self.numbers = numbers.Numbers(self.database)
        self.given: dict[str, str] = {}
        """GUIDs of the registry by the TransportGUID under which an object was created."""
        self.dictionaries = houses.Loaded({})
        self._count = itertools.count(1)

    def restart(self) -> None:
        """Go on as if it were new."""
        self.checks = True
        self.begin(houses.empty())

    def close(self) -> None:
        self.database.close()

    def play(
        self,
        data: bytes,
        *,
        organisation: str = OURS,
        role: str = "УО",
        basis: bool = True,
        now: dt.datetime = NOW,
    ) -> api.Answer:
        element = xml.parse(data)
        for named in element.iter(*GIVEN):
            named.text = self.given.get(named.text, named.text)
        task = self.task(element, organisation=organisation, role=role, basis=basis, now=now)
        with self.database.read() as connection:
            unit = registry.Registry(connection, self.numbers)
            answer = handlers.HANDLERS[element.tag](task, unit)
        with self.database.write() as connection:
            registry.apply(connection, unit, organisation=organisation, message=task.message_guid, at=now)
        if isinstance(answer, api.Imported):
            self.given |= {one.transport_guid: one.guid for one in answer.outcomes if one.guid and not one.problems}
        if self.checks and element.tag.startswith(HM):
            check(element, answer)
        return answer

    def play_sample(self, path: Path) -> api.Answer:
        """Play a sample after those that its expectation names."""
        expected = expectation(path)
        self.dictionaries = houses.Loaded({new.number: new for new, _ in texts.dictionaries(path)})
        self._settle(
            tuple((path.parent / before).resolve() for before in expected["before"]),
            tuple(expected.get("dictionaries", ())),
        )
        return self.play(on_its_day(path), basis=expected.get("basis", True), role=expected["role"])

    def _settle(self, earlier: tuple[Path, ...], dictionaries: tuple[str, ...]) -> None:
        """Play samples, or go on from where the same ones once led to: hundreds of samples begin alike."""
        key = (type(self), earlier, dictionaries)
        if key not in _SETTLED:
            for path in earlier:
                answer = self.play(on_its_day(path), role=expectation(path)["role"])
                assert not isinstance(answer, api.Imported) or codes(answer) == {}
            _SETTLED[key] = self.keep()
        self.go_on(_SETTLED[key])

    def keep(self) -> Settled:
        """What it has stored and been told so far."""
        self.database.close()
        return Settled(self.file.read_bytes(), copy.deepcopy(self.learned), next(self._count))

    def go_on(self, settled: Settled) -> None:
        """Go on from what a rig has kept."""
        loaded = self.dictionaries
        self.begin(settled.data)
        self.dictionaries, self._count = loaded, itertools.count(settled.count)
        for ours, then in zip(self.learned, settled.learned, strict=True):
            ours.update(then)

    @property
    def learned(self) -> tuple[dict[str, str], ...]:
        """All that is known from the answers of before."""
        return (self.given,)

    def task(
        self, element: etree._Element, *, organisation: str, role: str, basis: bool, now: dt.datetime = NOW
    ) -> api.Task:
        return api.Task(
            element=element,
            shape=shapes(_service(element)).element(element.tag),
            message_guid=self._guid(),
            organisation=organisation,
            role=role,
            version=element.get(wire.base("version")),
            now=now,
            new_guid=self._guid,
            may_use_house=lambda _: basis,
            dictionaries=self.dictionaries,
            vault=self.vault,
        )

    def statements(self, data: bytes, **options: object) -> int:
        """How many statements a package costs that is accepted whole, apart from the transactions around it."""
        told: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            told.append(statement)

        self.checks = False
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            answer = self.play(data, **options)
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
        assert not isinstance(answer, api.Imported) or codes(answer) == {}
        return len(told)

    def thing(self, guid: str) -> registry.Thing:
        with self.database.read() as connection:
            found = registry.Registry(connection, self.numbers).get(guid)
        assert found is not None
        return found

    def _guid(self) -> str:
        return f"abcdef00-0000-4000-8000-{next(self._count):012x}"


@dataclasses.dataclass(frozen=True, slots=True)
class Settled:
    """What a rig is after some samples."""

    data: bytes
    """The file of its database."""
    learned: tuple[dict[str, str], ...]
    count: int


_SETTLED: dict[tuple[type[Rig], tuple[Path, ...], tuple[str, ...]], Settled] = {}


@functools.cache
def shapes(service: str = "house-management") -> shape.Shapes:
    pack = builtin.pack()
    return shape.Shapes(pack, pack.service(service))


@functools.cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(importlib.resources.files("xsd") / "house-management.xsd")))


def as_result(answer: api.Answer) -> etree._Element:
    """The answer as the exchange writes it: a getStateResult of the built-in contract."""
    if isinstance(answer, api.Failed):
        branch = {"ErrorMessage": _problem(answer.problem)}
    elif isinstance(answer, api.Exported):
        branch = {answer.branch: list(answer.items)}
    else:
        branch = {"ImportResult": {"CommonResult": [outcome(one) for one in answer.outcomes]}}
    data = {"RequestState": "3", "MessageGUID": "00000000-0000-4000-8000-000000000000", **branch}
    pattern = shapes().element(f"{HM}getStateResult")
    written = shape.write(pattern, data, wire.nsmap(f"{wire.ROOT}house-management/"))
    return etree.fromstring(etree.tostring(written))


def _service(asked: etree._Element) -> str:
    """The short name of the service of a request: its namespace ends with it."""
    return etree.QName(asked).namespace.rstrip("/").rpartition("/")[2]


def check(asked: etree._Element, answer: api.Answer) -> None:
    """Every message about accounts and every answer to it is valid under the contract."""
    schema().assertValid(etree.fromstring(etree.tostring(asked)))
    schema().assertValid(as_result(answer))


def outcome(one: api.Outcome) -> dict:
    """The content of a CommonResult."""
    content = {"TransportGUID": one.transport_guid}
    if one.guid:
        content["GUID"] = one.guid
    if one.problems:
        return {**content, "Error": [_problem(each) for each in one.problems]}
    numbered = {"UniqueNumber": one.unique_number} if one.unique_number else {}
    return {**content, **numbered, "UpdateDate": one.updated_at.isoformat(), **one.details}


def _problem(problem: api.Problem) -> dict:
    return {"ErrorCode": problem.code, "Description": problem.text}


def codes(answer: api.Answer) -> dict[str, list[str]]:
    """Codes of what was refused, by TransportGUID."""
    assert isinstance(answer, api.Imported), answer
    return {one.transport_guid: [each.code for each in one.problems] for one in answer.outcomes if one.problems}


def on_its_day(path: Path) -> bytes:
    """A sample with today's date where its manifest says that a date stands for it (samples/README.md)."""
    data, stands_for = path.read_bytes(), expectation(path).get("today")
    today = NOW.astimezone(clock.MOSCOW).date().isoformat()
    return data.replace(stands_for.encode(), today.encode()) if stands_for else data


expectation = texts.expectation
