"""`gateway trust crl`: revocation lists are taken from files and fetched from addresses; the command that cron runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from gateway import clock, settings, signatures
from gateway.cli import outcome, place, show
from gateway.trust import errors, lists, sources
from gateway.trust import folder as trusted
from storage import database, directory, journal


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What became of one source."""

    source: str
    fate: str
    """taken | unchanged | archived | failed"""
    authority: str | None = None
    this_update: str | None = None
    next_update: str | None = None
    revoked: int | None = None
    reason: str | None = None
    """Why it failed."""


_WORDS = {
    lists.Fate.TAKEN: "in force",
    lists.Fate.UNCHANGED: "unchanged",
    lists.Fate.ARCHIVED: "older than the one in force, kept for the past",
}


@click.command(
    "crl",
    epilog=show.examples(
        "gateway trust crl authority.crl",
        "gateway trust crl http://ca.example/authority.crl    from now on fetched by:",
        "gateway trust crl",
        "gateway trust crl --forget http://ca.example/authority.crl",
    ),
)
@click.argument("given", nargs=-1, metavar="[SOURCE]...")
@click.option("--forget", "forgotten", multiple=True, help="Address that is not fetched any more. Repeatable.")
@show.json_option
@place.pass_place
def command(where: place.Place, given: tuple[str, ...], forgotten: tuple[str, ...], *, as_json: bool) -> None:
    """Take revocation lists from SOURCES: files, or http and https addresses, which are remembered.

    Without SOURCES every remembered address is fetched again: let cron run it as often as your authorities publish. A
    list comes into force when an authority in `gateway trust list` has signed it and it is newer than the one in force.

    Exit code 1 when a source failed; what is in force stays then.
    """
    conf = where.need()
    if forgotten:
        _forget(conf, forgotten)
    wanted = given or (() if forgotten else tuple(sources.remembered(conf.trust)))
    if not wanted and not forgotten:
        raise click.UsageError("no address is remembered yet: name a file or an address")
    # By what auditors judge: authorities of old packages publish lists of old algorithms.
    keeper = lists.Keeper(conf.trust, signatures.audit(conf))
    with where.database() as db:
        reports = [_take(source, conf, keeper, db) for source in wanted]
    if as_json:
        show.line(reports)
    else:
        for report in reports:
            _tell(report)
    sys.exit(outcome.BAD if any(report.reason for report in reports) else 0)


def _take(source: str, conf: settings.Settings, keeper: lists.Keeper, db: database.Database) -> Report:
    """Take one list; what goes wrong with it is its report."""
    is_address = sources.is_address(source)
    try:
        data = sources.fetch(source) if is_address else Path(source).read_bytes()
        with trusted.alone(conf.trust):
            taking = keeper.take(data, at=clock.now(), archive=not is_address)
            if is_address:
                sources.remember(conf.trust, (*sources.remembered(conf.trust), source))
            if taking.fate is not lists.Fate.UNCHANGED:
                _record(taking, data, db)
    except errors.TrustError as error:
        return Report(source, "failed", reason=str(error))
    except OSError as error:
        return Report(source, "failed", reason=error.strerror or str(error))
    found = taking.found
    return Report(
        source=source,
        fate=taking.fate,
        authority=taking.authority.name,
        this_update=found.this_update.isoformat(),
        next_update=found.next_update.isoformat() if found.next_update else None,
        revoked=len(found),
    )


def _record(taking: lists.Taking, data: bytes, db: database.Database) -> None:
    """Tell the journal. After the deed: a revocation must not wait for a database."""
    facts: dict[str, str | int] = {
        "fate": str(taking.fate),
        "authority_sha256": taking.authority.fingerprint,
        "sha256": taking.sha256,
        "this_update": taking.found.this_update.isoformat(),
        "revoked": len(taking.found),
    }
    with db.write() as connection:
        directory.record_trust(connection, "crl-updated", facts, clock.now(), journal.Payload("crl", data))


def _forget(conf: settings.Settings, forgotten: Sequence[str]) -> None:
    with trusted.alone(conf.trust):
        known = sources.remembered(conf.trust)
        for address in forgotten:
            if address not in known:
                raise outcome.Stop(f"{address} is not remembered; those that are: {', '.join(known) or 'none'}")
        sources.remember(conf.trust, [address for address in known if address not in forgotten])
    for address in forgotten:
        click.echo(f"forgotten  {address}", err=True)


def _tell(report: Report) -> None:
    if report.reason:
        click.echo(f"{click.style('failed', fg='red')}  {report.source}: {report.reason}", err=True)
        return
    word = _WORDS[lists.Fate(report.fate)]
    due = dt.datetime.fromisoformat(report.next_update) if report.next_update else None
    late = "; out of date, a newer one should be there" if due and due < clock.now() else ""
    counted = show.counted(report.revoked or 0, "revoked certificate")
    click.echo(f"{word}  {report.source}: {report.authority}, {counted}, next {show.moment(due) or 'not said'}{late}")
