"""exportMeteringDeviceHistory: what was read in at most two consecutive months, in blocks of a thousand devices (§8.3).

An export about one house is told at once; one about several, or about all devices of the caller, in blocks by root
GUID, each of which names the device that the next one begins with.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from typing import Final

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, days, fields, references
from gateway.families.fields import Fields
from gateway.families.houses import kinds as house_kinds
from gateway.families.metering import codes, exporting, kinds, records, request
from gateway.families.metering.exporting import Days
from gateway.families.metering.telling import Histories
from gateway.families.problems import problem
from storage.registry import Registry, Thing

BLOCK: Final = 1000
"""Devices of one block (annotation of exportMeteringDeviceHistoryRequest)."""
_MONTHS: Final = 12


def export_history(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the histories of the devices that fit; INT002012 for none, AUT011003 and INT002000 for their houses."""
    asked = shape.read(task.element, task.shape)
    period = _period(asked, days.today(task.now))
    refused = next(_refusals(task, registry, asked, period), None)
    if refused is not None:
        return api.Failed(refused)
    is_paged = len(fields.texts(asked, kinds.HOUSE)) != 1
    found = _Search(task, registry, asked).devices(BLOCK + 1 if is_paged else None)
    block = found[:BLOCK] if is_paged else found
    if not block:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    histories = Histories(task, registry, period, _sources(task, asked))
    histories.fetch(block)
    house = _Houses(registry) if is_paged else None
    items = tuple(_item(device, histories, house) for device in block)
    return api.Exported("exportMeteringDeviceHistoryResult", items, _paged(found) if is_paged else {})


def _item(device: Thing, histories: Histories, house: _Houses | None) -> dict[str, api.Data]:
    archived = device.data.get("archived")
    return {
        "MeteringDeviceRootGUID": device.id,
        **(house.named(device) if house else {}),
        **histories.written(device),
        **({"ArchivedValues": {"ArchivingReason": archived["reason"]}} if archived else {}),
    }


def _paged(found: list[Thing]) -> dict[str, api.Data]:
    following = {"ExportMeteringDeviceRootGUID": found[BLOCK].id} if len(found) > BLOCK else {"LastPage": "true"}
    return {"PagedOutput": following}


def _period(asked: Fields, today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day: by default from the first of the month before until today."""
    begin, end = fields.text(asked, "inputDateFrom"), fields.text(asked, "inputDateTo")
    before = today.replace(day=1) - dt.timedelta(days=1)
    return days.day(begin) if begin else before.replace(day=1), days.day(end) if end else today


def _refusals(
    task: api.Task, registry: Registry, asked: Fields, period: tuple[dt.date, dt.date]
) -> Iterator[api.Problem]:
    begin, end = period
    if not (begin <= end and end.year * _MONTHS + end.month - (begin.year * _MONTHS + begin.month) <= 1):
        yield problem(codes.PERIOD_TOO_LONG, begin=days.shown(begin), end=days.shown(end))
    for fias in fields.texts(asked, kinds.HOUSE):
        if not task.may_use_house(fias.lower()):
            yield problem(errors.PROVIDER_DENIED, where=f"{kinds.HOUSE} {fias}")
        elif not any(registry.find(kind.name, fias.lower()) for kind in house_kinds.HOUSES):
            yield problem(errors.NOT_IN_REGISTRY, where=f"{kinds.HOUSE} {fias}")
    yield from references.problems(asked, exporting.DICTIONARIES, task.dictionaries, foreign=codes.FOREIGN_ENTRY)


def _sources(task: api.Task, asked: Fields) -> Callable[[str], bool]:
    """Return whether the readings of an organisation are asked for; those of citizens never come here."""
    # excludeISValues is the older word for the same (its annotation).
    without_own = any(fields.flag(asked, name) for name in ("ExcludeCurrentOrgAsDataSource", "excludeISValues"))
    without_others = fields.flag(asked, "ExcludeOtherOrgAsDataSource")
    return lambda by: not (without_own if by == task.organisation else without_others)


class _Search:
    """The devices that fit everything that is asked."""

    def __init__(self, task: api.Task, registry: Registry, asked: Fields) -> None:
        self._task = task
        self._registry = registry
        self._houses = [fias.lower() for fias in fields.texts(asked, kinds.HOUSE)]
        self._roots = [root.lower() for root in fields.texts(asked, "MeteringDeviceRootGUID")]
        self._start = fields.text(asked, "ExportMeteringDeviceRootGUID").lower()
        self._types = _codes(asked, "MeteringDeviceType")
        self._resources = _codes(asked, "MunicipalResource")
        self._commissioned, self._archived = Days(asked, "CommissioningDate"), Days(asked, "ArchiveDate")
        self._among_archived = fields.flag(asked, "SerchArchived") or self._archived.given
        self._may_use = functools.cache(task.may_use_house)

    def devices(self, most: int | None) -> list[Thing]:
        """Return them by root GUID, at most so many."""
        found: list[Thing] = []
        for some in self._named() if self._roots else self._linked():
            found += self._fitting(some)
            if most is not None and len(found) >= most:
                return found[:most]
        return found

    def _named(self) -> Iterator[list[Thing]]:
        things = self._registry.get_all(sorted(root for root in self._roots if root >= self._start))
        devices = [thing for thing in things.values() if thing.kind == records.DEVICE]
        yield [each for each in devices if not self._houses or not set(self._houses).isdisjoint(records.houses(each))]

    def _linked(self) -> Iterator[list[Thing]]:
        links = [records.house_link(fias) for fias in self._houses]
        links = links or [records.provider_link(self._task.organisation)]
        start: str | None = self._start
        while start is not None:
            some = self._registry.page(records.DEVICE, links, start, BLOCK + 1)
            start = some[BLOCK].id if len(some) > BLOCK else None
            yield some[:BLOCK]

    def _fitting(self, devices: list[Thing]) -> list[Thing]:
        found = [device for device in devices if self._fits(device)]
        if not self._commissioned.given:
            return found
        self._registry.get_all(str(device.data["version"]) for device in found)
        return [device for device in found if self._commissioned.hold(self._commissioning(device))]

    def _fits(self, device: Thing) -> bool:
        if not records.is_active(device) and not self._among_archived:
            return False
        return (
            exporting.is_seen(device, self._task, self._may_use)
            and (not self._types or records.kind(device).type in self._types)
            and (not self._resources or not self._resources.isdisjoint(records.measured(device)))
            and self._archived.hold(device.data.get("archived", {}).get("on", ""))
        )

    def _commissioning(self, device: Thing) -> str:
        basic = fields.block(records.content(self._registry, device), request.BASIC)
        return fields.text(basic, "CommissioningDate")


class _Houses:
    """How houses are named in an export about several of them."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._known: dict[str, dict[str, api.Data]] = {}

    def named(self, device: Thing) -> dict[str, api.Data]:
        """Return the identifiers of the house that a device stands in, of the first one where it serves several."""
        fias = records.houses(device)[0]
        if fias not in self._known:
            found = (self._registry.find(kind.name, fias) for kind in house_kinds.HOUSES)
            house = next(filter(None, found), None)
            self._known[fias] = {**({"HCSHouseGUID": house.id} if house else {}), "FIASHouseGuid": fias}
        return self._known[fias]


def _codes(asked: Fields, name: str) -> set[str]:
    """Return the codes of repeated references; `5` and `5.` are the same item."""
    return {fields.text(row, "Code").rstrip(".") for row in fields.rows(asked, name)}
