"""What an import asks to do with the entries of an organisation's dictionary, in the order of the request.

Entries to create or change come first, those under others right behind them; then those to recover, then those to
delete. The entries of the highest level that are the same for everybody (dictionary 337) have a TransportGUID too.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterator

from gateway.families import fields
from gateway.families.nsi import kinds


class Action(enum.Enum):
    """What is asked."""

    TOP = "top"
    """Nothing: an entry that is the same for everybody is named, to put others under it."""
    EDIT = "edit"
    RECOVER = "recover"
    DELETE = "delete"


_NOT_CONTENT = ("TransportGUID", "ElementGuid", "InsertInCopiedWorks", "ImportOrganizationWork")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One TransportGUID of the request."""

    action: Action
    transport_guid: str
    guid: str | None = None
    """ElementGuid, lower case; None for an entry to be created."""
    content: fields.Fields = dataclasses.field(default_factory=dict)
    """The entry as it is to be, in the contract's words."""
    above: Change | None = None
    """The change of the entry that it is to stand under."""
    top: str | None = None
    """Code of the entry of the highest level that it is to stand under, where that is the same for everybody."""
    whole: bool = False
    """Whether to recover what stands under it as well."""


def of(kind: kinds.Kind, request: fields.Fields) -> Iterator[Change]:
    """Yield the changes that a request asks for."""
    yield from _edits(fields.rows(request, f"Import{kind.entry}"), None, None)
    for group in fields.rows(request, "TopLevelMunicipalResource"):
        code = fields.text(group, "ParentCode")
        yield Change(Action.TOP, fields.text(group, "TransportGUID"), top=code)
        yield from _edits(fields.rows(group, f"Import{kind.entry}"), None, code)
    for action, prefix in ((Action.RECOVER, "Recover"), (Action.DELETE, "Delete")):
        for row in fields.rows(request, f"{prefix}{kind.entry}"):
            whole = fields.flag(row, "HierarchyRecover")
            yield Change(action, fields.text(row, "TransportGUID"), _guid(row), whole=whole)


def _edits(rows: tuple[fields.Fields, ...], above: Change | None, top: str | None) -> Iterator[Change]:
    for row in rows:
        copied = "0" if fields.flag(row, "InsertInCopiedWorks") else top
        content = fields.without(row, _NOT_CONTENT)
        change = Change(Action.EDIT, fields.text(row, "TransportGUID"), _guid(row), content, above, copied)
        yield change
        yield from _edits(fields.rows(row, "ImportOrganizationWork"), change, None)


def _guid(row: fields.Fields) -> str | None:
    return fields.text(row, "ElementGuid").lower() or None
