"""One act of a request with all that it has to be judged by."""

from __future__ import annotations

import dataclasses
import functools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gateway.families import api
from gateway.families.absences import records
from gateway.families.absences.request import Asked
from gateway.families.fields import Fields
from gateway.families.houses import finding, kinds
from storage.registry import Registry, Thing

HOUSE: Final = "House"
KINDS: Final[Mapping[str, frozenset[str]]] = {
    "Apartment": frozenset((kinds.RESIDENTIAL.name, kinds.NON_RESIDENTIAL.name, kinds.BLOCK.name)),
    "Room": frozenset((kinds.ROOM.name,)),
    HOUSE: frozenset(kind.name for kind in kinds.HOUSES),
}
"""What each AddressType may name, in the words of the registry (annotation of AddressType)."""
_PARTS: Final = KINDS["Apartment"] | KINDS["Room"]


@dataclasses.dataclass(frozen=True, slots=True)
class Object:
    """What an act is about."""

    guid: str
    """As it was sent."""
    type: str
    """AddressType."""
    thing: Thing | None
    """None where there is no such live object."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One act of a request."""

    asked: Asked
    before: Thing | None
    """The stored act; None for a new one, and where the sender has no act with this version."""
    content: Fields
    """What the act says before the request; empty for a new one."""
    objects: Sequence[Object]
    """What it will be about; none where it is annulled."""
    repeated: Sequence[str]
    """GUIDs of its objects, as sent, that the whole request names more than once."""
    may_use_house: Callable[[str], bool]
    task: api.Task

    @property
    def houses(self) -> list[str]:
        """FIASHouseGuids, lower case, of the houses of its objects."""
        return list(dict.fromkeys(finding.house_of(each.thing) for each in self.objects if each.thing))


class Cases:
    """Makes the cases of one request; the objects of the registry that they need are read together."""

    def __init__(self, task: api.Task, registry: Registry, sent: Sequence[Asked]) -> None:
        self._task = task
        self._registry = registry
        self._may_use_house = functools.cache(task.may_use_house)
        self._house = functools.cache(lambda fias: finding.house(registry, fias))
        named = [each for asked in sent for each in asked.objects]
        self._times = Counter(guid.lower() for guid, _ in named)
        versions = registry.get_all(asked.version for asked in sent if asked.version)
        acts = registry.get_all(each.parent for each in versions.values() if each.parent)
        registry.get_all(str(each.data["version"]) for each in acts.values() if each.kind == records.ACT)
        registry.get_all(guid.lower() for guid, type_ in named if type_ != HOUSE)

    def case(self, asked: Asked) -> Case:
        """Return what there is to be known of an act."""
        found = records.of_version(self._registry, asked.version) if asked.version else None
        before = found if found and records.provider(found) == self._task.organisation else None
        return Case(
            asked=asked,
            before=before,
            content=records.content(self._registry, before) if before else {},
            objects=tuple(Object(guid, type_, self._thing(guid.lower(), type_)) for guid, type_ in asked.objects),
            repeated=list({key: guid for guid, _ in asked.objects if self._times[key := guid.lower()] > 1}.values()),
            may_use_house=self._may_use_house,
            task=self._task,
        )

    def _thing(self, guid: str, type_: str) -> Thing | None:
        if type_ == HOUSE:
            return self._house(guid)
        thing = self._registry.get(guid)
        return thing if thing and thing.kind in _PARTS and thing.ended_at is None else None
