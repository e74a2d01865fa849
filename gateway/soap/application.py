"""The spyne application of each service path: envelope, dispatch on the body element, reply.

spyne is given the tree that the guard has parsed and the bytes that go out; no message class exists, and of what it
would do by itself (second parse, href resolution, own schema, logging of bodies) nothing is left. Facts: SOAP 1.1
§4, protocol §1; what spyne does when it is left alone: docs/architecture.md.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from lxml import etree

from gateway import errors, wire
from gateway.contracts import force, phrases
from gateway.intake import passage, schema
from gateway.soap.compat import AnyXml, Application, MethodContext, ServerBase, Service, Soap11, rpc, unregister

# spyne logs the bodies of invalid messages and the traces of faults; what is worth logging we log ourselves.
logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)

_ENVELOPE: Final = f"{{{wire.SOAP}}}Envelope"
_HEADER: Final = f"{{{wire.SOAP}}}Header"
_BODY: Final = f"{{{wire.SOAP}}}Body"

MAX_HEADER_BLOCKS: Final = 100
MAX_NAMESPACES: Final = 256
"""Most prefixes in scope in the envelope: each judged part gets a copy of them, at quadratic cost."""

Reply: TypeAlias = Callable[[passage.Passage], bytes]
"""Answers a passage whose element is known with a whole envelope; raises GatewayError."""


class _Envelopes(Soap11):  # type: ignore[misc]  # spyne ships no types
    """Takes a parsed envelope apart, hands its body over as it is, and lets ready bytes out."""

    def __init__(self) -> None:
        super().__init__()
        self.methods: dict[str, list[Any]] = {}

    def create_in_document(self, ctx: MethodContext, charset: str | None = None) -> None:  # noqa: ARG002  # spyne's signature
        ctx.in_document, ctx.udc = ctx.in_string

    def decompose_incoming_envelope(self, ctx: MethodContext, message: str | None = None) -> None:  # noqa: ARG002
        on_way: passage.Passage = ctx.udc
        on_way.header_blocks, on_way.element = take_apart(ctx.in_document)
        ctx.in_header_doc, ctx.in_body_doc = on_way.header_blocks, on_way.element
        ctx.method_request_string = on_way.element.tag

    def get_call_handles(self, ctx: MethodContext) -> list[Any]:
        element = ctx.in_body_doc
        try:
            return self.methods[element.tag]
        except KeyError:
            raise errors.Rejected(errors.ENVELOPE_INVALID, schema.unknown(element)) from None

    def deserialize(self, ctx: MethodContext, message: str | None = None) -> None:  # noqa: ARG002
        ctx.in_object = ctx.in_body_doc

    def serialize(self, ctx: MethodContext, message: str | None = None) -> None:  # noqa: ARG002
        ctx.out_document = ctx.out_object[0]

    def create_out_string(self, ctx: MethodContext, charset: str | None = None) -> None:  # noqa: ARG002
        ctx.out_string = [ctx.out_document]


class SoapService:
    """One path of the contracts in force as a spyne application: `answer` takes a passage and gives the reply's bytes.

    It takes the operations of every pack: which pack judges is decided by the version that the request declares.
    """

    def __init__(self, path: str, contracts: force.Contracts, reply: Reply) -> None:
        self._contracts = contracts
        self._reply = reply
        served = contracts.catalogue.services(path)
        requests = {each.request: each.name for _, service in served for each in service.operations.values()}
        methods = {name: _method(name, self._call) for name in requests.values()}
        protocol = _Envelopes()
        self._server = ServerBase(
            Application(
                [type("Operations", (Service,), methods)],
                tns=f"urn:hcs-gateway:{path}",
                name="Gateway",
                in_protocol=protocol,
                out_protocol=_Envelopes(),
            )
        )
        # spyne remembers every application under its name, for users of ours that do not exist, and for ever.
        unregister(self._server.app)
        known = self._server.app.interface.service_method_map
        protocol.methods = {request: known[f"{{urn:hcs-gateway:{path}}}{name}"] for request, name in requests.items()}

    def answer(self, envelope: etree._Element, on_way: passage.Passage) -> bytes:
        """Return the reply to a parsed envelope; raises GatewayError, never spyne's own faults."""
        on_way.contracts = self._contracts
        context = MethodContext(self._server, MethodContext.SERVER)
        context.in_string = (envelope, on_way)
        try:
            (context,) = self._server.generate_contexts(context)
            self._server.get_in_object(context)
            self._server.get_out_object(context)
            failure = on_way.failure
            if failure is not None:
                raise failure
            self._server.get_out_string(context)
            return bytes(context.out_string[0])
        finally:
            _let_go(context)

    def _call(self, context: MethodContext, _body: etree._Element) -> bytes | None:
        # spyne turns whatever a method raises into a fault of its own and logs it; ours have to pass through unharmed.
        on_way: passage.Passage = context.udc
        try:
            return self._reply(on_way)
        except Exception as error:  # noqa: BLE001  # raised again by `answer`
            on_way.failure = error
            return None


