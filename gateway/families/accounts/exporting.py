"""exportAccountData: the accounts of a house, or those that are named, with as much as the caller may see.

A provider sees its own accounts whole. Of the accounts that others keep in a house for which the caller has a basis it
sees that they are there, for what and with which numbers: neither the payer nor how many live there, nor a contract.
Accounts of other houses do not exist for it; they are left out like those that really do not (protocol §8.2).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from gateway import clock, errors
from gateway.contracts import shape
from gateway.families import api, days, fields
from gateway.families.accounts import kinds, numbers, reasons, records
from gateway.families.houses import kinds as house_kinds
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_SEEN_BY_OTHERS: Final = frozenset(
    (*kinds.ELEMENTS, "TotalSquare", "ResidentialSquare", "HeatedArea", "Closed", "Accommodation", "AccountNumber")
)


def export_accounts(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the accounts; INT002012 for none, AUT011003 for a house without a basis, INT002000 for an unknown one."""
    asked = shape.read(task.element, task.shape)
    fias = fields.text(asked, "FIASHouseGuid")
    refused = _refused(task, registry, fias) if fias else None
    if refused is not None:
        return api.Failed(refused)
    may_use = functools.cache(task.may_use_house)
    managements = reasons.Managements(registry, days.today(task.now))
    found = registry.linked(records.ACCOUNT, [records.house_link(fias.lower())]) if fias else _named(asked, registry)
    items = []
    for thing in found:
        if records.provider(thing) == task.organisation:
            items.append(_written(thing, managements.written(thing, records.whole(thing, task.vault))))
        elif any(map(may_use, records.houses(thing))):
            items.append(_written(thing, _outside(thing)))
    if not items:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    return api.Exported("exportAccountResult", tuple(items))


def _refused(task: api.Task, registry: Registry, fias: str) -> api.Problem | None:
    where = f"FIASHouseGuid {fias}"
    if not task.may_use_house(fias.lower()):
        return problem(errors.PROVIDER_DENIED, where=where)
    if not any(registry.find(kind.name, fias.lower()) for kind in house_kinds.HOUSES):
        return problem(errors.NOT_IN_REGISTRY, where=where)
    return None


def _named(asked: fields.Fields, registry: Registry) -> Sequence[Thing]:
    """Return the accounts with these GUIDs, ЕЛС or ИЖКУ, each once, in the order of the request."""
    if "AccountGUID" in asked:
        things = registry.get_all(guid.lower() for guid in fields.texts(asked, "AccountGUID"))
        return [thing for thing in things.values() if thing.kind == records.ACCOUNT]
    unified = [numbers.unified_of(service_id) for service_id in fields.texts(asked, "ServiceID")]
    wanted = dict.fromkeys(filter(None, (*fields.texts(asked, "UnifiedAccountNumber"), *unified)))
    found = registry.linked(records.ACCOUNT, map(records.unified_link, wanted))
    by_number = {str(thing.unique_number): thing for thing in found}
    return [by_number[number] for number in wanted if number in by_number]


def _outside(thing: Thing) -> fields.Fields:
    content = records.public(thing)
    return {"PayerInfo": {}, **{name: value for name, value in content.items() if name in _SEEN_BY_OTHERS}}


def _written(thing: Thing, content: fields.Fields) -> fields.Fields:
    if thing.created_at is None:
        raise ValueError(f"{thing.kind} {thing.id} is not stored yet")
    unified = str(thing.unique_number)
    return {
        **content,
        "CreationDate": clock.wire(thing.created_at),
        "AccountGUID": thing.id,
        "UnifiedAccountNumber": unified,
        "ServiceID": numbers.service(unified),
    }
