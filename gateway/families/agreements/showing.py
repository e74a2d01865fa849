"""One version of an agreement in the words of exportCAChResult.

Not exported by the contract: LicenseRequest, TerminateAttachment, ReasonOfAnnulment, the reason of annulled payments.
Validity is not what was sent but what the dates come to. A charter shows its grounds in the words of contracts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from gateway.families import days, fields
from gateway.families.agreements.document import Document, House
from gateway.families.agreements.kinds import CHARTER, CONTRACT
from gateway.families.fields import Fields
from storage.registry import Thing

_GROUNDS: Final = {"CurrentCharter": "CurrentDoc", "ProtocolMeetingOwners": "Agreement"}


def exported(whole: Document, payments: Iterable[Thing]) -> dict[str, Any]:
    """Return the content of Contract or Charter; `payments` are all that the agreement ever had."""
    terminate = fields.without(whole.terminate, ("TerminateAttachment",))
    shown = [_paid(whole, thing) for thing in payments if thing.data["number"] <= whole.number]
    return {
        **fields.without(whole.terms, ("Validity",)),
        **(_validity(whole) if whole.kind is CONTRACT else {}),
        **({"Terminate": terminate} if terminate else {}),
        whole.kind.status: whole.status,
        whole.kind.root: whole.root,
        whole.kind.version: whole.version,
        **({"ContractObject": [_house(whole, house) for house in whole.houses]} if whole.houses else {}),
        **({whole.kind.payments: shown} if shown else {}),
    }


def _house(whole: Document, house: House) -> dict[str, Any]:
    content = dict(house.content)
    if whole.kind is CHARTER:
        content["BaseMService"] = _ground(fields.block(content, "BaseMService"))
        for name in ("HouseService", "AddService"):
            if name in content:
                content[name] = [_service(row) for row in fields.rows(content, name)]
    return {**content, "ContractObjectVersionGUID": house.version, "StatusObject": house.status}


def _service(row: Fields) -> Fields:
    ground = _ground(fields.block(row, "BaseServiceCharter"))
    return {**fields.without(row, ("BaseServiceCharter",)), "BaseService": ground}


def _ground(ground: Fields) -> Fields:
    return {_GROUNDS.get(name, name): value for name, value in ground.items()}


def _paid(whole: Document, thing: Thing) -> dict[str, Any]:
    status = "P" if thing.ended_at is None else "A"
    return {**thing.data["content"], whole.kind.payments_version: thing.id, "Status": status}


def _validity(whole: Document) -> dict[str, Any]:
    """Return the years and months of a contract, rounded down; nothing for less than a month."""
    end = whole.planned_end if whole.planned_end == days.NEVER else whole.planned_end + dt.timedelta(days=1)
    months = (end.year - whole.begin.year) * 12 + end.month - whole.begin.month - (end.day < whole.begin.day)
    parts = {"Month": months % 12, "Year": months // 12}
    told = {name: str(count) for name, count in parts.items() if count}
    return {"Validity": told} if told and months > 0 else {}