def take_apart(envelope: etree._Element) -> tuple[list[etree._Element], etree._Element]:
    """Return the header blocks and the one element of the body; raises Rejected FMT001301 for any other envelope."""
    if envelope.tag != _ENVELOPE:
        newer = envelope.tag == f"{{{wire.SOAP_12}}}Envelope"
        found = "SOAP 1.2" if newer else phrases.shorten(wire.local(envelope.tag))
        raise _wrong(f"корневой элемент должен быть Envelope SOAP 1.1, передан {found}")
    if next(envelope.iter(etree.PI), None) is not None:
        raise _wrong("инструкции обработки в конверте не допускаются (SOAP 1.1, раздел 3)")
    parts = _children(envelope, 3)
    header = parts.pop(0) if parts and parts[0].tag == _HEADER else None
    if [part.tag for part in parts] != [_BODY]:
        raise _wrong("в конверте должен быть один Body, перед ним — не более одного Header")
    bodies = _children(parts[0], 2)
    if len(bodies) != 1:
        raise _wrong("в Body должен быть один элемент, " + ("их больше" if bodies else "он пуст"))
    blocks = [] if header is None else _children(header, MAX_HEADER_BLOCKS + 1)
    if len(blocks) > MAX_HEADER_BLOCKS:
        raise _wrong(f"в Header больше {MAX_HEADER_BLOCKS} элементов")
    if any(len(part.nsmap) > MAX_NAMESPACES for part in (header, parts[0]) if part is not None):
        raise _wrong(f"в конверте объявлено больше {MAX_NAMESPACES} пространств имён")
    return blocks, bodies[0]


def _children(parent: etree._Element, most: int) -> list[etree._Element]:
    """Return the first child elements: a stranger may send a million, and each costs an object."""
    return list(itertools.islice(parent.iterchildren(etree.Element), most))


def _wrong(detail: str) -> errors.Rejected:
    return errors.Rejected(errors.ENVELOPE_INVALID, detail)


def _method(name: str, call: Callable[[MethodContext, etree._Element], bytes | None]) -> Any:
    """Declare one operation to spyne: any XML in, any XML out, body bare."""

    def operation(ctx: MethodContext, body: etree._Element) -> bytes | None:
        return call(ctx, body)

    operation.__name__ = name
    return rpc(AnyXml, _returns=AnyXml, _body_style="bare")(operation)


def _let_go(context: MethodContext) -> None:
    """Break the cycles of spyne's contexts, which would hold the parsed tree until the garbage collector comes."""
    for part in (context.transport, context.inprot_ctx, context.outprot_ctx, context.event):
        part.parent = None
    context.in_document = context.in_string = context.in_body_doc = context.in_header_doc = None
    context.in_object = context.out_object = context.udc = None
