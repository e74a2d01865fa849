"""`gateway journal epoch`: how often the database was restored or moved, and the operator's own word for it."""

from __future__ import annotations

import click

from gateway.cli import place, show
from storage import epochs, journal, search


@click.command(
    "epoch",
    epilog=show.examples(
        "gateway journal epoch", "gateway journal epoch --reason 'the machine was set back to 1 March'"
    ),
)
@click.option("--reason", help="Begin an epoch now, and say why: for what nothing can notice.")
@show.json_option
@place.pass_place
def command(where: place.Place, reason: str | None, *, as_json: bool) -> None:
    """List the times at which the database was recognised as restored from a backup, moved or failed over.

    A restored copy is recognised by itself, at the start and before anything is acknowledged. What nothing can notice,
    as a machine that was set back whole, is said with --reason: it is an entry of the journal too.
    """
    if reason is not None and not reason.strip():
        raise click.BadParameter("say why, in a few words", param_hint="--reason")
    with where.database() as db:
        if reason is not None:
            with db.write() as connection:
                epochs.declare(connection, reason.strip())
        with db.read() as connection:
            number = epochs.number(connection)
            indexes = search.find(connection, search.Query(kinds=(journal.Kind.RESTORED,)), limit=_MOST)
            found = [journal.entry(connection, index) for index in reversed(indexes)]
    if as_json:
        told = [{"index": each.index, "at": journal.moment(each.at), **each.facts} for each in found]
        show.line({"epoch": number, "entries": told})
        return
    click.echo(f"epoch {number}")
    show.table(("epoch", "index", "at", "reason", "missing"), map(_cells, found), empty="never restored or moved")


_MOST = 1000


def _cells(entry: journal.Entry) -> tuple[str, ...]:
    missing, why = entry.facts["missing"], str(entry.facts.get("note") or entry.facts["reason"])
    return (
        str(entry.facts["epoch"]),
        str(entry.index),
        show.moment(entry.at),
        why,
        "not known" if missing is None else str(missing),
    )
