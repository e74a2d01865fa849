"""Which houses and accounts a run has read or changed, and which codes it has told: by these its result is found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.exchange import execution
from gateway.families import api
from gateway.families.accounts import records as accounts
from storage import registry
from storage.subjects import Pair, Subject

_SPACES: Final = {
    "house": Subject.HOUSE,
    "basis": Subject.HOUSE,
    "account": Subject.ACCOUNT,
    "bills": Subject.ACCOUNT,
}
"""Kinds of aggregates that are one house's or one account's, `<kind>:<its GUID>`."""


def of(done: execution.Done) -> Iterator[Pair]:
    """Yield what the result of a run is about, some of it more than once."""
    for code in _codes(done.answer):
        yield Subject.CODE, code
    for name in done.unit.revisions:
        space, _, guid = name.partition(":")
        if space in _SPACES:
            yield _SPACES[space], guid.lower()
    for thing in (*done.unit.seen, *done.unit.changes):
        yield from _named(thing)


def _named(thing: registry.Thing) -> Iterator[Pair]:
    if thing.kind == accounts.ACCOUNT and thing.unique_number:
        yield Subject.ACCOUNT, thing.unique_number
    for link in thing.links or ():
        space, _, guid = link.partition(":")
        if space == "house":
            yield Subject.HOUSE, guid.partition(":")[0].lower()


def _codes(answer: api.Answer) -> Iterator[str]:
    if isinstance(answer, api.Failed):
        yield answer.problem.code
    elif isinstance(answer, api.Imported):
        yield from (problem.code for outcome in answer.outcomes for problem in outcome.problems)
