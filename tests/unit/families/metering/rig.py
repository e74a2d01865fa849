"""A rig for metering: that of accounts, with devices and versions named by the TransportGUIDs of what made them."""

from __future__ import annotations

import functools
import importlib.resources

from lxml import etree

from gateway import wire, xml
from gateway.contracts import shape
from gateway.families import api
from gateway.families.metering import records
from storage import registry
from tests.unit.families.accounts import rig as accounts
from tests.unit.families.accounts.requests import account, flat, house, transport
from tests.unit.families.accounts.requests import accounts as opened

HM = accounts.HM
DM = f"{{{wire.ROOT}device-metering/}}"
ROOTS = frozenset((f"{HM}PremiseGUID", *(f"{space}MeteringDeviceRootGUID" for space in (HM, DM))))
VERSIONS = frozenset(
    (
        f"{DM}MeteringDeviceVersionGUID",
        *(f"{HM}{name}MeteringDeviceVersionGUID" for name in ("", "Linked", "Replacing")),
    )
)
codes, expectation, SAMPLES, OURS, THEIRS, NOW = (
    accounts.codes,
    accounts.expectation,
    accounts.SAMPLES,
    accounts.OURS,
    accounts.THEIRS,
    accounts.NOW,
)


class Rig(accounts.Rig):
    """Plays messages one after another, each in a unit of work of its own."""

    def begin(self, data: bytes | None = None) -> None:
        super().begin(data)
        self.versions: dict[str, str] = {}
        """Versions of devices by the TransportGUID of the action that made them."""

    @property
    def learned(self) -> tuple[dict[str, str], ...]:
        return (*super().learned, self.versions)

    def play(self, data: bytes, **options: object) -> api.Answer:
        element = xml.parse(data)
        for named in element.iter(*ROOTS):
            named.text = self.given.get(named.text, named.text)
        for named in element.iter(*VERSIONS):
            named.text = self.versions.get(named.text, named.text)
        answer = super().play(etree.tostring(element), **options)
        if self.checks and element.tag.startswith(DM):
            schema("device-metering").assertValid(element)
            schema("device-metering").assertValid(as_result(answer, DM))
        if element.tag == f"{HM}importMeteringDeviceDataRequest":
            made = [one for one in answer.outcomes if not one.problems]
            self.versions |= {one.transport_guid: self.thing(one.guid).data["version"] for one in made}
        return answer

    def settled(self) -> None:
        """A house with flats 101 to 103, an account for each under 1 to 3."""
        self.play(house())
        made = self.play(opened(*(account(n, flat(100 + n), number=str(n)) for n in (1, 2, 3))))
        assert codes(made) == {}

    def house(self, fias: str) -> str:
        """The GUID of an apartment house."""
        with self.database.read() as connection:
            found = registry.Registry(connection, self.numbers).find("apartment-house", fias)
        assert found is not None
        return found.id

    def device(self, count: int) -> registry.Thing:
        """The device that an action has made or changed."""
        with self.database.read() as connection:
            found = records.of_version(registry.Registry(connection, self.numbers), self.versions[transport(count)])
        assert found is not None
        return found


def as_result(answer: api.Answer, space: str = HM) -> etree._Element:
    """The answer as the exchange writes it: a getStateResult of the built-in contract (protocol §4.2)."""
    if space == HM:
        return accounts.as_result(answer)
    data = {"RequestState": "3", "MessageGUID": "00000000-0000-4000-8000-000000000000"}
    if isinstance(answer, api.Imported):
        data["ImportResult"] = [accounts.outcome(one) for one in answer.outcomes]
    elif isinstance(answer, api.Exported):
        data |= {answer.branch: list(answer.items), **answer.beside}
    else:
        data["ErrorMessage"] = {"ErrorCode": answer.problem.code, "Description": answer.problem.text}
    pattern = accounts.shapes(space.strip("{/}").rpartition("/")[2]).element(f"{space}getStateResult")
    return etree.fromstring(etree.tostring(shape.write(pattern, data, wire.nsmap(space.strip("{}")))))


@functools.cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(importlib.resources.files("xsd") / f"{name}.xsd")))
