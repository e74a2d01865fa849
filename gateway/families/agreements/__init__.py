"""Contracts (договоры управления, ДУ) and charters (уставы): on what basis an organisation manages its houses.

An import goes one way: `request` (what is asked) → `case` (beside what the registry holds) → `controls` → `changing`
(the next version) → `document` (into the registry, with a record in `families.basis` for each house) → one outcome per
TransportGUID. `exporting` gives versions back in the contract's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway import wire
from gateway.families import api
from gateway.families.agreements import exporting, importing

_NAMESPACE: Final = f"{wire.ROOT}house-management/"

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{_NAMESPACE}}}importContractRequest": importing.import_contracts,
    f"{{{_NAMESPACE}}}importCharterRequest": importing.import_charter,
    f"{{{_NAMESPACE}}}exportCAChAsyncRequest": exporting.export_agreements,
    f"{{{_NAMESPACE}}}exportStatusCAChRequest": exporting.export_statuses,
}
"""By Clark name of the request element."""
