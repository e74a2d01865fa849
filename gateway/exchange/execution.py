"""One run of one package: its family on a fresh snapshot, and the signed result of it. Nothing is stored here."""

from __future__ import annotations

import dataclasses
import functools
import logging
from typing import Final

from gateway import clock, errors, installation
from gateway.exchange import circumstances, results, running
from gateway.families import api
from gateway.families.nsi import installed as nsi
from gateway.files import keeper
from storage import directory, failpoints, journal, numbers, packages, registry
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.exchange")


@dataclasses.dataclass(frozen=True, slots=True)
class Done:
    """What a run has come to: all of it is stored together, or nothing."""

    answer: api.Answer
    body: bytes = dataclasses.field(repr=False)
    """The signed getStateResult."""
    unit: registry.Registry
    """The changes of the registry."""
    under: circumstances.Circumstances


@dataclasses.dataclass(frozen=True, slots=True)
class Broken:
    """A run that has failed by our own fault: nothing that it has changed is kept, and it may be repeated."""

    incident: str
    """The number under which the log has the trace; all that leaves the gateway."""
    error: str
    """Name of the exception: what an administrator may see without the log; its text may quote personal data."""
    body: bytes = dataclasses.field(repr=False)
    """The signed getStateResult with EXP001000, which answers the sender until a repeated run succeeds."""


class Execution:
    """Runs packages of one installation; one for a worker."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._results = results.Results(house.key, validate=house.settings.validate_results)
        self._numbers = numbers.Numbers(house.database)
        self._dictionaries = nsi.Installed()

    def run(self, package: packages.Package) -> Done | Broken:
        """Run the family of a package; a fault of ours is told (EXP001000) and changes nothing.

        Raises Conflict, NotReady, Unavailable and UnknownPath (no pack that is in force serves it): then the package is
        as it was.
        """
        about = self._about(package)
        with self._house.database.read() as connection:
            # First of all: the first statement begins the snapshot, and this tells how far it goes.
            under = self._circumstances(about, journal.size(connection))
            known = self._snapshot(connection)
            try:
                request = packages.request(connection, package.message_guid)
                answer = running.run(package, request, about, known, under)
                body = self._results.finished(about, answer, clock.now())
                failpoints.reach("result.signed")
                return Done(answer, body, known.unit, under)
            except (storage_errors.StorageError, errors.Unavailable):
                raise
            except Exception as error:  # noqa: BLE001  # a family's fault must not stop the others: it is the result
                return self.fail(package, error)

    def fail(self, package: packages.Package, error: Exception | None) -> Broken:
        """Return what is told of a package that cannot be executed through no fault of its sender.

        Raises UnknownPath where no pack that is in force has a form for it.
        """
        about = self._about(package)
        incident = clock.new_guid()
        log.error("defect", exc_info=error, extra={"facts": {"incident": incident, "message": package.message_guid}})
        text = errors.code(errors.EXCHANGE_FAILED).text.format(incident=incident)
        body = self._results.failed(about, api.Problem(errors.EXCHANGE_FAILED, text), clock.now())
        return Broken(incident, type(error).__name__ if error else "WorkersDied", body)

    def _about(self, package: packages.Package) -> results.About:
        return results.about(self._house.force.having(package.pack), package)

    def _circumstances(self, about: results.About, saw: int) -> circumstances.Circumstances:
        settings = self._house.settings
        return circumstances.Circumstances(
            saw, clock.now(), settings.house_basis, settings.attachment_hash, answered_by=about.pack.id
        )

    def _snapshot(self, connection: directory.Connection) -> running.Snapshot:
        return running.Snapshot(
            connection,
            registry.Registry(connection, self._numbers),
            self._dictionaries.view(registry.Registry(connection, self._numbers)),
            self._house.vault,
            # It is there as a rule: it is computed as soon as the file is complete.
            functools.partial(keeper.digest, self._house),
        )
