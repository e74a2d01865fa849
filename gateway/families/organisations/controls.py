"""The one rule of the exports of organisations: an export that finds nothing says so by its code (protocol §5.2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway import errors
from gateway.families import api
from gateway.families.controls import Control, control, problems
from gateway.families.problems import problem

Items = Sequence[Mapping[str, api.Data]]


@control(errors.NOTHING_TO_EXPORT)
def something_is_found(items: Items) -> Iterator[api.Problem]:
    """Refuse an export of nothing: clients read the code as an empty list."""
    if not items:
        yield problem(errors.NOTHING_TO_EXPORT)


CONTROLS: Final[tuple[Control[Items], ...]] = (something_is_found,)


def answer(branch: str, items: Items, *, more: bool = False) -> api.Exported | api.Failed:
    """Return what was found as the branch of the answer, or the first thing that is wrong with it.

    With `more` the answer says that there is a next page.
    """
    for wrong in problems(CONTROLS, items):
        return api.Failed(wrong)
    return api.Exported(branch, tuple(items), {"IsNextPage": "true"} if more else {})
