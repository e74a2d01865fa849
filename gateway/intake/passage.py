"""What is known about one request while it passes the intake; each step sets its part, once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from lxml import etree

from gateway.contracts import force, model
from gateway.intake import header
from signing import verdict
from storage import directory


@dataclasses.dataclass(slots=True)
class Passage:
    """One request on its way; what no step has found out yet raises AttributeError."""

    path: str
    """Path of the request, as it was asked for."""
    received_at: dt.datetime
    system: directory.System
    """Information system that HTTP authenticated."""
    raw: bytes = b""
    """The body, byte for byte: this is what is verified and journaled. Empty until it has been read whole."""
    header_blocks: list[etree._Element] = dataclasses.field(init=False)
    """The children of the SOAP header."""
    element: etree._Element = dataclasses.field(init=False)
    """The request element, the only child of Body."""
    contracts: force.Contracts = dataclasses.field(init=False)
    """What was in force when the request was dispatched; it judges the request to the end."""
    pack: model.Pack = dataclasses.field(init=False)
    service: model.Service = dataclasses.field(init=False)
    operation: model.Operation = dataclasses.field(init=False)
    header: header.Header = dataclasses.field(init=False)
    organisation: directory.Organisation | None = None
    """Data provider for which the system acts; None with ISRequestHeader."""
    verdict: verdict.Verdict | None = None
    """Judgement on the signature; None where the package is unsigned and may be."""
    journaled: bool = False
    """Whether the refusal has its journal entry already."""
    failure: Exception | None = None
    """What ended the passage, carried past the SOAP framework."""
    digest: str = ""
    """SHA-256 of `raw`, hex: two packages are the same when this is (P3, P4)."""

    def take(self, raw: bytes) -> None:
        """Set the body and its digest."""
        self.raw = raw
        self.digest = hashlib.sha256(raw).hexdigest()

    @property
    def sender(self) -> str:
        """Key within which a MessageGUID is unique: the organisation, or the system where there is none."""
        if self.organisation is not None:
            return f"org:{self.organisation.guid}"
        return f"system:{self.system.login}"

    @property
    def needs_entry(self) -> bool:
        """Whether a refusal is still to be journaled: everything but a question for the state of another package."""
        operation: model.Operation | None = getattr(self, "operation", None)
        return not self.journaled and (operation is None or operation.kind is model.OperationKind.SUBMIT)
