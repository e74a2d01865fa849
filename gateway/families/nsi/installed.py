"""The common dictionaries of an installation: those that come with the gateway, and those that it has loaded instead.

A loaded dictionary is kept in the registry: a header in the aggregate `nsi`, the entries in `nsi:<number>`. A process
keeps what it has read and asks, once for a package, for the revision of `nsi`, which grows with every load.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from gateway.families import api
from gateway.families.nsi import builtin, parameters, reading
from storage import registry

HEADERS: Final = "nsi"
"""Aggregate of the headers."""
HEADER: Final = "dictionary"
ENTRY: Final = "dictionary-entry"


def entries_of(number: int) -> str:
    """Return the aggregate that holds the entries of a loaded dictionary."""
    return f"{HEADERS}:{number}"


class Installed:
    """What a process knows of the loaded dictionaries. Not for several threads."""

    def __init__(self) -> None:
        self._revision = -1
        self._headers: Mapping[int, registry.Thing] = {}
        self._kept: dict[int, tuple[int, api.Dictionary]] = {}

    def view(self, unit: registry.Registry) -> View:
        """Return the dictionaries in the snapshot of `unit`, which is theirs alone: no package depends on it."""
        now = unit.revision(HEADERS)
        if now != self._revision:
            self._headers = {int(str(thing.key)): thing for thing in unit.load(HEADERS)}
            self._revision = now
        return View(unit, self._headers, self._kept)


class View:
    """The dictionaries as one package sees them."""

    def __init__(
        self,
        unit: registry.Registry,
        headers: Mapping[int, registry.Thing],
        kept: dict[int, tuple[int, api.Dictionary]],
    ) -> None:
        self._unit = unit
        self._headers = headers
        self._kept = kept

    def item(self, number: int, code: str) -> api.Item | None:
        """Return the entry with this code (`5` and `5.` are the same), or None."""
        found = self.dictionary(number)
        return found.items.get(builtin.normal(code)) if found else None

    def dictionary(self, number: int) -> api.Dictionary | None:
        """Return the dictionary as it was loaded, else as it comes with the gateway, else None."""
        header = self._headers.get(number)
        if header is None:
            return builtin.dictionary(number)
        known = self._kept.get(number)
        if known is None or known[0] != header.version:
            known = header.version, read(header, self._unit.load(entries_of(number)))
            self._kept[number] = known
        return known[1]

    def parameter(self, code: str) -> api.Parameter | None:
        """Return the parameter (OGFData, dictionary 197) with this code, or None."""
        item = self.item(parameters.NUMBER, code)
        return parameters.of(item, builtin.parameter_rows().get(builtin.normal(code), {})) if item else None

    def numbers(self) -> Sequence[int]:
        """Return the registry numbers of all, the lowest first."""
        return sorted({*builtin.numbers(), *self._headers})


def read(header: registry.Thing, entries: Iterable[registry.Thing]) -> api.Dictionary:
    """Return the dictionary that the registry holds in these objects."""
    items = (_item(thing) for thing in sorted(entries, key=lambda thing: reading.order(thing.data["code"])))
    about = header.data
    return api.Dictionary(
        number=int(str(header.key)),
        name=about["name"],
        field=about["field"],
        modified_at=_moment(header),
        items={builtin.normal(item.code): item for item in items},
        group=about["group"],
        kind=about["kind"],
    )


def _item(thing: registry.Thing) -> api.Item:
    data = thing.data
    return api.Item(
        code=data["wire"],
        guid=data["guid"],
        name=data["name"],
        actual=data["actual"],
        parent=data["parent"],
        modified_at=_moment(thing),
        fields=tuple(data["fields"]),
    )


def _moment(thing: registry.Thing) -> dt.datetime:
    if thing.changed_at is None:
        raise ValueError(f"{thing.kind} {thing.id} was never stored")
    return thing.changed_at
