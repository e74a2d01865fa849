"""`gateway journal drop`: documents of an archived month leave the database."""

from __future__ import annotations

import dataclasses

import click

from gateway import clock
from gateway.cli import place, show, values
from gateway.journal.archiving import dropping
from gateway.journal.archiving.month import Month


@click.command(
    "drop",
    epilog=show.examples(
        "gateway journal drop --month 2026-01",
        "gateway journal drop --month 2026-01 --unfetched",
    ),
)
@click.option("--month", type=values.MONTH, required=True, help="An archived month.")
@click.option("--unfetched", is_flag=True, help="Results too that their senders have not fetched yet.")
@show.json_option
@place.pass_place
def command(where: place.Place, month: Month, *, unfetched: bool, as_json: bool) -> None:
    """Delete the documents of an archived month from the database, after its archive was compared with it once more.

    Records, hashes, checkpoints and receipts stay for ever. Documents are read from the archive then, as long as it is
    in the folder of the setting archive_folder. What is still waited for stays: all of a package without a result, and
    results that nobody has fetched. Run it again later for these, or when it was interrupted.

    The gateway may be running. A file of SQLite does not become smaller by it: its room is used again.
    """
    conf = where.need()
    with where.database() as db:
        found = dropping.drop(db, conf, month, clock.now(), unfetched=unfetched)
    if as_json:
        show.line(dataclasses.asdict(found))
        return
    click.echo(f"{month}: dropped {show.counted(found.payloads, 'document')}, {found.bytes} bytes")
    if found.unfinished:
        click.echo(f"{show.counted(found.unfinished, 'document')} kept: their packages have no result yet")
    if found.unfetched:
        click.echo(f"{show.counted(found.unfetched, 'result')} kept: not fetched yet (--unfetched drops them too)")
