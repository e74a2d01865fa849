"""Contracts (ДУ) and charters (уставы) as data: what the contract of ГИС ЖКХ calls the same things of either."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Final

from gateway.families import roles


class Verb(enum.Enum):
    """What is asked of an agreement."""

    PLACE = "размещение"
    EDIT = "изменение"
    APPROVE = "утверждение"
    PROLONG = "продление"
    TERMINATE = "расторжение"
    ANNUL = "аннулирование"
    PLACE_PAYMENTS = "размещение размера платы"
    ANNUL_PAYMENTS = "аннулирование размера платы"


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One of the two kinds of agreements."""

    name: str
    """Kind of its root in the registry."""
    root: str
    """Element with the GUID that it keeps for ever."""
    version: str
    """Element with the GUID of one version."""
    status: str
    """Element with its status."""
    payments_version: str
    """Element with the GUID of what is to be paid by it."""
    outcome: str
    """Branch of CommonResult."""
    exported: str
    """Branch of exportCAChResult."""
    payments: str
    """Element of exportCAChResult with what is to be paid by it."""
    begins: str
    """Element with the day from which it holds."""
    roles: tuple[str, ...]
    """Roles of those who may place it."""
    verbs: Mapping[str, Verb]
    """By the element that asks for it."""

    @property
    def versions(self) -> str:
        """Kind of its versions in the registry."""
        return f"{self.name}-version"

    @property
    def paid(self) -> str:
        """Kind of what is to be paid by it in the registry."""
        return f"{self.name}-payments"


CONTRACT: Final = Kind(
    name="contract",
    root="ContractGUID",
    version="ContractVersionGUID",
    status="ContractStatus",
    payments_version="ContractPaymentsInfoVersionGUID",
    outcome="importContract",
    exported="Contract",
    payments="ContractPaymentsInfo",
    begins="EffectiveDate",
    roles=roles.MANAGING_ORGANISATION,
    verbs={
        "PlacingContract": Verb.PLACE,
        "EditContract": Verb.EDIT,
        "ApprovalContract": Verb.APPROVE,
        "RollOverContract": Verb.PROLONG,
        "TerminateContract": Verb.TERMINATE,
        "AnnulmentContract": Verb.ANNUL,
        "PlaceContractPaymentsInfo": Verb.PLACE_PAYMENTS,
        "AnnulmentContractPaymentsInfo": Verb.ANNUL_PAYMENTS,
    },
)
CHARTER: Final = Kind(
    name="charter",
    root="CharterGUID",
    version="CharterVersionGUID",
    status="CharterStatus",
    payments_version="CharterPaymentsInfoVersionGUID",
    outcome="importCharter",
    exported="Charter",
    payments="CharterPaymentsInfo",
    begins="Date",
    roles=roles.ASSOCIATIONS,
    verbs={
        "PlacingCharter": Verb.PLACE,
        "EditCharter": Verb.EDIT,
        "RollOverCharter": Verb.PROLONG,
        "TerminateCharter": Verb.TERMINATE,
        "AnnulmentCharter": Verb.ANNUL,
        "PlaceCharterPaymentsInfo": Verb.PLACE_PAYMENTS,
        "AnnulmentCharterPaymentsInfo": Verb.ANNUL_PAYMENTS,
    },
)
KINDS: Final = (CONTRACT, CHARTER)
