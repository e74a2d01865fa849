"""Packages for one house at once: none is lost, none waits for ever, and all of it is as if one had come after another.

Several threads execute packages over one database as workers do: on a snapshot, applied at once or run again. Each
package has GUIDs of its own, so the packages executed one after another, in the order in which they were committed,
have to lead to the very same registry and the very same answers.
"""

from __future__ import annotations

import dataclasses
import itertools
import os
import random
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway import xml
from gateway.families import api, handlers
from storage import errors, numbers, registry
from tests.unit.families.houses import requests, rig, test_demolishing
from tests.unit.families.houses.requests import COMMUNAL, FIAS, REASON, SEPARATE

HOUSES = (FIAS, FIAS[:-1] + "0")
WORKERS = 4
ROUNDS = 40 if os.environ.get("HCS_LONG") else 4
PACKAGES = 8
"""Of each worker in a round."""
_MOST_RERUNS = 500


@dataclasses.dataclass(frozen=True, slots=True)
class Package:
    """A message, and the number that makes its GUIDs."""

    number: int
    data: bytes

    def guid(self, count: int) -> str:
        return f"{self.number:08x}-0000-4000-8000-{count:012x}"


@dataclasses.dataclass(slots=True)
class Log:
    """What has been committed, in the order in which it was."""

    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    committed: list[tuple[Package, api.Answer]] = dataclasses.field(default_factory=list)
    failures: list[BaseException] = dataclasses.field(default_factory=list)
    reruns: int = 0


def run(at: rig.Rig, package: Package, log: Log, given: numbers.Numbers) -> None:
    """Execute a package as a worker does."""
    for _ in range(_MOST_RERUNS):
        count = itertools.count(1)
        task = at.task(xml.parse(package.data), basis=True, role="УО", now=rig.NOW)
        task = dataclasses.replace(
            task, message_guid=package.guid(0), new_guid=lambda count=count: package.guid(next(count))
        )
        with at.database.read() as connection:
            unit = registry.Registry(connection, given)
            answer = handlers.HANDLERS[task.element.tag](task, unit)
        try:
            with at.database.write() as connection:
                registry.apply(connection, unit, organisation=rig.ORGANISATION, message=task.message_guid, at=rig.NOW)
                # Whoever changes the same house later waits for this transaction, so this is the order of the commits.
                with log.lock:
                    log.committed.append((package, answer))
        except errors.Conflict:
            log.reruns += 1
            continue
        return
    raise RuntimeError(f"package {package.number} is never through")


