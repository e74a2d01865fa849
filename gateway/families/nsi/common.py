"""The common dictionaries as they are asked for: exportNsiList, exportNsiItem, exportNsiPagingItem (nsi-common).

Their requests come without an organisation (ISRequestHeader): everybody may read them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from gateway import clock, wire
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.nsi import codes, pages
from gateway.families.problems import problem
from storage import registry as registry_module

NAMESPACE: Final = f"{wire.ROOT}nsi-common/"
NSI: Final = "NSI"


def export_list(task: api.Task, registry: registry_module.Registry) -> api.Exported | api.Failed:
    """Return which dictionaries a group has, by default the general one."""
    del registry
    group = fields.text(shape.read(task.element, task.shape), "ListGroup") or NSI
    all_ = map(task.dictionaries.dictionary, task.dictionaries.numbers())
    found = [each for each in all_ if each is not None and each.group == group]
    if not found:
        return pages.nothing()
    infos = [
        {"RegistryNumber": str(each.number), "Name": each.name, "Modified": clock.wire(each.modified_at)}
        for each in found
    ]
    return api.Exported("NsiList", ({"Created": clock.wire(task.now), "NsiItemInfo": infos, "ListGroup": group},))


def export_item(task: api.Task, registry: registry_module.Registry) -> api.Exported | api.Failed:
    """Return a dictionary whole."""
    del registry
    return _exported(task, pages.whole)


def export_page(task: api.Task, registry: registry_module.Registry) -> api.Exported | api.Failed:
    """Return a page of a dictionary."""
    del registry
    return _exported(task, pages.page)


def _exported(task: api.Task, how: Callable[..., api.Exported | api.Failed]) -> api.Exported | api.Failed:
    request = shape.read(task.element, task.shape)
    number = fields.text(request, "RegistryNumber")
    # Registry numbers are unique across the groups: whoever names the other group means this dictionary all the same.
    found = task.dictionaries.dictionary(int(number))
    if found is None:
        return api.Failed(problem(codes.UNKNOWN_DICTIONARY, number=number))
    return how(found, request, task.now)
