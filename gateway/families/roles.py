"""Roles of organisations, and which of them have a function that an operation demands (protocol §5.3, INT004170).

Roles are what `gateway org add --role` says. The contract names the function in the operation itself (importHouseUO,
OMS, ESP), in the flags of accounts, or by who concludes a document; where it does not, no role is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway import errors
from gateway.families import api
from gateway.families.problems import problem

MANAGING_ORGANISATION: Final = ("УО",)
ASSOCIATIONS: Final = ("ТСЖ", "ТСН", "ЖСК", "ЖК", "Кооператив")
"""Those that manage a house by a charter."""
MANAGERS: Final = (*MANAGING_ORGANISATION, *ASSOCIATIONS)
AUTHORITIES: Final = ("ОМС", "ОГВ")
SINGLE_PROVIDER: Final = ("ЕСП",)
PAYMENT_ACCEPTORS: Final = ("Банк", "ОПП", "Субагент")
"""Those that take payments: credit organisations, payment operators, payment subagents (НСИ 20: 26, 24, 25)."""

WITHOUT_FUNCTION: Final = errors.define(
    "INT004170",
    "Доступ запрещен для поставщика данных с идентификатором «{organisation}». "
    "У организации отсутствуют функции: {functions}",
    "Сведения размещает организация с одной из названных ролей: договоры управления — управляющая организация, "
    "уставы — товарищество или кооператив, дома через importHouseUOData — любая из них, через importHouseOMSData — "
    "орган власти, через importHouseESPData — ЕСП; извещения о принятии к исполнению распоряжений размещает и "
    "реквизиты платёжных документов запрашивает банк, оператор по приёму платежей (ОПП) или платёжный субагент. Роль "
    "организации задаёт администратор: gateway org change.",
)


def refusal(task: api.Task, roles: Iterable[str]) -> api.Problem | None:
    """Return what an organisation without any of these roles is answered; None where it has one."""
    wanted = tuple(roles)
    if task.role in wanted:
        return None
    return problem(WITHOUT_FUNCTION, organisation=task.organisation, functions=", ".join(wanted))
