"""exportAbsenceDeviceInfo: acts by their GUIDs, by versions, or by the objects that they are about.

A provider sees its own acts. Of the acts of others it sees those about whole houses for all of which it has a basis;
what is said of flats and rooms, and the papers about them, are for whoever has placed them.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Sequence

from gateway import clock, errors
from gateway.contracts import shape
from gateway.families import api, days, fields
from gateway.families.absences import records, request
from gateway.families.fields import Fields
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_ACTIVE, _ARCHIVAL = "Active", "Archival"


@dataclasses.dataclass(frozen=True, slots=True)
class _Shown:
    """An act in one of its versions, and the version that is in force."""

    act: Thing
    version: Thing
    current: Thing


def export_acts(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the acts that there are and that the caller may see, each once; INT002012 for none."""
    asked = shape.read(task.element, task.shape)
    may_use = functools.cache(task.may_use_house)
    chosen = [shown for shown in _chosen(task, registry, asked) if _is_seen(shown.act, task, may_use)]
    if not chosen:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    owner = functools.cache(lambda organisation: _root(task, organisation))
    return api.Exported("exportAbsenceDeviceInfoResultType", tuple(_written(each, task, owner) for each in chosen))


def _is_seen(act: Thing, task: api.Task, may_use: Callable[[str], bool]) -> bool:
    if records.provider(act) == task.organisation:
        return True
    return records.is_of_houses(act) and all(map(may_use, records.houses(act)))


def _chosen(task: api.Task, registry: Registry, asked: Fields) -> Sequence[_Shown]:
    versions = _guids(asked, request.VERSION)
    if versions:
        return _versions(registry, versions)
    roots = _guids(asked, "AbsenceDeviceInfoGUID")
    if roots:
        return _current(registry, registry.get_all(roots).values())
    search = fields.block(asked, "AbsenceDeviceInfoSearchParams")
    links = map(records.object_link, _guids(search, "HMobjectGUID"))
    fits = functools.partial(_fits, search=search, task=task)
    return [each for each in _current(registry, registry.linked(records.ACT, links)) if fits(each)]


def _fits(shown: _Shown, *, search: Fields, task: api.Task) -> bool:
    """Return whether an act is in force, or in the other state that is asked for beside."""
    if records.is_annulled(shown.act):
        return fields.flag(search, "IsSearchAnnul")
    expired = records.has_expired(records.said(shown.version), days.today(task.now))
    return not expired or fields.flag(search, "IsSearchNotRelevant")


def _current(registry: Registry, things: Iterable[Thing]) -> list[_Shown]:
    acts = [thing for thing in things if thing.kind == records.ACT]
    versions = registry.get_all(str(act.data["version"]) for act in acts)
    return [_Shown(act, versions[act.data["version"]], versions[act.data["version"]]) for act in acts]


def _versions(registry: Registry, guids: Sequence[str]) -> list[_Shown]:
    found = [each for each in registry.get_all(guids).values() if each.kind == records.VERSION]
    acts = registry.get_all(str(each.parent) for each in found)
    now = {each.act.id: each for each in _current(registry, acts.values())}
    return [_Shown(now[str(each.parent)].act, each, now[str(each.parent)].current) for each in found]


def _written(shown: _Shown, task: api.Task, owner: Callable[[str], str]) -> dict[str, api.Data]:
    act, version = shown.act, shown.version
    if version.created_at is None:
        raise ValueError(f"{version.kind} {version.id} is not stored yet")
    expired = records.has_expired(records.said(shown.current), days.today(task.now))
    is_active = not records.is_annulled(act) and not expired
    return {
        **records.said(version),
        "AbsenceDeviceInfoGUID": act.id,
        request.VERSION: version.id,
        "StatusRootDoc": _ACTIVE if is_active else _ARCHIVAL,
        "StatusVersion": _ACTIVE if is_active and version.id == shown.current.id else _ARCHIVAL,
        "UpdateDateTime": clock.wire(version.created_at),
        "OwnerOrg": {"orgRootEntityGUID": owner(records.provider(act))},
        "VersionNumber": str(version.data["number"]),
    }


def _root(task: api.Task, organisation: str) -> str:
    found = task.directory.by_guid(organisation)
    if found is None:
        raise LookupError(f"nobody is registered as {organisation}")
    return found.root


def _guids(asked: Fields, name: str) -> list[str]:
    return list(dict.fromkeys(guid.lower() for guid in fields.texts(asked, name)))
