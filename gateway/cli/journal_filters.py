"""Options that choose entries of the journal, for the commands that search and replay it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from typing import Any, Final

import click

from gateway.cli import values
from storage import journal, search
from storage.subjects import Subject

STATES: Final = {
    "accepted": journal.Kind.PACKAGE_ACCEPTED,
    "refused": journal.Kind.PACKAGE_REFUSED,
    "done": journal.Kind.RESULT_MADE,
    "failed": journal.Kind.RUN_FAILED,
    "retried": journal.Kind.RETRY_ORDERED,
    "fetched": journal.Kind.RESULT_FETCHED,
    "changed": journal.Kind.DIRECTORY_CHANGED,
    "file": journal.Kind.FILE_STORED,
    "contract": journal.Kind.CONTRACT_INSTALLED,
    "contract-removed": journal.Kind.CONTRACT_REMOVED,
    "key": journal.Kind.KEY_CHANGED,
    "restored": journal.Kind.RESTORED,
    "erased": journal.Kind.PAYLOAD_ERASED,
    "archived": journal.Kind.ARCHIVE_MADE,
    "dropped": journal.Kind.ARCHIVE_DROPPED,
}
"""What happened, by the word for it on the command line."""
_SUBJECTS: Final = {
    "organisation": Subject.ORGANISATION,
    "house": Subject.HOUSE,
    "account": Subject.ACCOUNT,
    "operation": Subject.OPERATION,
    "code": Subject.CODE,
    "message": Subject.MESSAGE,
    "certificate": Subject.CERTIFICATE,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Chosen:
    """What the options say."""

    query: search.Query
    words: tuple[str, ...]
    """The options that were given, as they were typed: for a report."""


_OPTIONS: Final = (
    click.option("--organisation", type=values.GUID, help="orgPPAGUID of the data provider."),
    click.option("--house", type=values.GUID, help="FIASHouseGuid of a house that a run has read or changed."),
    click.option("--account", help="AccountGUID or ЕЛС of an account that a run has read or changed."),
    click.option("--operation", help="Name in the contract, as importHouseUOData."),
    click.option("--code", help="Code of a refusal, of a result or of an object in it, as INT004171."),
    click.option("--state", type=click.Choice(list(STATES)), help="What happened."),
    click.option("--message", type=values.GUID, help="MessageGUID, the gateway's or the sender's."),
    click.option("--certificate", help="Of the signer: SHA-256 or serial number, hexadecimal."),
    click.option("--from", "since", type=values.TIME, help="Not before this TIME; without a zone that of Moscow."),
    click.option("--to", "until", type=values.TIME, help="Before this TIME."),
)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options, and hand them over as `chosen`."""

    @functools.wraps(command)
    def with_chosen(*arguments: Any, **given: Any) -> Any:
        names = (*_SUBJECTS, "state", "since", "until")
        return command(*arguments, chosen=_chosen({name: given.pop(name) for name in names}), **given)

    for option in reversed(_OPTIONS):
        with_chosen = option(with_chosen)
    return with_chosen


def _chosen(given: dict[str, Any]) -> Chosen:
    subjects = tuple((kind, given[name]) for name, kind in _SUBJECTS.items() if given[name])
    kinds = (STATES[given["state"]],) if given["state"] else ()
    query = search.Query(subjects, kinds, given["since"], given["until"])
    return Chosen(query, tuple(f"{name}: {_word(value)}" for name, value in given.items() if value))


def _word(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)
