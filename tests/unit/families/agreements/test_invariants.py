"""Whatever two organisations do with their agreements in whatever order, nobody gets a house that somebody else has."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.families import basis, days
from storage import registry
from tests.unit.families.agreements import requests as r
from tests.unit.families.agreements.rig import NOW, OURS, THEIRS, Placed, Rig, placed
from tests.unit.families.houses import rig as houses_rig

YEARS = st.sampled_from([("2024-01-01", "2026-12-31"), ("2027-01-01", "2028-12-31"), ("2024-01-01", "2028-12-31")])
WISHES = st.lists(
    st.tuples(
        st.sampled_from(["place", "add", "change", "annul house", "approve", "prolong", "terminate", "annul"]),
        st.sampled_from([OURS, THEIRS]),
        st.sampled_from([r.FIAS, r.OTHER]),
        YEARS,
        st.booleans(),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=300 if os.environ.get("HCS_LONG") else 12, deadline=None)
@given(WISHES)
def test_any_story__leaves_each_house_to_one_organisation_a_day(wishes: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        made: dict[str, list[Placed]] = {OURS: [], THEIRS: []}
        for count, wish in enumerate(wishes, 1):
            _fulfil(rig, made, count, *wish)
            for house in (r.FIAS, r.OTHER):
                _check(rig, house)
        for organisation, own in made.items():
            newest = {each.root: each for each in own}
            for each in newest.values():
                rig.send(r.export(f"<ContractGUID>{each.root}</ContractGUID>"), organisation=organisation)
        rig.close()


def _fulfil(
    rig: Rig,
    made: dict[str, list[Placed]],
    count: int,
    what: str,
    organisation: str,
    fias: str,
    years: tuple[str, str],
    asks: bool,  # noqa: FBT001  # a wish is drawn as a tuple
    which: int,
) -> None:
    own, number = made[organisation], count * 0x100
    of = own[-1 - which % len(own)] if own else None
    terms = r.terms(begin="2024-01-01", end="2028-12-31", licence=asks, rolls=which == 3)
    begin, end = years
    if what == "place" or of is None:
        data = r.place(r.house(number + 1, fias, begin=begin, end=end), count=number, said=terms)
    elif what == "add":
        data = r.edit(of.version, r.add(number + 1, fias, begin=begin, end=end), count=number, said=terms)
    elif what == "change":
        change = r.change(number + 1, of.house, of.houses[0]["FIASHouseGuid"], begin=begin, end=end)
        data = r.edit(of.version, change, count=number, said=terms)
    elif what == "annul house":
        data = r.edit(of.version, r.annul_house(number + 1, of.house), count=number, said=terms)
    else:
        act = {"approve": r.approve, "prolong": r.prolong, "terminate": r.terminate, "annul": r.annul}[what]
        data = act(of.version, count=number)
    answer = rig.send(data, organisation=organisation)
    if r.transport(number) in houses_rig.codes(answer).accepted:
        made[organisation].append(placed(answer))


def _check(rig: Rig, house: str) -> None:
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        found = list(basis.records(unit, house))
        today = days.today(NOW)
        for day in (today, dt.date(2026, 6, 1), dt.date(2027, 6, 1), dt.date(2029, 6, 1), dt.date(2035, 6, 1)):
            planned = {each.agreement for each in found if each.overlaps(day, day, today)}
            assert len(planned) <= 1, (day, planned)
            users = [each for each in (OURS, THEIRS) if basis.may_use(unit, each, house, day)]
            assert len(users) <= 1, (day, users)
