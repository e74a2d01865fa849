"""A dictionary of an organisation while a package changes it: what one change does, the next one sees."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator

from gateway.families import fields
from gateway.families.nsi import kinds, own
from gateway.families.nsi.changes import Change
from storage.registry import Registry, Thing


class State:
    """The entries of one dictionary of one organisation; changes go into the registry's unit of work."""

    def __init__(self, kind: kinds.Kind, organisation: str, registry: Registry) -> None:
        self.kind = kind
        self._aggregate = own.aggregate(organisation, kind.number)
        self._registry = registry
        self._things: dict[str, Thing] = {}
        self._below: dict[str, list[str]] = defaultdict(list)
        self._named: dict[tuple[str, ...], str] = {}
        self._last = 0
        for thing in registry.load(self._aggregate):
            self._know(thing)

    def find(self, guid: str | None) -> Thing | None:
        """Return the entry with this GUID, deleted ones too."""
        return self._things.get(guid or "")

    def namesake(self, content: fields.Fields) -> str | None:
        """Return the GUID of the live entry that has this name and this unit."""
        return self._named.get(self._name(content))

    def below(self, guid: str) -> Iterator[Thing]:
        """Yield the entries that stand under one, however deep."""
        waiting = list(self._below.get(guid, ()))
        while waiting:
            thing = self._things[waiting.pop(0)]
            yield thing
            waiting += self._below.get(thing.id, ())

    def edit(self, change: Change, parent: Thing | None, new_guid: Callable[[], str]) -> Thing:
        """Create the entry, or give it its new content."""
        before = self.find(change.guid)
        if before is not None:
            self._forget(before)
            return self._put(dataclasses.replace(before, data={**before.data, "content": change.content}))
        number = str(self._last + 1)
        data = {"code": f"{change.top}.{number}" if change.top else number, "content": change.content}
        return self._put(
            Thing(
                id=new_guid(),
                kind=own.ENTRY,
                aggregate=self._aggregate,
                parent=parent.id if parent else None,
                data={**data, "top": change.top},
            )
        )

    def end(self, thing: Thing, at: dt.datetime | None) -> None:
        """Delete an entry, or recover it where there is no moment."""
        self._forget(thing)
        self._put(dataclasses.replace(thing, ended_at=at))

    def _put(self, thing: Thing) -> Thing:
        self._registry.put(thing)
        self._know(thing)
        return thing

    def _know(self, thing: Thing) -> None:
        if thing.id not in self._things and thing.parent is not None:
            self._below[thing.parent].append(thing.id)
        self._things[thing.id] = thing
        self._last = max(self._last, int(str(thing.data["code"]).rpartition(".")[2]))
        if thing.ended_at is None:
            self._named.setdefault(self._name(thing.data["content"]), thing.id)

    def _forget(self, thing: Thing) -> None:
        name = self._name(thing.data["content"])
        if self._named.get(name) == thing.id:
            del self._named[name]

    def _name(self, content: fields.Fields) -> tuple[str, ...]:
        """Return what no two live entries share: the name, its unit and what it is about."""
        about = sorted(f"{name} {fields.item_code(content, name)}" for name in self.kind.references)
        units = (fields.text(content, "OKEI"), fields.text(content, "StringDimensionUnit").casefold())
        return (" ".join(self.kind.named(content).casefold().split()), *units, *about)
