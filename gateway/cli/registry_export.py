"""`gateway registry export`: the whole registry as lines of canonical JSON, which are the same for equal registries."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from gateway import errors, installation, settings, vault
from gateway.cli import outcome, place, show
from gateway.journal.replay import comparison, world
from signing import issue
from storage import database, dump


@click.command(
    "export",
    epilog=show.examples(
        "gateway registry export -o registry.jsonl",
        "gateway journal replay --registry rebuilt && gateway registry export --registry rebuilt | sha256sum",
    ),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, which only you may read.  [default: standard output]",
)
@click.option("--personal-data", "opened", is_flag=True, help="Open what is sealed; else it is left out.")
@click.option(
    "--registry",
    "rebuilt",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Export the registry that `gateway journal replay --registry` has rebuilt in this folder.",
)
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@place.pass_place
def command(where: place.Place, output: Path | None, rebuilt: Path | None, *, opened: bool, force: bool) -> None:
    """Write every object with all of its versions: a line each, in the order in which they were made.

    Equal registries give equal bytes, whatever database keeps them. Their number and SHA-256 go to standard error.
    Personal data are left out unless they are asked for; then they are in the open, and the file has to be kept so.
    """
    if output is not None and output.exists() and not force:
        raise outcome.Stop(f"{output} is there already: name another file, or write over it with --force")
    conf = where.need()
    opener = comparison.opener(vault.Vault.load(vault.path(conf)) if opened else None)
    told = _Told()
    with _database(conf, rebuilt) as db, db.read() as connection:
        lines = told.over(line for _, line in dump.lines(connection, opener))
        if output is None:
            out = sys.stdout.buffer
            out.writelines(lines)
            out.flush()
        else:
            with outcome.writing(output):
                issue.write_atomically(output, lines, mode=0o600, replace=force)
    personal = "personal data opened" if opened else "personal data left out"
    click.echo(f"{show.counted(told.count, 'object')}, {personal}, SHA-256 {told.digest.hexdigest()}", err=True)


class _Told:
    """What is told of the lines that went by."""

    def __init__(self) -> None:
        self.count = 0
        self.digest = hashlib.sha256()

    def over(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self.count += 1
            ended = line + b"\n"
            self.digest.update(ended)
            yield ended


@contextlib.contextmanager
def _database(conf: settings.Settings, rebuilt: Path | None) -> Iterator[database.Database]:
    """Open the live registry, or the one that a replay has rebuilt; raises Unavailable."""
    if rebuilt is None:
        db = installation.open_database(conf)
    else:
        file = rebuilt / world.FILE
        if not file.is_file():
            raise errors.Unavailable(
                f"{rebuilt} holds no rebuilt registry: gateway journal replay --registry makes one"
            )
        db = database.Database.open(f"sqlite:///{file.absolute()}")
        db.check_schema()
    try:
        yield db
    finally:
        db.close()
