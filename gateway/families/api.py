"""What a family is: functions from a verified request and the registry to an answer.

A handler touches neither HTTP nor SOAP nor signatures nor the journal. It reads `Task.element`, asks and changes the
`registry`, and returns one of the answers below; the exchange turns the answer into a signed getStateResult.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
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
    beside: Mapping[str, Data] = dataclasses.field(default_factory=dict)
    """What stands after the branch: IsNextPage, for example."""


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
    parent: str | None = None
    """Code of the entry that it stands under."""
    modified_at: dt.datetime = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    fields: tuple[Mapping[str, Data], ...] = ()
    """All of its fields in the contract's words (NsiElementField); none where its name is all there is."""


@dataclasses.dataclass(frozen=True, slots=True)
class Dictionary:
    """One dictionary with its entries."""

    number: int
    """Registry number."""
    name: str
    field: str
    """Name of the field that holds the name of an entry."""
    modified_at: dt.datetime
    items: Mapping[str, Item]
    """By code without its last dot, in the order of the dictionary."""
    group: str = "NSI"
    """NSI, or NSIRAO for the dictionaries that describe objects of the housing stock."""
    kind: str = "String"
    """What the naming field holds: String or Integer."""
    complete: bool = True
    """False where entries are known to be missing: an unknown code proves nothing then."""


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an object of the housing stock (OGFData): an entry of dictionary 197 with its rules."""

    code: str
    name: str
    actual: bool
    accepts: frozenset[str]
    """Elements of Value that it can have, for example `IntegerValue`; none where it only heads others."""
    multiple: bool
    """Whether one object may have several of its values."""
    applies_to: frozenset[str]
    """Among `МКД`, `ЖД`, `Жилое помещение`, `Нежилое помещение`, `Комната`; those of premises are for blocks too."""
    dictionary: int | None
    """Registry number of the dictionary that NsiCode is from; None where it is not known."""
    closed_to: frozenset[str]
    """Roles that may not set it."""


class Dictionaries(Protocol):
    """The common dictionaries of this installation as they are now."""

    def item(self, number: int, code: str) -> Item | None:
        """Return the entry with this code (`5` and `5.` are the same) of a common dictionary, or None."""

    def dictionary(self, number: int) -> Dictionary | None:
        """Return a common dictionary, or None."""

    def parameter(self, code: str) -> Parameter | None:
        """Return the parameter of an object of the housing stock (OGFData, dictionary 197) with this code, or None."""

    def numbers(self) -> Sequence[int]:
        """Return the registry numbers of all common dictionaries, the lowest first."""


@dataclasses.dataclass(frozen=True, slots=True)
class OrganisationVersion:
    """What is, or was once, known of an organisation."""

    guid: str
    """orgVersionGUID: another one after every change."""
    root: str
    """orgRootEntityGUID: stays whatever changes."""
    organisation: str
    """orgPPAGUID."""
    ogrn: str
    """ОГРН; ОГРНИП of a sole trader."""
    name: str
    role: str
    since: dt.datetime
    is_actual: bool
    """Whether it is still what is known."""
    kpp: str | None = None
    inn: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    """The right of the information system that asks to act for an organisation, for a time."""

    organisation: str
    """orgPPAGUID."""
    since: dt.datetime
    revoked_at: dt.datetime | None


class Directory(Protocol):
    """Who is registered on this installation, and the grants to the system that has sent the package.

    All GUIDs are asked for, and told, in lower case.
    """

    @property
    def system(self) -> str:
        """Login of the information system that has sent the package."""

    def by_ogrn(self, ogrn: str) -> Sequence[OrganisationVersion]:
        """Return what is known now of the organisations with this ОГРН or ОГРНИП."""

    def by_inn(self, inn: str) -> Sequence[OrganisationVersion]:
        """Return what is known now of the organisations with this ИНН."""

    def by_root(self, guid: str) -> OrganisationVersion | None:
        """Return what is known now of the organisation with this orgRootEntityGUID, or None."""

    def by_guid(self, guid: str) -> OrganisationVersion | None:
        """Return what is known now of the organisation with this orgPPAGUID, or None."""

    def version(self, guid: str) -> OrganisationVersion | None:
        """Return what is or was known under this orgVersionGUID, or None."""

    def grants(self) -> Sequence[Grant]:
        """Return the grants to the system, revoked ones too, in the order in which they begin."""


@dataclasses.dataclass(frozen=True, slots=True)
class Nobody:
    """A directory in which nobody is: that of a task that is made by hand."""

    system: str = ""

    def by_ogrn(self, ogrn: str) -> Sequence[OrganisationVersion]:  # noqa: ARG002  # the names are the protocol's
        """Return nothing."""
        return ()

    def by_inn(self, inn: str) -> Sequence[OrganisationVersion]:  # noqa: ARG002  # the same
        """Return nothing."""
        return ()

    def by_root(self, guid: str) -> None:
        """Return None."""

    def by_guid(self, guid: str) -> None:
        """Return None."""

    def version(self, guid: str) -> None:
        """Return None."""

    def grants(self) -> Sequence[Grant]:
        """Return nothing."""
        return ()


NOBODY: Final = Nobody()


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
    directory: Directory = NOBODY
    """Organisations and grants, as the administration keeps them."""
    vault: Vault = NO_VAULT
    """Seals personal data; the installation's own, a task that is made by hand has none."""
    ogrn: str = ""
    """ОГРН of the organisation; empty where it is not known."""


Handler: TypeAlias = Callable[[Task, registry_module.Registry], Answer]
