"""Which handler runs which request element: the whole list of operations that this gateway executes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.houses import content, exporting, importing

_HOUSES: Final = f"{{{content.NAMESPACE}}}"

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{_HOUSES}importHouseUORequest": importing.import_house,
    f"{_HOUSES}importHouseOMSRequest": importing.import_house,
    f"{_HOUSES}importHouseESPRequest": importing.import_house,
    f"{_HOUSES}exportHouseRequest": exporting.export_house,
}
"""By Clark name of the request element."""
