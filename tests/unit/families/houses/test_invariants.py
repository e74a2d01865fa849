"""Whatever a sender does to a house in whatever order, the registry keeps its rules and the export stays valid."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.families import api
from gateway.families.houses import kinds
from storage.registry import Thing
from tests.unit.families.houses import requests, rig, test_exporting
from tests.unit.families.houses.requests import FIAS

NUMBERS = st.sampled_from(["1", "2", "3"])
KINDS = st.sampled_from([requests.COMMUNAL, requests.SEPARATE, ""])
ENTRANCES = st.sampled_from(["", "1", "2", "9"])
WISHES = st.lists(
    st.tuples(
        st.sampled_from(["entrance", "flat", "room"]),
        st.sampled_from(["create", "update", "annul"]),
        st.integers(0, 5),
        NUMBERS,
        ENTRANCES,
        KINDS,
    ),
    max_size=6,
)
STORIES = st.lists(st.tuples(WISHES, st.booleans()), min_size=1, max_size=4)


class Sender:
    """Turns wishes into requests that are valid under the contract, whether they are sensible or not."""

    def __init__(self) -> None:
        self._count = 0
        self._made: dict[str, list[int]] = {"entrance": [], "flat": [], "room": []}

    def request(self, wishes: list, *, first: bool, inherits: bool) -> bytes:
        count = self._next()
        parts = [self._part(*wish) for wish in wishes]
        # The contract wants new entrances, then changed ones, then premises.
        parts.sort(key=lambda part: ("<ResidentialPremises>" in part, "<EntranceToUpdate>" in part))
        if first:
            return requests.create(*parts, count=count)
        return requests.update(*parts, count=count, inherits=inherits)

    def _part(self, what: str, how: str, which: int, number: str, entrance: str, kind: str) -> str:
        made = self._made[what]
        of = made[which % len(made)] if made and how != "create" else None
        said = requests.REASON if how == "annul" and of is not None else ""
        count = self._next()
        if of is None:
            made.append(count)
        if what == "entrance":
            return requests.entrance(count, number, of=of, said=said)
        if what == "flat":
            return requests.flat(count, number, of=of, entrance=entrance, kind=kind, said=said)
        flats = self._made["flat"]
        around = flats[which % len(flats)] if flats else None
        inside = requests.room(count, number, of=of, said=said)
        return requests.flat(self._next(), number, inside, of=around, entrance=entrance, kind=kind)

    def _next(self) -> int:
        self._count += 1
        return self._count


@settings(max_examples=25, deadline=None)
@given(STORIES)
def test_any_story__leaves_a_sound_house_and_a_valid_export(stories: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        played = rig.Rig(Path(folder))
        sender = Sender()
        for index, (wishes, inherits) in enumerate(stories):
            data = sender.request(wishes, first=index == 0, inherits=inherits)
            rig.built_in_schema().assertValid(rig.xml.parse(data))
            _every_object_is_answered_once(data, played.play(data))
            _is_sound(played.things(FIAS))
        export = rig.sample("export-house-15.10.0.0").replace(b"a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101", FIAS.encode())
        answer = played.play(export)
        played.close()
    assert isinstance(answer, api.Exported)
    rig.built_in_schema().assertValid(test_exporting.as_result(dict(answer.items[0])))


def _every_object_is_answered_once(data: bytes, answer: api.Answer) -> None:
    assert isinstance(answer, api.Imported)
    sent = [element.text for element in rig.xml.parse(data).iter(f"{rig.BASE}TransportGUID")]
    assert [one.transport_guid for one in answer.outcomes] == sent
    assert all(bool(one.problems) is (one.updated_at is None) for one in answer.outcomes)


def _is_sound(things: dict[str, Thing]) -> None:
    live = [thing for thing in things.values() if thing.ended_at is None]
    for kind in kinds.PARTS:
        numbers = Counter((each.parent, each.data.get(kind.number)) for each in live if each.kind == kind.name)
        assert not [key for key, times in numbers.items() if times > 1]
    for room in (thing for thing in live if thing.kind == kinds.ROOM.name):
        around = things[room.parent]
        assert around.ended_at is None
        assert around.data["PremisesCharacteristic"]["Code"] == "2"
    given_out = [thing.unique_number for thing in things.values() if thing.unique_number]
    assert len(set(given_out)) == len(given_out)
