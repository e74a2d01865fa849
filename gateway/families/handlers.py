"""Which handler runs which request element: the whole list of operations that this gateway executes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import (
    absences,
    accounts,
    agreements,
    api,
    bills,
    houses,
    metering,
    notices,
    nsi,
    organisations,
    payments,
    voting,
)

HANDLERS: Final[Mapping[str, api.Handler]] = {
    **absences.HANDLERS,
    **accounts.HANDLERS,
    **agreements.HANDLERS,
    **bills.HANDLERS,
    **houses.HANDLERS,
    **metering.HANDLERS,
    **notices.HANDLERS,
    **nsi.HANDLERS,
    **organisations.HANDLERS,
    **payments.HANDLERS,
    **voting.HANDLERS,
}
"""By Clark name of the request element."""
