"""`gateway exchange`: packages between acknowledgement and result; those that our own fault has stopped, run again."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Final

import click

from gateway import clock
from gateway.cli import place, show, values
from storage import directory, unfinished, work

_MOST_SHOWN: Final = 200
"""Lines for a person; --json has no such end."""


@click.group("exchange")
def command() -> None:
    """Show what waits for its result and what has failed, and run failed packages again.

    A package fails when the gateway itself has a fault: its sender gets EXP001000 with an incident number, under which
    the log has the details, and nothing that the run has begun is kept. The package stays, until it is run again.
    """


@command.command("list", epilog=show.examples("gateway exchange list", "gateway exchange list --failed --json"))
@click.option("--failed", "chosen", flag_value="failed", help="Only packages whose run has failed.")
@click.option("--waiting", "chosen", flag_value="waiting", help="Only packages that wait for their run.")
@show.json_option
@place.pass_place
def list_(where: place.Place, chosen: str | None, *, as_json: bool) -> None:
    """List packages without a result: first those whose run has failed, then those that wait, oldest first."""
    with where.database() as db, db.read() as connection:
        failed = unfinished.failed(connection) if chosen != "waiting" else ()
        waiting = unfinished.waiting(connection) if chosen != "failed" else ()
        found = list(itertools.chain(failed, waiting))
        names = {each.guid: each.name for each in directory.organisations(connection)}
    if as_json:
        show.line([_facts(each) for each in found])
        return
    titles = ("state", "message", "since", "operation", "organisation", "incident")
    empty = f"no package is {chosen}" if chosen else "no package waits and none has failed"
    show.table(titles, [_cells(each, names) for each in found[:_MOST_SHOWN]], empty=empty)
    if len(found) > _MOST_SHOWN:
        click.echo(f"… and {len(found) - _MOST_SHOWN} more: --json shows them all")


@command.command(
    "retry",
    epilog=show.examples("gateway exchange retry 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11", "gateway exchange retry --all"),
)
@click.argument("messages", metavar="[MESSAGE]...", type=values.GUID, nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every package whose run has failed.")
@show.json_option
@place.pass_place
def retry(where: place.Place, messages: tuple[str, ...], *, every: bool, as_json: bool) -> None:
    """Run packages again whose run has failed, named by the MESSAGEs of their acknowledgements.

    All of them, or none if one is wrong. The sender is answered with the failure until there is a result, and then with
    the result. It may have sent the same data anew meanwhile: then the repeated run says that they are there already.
    """
    if bool(messages) == every:
        raise click.UsageError("name messages, or all of them with --all")
    with where.database() as db, db.write(point="retry") as connection:
        named = messages or [each.package.message_guid for each in unfinished.failed(connection)]
        ordered = list(dict.fromkeys(named))
        for guid in ordered:
            work.retry(connection, guid, clock.now())
    if as_json:
        show.line({"retried": ordered})
    else:
        click.echo(f"to be run again: {show.counted(len(ordered), 'package')}" if ordered else "no package has failed")


def _facts(each: unfinished.Unfinished) -> dict[str, Any]:
    package = each.package
    return {
        "state": each.stage.value,
        "message_guid": package.message_guid,
        "received_at": package.received_at,
        "failed_at": each.failed_at,
        "operation": package.operation,
        "organisation": package.organisation,
        "system": package.system,
        "incident": each.incident,
        "error": each.error,
    }


def _cells(each: unfinished.Unfinished, names: Mapping[str, str]) -> tuple[str, ...]:
    package = each.package
    whose = names.get(package.organisation, package.organisation) or package.system
    since = show.moment(each.failed_at or package.received_at)
    return each.stage.value, package.message_guid, since, package.operation, whose, each.incident or ""
