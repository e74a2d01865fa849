"""What the gateway would say to a message, found out without sending or storing anything (`gateway check`).

The steps of the intake in its order: parse, envelope, version, header, schema, signature. The intake stops at the
first refusal; here the rest is asked too, as far as it makes sense, so that everything is told at once.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from gateway import clock, errors, wire, xml
from gateway.client import message
from gateway.contracts import catalogue, model, schema
from gateway.intake import header, signature
from gateway.intake import schema as intake_schema
from gateway.soap import parts
from signing import policy, trust, verdict
from signing.certificates import Certificate
from storage import database, directory

_SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing for which the message would be refused."""

    code: str
    text: str
    """In Russian, as the sender would read it."""
    where: str = ""
    """Path of the element in contract names."""
    line: int = 0
    """Line in the file, from 1; 0 where there is none to name."""


@dataclasses.dataclass(slots=True)
class Judgement:
    """Everything that was found out about one message."""

    name: str
    operation: str = ""
    path: str = ""
    pack: str = ""
    version: str = ""
    signature: str = "absent"
    """absent | good | intact, issuer not checked | bad | not checked"""
    signer: str = ""
    findings: list[Finding] = dataclasses.field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the message would be accepted, as far as can be told here."""
        return not self.findings


@dataclasses.dataclass(frozen=True, slots=True)
class Judge:
    """By what messages are judged."""

    contracts: catalogue.Catalogue
    mode: str
    """required | optional | off: what becomes of unsigned envelopes."""
    by: policy.Policy
    """What is demanded of signatures."""
    anchors: trust.TrustStore | None = None
    """Believed authorities; None: who issued a certificate is not asked."""
    database: database.Database | None = None
    """Directory of the organisations, where there is an installation."""
    limit: int = schema.LIMIT
    _schemas: schema.Schemas = dataclasses.field(default_factory=lambda: schema.Schemas(width=1))

    def judge(self, name: str, data: bytes) -> Judgement:
        """Return what the gateway would say to `data`, an envelope or a bare request element."""
        found = Judgement(name)
        try:
            root = xml.parse(data)
        except xml.NotXML as error:
            found.findings.append(Finding(errors.XML_INVALID, str(error)))
            return found
        with _noted(found):
            in_envelope = wire.local(root.tag) == "Envelope"
            blocks, element = parts.take_apart(root) if in_envelope else (None, root)
            self._element(found, element, blocks)
        return found

    def _element(self, found: Judgement, element: etree._Element, blocks: list[etree._Element] | None) -> None:
        paths = message.takers(self.contracts, element.tag)
        if not paths:
            raise errors.Rejected(errors.ENVELOPE_INVALID, _unknown(element))
        # Several take the questions about a message's state, and all of them judge these alike.
        found.path = paths[0]
        found.version = element.get(wire.base("version"), "")
        pack, service, operation = intake_schema.choose(self.contracts, found.path, element)
        found.pack, found.operation = pack.id, operation.name
        provider = self._header(found, pack, service, operation, blocks) if blocks is not None else None
        self._schema(found, pack, service, element)
        if operation.kind is model.OperationKind.SUBMIT:
            self._signature(found, element, provider, is_sent=blocks is not None)

    def _header(
        self,
        found: Judgement,
        pack: model.Pack,
        service: model.Service,
        operation: model.Operation,
        blocks: list[etree._Element],
    ) -> directory.Organisation | None:
        """Judge the header; return the organisation whose certificate has to sign, where that can be told."""
        with _noted(found):
            block = header.find(blocks, operation.header)
            if not self._schema(found, pack, service, block):
                return None
            read = header.read(block)
            if self.database is None or read.org_ppa_guid is None:
                return None
            with self.database.read() as connection:
                organisation = directory.organisation(connection, read.org_ppa_guid)
            if organisation is None:
                raise errors.Rejected(errors.ORGANISATION_UNKNOWN, where="RequestHeader/orgPPAGUID")
            return None if read.operator_signature else organisation
        return None

    def _schema(self, found: Judgement, pack: model.Pack, service: model.Service, element: etree._Element) -> bool:
        violations = self._schemas.judge(pack, service, element, limit=self.limit)
        found.findings += [Finding(errors.XML_INVALID, each.text, each.path, each.line) for each in violations]
        return not violations

    def _signature(
        self, found: Judgement, element: etree._Element, provider: directory.Organisation | None, *, is_sent: bool
    ) -> None:
        if self.mode == "off":
            found.signature = "not checked"
            return
        is_signed = element.find(_SIGNATURE) is not None
        if not is_signed and (self.mode == "optional" or not is_sent):
            return  # a bare request is signed when it is sent: only what is ready to go can lack its signature
        found.signature = "bad" if is_signed else "absent"
        judged = self._verdict(element)
        found.signer = judged.subject.common_name or judged.subject.organization or ""
        found.signature = "good" if self.anchors is not None else "intact, issuer not checked"
        if provider is not None:
            signature.check_signer(judged, provider, by_operator=False)

    def _verdict(self, element: etree._Element) -> verdict.Verdict:
        """Return the verdict on a signature that holds; raises Rejected with the failing check."""
        anchors = _Anybody() if self.anchors is None else self.anchors
        judged = signature.verify(element, mode="required", by=self.by, anchors=anchors, at=clock.now())
        assert judged is not None  # noqa: S101  # for mypy: only an optional signature may be missing
        return judged


class _Anybody(trust.TrustStore):
    """Believes every certificate: what is asked here is whether the signature holds, not who vouches for the signer."""

    def path(
        self, leaf: Certificate, links: Sequence[Certificate], *, at: dt.datetime, policy: policy.Policy
    ) -> trust.CertificationPath:
        """Return the certificate alone, as if it were an anchor."""
        del links, at, policy
        return trust.CertificationPath((leaf,))


@contextlib.contextmanager
def _noted(found: Judgement) -> Iterator[None]:
    """Turn a refusal into a finding."""
    try:
        yield
    except errors.Rejected as rejected:
        found.findings.append(Finding(rejected.code, rejected.detail, rejected.where))


def _unknown(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"ни один сервис не принимает элемент {name.localname} из пространства имён «{name.namespace or ''}»"
