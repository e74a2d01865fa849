"""What sealing adds to the intake of a package: processor time with and without it, in one run, in alternation.

`python -m bench.journal_sealing` stores packages of 11 KB in transactions of fixed sizes: under load the size of
a batch decides more than anything in it, and it is not the same twice.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Final

from gateway import clock
from storage import database, journal, keys, packages, sealing

KEYRING: Final = sealing.Keyring({b"\0\0\0\1": bytes(range(32))})
BYTES: Final = 11_000
BATCHES: Final = (1, 8, 32)


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", type=int, default=640, help="a round")
    parser.add_argument("--rounds", type=int, default=11)
    arguments = parser.parse_args()
    bodies = [_body(number) for number in range(arguments.packages)]
    print("packages in a transaction, processor µs a package: plain, sealed, median of the ratios")
    for batch in BATCHES:
        plain: list[float] = []
        sealed: list[float] = []
        for number in range(arguments.rounds):
            order = ((None, plain), (KEYRING, sealed))
            for keyring, costs in order if number % 2 else reversed(order):
                costs.append(_round(keyring, bodies, batch))
        ratio = statistics.median(after / before for before, after in zip(plain, sealed, strict=True))
        print(
            f"{batch:>4} {statistics.median(plain):>7.0f} {statistics.median(sealed):>7.0f} {ratio:>6.2f}", flush=True
        )


def _round(keyring: sealing.Keyring | None, bodies: list[bytes], batch: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        db = database.Database.open(f"sqlite:///{Path(folder) / 'gateway.db'}", keyring)
        db.migrate()
        _store(db, bodies[:1])
        began = time.process_time()
        for start in range(0, len(bodies), batch):
            _store(db, bodies[start : start + batch])
        spent = time.process_time() - began
        db.close()
    return spent / len(bodies) * 1e6


def _store(db: database.Database, bodies: list[bytes]) -> None:
    events = [_event(db.keyring, body) for body in bodies]
    with db.write() as connection:
        packages.project(connection, journal.append(connection, events))


def _event(keyring: sealing.Keyring | None, body: bytes) -> journal.Event:
    guid = clock.new_guid()
    event = packages.Accepted(
        message_guid=guid,
        sender="00000000-0000-4000-8000-0000000000bb",
        requester_guid=str(uuid.uuid4()),
        organisation="00000000-0000-4000-8000-0000000000bb",
        system="sit",
        path="/services",
        service="HouseManagement",
        operation="importHouseUOData",
        pack="built-in",
        version="13.2.3.2",
        received_at=clock.now(),
        request=body,
    ).event
    return event if keyring is None else event.sealed(keyring.new(keys.of_package(guid)), new=True)


def _body(number: int) -> bytes:
    """Return text that zstd makes about half as long."""
    chance = random.Random(number)  # noqa: S311  # no secret: the same text each time
    words = [bytes(chance.choices(b"abcdefghijklmnop", k=8)) for _ in range(300)]
    return b" ".join(chance.choices(words, k=BYTES // 8))[:BYTES]


if __name__ == "__main__":
    main()
