"""How a code of the catalogue becomes a sentence to the sender."""

from __future__ import annotations

from gateway import errors
from gateway.families import api


def problem(code_id: str, *, where: str = "", **values: str) -> api.Problem:
    """Return the catalogue's text with its places filled; `where` names the element that is at fault.

    Raises KeyError for an unknown code or a place that was not given a value: both are our own mistakes.
    """
    text = errors.code(code_id).text.format_map(values)
    return api.Problem(code_id, f"{text} [{where}]" if where else text)
