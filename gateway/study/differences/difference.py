"""What two versions of a contract differ in, as values: changes, the places they are at, whether they break a client.

A change makes what is allowed narrower (something valid is valid no more), wider (something new is valid), both or
neither. A request breaks where it gets narrower: what a client sends may be refused. A result breaks where it gets
wider: a client may receive what it has never seen. Seen from B to A, narrower and wider change places.
"""

from __future__ import annotations

import dataclasses
import enum


class Aspect(enum.Enum):
    """What has changed; facets have the names of XML Schema part 2."""

    ADDED = "added"
    REMOVED = "removed"
    OCCURRENCE = "occurrence"
    CONTENT = "content"
    NAMESPACE = "namespace"
    TYPE = "type"
    LENGTH = "length"
    MIN_LENGTH = "minLength"
    MAX_LENGTH = "maxLength"
    PATTERN = "pattern"
    ENUMERATION = "enumeration"
    WHITE_SPACE = "whiteSpace"
    MIN_INCLUSIVE = "minInclusive"
    MAX_INCLUSIVE = "maxInclusive"
    MIN_EXCLUSIVE = "minExclusive"
    MAX_EXCLUSIVE = "maxExclusive"
    TOTAL_DIGITS = "totalDigits"
    FRACTION_DIGITS = "fractionDigits"
    FIXED = "fixed"
    DEFAULT = "default"
    NILLABLE = "nillable"
    MIXED = "mixed"
    UNIQUE = "unique"
    VERSIONS = "versions"
    HEADER = "header"
    SOAP_ACTION = "soapAction"
    REQUEST = "request element"
    RESPONSE = "response element"
    PATH = "path"
    DOCUMENTATION = "documentation"


class Role(enum.Enum):
    """Who reads a message."""

    REQUEST = "request"
    """The gateway does; operations and services are offers of requests too."""
    RESULT = "result"
    """The client does."""


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """One thing that is otherwise, wherever it stands."""

    aspect: Aspect
    before: str
    """As it was, in words; empty where there was nothing."""
    after: str
    narrower: bool = False
    wider: bool = False
    type: str = ""
    """Local name of the simple type that has changed, where both versions have it by one name."""


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a change is met."""

    service: str
    """Name of the service as `gateway contracts list` shows it."""
    operations: tuple[str, ...]
    """Operations with this message, in order; empty where the service itself is meant."""
    path: str
    """Local names from the root of the message on, `@` before an attribute; empty where no message is meant."""


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """A change together with every place that it is met at: a shared type changes once."""

    change: Change
    role: Role
    places: tuple[Place, ...]

    @property
    def breaking(self) -> bool:
        """Whether a client that works by the first version may fail by the second."""
        return self.change.narrower if self.role is Role.REQUEST else self.change.wider

    @property
    def services(self) -> tuple[str, ...]:
        """Services that it touches, in order."""
        return tuple(sorted({place.service for place in self.places}))

    @property
    def operations(self) -> tuple[str, ...]:
        """Operations that it touches, in order."""
        return tuple(sorted({name for place in self.places for name in place.operations}))

    @property
    def subject(self) -> str:
        """Local name of what has changed: a type, else the element, attribute, operation or service itself."""
        place = self.places[0]
        return self.change.type or place.path.rpartition("/")[2] or ", ".join(place.operations) or place.service


@dataclasses.dataclass(frozen=True, slots=True)
class Comparison:
    """The outcome: two packs by id, and what the second has otherwise."""

    before: str
    after: str
    services: tuple[str, ...]
    """Services of either pack that were looked at."""
    differences: tuple[Difference, ...]
    """Breaking ones first, then by place; changes of nothing but documentation are `documentation`."""
    documentation: tuple[Difference, ...]
