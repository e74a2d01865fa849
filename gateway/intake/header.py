"""The SOAP header of a request: RequestHeader or ISRequestHeader of the base namespace (protocol §2)."""

from __future__ import annotations

import dataclasses
from typing import Final

from lxml import etree

from gateway import errors, wire
from gateway.contracts import model, phrases

_REQUEST: Final = wire.base("RequestHeader")
_IS_REQUEST: Final = wire.base("ISRequestHeader")


@dataclasses.dataclass(frozen=True, slots=True)
class Header:
    """The part of the header that decides something."""

    message_guid: str
    """As the sender wrote it: it is echoed byte for byte."""
    org_ppa_guid: str | None
    """Data provider, lower case; None with ISRequestHeader."""
    operator_signature: bool


def find(blocks: list[etree._Element], kind: model.HeaderKind) -> etree._Element:
    """Return the one header block of the operation.

    ISRequestHeader operations take RequestHeader too, as clients in use send it (protocol §2). Raises Rejected where
    the block is missing, doubled or of the wrong kind, or where another block must be understood (SOAP 1.1 §4.2.3).
    """
    wanted = (_REQUEST,) if kind is model.HeaderKind.REQUEST else (_IS_REQUEST, _REQUEST)
    ours = [block for block in blocks if block.tag in (_REQUEST, _IS_REQUEST)]
    for block in blocks:
        if block not in ours and block.get(f"{{{wire.SOAP}}}mustUnderstand") in ("1", "true"):
            name = phrases.shorten(wire.local(block.tag))
            raise errors.Rejected(errors.ENVELOPE_INVALID, f"заголовок {name} не поддерживается")
    if len(ours) != 1:
        found = "его нет" if not ours else "их несколько"
        raise errors.Rejected(errors.ENVELOPE_INVALID, f"нужен один заголовок {wire.local(wanted[0])}, {found}")
    if ours[0].tag not in wanted:
        raise errors.Rejected(
            errors.ENVELOPE_INVALID,
            f"операции нужен заголовок {wire.local(wanted[0])}, передан {wire.local(ours[0].tag)}",
        )
    return ours[0]


def read(block: etree._Element) -> Header:
    """Return the values of a header block that its schema has found valid.

    Raises Rejected (AUT011002) for a provider that this gateway does not serve: SenderID was withdrawn with formats
    10.0, and citizens are not data providers here.
    """
    if block.tag == _REQUEST and block.find(wire.base("orgPPAGUID")) is None:
        raise errors.Rejected(
            errors.ORGANISATION_UNKNOWN,
            "поставщик данных должен быть указан в orgPPAGUID",
            where="RequestHeader",
        )
    organisation = block.findtext(wire.base("orgPPAGUID"))
    return Header(
        message_guid=block.findtext(wire.base("MessageGUID"), ""),
        org_ppa_guid=organisation.lower() if organisation else None,
        operator_signature=block.find(wire.base("IsOperatorSignature")) is not None,
    )
