"""`gateway upload`: files go to the file store, and what a package has to say of them is told."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from gateway import client
from gateway.cli import outcome, show, target

_EPILOG = show.examples(
    "gateway upload protocol.pdf --context voting --stand stand.json",
    "gateway upload *.pdf --context agreements --stand stand.json --as УО --json",
)


@click.command(epilog=_EPILOG)
@click.argument(
    "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True, metavar="FILE..."
)
@click.option("--context", required=True, help="Part of the store: voting, agreements, bills, homemanagement, …")
@target.options
@click.option("--timeout", type=click.FloatRange(0), default=60.0, show_default=True, help="Seconds for one request.")
@show.json_option
def command(
    files: tuple[Path, ...],
    context: str,
    stand_file: Path | None,
    role: str | None,
    timeout: float,
    *,
    as_json: bool,
    **replaced: str | None,
) -> None:
    """Upload FILES, and print AttachmentGUID and AttachmentHASH of each for the package that names them.

    Up to 5 242 880 bytes go whole, more goes in parts. Exit code 1 when a file is refused, 3 when the gateway does
    not answer; files after a refused one are uploaded all the same.
    """
    stand = target.find(stand_file, role, replaced)
    codes = [_upload(stand, context, file, timeout, as_json=as_json) for file in files]
    sys.exit(max(codes))


def _upload(stand: client.Stand, context: str, file: Path, timeout: float, *, as_json: bool) -> int:
    facts: Mapping[str, object]
    try:
        stored = client.upload(stand, context, file, timeout=timeout)
    except (client.Fault, client.Unsendable) as error:
        code = error.code if isinstance(error, client.Fault) else ""
        facts = {
            "file": str(file),
            "code": code,
            "error": error.text if isinstance(error, client.Fault) else str(error),
        }
        show.line(facts) if as_json else click.echo(f"{file}: refused  {error}")
        return outcome.BAD
    facts = {
        "file": str(file),
        "length": stored.length,
        "attachment_guid": stored.guid,
        "attachment_hash": stored.digest,
    }
    if as_json:
        show.line(facts)
    else:
        click.echo(f"{file}: stored, {stored.length} bytes")
        show.facts((("AttachmentGUID", stored.guid), ("AttachmentHASH", stored.digest)))
    return 0
