"""One device of a request with all that it has to be judged by."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

from gateway.families import api, fields
from gateway.families.accounts import records as accounts
from gateway.families.fields import Fields
from gateway.families.houses import finding
from gateway.families.metering import changing, kinds, records, request, resources
from gateway.families.metering.request import Asked
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """What a device is said to serve: a house, premises or a room."""

    name: str
    """The element that names it."""
    guid: str
    """As it was sent."""
    thing: Thing | None
    """None where there is no such live object."""

    @property
    def house(self) -> str | None:
        """FIASHouseGuid, lower case, of the house it is in."""
        return finding.house_of(self.thing) if self.thing else None


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One device of a request."""

    asked: Asked
    before: Thing | None
    """The stored device; None for a new one, and where the sender has no device with this version."""
    places: tuple[Place, ...]
    accounts: Mapping[str, Thing | None]
    """Accounts that it is to be bound to; None where the sender has no such account."""
    others: Mapping[str, Thing | None]
    """Devices by the versions that name them: linked ones and the one that takes its place."""
    content: Fields
    """What is said of it now; empty for a new one."""
    after: Fields
    """What will be said of it; empty where nothing can be."""
    may_use_house: Callable[[str], bool]
    task: api.Task
    registry: Registry

    @property
    def basic(self) -> Fields:
        """Its characteristics as they will be."""
        return fields.block(self.after, request.BASIC)

    @property
    def kind(self) -> kinds.Kind:
        """Its kind as it will be."""
        return kinds.of(self.basic)

    @property
    def place(self) -> Fields:
        """The element of its kind as it will be."""
        return fields.block(self.basic, self.kind.element)

    @property
    def rows(self) -> Sequence[Fields]:
        """What will be said of each of its resources."""
        return resources.rows(self.after)

    @property
    def houses(self) -> list[str]:
        """FIASHouseGuids, lower case, of the houses that it will serve: those that are said, else those from before."""
        named = [place.house for place in self.places if place.house]
        return named or (list(records.houses(self.before)) if self.before else [])


class Cases:
    """Makes the cases of one request; the objects of the registry that they need are read together."""

    def __init__(self, task: api.Task, registry: Registry, sent: Sequence[Asked]) -> None:
        self._task = task
        self._registry = registry
        self._may_use_house = functools.cache(task.may_use_house)
        versions = registry.get_all(guid for asked in sent for guid in (asked.version, *_others(asked)) if guid)
        roots = registry.get_all(each.parent for each in versions.values() if each.parent)
        registry.get_all(str(each.data["version"]) for each in roots.values() if each.kind == records.DEVICE)
        named = (guid.lower() for asked in sent for guid in asked.named)
        registry.get_all([*named, *(guid for asked in sent for guid in asked.accounts)])

    def case(self, asked: Asked) -> Case:
        """Return what there is to be known of a device."""
        before = self._own(records.of_version(self._registry, asked.version)) if asked.version else None
        others = {guid: records.of_version(self._registry, guid) for guid in _others(asked)}
        content = records.content(self._registry, before) if before else {}
        roots = {guid: other.id for guid, other in others.items() if other}
        return Case(
            asked=asked,
            before=before,
            places=tuple(self._places(asked)),
            accounts={guid: self._account(guid) for guid in asked.accounts},
            others={guid: self._seen(other) for guid, other in others.items()},
            content=content,
            after=changing.resulting(asked, content, roots) if before or not asked.version else {},
            may_use_house=self._may_use_house,
            task=self._task,
            registry=self._registry,
        )

    def _own(self, device: Thing | None) -> Thing | None:
        return device if device and records.provider(device) == self._task.organisation else None

    def _seen(self, device: Thing | None) -> Thing | None:
        """Return a device that can be named: one's own, or one in a house that one works with."""
        if device is None or self._own(device) or any(map(self._may_use_house, records.houses(device))):
            return device
        return None

    def _account(self, guid: str) -> Thing | None:
        thing = self._registry.get(guid)
        ours = thing and thing.kind == accounts.ACCOUNT and accounts.provider(thing) == self._task.organisation
        return thing if ours else None

    def _places(self, asked: Asked) -> list[Place]:
        kind = asked.kind
        if kind is None:
            return []
        if kind.stands_in_parts:
            return [Place(kind.names, guid, self._part(guid.lower())) for guid in asked.named]
        moved = asked.is_whole or "isChangeToFIASHouseGuid" in asked.place
        guids = asked.named or ([asked.house] if asked.house and moved else [])
        return [Place(kind.names, guid, finding.house(self._registry, guid.lower())) for guid in guids]

    def _part(self, guid: str) -> Thing | None:
        thing = self._registry.get(guid)
        return thing if thing and thing.kind in kinds.NUMBERS and thing.ended_at is None else None


def _others(asked: Asked) -> list[str]:
    return [*asked.linked, *filter(None, [asked.replacing])]
