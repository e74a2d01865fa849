"""Envelopes as bytes: acknowledgement, result and fault, in the exact form of protocol §1.6, §1.7, §2 and §3.

They are composed as text around values that are escaped here, because a signed result must reach the wire byte for byte
as it was signed: no tree is built from it and none is serialised.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final
from xml.sax.saxutils import escape

from gateway import clock, wire

# Texts quote what strangers have sent, and not everything that a header can hold may stand in XML 1.0.
_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _open(nsmap: dict[str, str]) -> str:
    declarations = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in nsmap.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope {declarations}>'


def _header(message_guid: str, at: dt.datetime) -> str:
    """ResultHeader: the moment of the answer and the MessageGUID of the request's header."""
    return (
        f"<env:Header><ns4:ResultHeader><ns4:Date>{clock.wire(at)}</ns4:Date>"
        f"<ns4:MessageGUID>{escape(message_guid)}</ns4:MessageGUID></ns4:ResultHeader></env:Header>"
    )


def acknowledgement(message_guid: str, requester_guid: str, *, service: str, at: dt.datetime) -> bytes:
    """Return AckRequest: our `message_guid` and the sender's own, echoed byte for byte (protocol §3.1)."""
    return (
        f"{_open(wire.nsmap(service))}{_header(requester_guid, at)}<env:Body><ns4:AckRequest><ns4:Ack>"
        f"<ns4:MessageGUID>{message_guid}</ns4:MessageGUID>"
        f"<ns4:RequesterMessageGUID>{escape(requester_guid)}</ns4:RequesterMessageGUID>"
        "</ns4:Ack></ns4:AckRequest></env:Body></env:Envelope>"
    ).encode()


def answer(body: bytes, requester_guid: str, *, service: str, at: dt.datetime) -> bytes:
    """Return an envelope around `body`, a serialised element without XML declaration, spliced in unchanged.

    The envelope declares a part of the prefixes that a signed result declares itself, with the same meaning, so the
    inclusive canonical form of its signature is the same inside the envelope and alone.
    """
    head = f"{_open(wire.nsmap(service))}{_header(requester_guid, at)}<env:Body>"
    return b"".join((head.encode(), body, b"</env:Body></env:Envelope>"))


def fault(code: str, text: str) -> bytes:
    """Return a SOAP fault: faultstring `CODE: text`, detail base:Fault (protocol §1.7), never a stack trace."""
    code, text = escape(code), escape(_FORBIDDEN.sub("?", text))
    nsmap = {"env": wire.SOAP, "ns4": wire.BASE}
    return (
        f"{_open(nsmap)}<env:Body><env:Fault><faultcode>env:Server</faultcode>"
        f"<faultstring>{code}: {text}</faultstring><detail><ns4:Fault><ns4:ErrorCode>{code}</ns4:ErrorCode>"
        f"<ns4:ErrorMessage>{text}</ns4:ErrorMessage></ns4:Fault></detail></env:Fault></env:Body></env:Envelope>"
    ).encode()
