"""Contract content of one object: how its parts are read, and how an update meets what is stored.

Fields are kept as the contract names them (`api.Data`), so what was imported can be exported without a second model.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from gateway.families.api import Data

Fields: TypeAlias = Mapping[str, Data]
"""Fields of one object by local element name."""

CADASTRE: Final = (
    "CadastralNumber",
    "No_RSO_GKN_EGRP_Registered",
    "NoCadastralNumber",
    "ConditionalNumber",
    "RightOrEncumbrance",
)
"""The ways to say what the cadastre and the register of rights know of an object."""

_CHOICES: Final = (
    frozenset(CADASTRE),
    frozenset({"GrossArea", "NoGrossArea"}),
    frozenset({"EntranceNum", "HasNoEntrance"}),
)

_BLOCK: Final = (dict, Mapping)
_REPEATS: Final = (list, Sequence)
"""What they nearly always are comes first: to ask an abstract class takes several times as long."""


def text(fields: Fields, name: str) -> str:
    """Return the text of a simple element without the space around it; empty when it is absent."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


def flag(fields: Fields, name: str) -> bool:
    """Return an xs:boolean; an absent element is false."""
    return text(fields, name) in ("true", "1")


def block(fields: Fields, name: str) -> Fields:
    """Return a nested element; empty when it is absent."""
    value = fields.get(name)
    return value if isinstance(value, _BLOCK) else {}


def rows(fields: Fields, name: str) -> tuple[Fields, ...]:
    """Return the repeats of a nested element in their order."""
    value = fields.get(name, ())
    if isinstance(value, _BLOCK):
        return (value,)
    return tuple(row for row in value if isinstance(row, _BLOCK)) if isinstance(value, _REPEATS) else ()


def texts(fields: Fields, name: str) -> list[str]:
    """Return the repeats of a simple element, without the space around them."""
    value = fields.get(name, ())
    return [str(each).strip() for each in ((value,) if isinstance(value, str) else value)]


def item_code(fields: Fields, name: str) -> str:
    """Return the dictionary code of an nsiRef; `5` and `5.` are the same item."""
    return text(block(fields, name), "Code").rstrip(".")


def given(fields: Fields, names: Iterable[str]) -> bool:
    """Return whether any of the elements is filled."""
    return any(fields.get(name) not in (None, "") for name in names)


def without(fields: Fields, names: Iterable[str]) -> dict[str, Data]:
    """Return the fields except those named."""
    dropped = frozenset(names)
    return {name: value for name, value in fields.items() if name not in dropped}


def inherit(before: Fields, delta: Fields) -> dict[str, Data]:
    """Return `before` with everything that `delta` states, as InheritMissingValues asks (protocol §8.0).

    A stated element of a choice replaces the whole choice; parameters (OGFData) are inherited one by one, by code.
    """
    replaced = frozenset(name for choice in _CHOICES if choice & delta.keys() for name in choice)
    merged = {**without(before, replaced), **delta}
    parameters = _inherit_parameters(rows(before, "OGFData"), rows(delta, "OGFData"))
    return {**merged, "OGFData": parameters} if parameters else merged


def replace(before: Fields, delta: Fields, kept: Iterable[str]) -> dict[str, Data]:
    """Return `delta` with those `kept` fields of `before` that it does not state: everything else is reset."""
    stated = frozenset(name for choice in _CHOICES if choice & delta.keys() for name in choice)
    names = frozenset(kept) - stated
    return {**{name: value for name, value in before.items() if name in names}, **delta}


def _inherit_parameters(before: Sequence[Fields], delta: Sequence[Fields]) -> list[Fields]:
    stated = {text(row, "Code") for row in delta}
    return [row for row in before if text(row, "Code") not in stated] + list(delta)
