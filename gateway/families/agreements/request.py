"""What an import asks for: actions with agreements, each with the houses that it names (protocol §4.1, §4.4)."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator
from typing import Final

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.agreements.kinds import Kind, Verb
from gateway.families.fields import Fields

_HOUSE: Final = "ContractObject"


class HouseVerb(enum.Enum):
    """What is asked of a managed house; the element that asks for it."""

    ADD = "Add"
    EDIT = "Edit"
    ANNUL = "Annulment"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class HouseAction:
    """One ContractObject of a request."""

    transport_guid: str
    verb: HouseVerb
    version: str
    """ContractObjectVersionGUID of the house to change, lower case; empty for one that is added."""
    content: Fields


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Action:
    """One thing that is asked of one agreement."""

    kind: Kind
    verb: Verb
    transport_guid: str
    """As sent, byte for byte."""
    content: Fields
    """What is said of the agreement itself: without its houses."""
    houses: tuple[HouseAction, ...]

    @property
    def named(self) -> str:
        """GUID by which the agreement or its payments are named, lower case; empty for a new agreement."""
        name = self.kind.payments_version if self.verb is Verb.ANNUL_PAYMENTS else self.kind.version
        return fields.text(self.content, name).lower()

    @property
    def asks_for_licence(self) -> bool:
        """LicenseRequest: a house that another organisation manages is not refused, but waits for approval."""
        return fields.flag(self.content, "LicenseRequest")

    @property
    def states_terms(self) -> bool:
        """Whether it says what the agreement is."""
        return self.verb in (Verb.PLACE, Verb.EDIT)


def contracts(task: api.Task, kind: Kind) -> Iterator[Action]:
    """Yield the actions of a valid importContractRequest."""
    for row in fields.rows(shape.read(task.element, task.shape), "Contract"):
        yield _action(row, kind)


def charter(task: api.Task, kind: Kind) -> Iterator[Action]:
    """Yield the one action of a valid importCharterRequest."""
    yield _action(shape.read(task.element, task.shape), kind)


def _action(row: Fields, kind: Kind) -> Action:
    element, verb = next((element, verb) for element, verb in kind.verbs.items() if element in row)
    content = fields.block(row, element)
    houses = tuple(_house(each) for each in fields.rows(content, _HOUSE)) if verb in (Verb.PLACE, Verb.EDIT) else ()
    return Action(kind, verb, str(row["TransportGUID"]), fields.without(content, (_HOUSE,)), houses)


def _house(row: Fields) -> HouseAction:
    verb = next((verb for verb in HouseVerb if verb.value in row), None)
    said = fields.block(row, verb.value) if verb else row
    version = fields.text(said, "ContractObjectVersionGUID").lower()
    content = fields.without(said, ("TransportGUID", "ContractObjectVersionGUID"))
    return HouseAction(str(row["TransportGUID"]), verb or HouseVerb.ADD, version, content)
