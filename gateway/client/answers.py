"""What comes back, as values: acknowledgement, result, and what became of each object (protocol §3.1, §3.2, §4.1).

Read by local names: results of every service look alike, and clients of other versions have to be understood too.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Final

from lxml import etree

from gateway import wire, xml
from gateway.client import errors
from signing import policy, trust, verdict, xades
from signing.gost import selection

_ENVELOPE: Final = f"{{{wire.SOAP}}}Envelope"
_BODY: Final = f"{{{wire.SOAP}}}Body"
_FAULT: Final = f"{{{wire.SOAP}}}Fault"
_FIXED: Final = frozenset({"Signature", "RequestState", "MessageGUID", "ErrorMessage", "ImportResult"})
_DONE: Final = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Ack:
    """The gateway has the package, durably."""

    message_guid: str
    """Given by the gateway; results are asked for by it."""
    requester_guid: str
    """Our own MessageGUID, as the gateway echoes it."""
    path: str
    """Path of the service, to which getState has to go."""
    operation: str
    org_ppa_guid: str = ""
    """Organisation of the package's own header, in whose name getState has to ask; empty where it has none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Problem:
    """One error: of an object, or of the whole message."""

    code: str
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one object of an import; exactly one of `updated_at` and `problems` is filled."""

    transport_guid: str
    guid: str = ""
    unique_number: str = ""
    updated_at: str = ""
    problems: tuple[Problem, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Export:
    """One exported object."""

    branch: str
    """Local name of its element under getStateResult."""
    element: etree._Element = dataclasses.field(repr=False, compare=False)

    @property
    def xml(self) -> str:
        """The element as a document of its own, with every namespace that it uses."""
        return str(etree.tostring(self.element, encoding="unicode", with_tail=False))


@dataclasses.dataclass(frozen=True, slots=True)
class Result:
    """One getStateResult."""

    message_guid: str
    state: int
    """RequestState: 1 received, 2 in work, 3 done."""
    problem: Problem | None
    """Set where the whole message failed."""
    outcomes: tuple[Outcome, ...]
    exports: tuple[Export, ...]
    element: etree._Element = dataclasses.field(repr=False, compare=False)
    raw: bytes = dataclasses.field(repr=False, compare=False)
    """The HTTP body as it came."""

    @property
    def finished(self) -> bool:
        """Whether this is the last word."""
        return self.state == _DONE

    @property
    def good(self) -> bool:
        """Whether the message is done and nothing in it was refused."""
        return self.finished and self.problem is None and not any(outcome.problems for outcome in self.outcomes)

    @property
    def xml(self) -> bytes:
        """The result element byte for byte as it came: what the gateway has signed.

        A gateway that declares namespaces around the element gets them into it, for it must stand alone; byte for byte
        it would be no XML then.
        """
        name = f"{self.element.prefix}:" if self.element.prefix else ""
        name += wire.local(self.element.tag)
        found = re.search(rb"<%(name)s[\s>].*</%(name)s\s*>" % {b"name": re.escape(name.encode())}, self.raw, re.DOTALL)
        alone = found[0] if found else b""
        try:
            xml.parse(alone)
        except xml.NotXML:
            return bytes(etree.tostring(self.element, encoding="UTF-8", with_tail=False))
        return alone

    def verify(self, anchors: trust.TrustStore, at: dt.datetime) -> verdict.Verdict:
        """Judge the signature of the gateway under this result."""
        return xades.verify(self.element, policy=policy.strict(selection.choose()), trust=anchors, at=at)


def body(data: bytes, status: int) -> etree._Element:
    """Return the one element of the body; raises Fault for a fault, Unreachable for anything that is not SOAP."""
    try:
        root = xml.parse(data)
    except xml.NotXML as error:
        raise _stranger(status, data) from error
    found = root.find(_BODY) if root.tag == _ENVELOPE else None
    children = list(found.iterchildren(etree.Element)) if found is not None else []
    if len(children) != 1:
        raise _stranger(status, data)
    if children[0].tag == _FAULT:
        raise _fault(children[0], status)
    return children[0]


def acknowledgement(element: etree._Element, path: str, operation: str, org_ppa_guid: str = "") -> Ack:
    """Read AckRequest as the answer to a package of this organisation; raises Unreachable for another element."""
    if element.tag != wire.base("AckRequest"):
        raise errors.Unreachable(f"the answer is {wire.local(element.tag)}, not an acknowledgement")
    return Ack(
        message_guid=element.findtext(f"*/{wire.base('MessageGUID')}", "").strip(),
        requester_guid=element.findtext(f"*/{wire.base('RequesterMessageGUID')}", ""),
        path=path,
        operation=operation,
        org_ppa_guid=org_ppa_guid,
    )


def result(element: etree._Element, raw: bytes) -> Result:
    """Read getStateResult of any service; raises Unreachable for another element."""
    state = _text(element, "RequestState")
    if wire.local(element.tag) != "getStateResult" or not state.isdigit():
        raise errors.Unreachable(f"the answer is {wire.local(element.tag)}, not a result")
    children = list(element.iterchildren(etree.Element))
    imports = [child for child in children if wire.local(child.tag) == "ImportResult"]
    failures = [child for holder in (element, *imports) for child in _children(holder, "ErrorMessage")]
    return Result(
        message_guid=_text(element, "MessageGUID"),
        state=int(state),
        problem=_problem(failures[0]) if failures else None,
        outcomes=tuple(outcome for each in imports for outcome in _outcomes(each)),
        exports=tuple(
            Export(wire.local(child.tag), child) for child in children if wire.local(child.tag) not in _FIXED
        ),
        element=element,
        raw=raw,
    )


def _outcomes(imported: etree._Element) -> list[Outcome]:
    """Return the CommonResults: inside ImportResult in house-management, ImportResult itself elsewhere (§4.2)."""
    nested = _children(imported, "CommonResult")
    if nested:
        return [_outcome(child) for child in nested]
    return [_outcome(imported)] if _text(imported, "TransportGUID") else []


def _outcome(element: etree._Element) -> Outcome:
    return Outcome(
        transport_guid=_text(element, "TransportGUID"),
        guid=_text(element, "GUID"),
        unique_number=_text(element, "UniqueNumber"),
        updated_at=_text(element, "UpdateDate"),
        problems=tuple(_problem(child) for child in _children(element, "Error")),
    )


def _problem(element: etree._Element) -> Problem:
    return Problem(_text(element, "ErrorCode"), _text(element, "Description"))


def _fault(element: etree._Element, status: int) -> errors.Fault:
    detail = element.find(f"detail/{wire.base('Fault')}")
    if detail is None:
        return errors.Fault("", element.findtext("faultstring", ""), status)
    return errors.Fault(_text(detail, "ErrorCode"), _text(detail, "ErrorMessage"), status)


def _children(element: etree._Element, name: str) -> list[etree._Element]:
    return [child for child in element.iterchildren(etree.Element) if wire.local(child.tag) == name]


def _text(element: etree._Element, name: str) -> str:
    found = _children(element, name)
    return (found[0].text or "") if found else ""


def _stranger(status: int, data: bytes) -> errors.Unreachable:
    return errors.Unreachable(
        f"the answer (HTTP {status}, {len(data)} bytes) is not SOAP: is this a gateway's address?"
    )
