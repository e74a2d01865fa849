"""An import beside what the registry holds: every asked change, the state it would lead to, and what is wrong with it.

The plan is the one thing that controls look at. Changes that were refused no longer count: a question such as "which
entrances are there?" is answered for the house as it will be.
"""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

from gateway.families import api
from gateway.families import fields as fields_module
from gateway.families.houses import kinds
from gateway.families.houses import request as request_module
from storage import registry as registry_module


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What becomes of one object if nothing speaks against it."""

    item: request_module.Item
    id: str
    """GUID in the registry: given out now for what is created."""
    before: registry_module.Thing | None
    """The stored object; None for what is created, and where the request names an object that is not in the house."""
    after: fields_module.Fields
    owner: Change | None = None
    """The change of the premises or block around a room."""

    @property
    def ends(self) -> bool:
        """Whether it annuls the object (AnnulmentReason)."""
        return "AnnulmentReason" in self.item.fields

    @property
    def was_live(self) -> bool:
        """Whether there is a stored object and it is not annulled."""
        return self.before is not None and self.before.ended_at is None


class Plan:
    """All changes of one import, the house first, and the problems found so far."""

    def __init__(
        self, request: request_module.Request, things: Sequence[registry_module.Thing], task: api.Task
    ) -> None:
        self.request = request
        self.task = task
        self.things: Mapping[str, registry_module.Thing] = {thing.id: thing for thing in things}
        self._problems: defaultdict[Change, list[api.Problem]] = defaultdict(list)
        self._entrances: frozenset[tuple[str, str]] | None = None
        self.house = self._house()
        self.parts = tuple(self._parts())
        self._named = Counter(change.item.guid for change in self.parts)
        self._rooms: defaultdict[str | None, list[registry_module.Thing]] = defaultdict(list)
        for thing in self.live(kinds.ROOM):
            self._rooms[thing.parent].append(thing)
        self._ending = {change.id: change for change in self.parts if change.ends}

    @property
    def changes(self) -> tuple[Change, ...]:
        """The house and its parts, in the order of the request."""
        return (self.house, *self.parts)

    def refuse(self, change: Change, problem: api.Problem) -> None:
        """Note a problem: the change will not be made."""
        self._problems[change].append(problem)

    def problems(self, change: Change) -> tuple[api.Problem, ...]:
        """Return what is wrong with a change, in the order in which it was found."""
        return tuple(self._problems.get(change, ()))

    def stands(self, change: Change) -> bool:
        """Return whether nothing has been found against a change yet."""
        return change not in self._problems

    def live(self, kind: kinds.Kind) -> Iterator[registry_module.Thing]:
        """Yield the stored things of a kind that are not annulled."""
        return (thing for thing in self.things.values() if thing.kind == kind.name and thing.ended_at is None)

    def times_named(self, change: Change) -> int:
        """Return how often the request names the object of a change by its GUID."""
        return self._named[change.item.guid]

    def has_entrance(self, key: tuple[str, str]) -> bool:
        """Return whether the house will have this entrance, see `place`; asked when all entrances have been judged."""
        if self._entrances is None:
            self._entrances = frozenset(place(fields) for fields in self._entrances_after())
        return key in self._entrances

    def rooms_left(self, change: Change) -> bool:
        """Return whether premises or a block have stored rooms that the request does not annul."""
        return any(not self._will_end(room) for room in self._rooms.get(change.id, ()))

    def state(self, change: Change) -> fields_module.Fields | None:
        """Return the fields that the object will have; None if it will not be there, or will be annulled."""
        if self.stands(change):
            return None if change.ends else change.after
        before = change.before
        same = before is not None and change.was_live and before.kind == change.item.kind.name
        return before.data if before is not None and same else None

    def _will_end(self, thing: registry_module.Thing) -> bool:
        change = self._ending.get(thing.id)
        return change is not None and self.stands(change)

    def _entrances_after(self) -> Iterator[fields_module.Fields]:
        changes = [change for change in self.parts if change.item.kind is kinds.ENTRANCE and self.stands(change)]
        changed = {change.id for change in changes}
        yield from (change.after for change in changes if not change.ends)
        yield from (thing.data for thing in self.live(kinds.ENTRANCE) if thing.id not in changed)

    def _house(self) -> Change:
        houses = {kind.name for kind in kinds.HOUSES}
        before = next((thing for thing in self.things.values() if thing.kind in houses), None)
        item = self.request.house
        return Change(item, before.id if before else self.task.new_guid(), before, self._after(item, before))

    def _parts(self) -> Iterator[Change]:
        made: dict[request_module.Item, Change] = {}
        for item in self.request.parts:
            before = self.things.get(item.guid) if item.guid else None
            owner = made[item.owner] if item.owner else None
            made[item] = Change(item, item.guid or self.task.new_guid(), before, self._after(item, before), owner)
            yield made[item]

    def _after(self, item: request_module.Item, before: registry_module.Thing | None) -> Mapping[str, api.Data]:
        if before is None:
            return item.fields
        # What is annulled keeps saying what it was, with or without InheritMissingValues.
        if self.request.inherits or "AnnulmentReason" in item.fields:
            return fields_module.inherit(before.data, item.fields)
        within_reach = self.request.within_reach
        kept = item.kind.kept if isinstance(item.kind, kinds.PartKind) else before.data.keys() - within_reach
        after = fields_module.replace(before.data, item.fields, kept)
        rows = [*self._out_of_reach(before), *fields_module.rows(after, "OGFData")]
        return {**after, "OGFData": rows} if rows else after

    def _out_of_reach(self, before: registry_module.Thing) -> Iterator[fields_module.Fields]:
        """Yield the stored parameters that the role may not set: it cannot reset them either."""
        for row in fields_module.rows(before.data, "OGFData"):
            parameter = self.task.dictionaries.parameter(fields_module.text(row, "Code"))
            if parameter is not None and self.task.role in parameter.closed_to:
                yield row


def place(fields: fields_module.Fields) -> tuple[str, str]:
    """Return what tells entrances apart: the number, and the child house where a house groups several."""
    return fields_module.text(fields, "FIASChildHouseGuid").lower(), fields_module.text(fields, "EntranceNum")
