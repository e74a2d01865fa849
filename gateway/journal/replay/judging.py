"""The verdict on a package again: the steps of the intake in their order, with the knowledge of a day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from lxml import etree

from gateway import errors, wire, xml
from gateway.contracts import catalogue, model, phrases
from gateway.intake import header, schema, signature
from gateway.journal.replay.live import Live
from gateway.soap import parts
from signing import trust
from storage import directory, journal, packages

ACCEPTED: Final = "accepted"
_BEFORE_XML: Final = frozenset({errors.TOO_LARGE, errors.TRANSPORT_INVALID, errors.SYSTEM_UNKNOWN})


class PackGone(LookupError):
    """The pack that has judged a package is not there; the message is its id."""


class ByHttp(Exception):
    """The package was refused before its bytes were looked at."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """With which knowledge is judged."""

    live: Live
    connection: directory.Connection
    """Of the database that has the directory of the day."""
    anchors: trust.TrustStore
    at: dt.datetime
    """For which time signatures are judged."""
    pack: str | None
    """Id of the pack to judge by; None for the one that the catalogue chooses."""
    catalogue: catalogue.Catalogue
    """Packs of which one is chosen then."""


def judge(bench: Bench, entry: journal.Entry, raw: bytes) -> str:
    """Return what comes of the package of an entry, `package-accepted` or `package-refused`, with these bytes.

    That is `ACCEPTED` or the code of the first step that refuses. Raises PackGone and ByHttp where it cannot be judged.
    """
    if entry.facts.get("code") in _BEFORE_XML:
        raise ByHttp
    try:
        _judge(bench, entry, raw)
    except errors.Rejected as rejected:
        return rejected.code
    return ACCEPTED


def _judge(bench: Bench, entry: journal.Entry, raw: bytes) -> None:
    try:
        blocks, element = parts.take_apart(xml.parse(raw))
    except xml.NotXML as error:
        raise errors.Rejected(errors.XML_INVALID, str(error)) from error
    pack, service, operation = _choose(bench, str(entry.facts["path"]), element)
    block = header.find(blocks, operation.header)
    contracts, limit = bench.live.contracts, bench.live.settings.max_violations
    schema.judge(contracts.schemas, pack, service, block, limit=limit)
    read = header.read(block)
    organisation = _authorised(bench.connection, read.org_ppa_guid, str(entry.facts["system"]))
    if entry.kind == journal.Kind.PACKAGE_REFUSED:
        _check_duplicate(bench.live, entry, read.message_guid)
    schema.judge(contracts.schemas, pack, service, element, limit=limit)
    _check_signature(bench, entry, element, read, organisation)


def _choose(bench: Bench, path: str, element: etree._Element) -> tuple[model.Pack, model.Service, model.Operation]:
    if bench.pack is None:
        return schema.choose(bench.catalogue, path, element)
    pack = bench.live.contracts.catalogue.pack(bench.pack)
    if pack is None:
        raise PackGone(bench.pack)
    service = pack.services.get(path)
    operation = service.operations.get(element.tag) if service else None
    if service is None or operation is None:
        raise errors.Rejected(errors.ENVELOPE_INVALID, schema.unknown(element))
    declared = element.get(wire.base("version"))
    strict = bench.live.settings.strict_versions
    if declared is not None and not operation.versions.accepts(declared, strict=strict):
        raise errors.Rejected(errors.VERSION_UNSUPPORTED, phrases.shorten(declared), where=wire.local(element.tag))
    return pack, service, operation


def _authorised(
    connection: directory.Connection, organisation: str | None, system: str
) -> directory.Organisation | None:
    if organisation is None:
        return None
    found = directory.organisation(connection, organisation)
    if found is None:
        raise errors.Rejected(errors.ORGANISATION_UNKNOWN, organisation)
    if not directory.is_granted(connection, organisation, system):
        raise errors.Rejected(errors.SYSTEM_NOT_GRANTED, organisation)
    return found


def _check_duplicate(live: Live, entry: journal.Entry, message_guid: str) -> None:
    """Raise EXP002002 where the MessageGUID of a refused package belonged to another one by then."""
    known = packages.find_duplicate(live.connection, str(entry.facts["sender"]), packages.key(message_guid))
    if known is not None and known.digest != _digest(entry):
        first = packages.get(live.connection, known.message_guid)
        if first is not None and first.entry_index < entry.index:
            raise errors.Rejected(errors.MESSAGE_GUID_USED, known.message_guid)


def _digest(entry: journal.Entry) -> str:
    return entry.payloads[packages.REQUEST].sha256


def _check_signature(
    bench: Bench,
    entry: journal.Entry,
    element: etree._Element,
    read: header.Header,
    organisation: directory.Organisation | None,
) -> None:
    """Judge the signature as it was judged then; of an accepted package that was not asked for one, nothing."""
    mode = "off" if is_unasked(entry) else "required"
    judged = signature.verify(element, mode=mode, by=bench.live.policy, anchors=bench.anchors, at=bench.at)
    if judged is None:
        return
    by_operator = read.operator_signature or organisation is None
    signer = _operator(bench.connection, str(entry.facts["system"])) if by_operator else organisation
    signature.check_signer(judged, signer, by_operator=by_operator)


def is_unasked(entry: journal.Entry) -> bool:
    """Return whether a package was accepted without a look at its signature."""
    return entry.kind == journal.Kind.PACKAGE_ACCEPTED and entry.facts.get("signed") is False


def _operator(connection: directory.Connection, system: str) -> directory.Organisation | None:
    found = directory.system_by_login(connection, system)
    return directory.organisation(connection, found.operator) if found else None
