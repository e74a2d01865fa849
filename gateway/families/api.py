"""What a family is: functions from a verified request and the registry to an answer.

A handler touches neither HTTP nor SOAP nor signatures nor the journal. It reads `Task.element`, asks and changes the
`registry`, and returns one of the answers below; the exchange turns the answer into a signed getStateResult.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import Final, Protocol, TypeAlias

from lxml import etree

from gateway.contracts import shape
from storage import registry as registry_module

Data: TypeAlias = shape.Data
"""Contract content by local element name, as `gateway.contracts.shape` reads and writes it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One `Error` of a CommonResult, or the `ErrorMessage` of a whole answer."""

    code: str
    """Id of an entry of `gateway.errors.catalogue()`."""
    text: str
    """The sentence for the sender, in Russian, with its values filled in."""


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object of an import: a CommonResult (protocol §4.1)."""

    transport_guid: str
    """The sender's TransportGUID, byte for byte."""
    guid: str | None = None
    """GUID of the object that was created or changed."""
    unique_number: str | None = None
    updated_at: dt.datetime | None = None
    """Set exactly when the object was accepted."""
    details: Mapping[str, Data] = dataclasses.field(default_factory=dict)
    """The operation's own branch of CommonResult, by element name."""
    problems: tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Imported:
    """Answer of an import: one outcome per object that was looked at, in the order of the request."""

    outcomes: tuple[Outcome, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """Answer of an export: the branch of getStateResult and its content, once per repeat."""

    branch: str
    """Local name of the element under getStateResult, for example `exportHouseResult`."""
    items: tuple[Mapping[str, Data], ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Failed:
    """The whole message failed: `getStateResult/ErrorMessage` with RequestState 3 (protocol §3.5)."""

    problem: Problem


Answer: TypeAlias = Imported | Exported | Failed


@dataclasses.dataclass(frozen=True, slots=True)
class Item:
    """One entry of a dictionary (НСИ)."""

    code: str
    guid: str
    """Stable on this installation, lower case; every installation has its own."""
    name: str
    actual: bool = True
    """False for an entry that is no longer to be used."""


class Dictionaries(Protocol):
    """The dictionaries of this installation as they are now."""

    def item(self, number: int, code: str) -> Item | None:
        """Return the entry with this code (`5` and `5.` are the same) of a common dictionary, or None."""


class Vault(Protocol):
    """Keeps personal data so that they rest in the registry, and in its history, only sealed."""

    def seal(self, content: Data, owner: str) -> str:
        """Return content as a text that opens only on this installation and for this owner, an object's id."""

    def unseal(self, sealed: str, owner: str) -> Data:
        """Return what was sealed for this owner."""


class NoVault:
    """Stands where no personal data are kept: whoever meets some has been wired wrongly."""

    def seal(self, content: Data, owner: str) -> str:  # noqa: ARG002  # the names are the protocol's
        """Raise RuntimeError."""
        raise RuntimeError(f"there is no vault for the personal data of {owner}")

    def unseal(self, sealed: str, owner: str) -> Data:  # noqa: ARG002  # the same
        """Raise RuntimeError."""
        raise RuntimeError(f"there is no vault for the personal data of {owner}")


NO_VAULT: Final = NoVault()


@dataclasses.dataclass(frozen=True, slots=True)
class Task:
    """One accepted package, as the family sees it."""

    element: etree._Element
    """The request element that was signed and validated; read-only."""
    shape: shape.Shape
    """Shape of the request element in the pack that judged it: what `contracts.shape.read` needs."""
    message_guid: str
    """MessageGUID that the gateway gave the package; objects changed by it are marked with it."""
    organisation: str
    """orgPPAGUID of the data provider, lower case."""
    role: str
    """Role of the organisation: УО, РСО, ОМС, ТСЖ, ЕСП, …"""
    version: str
    """base:version that the request declares."""
    now: dt.datetime
    """Moment of processing; the only clock that a handler knows."""
    new_guid: Callable[[], str]
    """Source of fresh GUIDs."""
    may_use_house: Callable[[str], bool]
    """Whether the organisation has a basis for the house with this FIASHouseGuid (lower case)."""
    dictionaries: Dictionaries
    vault: Vault = NO_VAULT
    """Seals personal data; the installation's own, a task that is made by hand has none."""


Handler: TypeAlias = Callable[[Task, registry_module.Registry], Answer]
