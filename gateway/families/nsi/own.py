"""The dictionaries of an organisation as they are in the registry, and how they are given back.

Each is an aggregate of its own, `nsi:<orgPPAGUID>:<number>`: nobody else's package ever reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.nsi import builtin, kinds, pages
from storage import registry as registry_module

ENTRY: Final = "provider-entry"


def aggregate(organisation: str, number: int) -> str:
    """Return the aggregate that holds a dictionary of an organisation."""
    return f"nsi:{organisation}:{number}"


class Own:
    """The dictionaries of one organisation as references lead to them; each is read once, when it is asked for."""

    def __init__(self, registry: registry_module.Registry, organisation: str) -> None:
        self._registry = registry
        self._organisation = organisation
        self._read: dict[int, api.Dictionary] = {}

    def item(self, number: int, code: str) -> api.Item | None:
        """Return the entry with this code (`5` and `5.` are the same), deleted ones too, or None."""
        return self.dictionary(number).items.get(builtin.normal(code))

    def dictionary(self, number: int) -> api.Dictionary:
        """Return a dictionary whole; raises KeyError for a number that organisations do not keep."""
        if number not in self._read:
            self._read[number] = dictionary(self._registry, self._organisation, kinds.ALL[number])
        return self._read[number]


def dictionary(registry: registry_module.Registry, organisation: str, kind: kinds.Kind) -> api.Dictionary:
    """Return a dictionary of an organisation with all its entries, those that are deleted too."""
    things = registry.load(aggregate(organisation, kind.number))
    code_of = {thing.id: str(thing.data["code"]) for thing in things}
    items = [_item(kind, thing, code_of.get(thing.parent or "")) for thing in things]
    tops = {str(thing.data["top"]) for thing in things if thing.data["top"]}
    items = [*(_top(kind, organisation, code, items) for code in sorted(tops)), *items]
    modified = max((each.modified_at for each in items), default=pages.BEGINNING)
    return api.Dictionary(kind.number, kind.name, kind.fields[0].name, modified, {each.code: each for each in items})


def export_item(task: api.Task, registry: registry_module.Registry) -> api.Exported | api.Failed:
    """exportDataProviderNsiItem: a dictionary of the caller whole."""
    request, found = _asked(task, registry)
    return pages.whole(found, request, task.now)


def export_page(task: api.Task, registry: registry_module.Registry) -> api.Exported | api.Failed:
    """exportDataProviderPagingNsiItem: a page of a dictionary of the caller."""
    request, found = _asked(task, registry)
    return pages.page(found, request, task.now)


def _asked(task: api.Task, registry: registry_module.Registry) -> tuple[fields.Fields, api.Dictionary]:
    request = shape.read(task.element, task.shape)
    # The contract admits the numbers of these dictionaries and no others.
    kind = kinds.ALL[int(fields.text(request, "RegistryNumber"))]
    return request, dictionary(registry, task.organisation, kind)


def _item(kind: kinds.Kind, thing: registry_module.Thing, parent: str | None) -> api.Item:
    content = thing.data["content"]
    return api.Item(
        code=str(thing.data["code"]),
        guid=thing.id,
        name=kind.named(content),
        actual=thing.ended_at is None,
        parent=thing.data["top"] or parent,
        modified_at=thing.changed_at or pages.BEGINNING,
        fields=kind.exported(content),
    )


def _top(kind: kinds.Kind, organisation: str, code: str, items: Iterable[api.Item]) -> api.Item:
    """Return an entry that is the same for everybody: it has no content, so nobody can have sent it."""
    changed = max(each.modified_at for each in items if each.parent == code)
    return api.Item(code, builtin.guid(kind.number, f"{organisation}:{code}"), kind.tops[code], modified_at=changed)
