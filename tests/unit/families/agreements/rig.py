"""A rig for the handlers of agreements: the real registry, several organisations, every answer judged by the schema."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Mapping
from typing import Any

from lxml import etree

from gateway.contracts import builtin, schema
from gateway.exchange import results
from gateway.families import api, basis, days, handlers
from gateway.families.nsi import builtin as builtin_nsi
from gateway.families.nsi import own
from storage import registry
from tests import stand as stands
from tests.unit.families.houses import rig as houses_rig

NOW = houses_rig.NOW
OURS = "3d8a1a36-8f0e-4f57-9f65-1e2a3b4c5d6e"
THEIRS = "3d8a1a36-8f0e-4f57-9f65-1e2a3b4c5d6f"


@dataclasses.dataclass(frozen=True, slots=True)
class Placed:
    """What an accepted action says of its agreement."""

    root: str
    version: str
    status: str
    state: str
    number: int
    houses: tuple[Mapping[str, Any], ...]
    guid: str

    @property
    def house(self) -> str:
        """GUID of the version of its only or first house."""
        return self.houses[0]["ContractObjectVersionGUID"]


class Rig(houses_rig.Rig):
    """Plays messages of any organisation; `results` are the signed answers to all of them."""

    def begin(self, data: bytes | None = None) -> None:
        super().begin(data)
        self.results: list[bytes] = []

    def send(self, data: bytes, *, organisation: str = OURS, role: str = "УО", now: dt.datetime = NOW) -> api.Answer:
        """Execute a message that is valid under the contract, and store what comes of it."""
        houses_rig.built_in_schema().assertValid(etree.fromstring(data))
        with self.database.read() as connection:
            work = registry.Registry(connection, self.numbers)
            answer = self.run(data, work, organisation=organisation, role=role, now=now)
        with self.database.write() as connection:
            registry.apply(connection, work, organisation=organisation, message=OURS, at=now)
        return answer

    def run(
        self,
        data: bytes,
        unit: registry.Registry,
        *,
        organisation: str = OURS,
        role: str = "УО",
        now: dt.datetime = NOW,
    ) -> api.Answer:
        """Execute a message in a unit of work that somebody else applies."""
        element = etree.fromstring(data)
        task = dataclasses.replace(self.task(element, basis=True, role=role, now=now), organisation=organisation)
        answer = handlers.HANDLERS[element.tag](task, unit)
        self.results.append(result(answer, task.version))
        return answer

    def keep(self, number: int, code: str, *, organisation: str = OURS) -> None:
        """Give an organisation an entry of a dictionary that it keeps itself, under the GUID that requests name."""
        entry = registry.Thing(
            builtin_nsi.guid(number, code),
            own.ENTRY,
            own.aggregate(organisation, number),
            data={"code": code, "top": None, "content": {}},
        )
        with self.database.read() as connection:
            work = registry.Registry(connection, self.numbers)
            work.put(entry)
        with self.database.write() as connection:
            registry.apply(connection, work, organisation=organisation, message=OURS, at=NOW)

    def placed(self, data: bytes, **options: Any) -> Placed:
        """Send an action that is accepted."""
        return placed(self.send(data, **options))

    def charter(self, data: bytes, **options: Any) -> Placed:
        """Send an accepted action with a charter."""
        return placed(self.send(data, role="ТСЖ", **options))

    def codes(self, data: bytes, **options: Any) -> dict[str, list[str]]:
        """Send a message; return the codes of what was refused, by the last digits of the TransportGUID."""
        answer = self.send(data, **options)
        if isinstance(answer, api.Failed):
            return {"": [answer.problem.code]}
        refused = houses_rig.codes(answer).refused
        return {guid.rsplit("-", 1)[1].lstrip("0"): told for guid, told in refused.items()}

    def may_use(self, fias: str, *, organisation: str = OURS, now: dt.datetime = NOW) -> bool:
        with self.database.read() as connection:
            work = registry.Registry(connection, self.numbers)
            return basis.may_use(work, organisation, fias, days.today(now))


def placed(answer: api.Answer) -> Placed:
    assert isinstance(answer, api.Imported), answer
    first = answer.outcomes[0]
    assert first.updated_at is not None, first.problems
    ((branch, said),) = first.details.items()
    name = branch.removeprefix("import")
    return Placed(
        root=said[f"{name}GUID"],
        version=said[f"{name}VersionGUID"],
        status=said[f"{name}Status"],
        state=said["State"],
        number=int(said["VersionNumber"]),
        houses=tuple(said.get("ContractObject", ())),
        guid=first.guid,
    )


def result(answer: api.Answer, version: str) -> bytes:
    """Return the getStateResult of an answer; it is judged by the built-in contract."""
    pack = builtin.pack()
    about = results.About(_schemas(), pack, pack.service("house-management"), f"abcdef{OURS[6:]}", version)
    return results.Results(stands.KEYS[stands.OPERATOR].signer(), validate=True).finished(about, answer, NOW)


@functools.cache
def _schemas() -> schema.Schemas:
    return schema.Schemas(width=1)
