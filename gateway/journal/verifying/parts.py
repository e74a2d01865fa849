"""The journal cut into ranges, which several processes verify at once: each opens the database for itself.

A range ends behind an entry that is there, so what is missing across a border is found by one of them, and told once.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from gateway.journal.verifying.question import MOST
from storage import database, directory, erasure, verification

RANGE: Final = 4096
"""Entries of a range: a few seconds' work where each has a package, and a multiple of a tile."""

_LEAST: Final = 8

Found: TypeAlias = tuple[list[verification.Fault], int, Mapping[str, int]]
"""Faults, the number of those beyond `MOST`, and what was counted."""
Judge: TypeAlias = Callable[..., Iterator[verification.Fault]]
"""Verifies a range: connection, first entry, entry before which it ends, a mapping of counts, what `each` passes."""


def cut(connection: directory.Connection, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the ranges of the entries from `start` up to `stop`, in their order."""
    borders = [start]
    while borders[-1] < stop:
        borders.append(verification.end_of_part(connection, borders[-1], stop, RANGE))
    return list(itertools.pairwise(borders))


def chain(
    connection: directory.Connection, start: int, stop: int, counts: dict[str, int]
) -> Iterator[verification.Fault]:
    """Yield the faults of a range of the chain, with its tree and its payloads."""
    if erased := len(erasure.told(connection, start, stop)):
        counts["entries whose payloads were erased by order"] = erased
    return verification.verify(connection, start, stop)


def each(
    db: database.Database, ranges: list[tuple[int, int]], jobs: int, judge: Judge, *given: Any
) -> Iterator[tuple[tuple[int, int], Found]]:
    """Yield what `judge`, a function of a module, finds in each range, in the order in which they are done.

    A process takes a second to start, so it gets `_LEAST` ranges at least. Whoever leaves early waits for the ranges
    that are being verified, and for no other. To be called in the main thread, because of Ctrl-C.
    """
    processes = min(jobs, len(ranges) // _LEAST)
    if processes <= 1:
        for bounds in ranges:
            yield bounds, _judged(db, bounds, judge, given)
        return
    # Not forked: a fork would inherit what its parent has open.
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, context, _follow_parent) as pool:
        with _deaf_to_ctrl_c():
            running = {pool.submit(_judged_apart, db, bounds, judge, given): bounds for bounds in ranges}
        try:
            for done in concurrent.futures.as_completed(running):
                yield running[done], done.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Let processes be started that Ctrl-C does not reach, from their first moment on: their parent decides."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _follow_parent() -> None:
    """Let this process end when its parent has, however that ended: it would wait for work for ever."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _judged_apart(db: database.Database, bounds: tuple[int, int], judge: Judge, given: tuple[Any, ...]) -> Found:
    with contextlib.closing(db):  # it came by pickle, and is this call's own
        return _judged(db, bounds, judge, given)


def _judged(db: database.Database, bounds: tuple[int, int], judge: Judge, given: tuple[Any, ...]) -> Found:
    faults, more, counts = list[verification.Fault](), 0, dict[str, int]()
    with db.read() as connection:
        for fault in judge(connection, *bounds, counts, *given):
            if len(faults) < MOST:
                faults.append(fault)
            else:
                more += 1
    return faults, more, counts
