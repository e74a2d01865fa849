"""`gateway journal search`: entries of the journal by what they are about."""

from __future__ import annotations

from typing import Final

import click

from gateway.cli import journal_filters, outcome, place, show
from gateway.journal import searching
from storage import directory

_STATE: Final = {kind.value: word for word, kind in journal_filters.STATES.items()}


@click.command(
    "search",
    epilog=show.examples(
        "gateway journal search --organisation 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90 --from 2026-03-01 --to 2026-04-01",
        "gateway journal search --account 90НО452262 --state done",
        "gateway journal search --code INT004171 --json | wc -l",
        "gateway journal search --house a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101 --before 81345",
    ),
)
@journal_filters.options
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="At most so many.")
@click.option("--before", type=click.IntRange(0), help="Only entries before this index: the next page.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one line an entry, for scripts.")
@place.pass_place
def command(
    where: place.Place, chosen: journal_filters.Chosen, limit: int, before: int | None, *, as_json: bool
) -> None:
    """Find entries of the journal, the newest first: all options that are given have to fit.

    An entry is a package that was accepted or refused, a result that was made or fetched, a failed run, a change of the
    directory, of the contracts or of the key, a file, an erasure, or a restored database. The documents of an entry
    that says "erased" were destroyed by order.
    """
    with where.database() as db, db.read() as connection:
        found = searching.found(connection, chosen.query, before=before, limit=limit)
        try:
            if as_json:
                for each in found:
                    show.line(each)
                return
            shown = list(found)
        except ValueError as error:
            raise outcome.Stop(f"{error}; gateway journal verify tells more") from error
        names = {each.guid: each.name for each in directory.organisations(connection)}
    titles = ("index", "at", "state", "operation", "message", "organisation", "code")
    show.table(titles, [_cells(each, names) for each in shown], empty="no entry of the journal fits")
    if len(shown) == limit:
        click.echo(f"… there may be more: --before {shown[-1].index}")


def _cells(each: searching.Found, names: dict[str, str]) -> tuple[str, ...]:
    organisation = names.get(each.organisation or "", each.organisation or "")
    return (
        str(each.index),
        show.moment(each.at),
        _STATE.get(each.kind, each.kind) + ("" if each.erased_index is None else ", erased"),
        each.operation or "",
        each.message_guid or each.requester_guid or "",
        organisation,
        each.code or each.outcome or "",
    )