def run_all(at: rig.Rig, shares: Sequence[Sequence[Package]], log: Log) -> None:
    """Execute every share in a thread of its own, all at once."""
    start = threading.Barrier(len(shares))

    def work(share: Sequence[Package]) -> None:
        given = numbers.Numbers(at.database)
        try:
            start.wait(60)
            for package in share:
                run(at, package, log, given)
        except BaseException as error:  # noqa: BLE001  # told by the test, in its own thread
            log.failures.append(error)

    threads = [threading.Thread(target=work, args=(share,), daemon=True) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(300)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    assert log.failures == []


def things(at: rig.Rig) -> dict[str, registry.Thing]:
    """Everything of the houses; numbers have gaps, so nothing is said of those."""
    return {
        id_: dataclasses.replace(thing, unique_number=None) for fias in HOUSES for id_, thing in at.things(fias).items()
    }


def answers(log: Log) -> list[api.Answer]:
    """The answers without unique numbers."""
    return [
        api.Imported(tuple(dataclasses.replace(one, unique_number=None) for one in answer.outcomes))
        for _, answer in log.committed
    ]


def parts(house: int) -> list[str]:
    """What a house begins with: flats 2 to 5 of this TransportGUID and this GUID."""
    return [requests.flat(count, str(count), kind=COMMUNAL if count == 5 else SEPARATE) for count in range(2, 6)]


def change(chance: random.Random, made: Sequence[str]) -> str:
    """One change of a flat that is there, or another flat or entrance."""
    guid, number = chance.choice(made), str(chance.randrange(1, 9))
    area = f"<TotalArea>{chance.randrange(10, 99)}.5</TotalArea>"
    wishes = [
        lambda: requests.flat(2, number, kind=SEPARATE),
        lambda: _named(requests.flat(2, number, of=9, kind=area), guid),
        lambda: _named(requests.flat(2, "", of=9, kind=area), guid),
        lambda: _named(requests.flat(2, "", of=9, said=REASON), guid),
        lambda: requests.entrance(2, number),
    ]
    return chance.choices(wishes, weights=(3, 3, 5, 1, 2))[0]()


def _named(part: str, guid: str) -> str:
    return part.replace(requests.transport(9), guid)


def _in(house: str, data: bytes) -> bytes:
    return data.replace(FIAS.encode(), house.encode())


def story(seed: int) -> tuple[list[Package], list[list[Package]]]:
    """What comes first, one after another, and the shares that come at once."""
    chance = random.Random(seed)  # noqa: S311  # a seeded test, no secret
    first = [Package(number, _in(house, requests.create(*parts(number)))) for number, house in enumerate(HOUSES, 1)]
    made = {house: [first[index].guid(count) for count in range(2, 6)] for index, house in enumerate(HOUSES)}
    shares: list[list[Package]] = []
    for worker in range(WORKERS):
        share = []
        for index in range(PACKAGES):
            house = chance.choice(HOUSES)
            data = _in(house, requests.update(change(chance, made[house]), count=1))
            share.append(Package(100 + worker * PACKAGES + index, data))
        shares.append(share)
    if seed % 2:  # both at once, in either order: whoever locks one of them must not wait for the other
        for worker, order in ((0, HOUSES), (1, HOUSES[::-1])):
            ends = [test_demolishing.house(count, fias=fias) for count, fias in enumerate(order, 1)]
            shares[worker].append(Package(90 + worker, test_demolishing.demolish(*ends)))
    return first, shares


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_packages_for_one_house_at_once__are_as_if_one_came_after_another(seed: int, url: str, tmp_path: Path) -> None:
    at, log = rig.Rig(tmp_path, url), Log()
    first, shares = story(seed)
    run_all(at, [first], log)
    run_all(at, shares, log)
    assert len(log.committed) == len(first) + sum(map(len, shares))
    found = things(at)
    at.close()
    after, replayed = rig.Rig(tmp_path), Log()
    run_all(after, [[package for package, _ in log.committed]], replayed)
    assert replayed.reruns == 0
    assert things(after) == found
    assert answers(replayed) == answers(log)
    after.close()


def test_one_house_created_by_all_at_once__is_created_by_one(url: str, tmp_path: Path) -> None:
    at, log = rig.Rig(tmp_path, url), Log()
    run_all(at, [[Package(worker, requests.create(*parts(worker)))] for worker in range(1, WORKERS + 1)], log)
    told = [rig.codes(answer) for _, answer in log.committed]
    assert [len(each.accepted) for each in told] == [5] + [0] * (WORKERS - 1)
    assert [each.refused for each in told[1:]] == [{requests.transport(1): ["SRV004016"]}] * (WORKERS - 1)
    assert len(at.things(FIAS)) == 5
    at.close()


def test_update_without_inheritance_beside_another__is_not_mixed_with_it(url: str, tmp_path: Path) -> None:
    at = rig.Rig(tmp_path, url)
    run_all(at, [[Package(1, requests.create())]], Log())
    said = [f"<TotalSquare>{count}</TotalSquare><FloorCount>{count}</FloorCount>" for count in range(1, 21)]
    shares = [
        [Package(10 + count, requests.update(said=said[count], inherits=False)) for count in range(start, 20, 4)]
        for start in range(WORKERS)
    ]
    run_all(at, shares, Log())
    (house,) = at.things(FIAS).values()
    assert house.data["TotalSquare"] == house.data["FloorCount"]
    assert house.version == 21
    at.close()
