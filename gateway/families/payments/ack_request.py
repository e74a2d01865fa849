"""importAcknowledgment as values: payments matched with documents, declared to match nothing, or taken apart (§8.6)."""

from __future__ import annotations

import dataclasses
import enum
from decimal import Decimal
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.payments.request import period

NAMESPACE: Final = f"{wire.ROOT}bills/"
HOUSING: Final = "HSType"
MUNICIPAL: Final = "MSType"
ADDITIONAL: Final = "ASType"
PENALTIES: Final = "PServiceType"
MUNICIPAL_KIND: Final = "TMSType"
TYPES: Final = (HOUSING, MUNICIPAL, ADDITIONAL, PENALTIES, MUNICIPAL_KIND)
"""What a payment is matched with inside a document."""
DELAY: Final = "DelayPeriod"
OVERHAUL_MONTH: Final = "CapitalRepairYearAckPeriod"


class Verb(enum.Enum):
    """What is asked; the element that says it."""

    ACKNOWLEDGE = "PaymentDocumentAck"
    IMPOSSIBLE = "AckImpossible"
    CANCEL = "AckCancellation"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One AcknowledgmentRequestInfo or AckCancellation of the request."""

    transport_guid: str
    verb: Verb
    notification: str
    """NotificationsOfOrderExecutionGUID, lower case; empty where the payment is named by its order."""
    order: tuple[str, str]
    """orgPPAGUID (lower case) of whoever has taken the money, and OrderID; empty where it is named by GUID."""
    content: Fields
    """What is said of the document, in the contract's words."""

    @property
    def name(self) -> str:
        """How the payment is named, for people."""
        return self.notification or self.order[1]

    @property
    def document(self) -> str:
        """PaymentDocumentID; empty where none is named."""
        return fields.text(self.content, "PaymentDocumentID")

    @property
    def amount(self) -> Decimal:
        """What is acknowledged, in kopecks; only beside ACKNOWLEDGE."""
        return Decimal(fields.text(self.content, "Amount"))

    @property
    def type(self) -> str:
        """The element that says what it is matched with; only beside ACKNOWLEDGE."""
        return next(name for name in TYPES if name in self.content)

    @property
    def entry(self) -> str:
        """The entry of a dictionary that it is matched with: its GUID, lower case, or the code of an nsiRef."""
        told = self.content[self.type]
        if isinstance(told, str):
            return told.strip().lower()
        return fields.item_code(self.content, self.type)

    @property
    def delay(self) -> str:
        """DelayPeriod, YYYY-MM; empty where it is not told."""
        return period(fields.block(self.content, DELAY))

    @property
    def overhaul_month(self) -> str:
        """CapitalRepairYearAckPeriod, YYYY-MM; empty where it is not told."""
        return period(fields.block(self.content, OVERHAUL_MONTH))

    @property
    def what(self) -> str:
        """What no other acknowledgement of the payment is for: the charge, and its month where it is told."""
        return f"{self.type}:{self.entry}:{self.delay}:{self.overhaul_month}"


def read(task: api.Task) -> tuple[Asked, ...]:
    """Return what a valid importAcknowledgmentRequest asks for, in its order."""
    asked = shape.read(task.element, task.shape)
    cancelled = fields.rows(asked, Verb.CANCEL.value)
    return tuple(
        [_asked(row, Verb.CANCEL, row) for row in cancelled]
        or [_matched(row) for row in fields.rows(asked, "AcknowledgmentRequestInfo")]
    )


def _matched(row: Fields) -> Asked:
    verb = Verb.ACKNOWLEDGE if Verb.ACKNOWLEDGE.value in row else Verb.IMPOSSIBLE
    delay = {DELAY: row[DELAY]} if DELAY in row else {}
    return _asked(row, verb, {**fields.block(row, verb.value), **delay})


def _asked(row: Fields, verb: Verb, content: Fields) -> Asked:
    order = fields.text(row, "OrderID") or fields.text(row, "OrderIDMultipurpose")
    return Asked(
        transport_guid=str(row["TransportGUID"]),
        verb=verb,
        notification=fields.text(row, "NotificationsOfOrderExecutionGUID").lower(),
        order=(fields.text(row, "orgPPAGUID").lower(), order),
        content=content,
    )
