"""The content of messages and protocols: whom it names rests sealed, the rest stands in the contract's words.

Sealed are those who call the meeting and administrators, proposed and acting: people, and representatives of
organisations, with their papers and addresses.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.voting import records
from storage.registry import Registry, Thing

INITIATORS: Final = "VoteInitiators"
ADMINISTRATOR: Final = "AdminOfGeneralMeeting"
QUESTIONS: Final = "DecisionList"
NUMBER: Final = "QuestionNumber"
SYSTEM: Final = "EVoting"
_OPEN_NAMES: Final = ("Surname", "FirstName", "Patronymic", "orgRootEntityGUID", "orgVersionGUID")
_OPEN_FLAGS: Final = ("HouseManager", "OwnersRequestInitiator")


def numbered(content: Fields) -> dict[str, api.Data]:
    """Return the content with a number for every question: its own, or that of its place on the agenda."""
    rows = [{NUMBER: str(place), **row} for place, row in enumerate(fields.rows(content, QUESTIONS), 1)]
    return {**content, QUESTIONS: [{**row, NUMBER: str(int(str(row[NUMBER])))} for row in rows]}


def questions(content: Fields) -> list[int]:
    """Return the numbers of the questions of a numbered content, in their order."""
    return [int(fields.text(row, NUMBER)) for row in fields.rows(content, QUESTIONS)]


def stored(thing: Thing, content: Fields, vault: api.Vault, **more: Any) -> Thing:
    """Return a paper with this content; `more` is what else it keeps."""
    open_, personal = _parted(content)
    data: dict[str, Any] = {**thing.data, **more, "content": open_}
    data.pop("sealed", None)
    if personal:
        data["sealed"] = vault.seal(personal, owner(thing))
    return dataclasses.replace(thing, data=data)


def new(guid: str, kind: str, voting: str) -> Thing:
    """Return a paper of a meeting that is not stored yet."""
    return Thing(guid, kind, records.aggregate(voting), parent=voting)


def public(thing: Thing) -> Fields:
    """Return the content without anybody's name."""
    content: Fields = thing.data["content"]
    return content


def whole(thing: Thing, vault: api.Vault) -> Fields:
    """Return the content as it was imported; for the eyes of its provider alone."""
    return _joined(public(thing), opened(thing, vault))


def for_others(thing: Thing, vault: api.Vault) -> Fields:
    """Return the content with the names of those who have called the meeting, and no more of anybody.

    A message has to name them (article 45 of the housing code), and the contract has no message without them.
    """
    named = fields.block(opened(thing, vault), INITIATORS)
    return {**public(thing), **({INITIATORS: {who: _named(value) for who, value in named.items()}} if named else {})}


def opened(thing: Thing, vault: api.Vault) -> Fields:
    """Return what is sealed of a paper."""
    sealed = vault.unseal(thing.data["sealed"], owner(thing)) if "sealed" in thing.data else {}
    return sealed if isinstance(sealed, dict) else {}


def load(registry: Registry, guid: str) -> Thing:
    """Return a paper that its meeting names."""
    found = registry.get(guid)
    if found is None:
        raise ValueError(f"a meeting has lost its paper {guid}")
    return found


def _parted(content: Fields) -> tuple[dict[str, Any], dict[str, Any]]:
    open_, personal = dict(content), dict[str, Any]()
    if INITIATORS in open_:
        personal[INITIATORS] = open_.pop(INITIATORS)
    system = fields.block(content, SYSTEM)
    if ADMINISTRATOR in system:
        personal[SYSTEM] = system[ADMINISTRATOR]
        open_[SYSTEM] = fields.without(system, (ADMINISTRATOR,))
    rows = fields.rows(content, QUESTIONS)
    proposed = {str(row[NUMBER]): row[ADMINISTRATOR] for row in rows if ADMINISTRATOR in row}
    if proposed:
        personal[QUESTIONS] = proposed
        open_[QUESTIONS] = [fields.without(row, (ADMINISTRATOR,)) for row in rows]
    return open_, personal


def _joined(open_: Fields, personal: Fields) -> Fields:
    content = dict(open_)
    if INITIATORS in personal:
        content[INITIATORS] = personal[INITIATORS]
    if SYSTEM in personal:
        content[SYSTEM] = {**fields.block(content, SYSTEM), ADMINISTRATOR: personal[SYSTEM]}
    proposed = fields.block(personal, QUESTIONS)
    if proposed:
        rows = fields.rows(content, QUESTIONS)
        content[QUESTIONS] = [_with(row, proposed.get(str(row[NUMBER]))) for row in rows]
    return content


def _with(row: Fields, administrator: api.Data | None) -> Fields:
    return row if administrator is None else {**row, ADMINISTRATOR: administrator}


def _named(value: api.Data) -> api.Data:
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if name in (*_OPEN_NAMES, *_OPEN_FLAGS)}
    return [_named(each) for each in value] if isinstance(value, Sequence) and not isinstance(value, str) else value


def owner(thing: Thing) -> str:
    """Return whom the sealed values of a paper belong to."""
    return f"{thing.kind}:{thing.id}"
