"""The run of a package again, in the world that it saw, under the circumstances that its result has recorded."""

from __future__ import annotations

import dataclasses

from lxml import etree

from gateway import errors
from gateway.contracts import errors as contract_errors
from gateway.exchange import circumstances, results, running
from gateway.journal.replay import judging
from gateway.journal.replay.live import Live
from gateway.journal.replay.world import World
from storage import files, journal, numbers, packages, registry


@dataclasses.dataclass(frozen=True, slots=True)
class Rerun:
    """What a repeated run has come to."""

    result: etree._Element | None
    """The getStateResult before it is signed; None where the run broke."""
    unit: registry.Registry | None
    """Its changes."""
    package: packages.Package
    broken: str = ""
    """Name of what broke it."""


def package_of(accepted: journal.Entry) -> packages.Package:
    """Return a package as its `package-accepted` entry tells of it."""
    facts = accepted.facts
    said: dict[str, str] = {
        name: str(facts[name])
        for name in (
            "sender", "requester_guid", "organisation", "system", "path", "service", "operation", "pack", "version",
        )
    }  # fmt: skip
    return packages.Package(
        message_guid=str(accepted.message),
        entry_index=accepted.index,
        received_at=accepted.at,
        requester_key=packages.key(said["requester_guid"]),
        digest=accepted.payloads[packages.REQUEST].sha256,
        result_index=None,
        finished_at=None,
        failed_index=None,
        parked_index=None,
        fetched_index=None,
        **said,
    )


def run(live: Live, world: World, accepted: journal.Entry, under: circumstances.Circumstances, taken: str) -> Rerun:
    """Run an accepted package in the world as it is now; `taken` are the numbers that its run was given.

    Raises PackGone where the pack of its result is not there, Damaged where its bytes are not what they were.
    """
    if live.contracts.catalogue.pack(under.answered_by) is None:
        raise judging.PackGone(under.answered_by)
    package = package_of(accepted)
    request = live.payload(accepted, packages.REQUEST)
    try:
        pack, service = live.contracts.service(under.answered_by, package.path)
    except contract_errors.UnknownPath as error:
        raise judging.PackGone(under.answered_by) from error
    about = results.About(live.contracts.schemas, pack, service, package.message_guid, package.version)
    with world.database.read() as connection:
        given = numbers.Recorded(taken)
        unit = registry.Registry(connection, given)
        view = world.dictionaries.view(registry.Registry(connection, given))
        snapshot = running.Snapshot(connection, unit, view, world.vault, _digest)
        try:
            answer = running.run(package, request, about, snapshot, under)
            result = results.content(about, answer, validate=live.settings.validate_results)
        except Exception as error:  # noqa: BLE001  # a run that breaks is a finding, and the next one goes on
            return Rerun(None, None, package, type(error).__name__)
    return Rerun(result, unit, package)


def _digest(file: files.File) -> str:
    if file.gost94 is None:
        raise errors.Unavailable(f"the digest of file {file.id} is not known")
    return file.gost94
