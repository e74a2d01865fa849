"""`gateway journal erase`: destroy the documents of a package, and leave everything that proves it."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import pwd
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import click

from gateway import clock
from gateway.cli import outcome, place, show, values
from gateway.journal import erasing
from storage import database, directory, erasure

_STAYS: Final = "Its records, digests and proofs stay; nobody can bring the documents back"
_HELD: Final = (
    "the journal tells of it, and the key is deleted, but its bytes are still in the files of the database, because "
    "somebody reads what was there before: let long readers end (a backup, a replay, an open transaction), and give "
    "the same command again"
)


_LONGEST: Final = 500
"""Characters of a reason or a name: the record keeps them for ever."""


def _line(_: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    text = value.strip()
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise click.BadParameter(f"one line of 1 to {_LONGEST} characters", param=parameter)
    return text


@click.command(
    "erase",
    epilog=show.examples(
        'gateway journal erase 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11 --reason "request 17 of the data subject"',
        'gateway journal erase "#81345" --reason "sent by mistake" --by "the archivist"',
        'gateway journal erase --before 2021-01-01 --reason "five years are over" --yes',
    ),
)
@click.argument("message", type=values.MESSAGE, required=False)
@click.option("--before", type=values.TIME, help="Every finished package that came before this TIME instead of one.")
@click.option("--reason", required=True, callback=_line, help="Why. The journal keeps it for ever: name no person.")
@click.option("--by", callback=_line, help="Who has ordered it.  [default: the user of the operating system]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    message: str | int | None,
    before: dt.datetime | None,
    reason: str,
    by: str | None,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    """Destroy the request and the result of MESSAGE for ever: a MessageGUID, the sender's own, or "#INDEX" of an entry.

    The key that they are sealed with is deleted. Chain, digests, receipt and proofs stay as they are, and the journal
    tells who has erased what, and why. A package without its result is refused. What was erased before is told, and
    nothing is written.

    Exit code 3 where the key is deleted, but somebody who reads keeps its bytes in the files of the database; and where
    --before has kept packages that cannot be erased, as their archive is away.
    """
    if (message is None) == (before is None):
        raise click.UsageError("name a message, or a time with --before")
    if before is not None and before > clock.now():
        raise click.UsageError("--before is in the future")
    order = erasure.Order(reason, by or _user())
    with where.database() as db:
        try:
            if message is not None:
                said, text = _one(db, message, order, yes=yes)
            else:
                assert before is not None  # noqa: S101  # for mypy: looked at above
                said, text = _many(db, before, order, yes=yes, quiet=as_json)
        except ValueError as error:
            raise outcome.Stop(f"the journal is damaged: {error}; gateway journal verify tells more") from error
        scrubbed = db.scrub()
    if as_json:
        show.line({**said, "scrubbed": scrubbed})
    else:
        click.echo(text)
    if not scrubbed:
        raise outcome.Stop(_HELD, outcome.NOT_READY)
    if said.get("kept"):
        raise outcome.Stop(f"{show.counted(said['kept'], 'package')} not erased; {said['why']}", outcome.NOT_READY)


def _one(db: database.Database, message: str | int, order: erasure.Order, *, yes: bool) -> tuple[dict[str, Any], str]:
    with db.read() as connection:
        index = message if isinstance(message, int) else _index(connection, message)
        told = erasing.told(connection, index)
        target = erasure.target(connection, index) if told is None else None
        names = {each.guid: each.name for each in directory.organisations(connection)}
    if target is not None and not yes:
        _ask(target, names)
    before = told
    told = told or erasing.erase(db, index, order, clock.now())
    whose = f"package {told.message_guid}" if told.message_guid else f"the package that entry {told.entry} refuses"
    text = (
        f"erased: {whose}; entry {told.index} of the journal tells of it"
        if before is None
        else f"erased before: {whose}, on {show.moment(told.at)} by {told.by}: {told.reason} (entry {told.index})"
    )
    return {**dataclasses.asdict(told), "before": before is not None}, text


def _index(connection: directory.Connection, guid: str) -> int:
    found = erasing.named(connection, guid)
    if not found:
        raise outcome.Stop(f"no message {guid}, neither by its own MessageGUID nor by the sender's")
    if len(found) > 1:
        several = ", ".join(each.message_guid or f"#{each.index} (refused)" for each in found)
        raise outcome.Stop(f"several: {several}")
    return found[0].index


def _ask(target: erasure.Target, names: Mapping[str, str]) -> None:
    accepted, package = target.accepted, target.package
    organisation = str(accepted.facts.get("organisation") or "")
    show.facts(
        [
            ("package", accepted.message or f"refused by entry {accepted.index}"),
            ("operation", str(accepted.facts.get("operation") or "")),
            ("organisation", names.get(organisation, organisation)),
            ("received", show.moment(accepted.at)),
            ("result", show.moment(package.finished_at) if package else ""),
        ],
        err=True,
    )
    click.confirm(f"{_STAYS}. Destroy its {' and '.join(target.roles)} for ever?", abort=True, err=True)


def _many(
    db: database.Database, before: dt.datetime, order: erasure.Order, *, yes: bool, quiet: bool
) -> tuple[dict[str, Any], str]:
    with db.read() as connection:
        indexes, unfinished = list(erasure.due(connection, before)), erasure.unfinished(connection, before)
    count = show.counted(len(indexes), "package")
    if indexes and not yes:
        click.confirm(
            f"{count} received before {show.moment(before)}. Their records, digests, receipts and proofs stay. "
            "Destroy their documents for ever?",
            abort=True,
            err=True,
        )
    with _progress(len(indexes), hidden=quiet) as progress:
        swept = erasing.sweep(db, indexes, order, clock.now, progress)
    text = (
        f"erased: {show.counted(swept.erased, 'package')}; entries {swept.first} to {swept.last} tell of it"
        if swept.erased
        else "nothing to erase"
    )
    if unfinished:
        text += f"\n{show.counted(unfinished, 'package')} without a result kept: erase again when they have one"
    return {**dataclasses.asdict(swept), "unfinished": unfinished}, text


def _user() -> str:
    # Not by the environment, which anybody sets as he likes.
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


@contextlib.contextmanager
def _progress(size: int, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    if hidden or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=size, label="erasing", file=sys.stderr) as bar:
        yield bar.update
