"""Payments: what banks tell of money that was paid, and how providers match it with their documents (protocol §8.6).

`request` says what a notification tells, `parties` who is paid by it, `case` gathers what it is judged by, `controls`
say what speaks against it, `importing` keeps or cancels it. `acknowledging` matches notifications with payment
documents: `ack_request`, `ack_case` and `controls_ack` are the same for it. `exporting` and `showing` give the
notifications to those who were paid, `details` and `executors` the documents to those who take payments. `records` is
how the registry keeps a notification.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.payments import ack_request, acknowledging, details, exporting, importing, request

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{request.NAMESPACE}}}importNotificationsOfOrderExecutionRequest": importing.import_orders,
    f"{{{request.NAMESPACE}}}importNotificationsOfOrderExecutionCancellationRequest": importing.cancel_orders,
    f"{{{request.NAMESPACE}}}exportPaymentDocumentDetailsRequest": details.export_details,
    f"{{{ack_request.NAMESPACE}}}importAcknowledgmentRequest": acknowledging.import_acknowledgements,
    f"{{{ack_request.NAMESPACE}}}exportNotificationsOfOrderExecutionRequest": exporting.export_orders,
}
"""By Clark name of the request element."""
