"""One run of one package: its family on a fresh snapshot, and the signed result of it. Nothing is stored here."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from typing import Final

from lxml import etree

from gateway import clock, errors, installation, xml
from gateway.exchange import attachments, people, results
from gateway.families import api, basis, days, handlers
from gateway.families.nsi import installed as nsi
from gateway.soap import application
from storage import directory, numbers, packages, registry
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
            unit = registry.Registry(connection, self._numbers)
            dictionaries = self._dictionaries.view(registry.Registry(connection, self._numbers))
            try:
                answer = self._answer(package, about, unit, dictionaries)
                return Done(answer, self._results.finished(about, answer, clock.now()), unit)
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

    def _answer(
        self, package: packages.Package, about: results.About, unit: registry.Registry, dictionaries: api.Dictionaries
    ) -> api.Answer:
        with self._house.database.read() as connection:
            element = _element(packages.request(connection, package.message_guid))
            organisation = directory.organisation(connection, package.organisation)
        handler = handlers.HANDLERS.get(element.tag)
        if handler is None:
            text = errors.code(errors.NOT_HANDLED).text.format(operation=package.operation)
            return api.Failed(api.Problem(errors.NOT_HANDLED, text))
        wrong = attachments.judge(element, package, self._house)
        if wrong is not None:
            return api.Failed(wrong)
        now = clock.now()
        task = api.Task(
            element=element,
            shape=self._results.shape(about, element.tag),
            message_guid=package.message_guid,
            organisation=package.organisation,
            role=organisation.role if organisation else "",
            version=package.version,
            now=now,
            new_guid=clock.new_guid,
            may_use_house=lambda fias: self._may_use_house(unit, package.organisation, fias, days.today(now)),
            dictionaries=dictionaries,
            directory=people.Directory(self._house.database, package.system),
            vault=self._house.vault,
            ogrn=organisation.ogrn if organisation else "",
        )
        return handler(task, unit)

    def _may_use_house(self, unit: registry.Registry, organisation: str, fias: str, today: dt.date) -> bool:
        """Return whether the organisation has the basis that the setting asks for.

        Agreements are read through the handler's own unit: if one changes meanwhile, the package runs again.
        """
        if self._house.settings.house_basis == "open":
            return True
        if self._house.settings.house_basis == "contract":
            return basis.may_use(unit, organisation, fias, today)
        with self._house.database.read() as connection:
            return directory.has_house(connection, organisation, fias)


def _element(request: bytes) -> etree._Element:
    """Return the request element of a package that the intake has accepted."""
    _, element = application.take_apart(xml.parse(request))
    return element
