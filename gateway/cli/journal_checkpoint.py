"""`gateway journal checkpoint`: sign the head of the journal now."""

from __future__ import annotations

import click

from gateway import signatures
from gateway.cli import place, show
from gateway.journal import publishing


@click.command("checkpoint", epilog=show.examples("gateway journal checkpoint", "gateway journal checkpoint --json"))
@show.json_option
@place.pass_place
def command(where: place.Place, *, as_json: bool) -> None:
    """Sign a checkpoint of the journal, store and publish it, and print it.

    Where nothing was written since the last one, that is printed. It is refused if the journal contradicts it.
    """
    conf = where.need()
    key = signatures.load_key(conf)
    try:
        with where.database() as db:
            kept = publishing.make(db, key, conf)
            publishing.publish(db, conf)
    finally:
        key.close()
    if as_json:
        show.line({"number": kept.number, "size": kept.size, "note": kept.note})
    else:
        click.echo(kept.note, nl=False)
