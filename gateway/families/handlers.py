"""Which handler runs which request element: the whole list of operations that this gateway executes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import accounts, agreements, api, bills, houses, metering, nsi, organisations, payments, voting

HANDLERS: Final[Mapping[str, api.Handler]] = {
    **accounts.HANDLERS,
    **agreements.HANDLERS,
    **bills.HANDLERS,
    **houses.HANDLERS,
    **metering.HANDLERS,
    **nsi.HANDLERS,
    **organisations.HANDLERS,
    **payments.HANDLERS,
    **voting.HANDLERS,
}
"""By Clark name of the request element."""
