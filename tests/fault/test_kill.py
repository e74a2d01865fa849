"""P1, P2, P3, P14: SIGKILL at every fail point, at its first passage and at a later one, on both databases.

A walk is one installation whose processes are killed one after another, each at a later point of the day. After each
kill all five invariants hold; at the end the day is finished as if nothing had been. Any test of a walk can be run
alone.
"""

from __future__ import annotations

import pytest

from gateway.files import keeper
from storage import failpoints
from tests import stand as stands
from tests.fault import day
from tests.uploads import Client

FIRST = (
    "ping.before-commit",
    "notice.before-commit",
    "notice.after-commit",
    "files.received",
    "files.before-rename",
    "file.before-commit",
    "file.after-commit",
    "file-part.before-commit",
    "file-part.after-commit",
    "files.removed",
    "endpoint.read",
    "pipeline.judged",
    "append.entries:3",
    "append.payloads:3",
    "append.tiles:3",
    "journal.before-commit",
    "mark.before-write:2",
    "journal.after-commit",
    "endpoint.before-reply",
    "worker.claimed",
    "result.signed",
    "worker.executed",
    "finish.applied",
    "finish.before-commit",
    "finish.after-commit",
    "fail.before-commit",
    "fail.after-commit",
    "retry.before-commit",
    "retry.after-commit",
    "checkpoint.signed",
    "checkpoint.before-commit",
    "checkpoint.after-commit",
    "checkpoint.before-publish",
    "checkpoint.after-publish",
    "result.fetched",
    "file-expire.before-commit",
    "file-expire.after-commit",
)
LATER = (
    "files.received:3",
    "file.before-commit:2",
    "file.after-commit:2",
    "pipeline.judged:2",
    "append.tiles:3",
    "journal.before-commit:2",
    "journal.after-commit:2",
    "endpoint.before-reply:2",
    "worker.executed:2",
    "append.entries:3",
    "finish.before-commit:2",
    "finish.after-commit:2",
    "worker.executed:3",
    "result.fetched:2",
)
IN_TRANSACTIONS = (
    "append.tiles:3",
    "journal.before-commit",
    "journal.after-commit",
    "worker.claimed",
    "finish.applied",
    "finish.before-commit",
    "finish.after-commit",
    "fail.before-commit",
    "retry.before-commit",
    "checkpoint.before-commit",
)
SELDOM = ("archive", "contracts", "drop", "drop-order", "epoch", "erase")
ELSEWHERE = {f"{name}.{at}-commit" for name in SELDOM for at in ("before", "after")} | {
    "archive.write",
    "archive.before-rename",
    "archive.after-rename",
}
"""What no day has: `test_archive`, `test_noticing`, `test_epochs` and `test_erasure` let these fail."""
WALKS = {"sqlite": FIRST, "sqlite, later": LATER, "postgresql": IN_TRANSACTIONS}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installation(request, tmp_path_factory):
    """What its clients know of the installation of one walk."""
    folder = tmp_path_factory.mktemp("walk")
    is_postgres = request.param == "postgresql"
    return day.prepare(folder, request.getfixturevalue("postgres").new_database() if is_postgres else "")


def steps():
    for walk, places in WALKS.items():
        marks = [pytest.mark.postgres] if walk == "postgresql" else []
        yield from (pytest.param(walk, place, marks=marks, id=f"{walk}-{place}") for place in places)


@pytest.mark.parametrize(("installation", "place"), [*steps()], indirect=["installation"])
def test_killed_at__all_five_invariants_hold(nursery, installation, place):
    point, _, passage = place.partition(":")
    assert installation.run(nursery, "day", point=f"{point}:kill:{passage or 1}").was_killed
    installation.check()


@pytest.mark.parametrize(
    "installation",
    ["sqlite", "sqlite, later", pytest.param("postgresql", marks=pytest.mark.postgres)],
    indirect=True,
)
def test_after_all_kills__the_day_is_finished_as_if_nothing_had_been(nursery, installation):
    assert installation.run(nursery, "day").wait() == 0
    installation.check(finished=True)
    assert len(installation.fetched) == len(installation.sent)
    stand = stands.Reopened(installation.settings)
    keeper.clean(stand.house, unnamed=0)
    client = Client(stand)
    for word, content in (("whole", day.WHOLE), ("completed", day.LONG)):
        assert all(client.get(id_).body == content for id_ in installation.files[word])
    stand.close()
    blobs = installation.settings.data / "files" / "blobs"
    assert len([path for path in blobs.rglob("*") if path.is_file()]) == len({day.WHOLE, day.LONG})


def test_every_point_of_the_catalogue__is_killed_at():
    assert {place.partition(":")[0] for place in FIRST} | ELSEWHERE == failpoints.POINTS.keys()
