"""The status of an agreement in the words of exportStatusCAChResult; the outcome of an import says the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from gateway.families import fields
from gateway.families.agreements import document
from gateway.families.agreements.document import Document, House


def view(whole: Document, today: dt.date, wanted: Callable[[House], bool] = lambda _: True) -> dict[str, Any]:
    """Return the status of one version and of those of its houses that are wanted."""
    seen = document.as_of(whole, today)
    houses = [_house(house) for house in seen.houses if wanted(house)]
    return {
        seen.kind.root: seen.root,
        seen.kind.version: seen.version,
        seen.kind.status: seen.status,
        "State": state(seen, today),
        **({"ContractObject": houses} if houses else {}),
        "VersionNumber": str(seen.number),
    }


def state(whole: Document, today: dt.date) -> str:
    """Return Running, NotRunning or Expired: whether the agreement holds on this day."""
    if whole.status == document.TERMINATED:
        return "Running" if whole.begin <= today <= whole.last_day else "NotRunning"
    if whole.status != document.APPROVED or today < whole.begin:
        return "NotRunning"
    ends = [whole.end_of(house) for house in whole.houses if house.live]
    last = min(whole.planned_end, max(ends, default=whole.planned_end))
    return "Running" if today <= last else "Expired"


def is_conflicted(house: House) -> bool:
    """Return whether a house waits because another organisation manages it."""
    return house.status == document.PENDING


def is_blocked(house: House) -> bool:
    """Return whether a house is locked; only an authority does so, and this gateway knows none."""
    return house.status == "Locked"


def _house(house: House) -> dict[str, Any]:
    flags = {"IsConflicted": is_conflicted(house), "IsBlocked": is_blocked(house)}
    return {
        "FIASHouseGuid": fields.text(house.content, "FIASHouseGuid"),
        "ManagedObjectStatus": house.status,
        "ContractObjectVersionGUID": house.version,
        **{name: "true" for name, is_so in flags.items() if is_so},
    }
