"""`gateway journal witness`: keep the checkpoints of a journal on another machine, and compare."""

from __future__ import annotations

import time
from pathlib import Path

import click

from gateway.cli import outcome, show
from gateway.journal import errors, witness
from signing import trust
from signing.gost import selection


@click.command(
    "witness",
    epilog=show.examples(
        "gateway journal witness https://gateway.example.ru/journal --data /var/lib/witness",
        "gateway journal witness http://gateway:8080/journal --data seen --once --certificate installation.crt",
    ),
)
@click.argument("url")
@click.option(
    "--data", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder of what was seen."
)
@click.option(
    "--certificate",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The installation's certificate. Without it, the first one that is seen is believed.",
)
@click.option("--once", is_flag=True, help="Look once and end.")
@click.option("--interval", type=click.IntRange(1), default=300, show_default=True, help="Seconds between two looks.")
@click.option("--accept-key", is_flag=True, help="Believe the key that signs now, if the journal is still the same.")
@show.json_option
def command(
    url: str, folder: Path, certificate: Path | None, interval: int, *, once: bool, accept_key: bool, as_json: bool
) -> None:
    """Watch the journal at URL, the address before /checkpoint, and keep every checkpoint it signs.

    Ends with exit code 1 and a sentence when the journal was cut, rewritten, or is signed by another key; what was
    offered is kept in the folder. No installation and no database is needed here.
    """
    believed = trust.load(certificate)[0] if certificate else None
    watcher = witness.Witness(url, folder, selection.choose(), believed, accept_key=accept_key)
    while True:
        try:
            with outcome.writing(folder):
                seen = watcher.look()
            _tell(seen, as_json=as_json)
        except errors.Unreachable as error:
            if once:
                raise
            click.echo(f"not reached: {error}", err=True)
        if once:
            return
        time.sleep(interval)


def _tell(seen: witness.Seen, *, as_json: bool) -> None:
    now, before = seen.checkpoint, seen.before
    if as_json:
        show.line({"origin": now.origin, "size": now.size, "at": now.at, "before": before and before.size})
        return
    grown = "first seen" if before is None else f"continues {before.size}"
    click.echo(f"{now.origin}: size {now.size}, {grown}")
