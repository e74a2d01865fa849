"""A request as bytes: the envelope of protocol §2 around a bare request element, signed where it stands.

The signature is made last, inside the envelope: its inclusive canonical form sees every namespace that is declared
around it, so a signed element cannot be moved from one envelope to another.
"""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
from typing import Final

from lxml import etree

from gateway import clock, wire, xml
from gateway.client import errors
from gateway.contracts import catalogue, model
from gateway.contracts import errors as contract_errors
from signing import errors as signing_errors
from signing import signer, xades

_ENVELOPE: Final = f"{{{wire.SOAP}}}Envelope"
_BODY: Final = f"{{{wire.SOAP}}}Body"
_HEADER: Final = f"{{{wire.SOAP}}}Header"
_SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"
_WAY_OUT: Final = "gateway contracts list shows what is served, --pack adds an official contract pack"
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>'
_NSMAP: Final = {"soapenv": wire.SOAP, "base": wire.BASE}


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """Where a request element belongs."""

    pack: model.Pack
    service: model.Service
    operation: model.Operation

    @property
    def path(self) -> str:
        """Path of the service's address."""
        return self.service.path


@dataclasses.dataclass(frozen=True, slots=True)
class Sender:
    """For whom a message speaks."""

    org_ppa_guid: str = ""
    by_operator: bool = False
    """Whether the operator of the information system signs, which the header then says (IsOperatorSignature)."""


def open_envelope(root: etree._Element) -> etree._Element | None:
    """Return the request element of a whole envelope; None where `root` is not an envelope but a bare element.

    Raises Unsendable for an envelope that has no single request in its body.
    """
    if root.tag != _ENVELOPE:
        return None
    requests = [child for body in root.iterchildren(_BODY) for child in body.iterchildren(etree.Element)]
    if len(requests) != 1:
        raise errors.Unsendable(f"the envelope carries {len(requests)} requests in its Body, not one")
    return requests[0]


def sender(envelope: etree._Element) -> Sender:
    """Return for whom a whole envelope speaks, by its own header."""
    found = envelope.find(f"{_HEADER}/{wire.base(model.HeaderKind.REQUEST.value)}")
    if found is None:
        return Sender()
    operator = found.findtext(wire.base("IsOperatorSignature"), "").strip()
    return Sender(found.findtext(wire.base("orgPPAGUID"), "").strip(), operator in ("true", "1"))


def parse(data: bytes) -> etree._Element:
    """Return the root element of a document; raises Unsendable with the line where it is not XML."""
    try:
        return xml.parse(data)
    except xml.NotXML as error:
        raise errors.Unsendable(f"not XML: {error}") from error


def target(contracts: catalogue.Catalogue, element: etree._Element, path: str = "") -> Target:
    """Return the service that takes `element`, by its name alone unless `path` says which.

    Raises Unsendable where no service takes it, or several do, as with getStateRequest, or none stands at the path.
    """
    if path and path not in contracts.paths:
        raise errors.Unsendable(f"no service stands at the path {path}; {_WAY_OUT}")
    found = takers(contracts, element.tag, path)
    if not found:
        name = etree.QName(element)
        who = f"the service at {path} does not take" if path else "no service takes"
        raise errors.Unsendable(f"{who} {name.localname} of the namespace {name.namespace or '(none)'}; {_WAY_OUT}")
    if len(found) > 1:
        raise errors.Unsendable(f"several services take {wire.local(element.tag)}, name one of: {', '.join(found)}")
    (chosen,) = found
    version = element.get(wire.base("version"))
    try:
        return Target(*contracts.choose(chosen, element.tag, version))
    except contract_errors.UnknownVersion:
        # The gateway is the judge of versions, and says so better than a client could.
        return Target(*contracts.find(chosen, element.tag)[0])


def compose(
    element: etree._Element, operation: model.Operation, sender: Sender, *, message_guid: str, at: dt.datetime
) -> etree._Element:
    """Return the unsigned envelope around a copy of `element`; a signature that the copy had is gone.

    The copy ends its first tag on the line on which `element` does in its file, so that a fault names the lines that
    the sender sees.
    """
    root = etree.Element(_ENVELOPE, nsmap=_NSMAP)
    header = etree.SubElement(root, _HEADER)
    block = etree.SubElement(header, wire.base(operation.header.value))
    etree.SubElement(block, wire.base("Date")).text = clock.wire(at)
    etree.SubElement(block, wire.base("MessageGUID")).text = message_guid
    if operation.header is model.HeaderKind.REQUEST:
        if not sender.org_ppa_guid:
            raise errors.Unsendable(f"{operation.name} is sent for an organisation: its orgPPAGUID is needed")
        etree.SubElement(block, wire.base("orgPPAGUID")).text = sender.org_ppa_guid
        if sender.by_operator:
            etree.SubElement(block, wire.base("IsOperatorSignature")).text = "true"
    request = copy.deepcopy(element)
    request.tail = None
    for signature in request.findall(_SIGNATURE):
        request.remove(signature)
    body = etree.SubElement(root, _BODY)
    # White space around the signed element is not signed, so nothing but the numbers of lines depends on it.
    body.text = "\n" * ((element.sourceline or 1) - 1) or None
    body.append(request)
    return root


def sign(envelope: etree._Element, key: signer.Signer, at: dt.datetime) -> None:
    """Sign the request inside its envelope; raises Unsendable with what stands in the way."""
    request = open_envelope(envelope)
    try:
        xades.sign(request, key, at=at)
    except signing_errors.SigningError as error:
        raise errors.Unsendable(f"the request cannot be signed: {error}") from error


def serialise(envelope: etree._Element) -> bytes:
    """Return the bytes that go over the wire; nothing may change in the tree after they were made."""
    # lxml would put a line break after its declaration, and every line would have another number than in the file.
    return _DECLARATION + bytes(etree.tostring(envelope, encoding="UTF-8", xml_declaration=False))


def takers(contracts: catalogue.Catalogue, element: str, path: str = "") -> list[str]:
    """Return the paths whose services take a request element, in order; of one path alone where it is named."""
    return [
        candidate
        for candidate in contracts.paths
        if (not path or candidate == path)
        and any(element in service.operations for _, service in contracts.services(candidate))
    ]
