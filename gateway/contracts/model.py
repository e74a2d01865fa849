"""What a contract pack says, as frozen values: services, operations, supported versions.

The source is the pack's WSDL and XSD (protocol §1.1, §2, §4.5); element names are Clark names, `{namespace}local`.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Mapping

_NUMBER = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,5}){1,5}")


class HeaderKind(enum.Enum):
    """SOAP header that an operation declares; the value is the local name of its element (protocol §2)."""

    REQUEST = "RequestHeader"
    IS_REQUEST = "ISRequestHeader"


class OperationKind(enum.Enum):
    """What an operation is in the asynchronous cycle (protocol §3)."""

    SUBMIT = "submit"
    GET_STATE = "getState"
    GET_REQUESTS_STATE = "getRequestsState"


class Origin(enum.Enum):
    """Where a pack comes from."""

    BUILT_IN = "built-in"
    INSTALLED = "installed"


def number(version: str) -> tuple[int, ...]:
    """Return a dotted version as a comparable tuple; raises ValueError where it is none."""
    if not _NUMBER.fullmatch(version):
        raise ValueError(version)
    return tuple(int(part) for part in version.split("."))


@dataclasses.dataclass(frozen=True, slots=True)
class Versions:
    """The `base:version` values that a request element may declare (protocol §4.5)."""

    fixed: str | None = None
    """The only value, where the schema fixes it."""
    listed: tuple[str, ...] = ()
    """Values that the documentation of a free attribute lists, lowest first."""
    required: bool = False
    """Whether the attribute must be present."""

    @property
    def supported(self) -> tuple[str, ...]:
        """The values to name in an error text, lowest first; empty where any well-formed number will do."""
        return (self.fixed,) if self.fixed else self.listed

    def accepts(self, version: str, *, strict: bool = False) -> bool:
        """Tell whether a declared version is supported.

        A fixed attribute takes its value only. A free one takes any dotted number from the lowest listed one on,
        because clients send numbers that no documentation lists; `strict` takes the listed ones only.
        """
        if self.fixed is not None:
            return version == self.fixed
        try:
            declared = number(version)
        except ValueError:
            return False
        if strict and self.listed:
            return version in self.listed
        return not self.listed or declared >= number(self.listed[0])


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a service."""

    name: str
    """Name in the WSDL, for example `importHouseUOData`."""
    soap_action: str
    """`urn:` and the name."""
    request: str
    """Clark name of the request element; it often differs from the operation's name."""
    response: str
    """Clark name of the element answered at once: AckRequest, or the result of a getState."""
    header: HeaderKind
    kind: OperationKind
    versions: Versions


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """One service: a port at a path."""

    name: str
    """Name of the WSDL service, for example `HouseManagementServiceAsync`."""
    port: str
    path: str
    """Path of its address, for example `/ext-bus-home-management-service/services/HomeManagementAsync`."""
    namespace: str
    """Namespace of its own messages: that of the getState result."""
    wsdl: str
    """Path of its WSDL inside the pack."""
    operations: Mapping[str, Operation] = dataclasses.field(compare=False)
    """By Clark name of the request element."""
    result: str
    """Clark name of getStateResult."""
    result_header: str
    """Clark name of the header of every answer."""
    result_version: str | None
    """`base:version` that getStateResult has fixed, None where it is free or absent."""
    import_result_version: str | None
    """The same for getStateResult/ImportResult, which has a version of its own in house-management."""

    @property
    def short_name(self) -> str:
        """Name for people: the last part of the namespace, for example `house-management`."""
        return self.namespace.rstrip("/").rpartition("/")[2]


@dataclasses.dataclass(frozen=True, slots=True)
class Pack:
    """One version of the contract: its services and its files."""

    version: str
    title: str
    origin: Origin
    digest: str
    """SHA-256, hex, over the sorted list of its files and their digests: equal packs, equal digest."""
    services: Mapping[str, Service] = dataclasses.field(compare=False, repr=False)
    """By path of the address."""
    files: Mapping[str, bytes] = dataclasses.field(compare=False, repr=False)
    """Every file by its relative path, byte for byte."""

    @property
    def id(self) -> str:
        """Name of the pack in addresses and lists: its version; the built-in one is marked as such."""
        return self.version if self.origin is Origin.INSTALLED else f"{self.version}-{self.origin.value}"

    def service(self, short_name: str) -> Service:
        """Return the service with this short name, which the pack has."""
        found = {service.short_name: service for service in self.services.values()}
        return found[short_name]
