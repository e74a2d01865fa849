"""P5, P7, P13: a defect, or a full disk, at every fail point: nothing is promised by it, and the next try succeeds.

The day goes on in the same process, which is the harder case: whatever the failed step has left in memory is still
there. Once each point fails in one and the same day; with HCS_LONG each also in a day of its own.
"""

from __future__ import annotations

import collections
import os

import pytest

from storage import failpoints
from tests.fault import day
from tests.fault.test_kill import FIRST, LATER

pytestmark = pytest.mark.slow

PLACES = sorted({*FIRST, *LATER})
DAYS = {"every point": PLACES}
if os.environ.get("HCS_LONG"):
    DAYS |= {place: [place] for place in PLACES}


@pytest.fixture
def fail(monkeypatch):
    """Let the process fail at places: each a point and the number of the passage."""

    def at(places, action):
        wanted = [(point, int(passage or 1)) for point, _, passage in (each.partition(":") for each in places)]
        passages, failed = collections.Counter(), set()

        def reach(name):
            passages[name] += 1
            if (name, passages[name]) in wanted:
                failed.add((name, passages[name]))
                failpoints._act(action, name)  # noqa: SLF001

        monkeypatch.setattr(failpoints, "reach", reach)
        return {*wanted}, failed

    return at


def go_through(folder, fail, places, action):
    installation = day.prepare(folder)
    wanted, failed = fail(places, action)
    said = []
    day.main(folder, say=lambda *words: said.append(words))
    assert failed == wanted
    for word, *about in said:
        if word == "acknowledged":
            name, guid = about
            assert installation.acknowledged.setdefault(name, guid) == guid
    installation.check(finished=True)


@pytest.mark.parametrize("action", ["raise", "enospc"])
@pytest.mark.parametrize("places", [*DAYS.values()], ids=[*DAYS])
def test_point_fails__the_day_goes_on_and_all_five_invariants_hold(tmp_path, fail, places, action):
    go_through(tmp_path, fail, places, action)
