"""The six kinds of accounts, and who keeps them (annotations of AccountType)."""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway.families import fields, roles


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One kind of accounts."""

    element: str
    """The flag of the contract that says it."""
    title: str
    """What a Russian text calls it."""
    roles: tuple[str, ...]
    """Roles of the organisations that keep such accounts."""


KINDS: Final = (
    Kind("isUOAccount", "жилое помещение и коммунальные услуги", roles.MANAGERS),
    Kind("isRSOAccount", "коммунальные услуги", ("РСО",)),
    # The fund of an overhaul is with the regional operator, or on a special account of whoever manages the house.
    Kind("isCRAccount", "капитальный ремонт", ("РОКР", *roles.MANAGERS)),
    Kind("isRCAccount", "расчётный центр", ("РКЦ", "РЦ", "ЕСП")),
    Kind("isOGVorOMSAccount", "орган власти", roles.AUTHORITIES),
    Kind("isTKOAccount", "вывоз ТКО", ("РО ТКО", "ТКО", "РСО")),
)
ELEMENTS: Final = frozenset(kind.element for kind in KINDS)


def of(content: fields.Fields) -> Kind:
    """Return the kind that a valid content states."""
    return next(kind for kind in KINDS if kind.element in content)
