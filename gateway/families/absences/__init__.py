"""Acts that a metering device cannot be installed (protocol Annex B, annotations of importAbsenceDeviceInfoRequest).

`request` says what is asked of an act, `case` gathers what it is judged by, `controls` says what speaks against it,
`importing` what becomes of it; `exporting` gives it back. `records` is how the registry keeps it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.absences import exporting, importing, request

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{request.NAMESPACE}}}importAbsenceDeviceInfoRequest": importing.import_acts,
    f"{{{request.NAMESPACE}}}exportAbsenceDeviceInfoRequest": exporting.export_acts,
}
"""By Clark name of the request element."""
