"""One run of one family: a function of a package, a snapshot and its circumstances; it asks no clock and no chance."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

from lxml import etree

from gateway import clock, errors, xml
from gateway.exchange import attachments, people, results
from gateway.exchange.circumstances import Circumstances
from gateway.families import api, basis, days, handlers
from gateway.soap import parts
from storage import directory, files, packages, registry


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """What a run may read."""

    connection: directory.Connection
    """One snapshot of the database."""
    unit: registry.Registry
    """Collects the changes."""
    dictionaries: api.Dictionaries
    vault: api.Vault
    digest: Callable[[files.File], str]
    """Gives the ГОСТ digest of a completed file."""


def run(
    package: packages.Package, request: bytes, about: results.About, known: Snapshot, under: Circumstances
) -> api.Answer:
    """Return the answer of the family to an accepted package whose HTTP body is `request`.

    Its changes are in `known.unit` then. Raises whatever a family does, and what `known.digest` does.
    """
    element = _element(request)
    handler = handlers.HANDLERS.get(element.tag)
    if handler is None:
        text = errors.code(errors.NOT_HANDLED).text.format(operation=package.operation)
        return api.Failed(api.Problem(errors.NOT_HANDLED, text))
    enforce = under.attachment_hash != "warn"
    wrong = attachments.judge(element, package, known.connection, known.digest, enforce=enforce)
    if wrong is not None:
        return api.Failed(wrong)
    organisation = directory.organisation(known.connection, package.organisation)
    task = api.Task(
        element=element,
        shape=results.Results.shape(about, element.tag),
        message_guid=package.message_guid,
        organisation=package.organisation,
        role=organisation.role if organisation else "",
        version=package.version,
        now=under.ran_at,
        new_guid=clock.guids_of(package.message_guid),
        may_use_house=lambda fias: _may_use_house(package, fias, days.today(under.ran_at), known, under),
        dictionaries=known.dictionaries,
        directory=people.Directory(known.connection, package.system),
        vault=known.vault,
        ogrn=organisation.ogrn if organisation else "",
    )
    return handler(task, known.unit)


def _may_use_house(package: packages.Package, fias: str, today: dt.date, known: Snapshot, under: Circumstances) -> bool:
    """Return whether the organisation has the basis that the setting asks for.

    Agreements are read through the handler's own unit: if one changes meanwhile, the package runs again.
    """
    if under.house_basis == "open":
        return True
    if under.house_basis == "contract":
        return basis.may_use(known.unit, package.organisation, fias, today)
    return directory.has_house(known.connection, package.organisation, fias)


def _element(request: bytes) -> etree._Element:
    """Return the request element of a package that the intake has accepted."""
    _, element = parts.take_apart(xml.parse(request))
    return element
