"""The controls of an organisation's own dictionaries: what a change may not ask for (protocol §5.4, our own codes)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.families import api, controls, fields, references
from gateway.families.nsi import codes, kinds
from gateway.families.nsi.changes import Action, Change
from gateway.families.nsi.state import State
from gateway.families.problems import problem
from storage.registry import Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """One change, and the dictionary as it finds it."""

    change: Change
    state: State
    dictionaries: api.Dictionaries
    made: Mapping[Change, Thing]
    """What came of the accepted changes before it."""

    @property
    def kind(self) -> kinds.Kind:
        """The dictionary."""
        return self.state.kind

    @property
    def before(self) -> Thing | None:
        """The entry as it is; None for one that is to be created or that does not exist."""
        return self.state.find(self.change.guid)

    @property
    def values(self) -> dict[str, str]:
        """What the texts say of it."""
        return {"guid": self.change.guid or "", "number": str(self.kind.number)}


@controls.control(codes.UNKNOWN_ENTRY)
def entry_exists(subject: Subject) -> Iterator[api.Problem]:
    """Refuses an ElementGuid that is not in this dictionary of this organisation."""
    if subject.change.guid is not None and subject.before is None:
        yield problem(codes.UNKNOWN_ENTRY, where="ElementGuid", **subject.values)


@controls.control(codes.DELETED_ENTRY)
def entry_is_live(subject: Subject) -> Iterator[api.Problem]:
    """Refuses to change or delete an entry that is deleted."""
    if subject.change.action is not Action.RECOVER and subject.before is not None and subject.before.ended_at:
        yield problem(codes.DELETED_ENTRY, where="ElementGuid", **subject.values)


@controls.control(codes.LIVE_ENTRY)
def entry_is_deleted(subject: Subject) -> Iterator[api.Problem]:
    """Refuses to recover an entry that is not deleted."""
    if subject.change.action is Action.RECOVER and subject.before is not None and subject.before.ended_at is None:
        yield problem(codes.LIVE_ENTRY, where="ElementGuid", **subject.values)


@controls.control(codes.DELETED_PARENT)
def parent_is_live(subject: Subject) -> Iterator[api.Problem]:
    """Refuses to recover an entry that stands under a deleted one."""
    before = subject.before
    parent = subject.state.find(before.parent) if before else None
    if subject.change.action is Action.RECOVER and parent is not None and parent.ended_at is not None:
        yield problem(codes.DELETED_PARENT, where="ElementGuid", guid=subject.values["guid"])


@controls.control(codes.REFUSED_PARENT)
def parent_is_accepted(subject: Subject) -> Iterator[api.Problem]:
    """Refuses an entry that is to stand under one that this package was refused."""
    if subject.change.above is not None and subject.change.above not in subject.made:
        yield problem(codes.REFUSED_PARENT)


@controls.control(codes.MISPLACED_ENTRY)
def entry_stays_in_place(subject: Subject) -> Iterator[api.Problem]:
    """Refuses to change an entry under another one than it stands under."""
    change, before = subject.change, subject.before
    if before is None or change.action is not Action.EDIT:
        return
    above = subject.made.get(change.above) if change.above else None
    if (above and above.id != before.parent) or (change.top and change.top != before.data["top"]):
        yield problem(codes.MISPLACED_ENTRY, where="ElementGuid", guid=subject.values["guid"])


@controls.control(codes.WORDED_UNIT)
def unit_is_a_code(subject: Subject) -> Iterator[api.Problem]:
    """Refuses an additional service with a unit in words: the contract has given it up there."""
    if subject.kind is kinds.ADDITIONAL_SERVICES and "StringDimensionUnit" in subject.change.content:
        yield problem(codes.WORDED_UNIT, where="StringDimensionUnit")


@controls.control(*references.CODES)
def references_are_known(subject: Subject) -> Iterator[api.Problem]:
    """Refuses a reference to an entry that a common dictionary does not have, or has with another GUID."""
    yield from references.problems(subject.change.content, subject.kind.references, subject.dictionaries)


@controls.control(codes.REPEATED_NAME)
def name_is_unique(subject: Subject) -> Iterator[api.Problem]:
    """Refuses two live entries with one name, one unit and the same references."""
    where = subject.kind.fields[0].element if subject.change.action is Action.EDIT else "ElementGuid"
    for guid, content in _to_be(subject):
        holder = subject.state.namesake(content)
        if holder is not None and holder != guid:
            name = subject.kind.named(content)
            yield problem(codes.REPEATED_NAME, where=where, number=str(subject.kind.number), name=name)


def _to_be(subject: Subject) -> Iterator[tuple[str | None, fields.Fields]]:
    """Yield the entries that will be live, or have other content, when the change is done."""
    change, before = subject.change, subject.before
    if change.action is Action.EDIT:
        yield change.guid, change.content
    elif change.action is Action.RECOVER and before is not None:
        for thing in (before, *(subject.state.below(before.id) if change.whole else ())):
            yield thing.id, thing.data["content"]


IDENTITY: Final = (
    entry_exists,
    entry_is_live,
    entry_is_deleted,
    parent_is_live,
    parent_is_accepted,
    entry_stays_in_place,
)
"""Asked first: a change that fails here is not about an entry that could be judged."""
CONTENT: Final = (unit_is_a_code, references_are_known, name_is_unique)
CONTROLS: Final = (*IDENTITY, *CONTENT)
"""Every rule, for the page about controls."""


def judge(subject: Subject) -> tuple[api.Problem, ...]:
    """Return what is wrong with a change."""
    return controls.problems(IDENTITY, subject) or controls.problems(CONTENT, subject)
