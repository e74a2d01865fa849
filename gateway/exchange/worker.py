"""The worker: takes accepted packages one by one, runs their family, stores a signed result (P14).

Whatever happens to the process, the package stays on the work list until its result is in the journal, and the result
enters it once, together with everything that the family has changed.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from typing import Final

from lxml import etree

from gateway import clock, errors, installation, xml
from gateway.contracts import model
from gateway.exchange import results
from gateway.families import api, handlers
from gateway.soap import application
from storage import directory, failpoints, numbers, packages, registry, work
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.exchange")

_MOST_RERUNS: Final = 20
"""Runs of one package while others keep changing the same objects; then it waits for its next turn."""

_MOST_ATTEMPTS: Final = 10
"""Attempts after which a package that takes every worker down with it is answered as our own fault."""


class Worker:
    """Executes packages of one installation; `name` stands in the journal beside each result."""

    def __init__(self, house: installation.Installation, name: str) -> None:
        self._house = house
        self._name = name
        self._results = results.Results(house.key, house.schemas, validate=house.settings.validate_results)
        self._numbers = numbers.Numbers(house.database)
        self._lease = dt.timedelta(seconds=house.settings.lease)

    def run(self, stop: threading.Event, *, idle: float = 0.05) -> None:
        """Work until `stop` is set; looks for new work every `idle` seconds when there is none."""
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
        """Execute the oldest waiting package; False when there is none."""
        self._house.check_ready()
        claim = work.claim(self._house.database, self._name, self._lease, clock.now())
        if claim is None:
            return False
        failpoints.reach("worker.claimed")
        try:
            if claim.attempt > _MOST_ATTEMPTS:
                self._give_up(claim.package)
            else:
                self._execute(claim.package)
        except storage_errors.AlreadyFinished:
            log.info("finished by another worker", extra={"facts": {"message": claim.package.message_guid}})
        return True

    def _execute(self, package: packages.Package) -> None:
        for _ in range(_MOST_RERUNS):
            try:
                self._run_family(package)
            except storage_errors.Conflict:
                continue
            return
        work.release(self._house.database, package.message_guid, self._name, clock.now())

    def _give_up(self, package: packages.Package) -> None:
        """Answer a package whose execution has never come to an end, so that it does not stop all others."""
        pack, service = self._house.service(package.pack, package.path)
        answer = _defect(package, None)
        body = self._results.finished(pack, service, package.message_guid, answer, clock.now())
        with self._house.database.read() as connection:
            unit = registry.Registry(connection, self._numbers)
        self._store(package, unit, answer, body)

    def _run_family(self, package: packages.Package) -> None:
        """One run on a fresh snapshot; raises Conflict when another package was faster."""
        pack, service = self._house.service(package.pack, package.path)
        with self._house.database.read() as connection:
            unit = registry.Registry(connection, self._numbers)
            try:
                answer = self._answer(package, pack, service, unit)
                body = self._results.finished(pack, service, package.message_guid, answer, clock.now())
            except (storage_errors.StorageError, errors.Unavailable):
                raise
            except Exception as error:  # noqa: BLE001  # a family's fault must not stop the others: it is the result
                answer, unit = _defect(package, error), registry.Registry(connection, self._numbers)
                body = self._results.finished(pack, service, package.message_guid, answer, clock.now())
        failpoints.reach("worker.executed")
        self._store(package, unit, answer, body)

    def _answer(
        self, package: packages.Package, pack: model.Pack, service: model.Service, unit: registry.Registry
    ) -> api.Answer:
        with self._house.database.read() as connection:
            element = _element(packages.request(connection, package.message_guid))
            organisation = directory.organisation(connection, package.organisation)
        handler = handlers.HANDLERS.get(element.tag)
        if handler is None:
            text = errors.code(errors.NOT_HANDLED).text.format(operation=package.operation)
            return api.Failed(api.Problem(errors.NOT_HANDLED, text))
        task = api.Task(
            element=element,
            shape=self._results.shape(pack, service, element.tag),
            message_guid=package.message_guid,
            organisation=package.organisation,
            role=organisation.role if organisation else "",
            version=package.version,
            now=clock.now(),
            new_guid=clock.new_guid,
            may_use_house=lambda fias: self._may_use_house(package.organisation, fias),
        )
        return handler(task, unit)

    def _may_use_house(self, organisation: str, fias: str) -> bool:
        if self._house.settings.house_basis == "open":
            return True
        with self._house.database.read() as connection:
            return directory.has_house(connection, organisation, fias)

    def _store(self, package: packages.Package, unit: registry.Registry, answer: api.Answer, body: bytes) -> None:
        now = clock.now()
        with self._house.database.write(point="finish") as connection:
            registry.apply(connection, unit, organisation=package.organisation, message=package.message_guid, at=now)
            work.finish(connection, package.message_guid, self._name, body, _facts(answer), now)


def _element(request: bytes) -> etree._Element:
    """Return the request element of a package that the intake has accepted."""
    _, element = application.take_apart(xml.parse(request))
    return element


def _defect(package: packages.Package, error: Exception | None) -> api.Failed:
    incident = clock.new_guid()
    log.error("defect", exc_info=error, extra={"facts": {"incident": incident, "message": package.message_guid}})
    text = errors.code(errors.EXCHANGE_FAILED).text.format(incident=incident)
    return api.Failed(api.Problem(errors.EXCHANGE_FAILED, text))


def _facts(answer: api.Answer) -> dict[str, str | int | bool | None]:
    """Return what the journal notes of an answer beside its bytes."""
    if isinstance(answer, api.Failed):
        return {"outcome": "failed", "code": answer.problem.code}
    if isinstance(answer, api.Exported):
        return {"outcome": "exported", "objects": len(answer.items)}
    failed = sum(1 for outcome in answer.outcomes if outcome.problems)
    return {"outcome": "imported", "objects": len(answer.outcomes), "failed": failed}
