"""Accounts in a small and in a large registry: `python bench/accounts.py [--rows 100000]`, ratios and a curve.

The handler and the transaction that stores its changes, on SQLite, without signatures and HTTP: an import of 100
accounts and exports of 1 000, by GUID and by house, in a registry with nothing else and in one with many accounts of
other houses; then packages of growing size. Processor time, the best of several runs that take turns, because others
use the machine too; waiting for the disk is therefore not in it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from storage import registry  # noqa: E402  # after the path
from tests.unit.families.accounts import requests  # noqa: E402
from tests.unit.families.accounts.rig import NOW, OURS, Rig  # noqa: E402

RUNS: Final = 7
HOUSES: Final = 1000
PERSON: Final = requests.PERSON


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="accounts of the large registry")
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        small, large = _registry(Path(one), 0), _registry(Path(other), rows)
        print(f"{'ms':28}{'empty':>10}{f'{rows:,}':>12}{'ratio':>8}")
        for name, make in OPERATIONS.items():
            before, after = _best(make(small), make(large))
            print(f"{name:28}{before:10.1f}{after:12.1f}{after / before:8.2f}")
        print("\nin the large registry, ms for each account")
        for count in (10, 25, 50, 100):
            spent = _best(_importing(large, count))[0] / count
            print(f"  import of {count:4}: {spent:6.2f}")
        for count in (10, 100, 300, 1000):
            spent = _best(_by_guid(large, count))[0] / count
            print(f"  export of {count:4}: {spent:6.3f}")
        small.close()
        large.close()
    return 0


def _registry(folder: Path, rows: int) -> Rig:
    """Make a registry with our house of 1 000 accounts, and `rows` accounts of others in other houses."""
    rig = Rig(folder)
    rig.checks = False
    for start in range(0, rows, 10_000):
        _fill(rig, start, min(start + 10_000, rows))
    rig.play(requests.house(flats=100))
    for start in range(1000, 2000, 100):
        made = (
            requests.account(n, requests.flat(101 + n % 100), number=f"B{n}", payer=PERSON)
            for n in range(start, start + 100)
        )
        rig.play(requests.accounts(*made))
    return rig


def _fill(rig: Rig, start: int, end: int) -> None:
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        sealed = rig.vault.seal({"PayerInfo": {"Ind": {"Surname": "Вымышленная", "FirstName": "Евлампия"}}}, "x")
        for count in range(start, end):
            unit.put(_row(count, sealed))
    with rig.database.write() as connection:
        registry.apply(connection, unit, organisation=OURS, message="bench", at=NOW)


def _row(count: int, sealed: str) -> registry.Thing:
    guid, house = f"5eed0000-0000-4000-8000-{count:012}", f"5eed0000-0000-4000-9000-{count % HOUSES:012}"
    number = f"99{count:08}"
    content = {"isUOAccount": "true", "AccountNumber": str(count), "TotalSquare": "50", "PayerInfo": {}}
    return registry.Thing(
        guid,
        "account",
        f"account:{guid}",
        key=f"{OURS}:{count}",
        unique_number=number,
        data={"provider": OURS, "houses": [house], "content": content, "sealed": sealed},
        links=frozenset((f"house:{house}", f"unified:{number}")),
    )


def _importing(rig: Rig, count: int) -> Callable[[], object]:
    turn = iter(range(1, 1_000_000))

    def run() -> object:
        first = 1_000_000 + count * next(turn) * 1000
        made = (
            requests.account(n, requests.flat(101 + n % 100), number=f"I{id(run)}-{n}", payer=PERSON)
            for n in range(first, first + count)
        )
        return rig.play(requests.accounts(*made))

    return run


def _by_guid(rig: Rig, count: int) -> Callable[[], object]:
    guids = [rig.given[requests.transport(n)] for n in range(1000, 1000 + count)]
    asked = requests.export("AccountGUID", *guids)
    return lambda: rig.play(asked)


def _by_number(rig: Rig) -> Callable[[], object]:
    numbers = [str(rig.thing(rig.given[requests.transport(n)]).unique_number) for n in range(1000, 2000)]
    asked = requests.export("UnifiedAccountNumber", *numbers)
    return lambda: rig.play(asked)


def _by_house(rig: Rig) -> Callable[[], object]:
    asked = requests.export("FIASHouseGuid", requests.FIAS)
    return lambda: rig.play(asked)


OPERATIONS: Final[dict[str, Callable[[Rig], Callable[[], object]]]] = {
    "export of 1 000 by GUID": lambda rig: _by_guid(rig, 1000),
    "export of 1 000 by ЕЛС": _by_number,
    "export of a house of 1 000": _by_house,
    "import of 100": lambda rig: _importing(rig, 100),
}


def _best(*runs: Callable[[], object]) -> list[float]:
    """Return the milliseconds of each."""
    spent: list[list[float]] = [[] for _ in runs]
    for _ in range(RUNS):
        for run, taken in zip(runs, spent, strict=True):
            began = time.process_time()
            run()
            taken.append(time.process_time() - began)
    return [1000 * min(taken) for taken in spent]


if __name__ == "__main__":
    sys.exit(main())
