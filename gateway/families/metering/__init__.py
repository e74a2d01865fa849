"""Metering devices and their readings (protocol §8.3).

`request` says what is asked of a device, `case` gathers what it is judged by, the `controls` modules say what speaks
against it, `changing` what becomes of it; `exporting` and `showing` give it back. `values` takes readings in:
`values_request` says what is sent, `controls_values` what speaks against it, `readings` keeps it, `history` and
`telling` give it back. `records` is how the registry keeps a device, for this family and for those that refer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.metering import exporting, history, importing, request, values, values_request

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{request.NAMESPACE}}}importMeteringDeviceDataRequest": importing.import_devices,
    f"{{{request.NAMESPACE}}}exportMeteringDeviceDataRequest": exporting.export_devices,
    f"{{{values_request.NAMESPACE}}}importMeteringDeviceValuesRequest": values.import_values,
    f"{{{values_request.NAMESPACE}}}exportMeteringDeviceHistoryRequest": history.export_history,
}
"""By Clark name of the request element."""
