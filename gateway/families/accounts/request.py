"""importAccountData as values: what is asked of each account."""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, fields

NAMESPACE: Final = f"{wire.ROOT}house-management/"
_IDENTITY: Final = ("TransportGUID", "AccountGUID", "CreationDate")
"""What tells the account, and what is ignored at an import (annotation of CreationDate)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One Account of the request."""

    transport_guid: str
    guid: str | None
    """AccountGUID, lower case; None where an account is to be opened."""
    content: fields.Fields
    """What is said about it, in the contract's words; without its identifiers."""

    @property
    def number(self) -> str:
        """The provider's own number of the account; empty where it has none."""
        return fields.text(self.content, "AccountNumber")

    @property
    def closes(self) -> bool:
        """Whether the account is to be closed."""
        return "Closed" in self.content


def read(task: api.Task) -> tuple[Asked, ...]:
    """Return what a valid importAccountRequest asks for, in its order."""
    return tuple(_asked(row) for row in fields.rows(shape.read(task.element, task.shape), "Account"))


def _asked(row: fields.Fields) -> Asked:
    content = fields.without(row, _IDENTITY)
    if "Closed" in content:
        # What is closed keeps its places: they are ignored beside Closed (annotation of Accommodation).
        content = fields.without(content, ("Accommodation",))
    return Asked(str(row["TransportGUID"]), fields.text(row, "AccountGUID").lower() or None, content)
