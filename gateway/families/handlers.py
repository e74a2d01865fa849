"""Which handler runs which request element: the whole list of operations that this gateway executes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import accounts, api, houses

HANDLERS: Final[Mapping[str, api.Handler]] = {
    **accounts.HANDLERS,
    **houses.HANDLERS,
}
"""By Clark name of the request element."""
