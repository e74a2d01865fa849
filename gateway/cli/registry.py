"""`gateway registry`: an object's page of history, and what it was at any time; personal data stay sealed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, Final

import click

from gateway.cli import outcome, place, registry_export, show, values
from storage import directory, history

_SEALED: Final = "sealed"
"""The member of an object's content that holds what is personal in it, encrypted."""


@click.group("registry")
def command() -> None:
    """Show what the registry holds: houses and what is in them, accounts, contracts, charters, dictionaries.

    Every change of an object is a version that stays: when it was made, by which organisation, by which message.
    """


command.add_command(registry_export.command)


@command.command(
    "show",
    epilog=show.examples(
        "gateway registry show a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101",
        "gateway registry show a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101 --at 2026-03-31",
        "gateway registry show a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101 --json",
    ),
)
@click.argument("guid", type=values.GUID)
@click.option(
    "--at",
    type=values.TIME,
    help="What it was at that TIME; a day means its beginning in Moscow.  [default: now]",
)
@show.json_option
@place.pass_place
def show_(where: place.Place, guid: str, at: dt.datetime | None, *, as_json: bool) -> None:
    """Show the versions of an object, and its content as of one time.

    GUID is what the gateway has given the object, or the FIASHouseGuid of a house. The GUID of a contract or charter
    shows all of its versions. Personal data are shown as "sealed". `gateway state` tells more of a message.
    """
    with where.database() as db, db.read() as connection:
        found = history.pasts(connection, guid)
        names = {each.guid: each.name for each in directory.organisations(connection)}
    if not found:
        raise outcome.Stop(f"the registry has no object {guid}, and no house with this FIASHouseGuid")
    shown = [each for each in found if at is None or each.at(at)]
    if not shown:
        raise outcome.Stop(f"{guid} was not there yet: its first version is of {show.moment(found[0].versions[0].at)}")
    if as_json:
        show.line([_facts(each, at) for each in shown])
        return
    for number, each in enumerate(shown):
        if number:
            click.echo("")
        _print(each, at, names)


def _print(past: history.Past, at: dt.datetime | None, names: Mapping[str, str]) -> None:
    state = past.at(at) if at else past.versions[-1]
    assert state is not None  # noqa: S101  # for mypy: what was not there yet is not shown
    ended = show.moment(state.ended_at)
    show.facts(
        (
            ("object", past.id),
            ("kind", past.kind),
            ("number", state.unique_number or ""),
            ("key", state.key or ""),
            ("inside", state.parent or ""),
            ("ended", ended),
        )
    )
    rows = [
        (
            "*" if each is state else "",
            str(each.version),
            show.moment(each.at),
            names.get(each.organisation, each.organisation),
            each.message,
            "ended" if each.ended_at else "",
        )
        for each in past.versions
    ]
    show.table(("", "version", "at", "by", "message", ""), rows, empty="no version")
    click.echo(json.dumps(_content(state), ensure_ascii=False, indent=2, sort_keys=True))


def _facts(past: history.Past, at: dt.datetime | None) -> dict[str, Any]:
    """Return the object with all of its versions, or with the one that was in force at a time."""
    told = past.versions if at is None else [each for each in (past.at(at),) if each]
    return {"guid": past.id, "kind": past.kind, "versions": [_version(each) for each in told]}


def _version(version: history.Version) -> dict[str, Any]:
    return {
        "version": version.version,
        "at": version.at,
        "organisation": version.organisation,
        "message_guid": version.message,
        "unique_number": version.unique_number,
        "key": version.key,
        "parent": version.parent,
        "ended_at": version.ended_at,
        "content": _content(version),
    }


def _content(version: history.Version) -> dict[str, Any]:
    """Return the content without what is sealed: that it is there, and nothing else."""
    return {name: _SEALED if name == _SEALED else value for name, value in version.data.items()}
