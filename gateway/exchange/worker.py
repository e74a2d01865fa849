"""The worker: takes accepted packages one by one, has them executed, stores their signed results (P14).

Whatever happens to the process, the package stays on the work list until its result is in the journal, and the result
enters it once, together with everything that the family has changed. A run that fails by our own fault is no result:
its sender is told, and the package is kept for `gateway exchange retry`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import threading
from typing import Final

from gateway import clock, errors, installation
from gateway.contracts import errors as contract_errors
from gateway.exchange import execution, touched
from gateway.families import api
from storage import errors as storage_errors
from storage import failpoints, journal, numbers, packages, registry, work

log: Final = logging.getLogger("gateway.exchange")

_MOST_RERUNS: Final = 20
"""Runs of one package while others keep changing the same objects; then it waits for its next turn."""
_MOST_ATTEMPTS: Final = 10
"""Deaths of workers after which a package that takes every one of them down is answered as our own fault."""


class Worker:
    """Executes packages of one installation; `name` stands in the journal beside each result."""

    def __init__(self, house: installation.Installation, name: str) -> None:
        self._house = house
        self._name = name
        self._execution = execution.Execution(house)
        self._lease = dt.timedelta(seconds=house.settings.lease)
        self._current: str | None = None

    def run(self, stop: threading.Event, *, idle: float = 0.05) -> None:
        """Work until `stop` is set; looks for new work every `idle` seconds when there is none."""
        threading.Thread(target=self._keep_lease, args=(stop,), name="lease", daemon=True).start()
        while not stop.is_set():
            try:
                busy = self.run_once()
            except (storage_errors.NotReady, errors.Unavailable) as error:
                log.error("worker waits", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # no defect: no trace
                stop.wait(1.0)
                continue
            if not busy:
                stop.wait(idle)

    def run_once(self) -> bool:
        """Execute the oldest waiting package; False when there is none.

        Raises NotReady and Unavailable: the package is given back then, and this run of it does not count. One that
        cannot be opened is put aside.
        """
        self._house.check_ready()
        claim = work.claim(self._house.database, self._name, self._lease, clock.now())
        if claim is None:
            return False
        failpoints.reach("worker.claimed")
        self._current = claim.package.message_guid
        try:
            self._finish(claim)
        except (storage_errors.KeyMissing, storage_errors.Archived) as error:
            # Of this package alone: the others may be sealed under a key that is here.
            log.error("package not readable", extra={"facts": {"message": self._current, "reason": str(error)}})  # noqa: TRY400
            self._put_aside(claim.package)
        except (storage_errors.NotReady, errors.Unavailable):
            self._give_back(claim.package)
            raise
        except contract_errors.UnknownPath:
            log.warning("contract gone", extra={"facts": {"message": self._current, "pack": claim.package.pack}})
            self._put_aside(claim.package)
        except (storage_errors.AlreadyFinished, storage_errors.ClaimLost):
            log.info("finished by another worker", extra={"facts": {"message": claim.package.message_guid}})
        finally:
            self._current = None
        return True

    def _finish(self, claim: work.Claim) -> None:
        if claim.attempt > _MOST_ATTEMPTS:
            self._store(claim.package, self._execution.fail(claim.package, None))
            return
        for _ in range(_MOST_RERUNS):
            with contextlib.suppress(storage_errors.Conflict):
                done = self._execution.run(claim.package)
                failpoints.reach("worker.executed")
                self._store(claim.package, done)
                return
        self._give_back(claim.package)

    def _store(self, package: packages.Package, done: execution.Done | execution.Broken) -> None:
        now, guid = clock.now(), package.message_guid
        if isinstance(done, execution.Broken):
            facts = {"incident": done.incident, "error": done.error, "code": errors.EXCHANGE_FAILED}
            with self._house.database.write(point="fail") as connection:
                work.fail(connection, guid, self._name, done.body, facts, now)
            return
        with self._house.database.write(point="finish") as connection:
            # An export is true in its snapshot; one that ran again whenever somebody writes might never end.
            if done.unit.changes or not isinstance(done.answer, api.Exported):
                registry.apply(connection, done.unit, organisation=package.organisation, message=guid, at=now)
            failpoints.reach("finish.applied")
            work.finish(connection, guid, self._name, done.body, _facts(done), now, touched.of(done))

    def _give_back(self, package: packages.Package) -> None:
        # Where even this cannot be written, the lease ends by itself.
        with contextlib.suppress(storage_errors.NotReady):
            work.release(self._house.database, package.message_guid, self._name, clock.now())

    def _put_aside(self, package: packages.Package) -> None:
        """Leave a package whose pack, and with it its service, or whose key is gone until that is there again (P2).

        Nobody can write its result meanwhile. It is looked at once a lease, and keeps nobody waiting.
        """
        later = clock.now() + self._lease
        with contextlib.suppress(storage_errors.NotReady):
            work.release(self._house.database, package.message_guid, self._name, later)

    def _keep_lease(self, stop: threading.Event) -> None:
        """Renew the claim on the package in hand, so that no other worker begins it while this one lives."""
        while not stop.wait(self._lease.total_seconds() / 3):
            guid = self._current
            if guid is not None:
                with contextlib.suppress(storage_errors.NotReady):
                    work.renew(self._house.database, guid, self._name, self._lease, clock.now())


def _facts(done: execution.Done) -> dict[str, journal.Fact]:
    """Return what the journal notes of a run beside its bytes: what came of it, and what it has depended on."""
    return {**_outcome(done.answer), **done.under.facts(), "numbers": numbers.written(done.unit.taken)}


def _outcome(answer: api.Answer) -> dict[str, journal.Fact]:
    if isinstance(answer, api.Failed):
        return {"outcome": "failed", "code": answer.problem.code}
    if isinstance(answer, api.Exported):
        return {"outcome": "exported", "objects": len(answer.items)}
    failed = sum(1 for outcome in answer.outcomes if outcome.problems)
    return {"outcome": "imported", "objects": len(answer.outcomes), "failed": failed}
