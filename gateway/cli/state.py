"""`gateway state`: what an installation knows of one message, from its journal."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any, Final

import click

from gateway import client, stand
from gateway.cli import outcome, place, show, values
from storage import database, erasure, journal, packages, search
from storage.subjects import Subject

_MOST_REFUSALS: Final = 100
"""Of one message; a client that goes on sending a bad package is seen by `gateway journal search`."""
_STATES: Final = {
    packages.State.RECEIVED: "received",
    packages.State.IN_WORK: "in work",
    packages.State.DONE: "done",
}
_ABOUT: Final = (
    "received_at", "finished_at", "requester_guid", "organisation", "system", "operation", "path", "pack", "version",
    "digest",
)  # fmt: skip


@click.command(
    epilog=show.examples(
        "gateway state 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11",
        "gateway state 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11 --result > result.xml",
        "gateway state 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11 --stand stand.json",
    )
)
@click.argument("message", type=values.GUID)
@click.option(
    "--stand",
    "stand_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON of gateway sandbox --json: ask the installation of this stand.",
)
@click.option("--request", "want", flag_value="request", help="Print the stored request, byte for byte as it came.")
@click.option("--result", "want", flag_value="result", help="Print the stored result, byte for byte.")
@show.json_option
@place.pass_place
def command(where: place.Place, message: str, stand_file: Path | None, want: str | None, *, as_json: bool) -> None:
    """Tell what is known of a MESSAGE: the MessageGUID of the acknowledgement, or the sender's own.

    Who sent it, which operation, in which state, when, and what came of it. Of a refused package, the code.
    """
    if stand_file is not None:
        where = place.Place(Path(client.Stand.load(stand_file).data), fixed=stand.SETTINGS)
    with where.database() as db:
        guids = _accepted(db, message)
        if want is not None:
            _print_bytes(db, guids, message, want)
            return
        found = [_known(db, guid) for guid in guids] or _refused(db, message)
    if not found:
        raise outcome.Stop(f"no message {message}, neither by its own MessageGUID nor by the sender's")
    if as_json:
        show.line(found if len(found) > 1 else found[0])
        return
    for number, each in enumerate(found):
        if number:
            click.echo("")
        show.facts((name.replace("_", " "), _text(value)) for name, value in each.items())


def _accepted(db: database.Database, message: str) -> list[str]:
    """Return the MessageGUIDs of the packages that are meant: usually one, more where senders chose the same."""
    with db.read() as connection:
        return [each.message_guid for each in packages.named(connection, message)]


def _known(db: database.Database, guid: str) -> dict[str, Any]:
    with db.read() as connection:
        package = packages.get(connection, guid)
        state = packages.state(connection, guid)
        assert package is not None  # noqa: S101  # for mypy: it has just been found, and packages are never removed
        indexes = [package.entry_index, *([] if package.answer_index is None else [package.answer_index])]
        erased = erasure.orders(connection, indexes).get(package.entry_index)
        entries = [entry for index in indexes for entry in journal.entries(connection, index, index + 1)]
    about = dataclasses.asdict(package)
    return {
        "message_guid": guid,
        "state": "failed" if package.result_index is None and package.failed_index is not None else _STATES[state],
        **{name: about[name] for name in _ABOUT},
        **{name: value for entry in entries for name, value in entry.facts.items() if name not in about},
        **({"erased": erased} if erased is not None else {}),
        "journal": indexes,
    }


def _refused(db: database.Database, message: str) -> list[dict[str, Any]]:
    """Return the refusals of a package with this MessageGUID of its sender, the oldest first."""
    wanted = search.Query(((Subject.MESSAGE, message),), (journal.Kind.PACKAGE_REFUSED,))
    with db.read() as connection:
        indexes = sorted(search.find(connection, wanted, limit=_MOST_REFUSALS))
        entries = [journal.entry(connection, index) for index in indexes]
    return [{"state": "refused", "received_at": entry.at, **entry.facts, "journal": [entry.index]} for entry in entries]


def _print_bytes(db: database.Database, guids: list[str], message: str, want: str) -> None:
    if len(guids) != 1:
        raise outcome.Stop(f"no accepted message {message}" if not guids else f"several: {', '.join(guids)}")
    with db.read() as connection:
        data = packages.request(connection, *guids) if want == "request" else packages.answer(connection, *guids)
    if data is None:
        raise outcome.Stop(f"{guids[0]} has no result yet", outcome.NOT_READY)
    click.echo(data, nl=False)


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return show.moment(value)
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return "" if value is None else str(value)
