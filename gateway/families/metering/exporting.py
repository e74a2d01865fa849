"""exportMeteringDeviceData: the devices of a house, one device or one of its versions (protocol §8.3).

A provider sees its own devices whole. Of the devices of others, in houses for which the caller has a basis, it sees the
collective ones without their papers. The others hang on accounts of their provider, which the contract would have to
name: they do not exist for anybody else.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Sequence

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, days, fields, references
from gateway.families.fields import Fields
from gateway.families.houses import kinds as house_kinds
from gateway.families.metering import codes, controls, kinds, records, request
from gateway.families.metering.showing import Exports, Shown
from gateway.families.problems import problem
from storage.registry import Registry, Thing

DICTIONARIES = {"MeteringDeviceType": 27, "MunicipalResource": controls.DICTIONARIES["MunicipalResource"]}


def export_devices(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the devices; INT002012 for none, AUT011003 for a house without a basis, INT002000 for an unknown one."""
    asked = shape.read(task.element, task.shape)
    refused = next(_refusals(task, registry, asked), None)
    if refused is not None:
        return api.Failed(refused)
    may_use = functools.cache(task.may_use_house)
    chosen = [shown for shown in _chosen(task, registry, asked) if is_seen(shown.device, task, may_use)]
    if not chosen:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    exports = Exports(task, registry, chosen, with_houses=fields.flag(asked, "IncludeFIASHouseGuid"))
    return api.Exported("exportMeteringDeviceDataResult", tuple(map(exports.written, chosen)))


def is_seen(device: Thing, task: api.Task, may_use: Callable[[str], bool]) -> bool:
    """Return whether an organisation may see a device at all."""
    if records.provider(device) == task.organisation:
        return True
    return records.kind(device) is kinds.COLLECTIVE and any(map(may_use, records.houses(device)))


def _refusals(task: api.Task, registry: Registry, asked: Fields) -> Iterator[api.Problem]:
    fias = fields.text(asked, kinds.HOUSE)
    if fias and not task.may_use_house(fias.lower()):
        yield problem(errors.PROVIDER_DENIED, where=f"{kinds.HOUSE} {fias}")
    elif fias and not any(registry.find(kind.name, fias.lower()) for kind in house_kinds.HOUSES):
        yield problem(errors.NOT_IN_REGISTRY, where=f"{kinds.HOUSE} {fias}")
    yield from references.problems(asked, DICTIONARIES, task.dictionaries, foreign=codes.FOREIGN_ENTRY)


def _chosen(task: api.Task, registry: Registry, asked: Fields) -> Sequence[Shown]:
    version = fields.text(asked, "MeteringDeviceVersionGUID").lower()
    if version:
        device, found = records.of_version(registry, version), registry.get(version)
        return [Shown(device, found)] if device and found else []
    root = fields.text(asked, "MeteringDeviceRootGUID").lower()
    if root:
        device = registry.get(root)
        return _current(registry, [device] if device and device.kind == records.DEVICE else [])
    linked = registry.linked(records.DEVICE, [records.house_link(fields.text(asked, kinds.HOUSE).lower())])
    passes = _Filter(asked, task.organisation)
    return [
        shown for shown in _current(registry, [each for each in linked if passes.device(each)]) if passes.version(shown)
    ]


def _current(registry: Registry, devices: Sequence[Thing]) -> list[Shown]:
    versions = registry.get_all(str(device.data["version"]) for device in devices)
    return [Shown(device, versions[device.data["version"]]) for device in devices]


class _Filter:
    """What the devices of a house have to be like; a device has to fit everything that is named."""

    def __init__(self, asked: Fields, organisation: str) -> None:
        self._type = fields.item_code(asked, "MeteringDeviceType")
        self._resource = fields.item_code(asked, "MunicipalResource")
        self._only_of = organisation if fields.flag(asked, "IsCurrentOrganization") else ""
        self._archived = Days(asked, "ArchiveDate")
        self._commissioned = Days(asked, "CommissioningDate")
        self._among_archived = fields.flag(asked, "SearchArchived") or self._archived.given
        changed = fields.text(asked, "UpdateDateTime")
        self._changed_since = days.moment(changed) if changed else None

    def device(self, device: Thing) -> bool:
        """Return whether what the device itself keeps fits."""
        if not records.is_active(device) and not self._among_archived:
            return False
        if self._only_of and records.kind(device) is kinds.COLLECTIVE and records.provider(device) != self._only_of:
            return False
        kind, archived = records.kind(device), device.data.get("archived", {}).get("on", "")
        return (
            self._type in ("", kind.type)
            and (not self._resource or self._resource in records.measured(device))
            and self._archived.hold(archived)
        )

    def version(self, shown: Shown) -> bool:
        """Return whether what its version says fits."""
        basic = fields.block(records.version_content(shown.version), request.BASIC)
        made = shown.version.created_at
        since = self._changed_since
        return self._commissioned.hold(fields.text(basic, "CommissioningDate")) and (
            since is None or (made is not None and made >= since)
        )


class Days:
    """A period of which each end may be open: NAMEFrom and NAMETo."""

    def __init__(self, asked: Fields, name: str) -> None:
        begin, end = (fields.text(asked, f"{name}{side}") for side in ("From", "To"))
        self.given = bool(begin or end)
        """Whether there is any."""
        self._begin = days.day(begin) if begin else dt.date.min
        self._end = days.day(end) if end else dt.date.max

    def hold(self, text: str) -> bool:
        """Return whether a day lies in the period; no day lies in any, and all that there is in none that is given."""
        return not self.given or (bool(text) and self._begin <= days.day(text) <= self._end)
