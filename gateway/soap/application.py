"""The spyne application of each service path: envelope, dispatch on the body element, reply.

spyne is given the tree that the guard has parsed and the bytes that go out; no message class exists, and of what it
would do by itself (second parse, href resolution, own schema, logging of bodies) nothing is left. Facts: SOAP 1.1
§4, protocol §1; what spyne does when it is left alone: docs/architecture.md.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Callable
from typing import Any, Final, TypeAlias

from lxml import etree

from gateway import errors
from gateway.contracts import force
from gateway.intake import passage, schema
from gateway.soap import parts
from gateway.soap.compat import AnyXml, Application, MethodContext, ServerBase, Service, Soap11, rpc, unregister

# spyne logs the bodies of invalid messages and the traces of faults; what is worth logging we log ourselves.
logging.getLogger("spyne").setLevel(logging.CRITICAL + 1)

_KEPT: Final = 128
"""Applications that are kept: more than the paths of any two contracts that are in force one after the other."""

Reply: TypeAlias = Callable[[passage.Passage], bytes]
"""Answers a passage whose element is known with a whole envelope; raises GatewayError."""


class _Envelopes(Soap11):  # type: ignore[misc]  # spyne ships no types
    """Takes a parsed envelope apart, hands its body over as it is, and lets ready bytes out."""

    def __init__(self) -> None:
        super().__init__()
        self.methods: dict[str, list[Any]] = {}

    def create_in_document(self, ctx: MethodContext, charset: str | None = None) -> None:  # noqa: ARG002  # spyne's signature
        ctx.in_document = ctx.in_string

    def decompose_incoming_envelope(self, ctx: MethodContext, message: str | None = None) -> None:  # noqa: ARG002
        on_way: passage.Passage = ctx.udc.on_way
        on_way.header_blocks, on_way.element = parts.take_apart(ctx.in_document)
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
        operations = {each.request: each.name for _, service in served for each in service.operations.values()}
        self._server = _server(path, frozenset(operations.items()))

    def answer(self, envelope: etree._Element, on_way: passage.Passage) -> bytes:
        """Return the reply to a parsed envelope; raises GatewayError, never spyne's own faults."""
        on_way.contracts = self._contracts
        context = MethodContext(self._server, MethodContext.SERVER)
        context.in_string = envelope
        context.udc = _Call(on_way, self._reply)
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


@dataclasses.dataclass(frozen=True, slots=True)
class _Call:
    """What goes through spyne beside the tree."""

    on_way: passage.Passage
    reply: Reply


@functools.lru_cache(maxsize=_KEPT)
def _server(path: str, operations: frozenset[tuple[str, str]]) -> ServerBase:
    """Make the application of a path; `operations` are request elements (Clark names) and names.

    It takes a millisecond for each operation and holds nothing of whom it serves, so it outlives the contracts that it
    was made for: a pack that is installed or removed costs what it changes.
    """
    protocol = _Envelopes()
    methods = {name: _method(name) for _, name in operations}
    namespace = f"urn:hcs-gateway:{path}"
    server = ServerBase(
        Application(
            [type("Operations", (Service,), methods)],
            tns=namespace,
            name="Gateway",
            in_protocol=protocol,
            out_protocol=_Envelopes(),
        )
    )
    # spyne remembers every application under its name, for users of ours that do not exist, and for ever.
    unregister(server.app)
    known = server.app.interface.service_method_map
    protocol.methods = {request: known[f"{{{namespace}}}{name}"] for request, name in operations}
    return server


def _method(name: str) -> Any:
    """Declare one operation to spyne: any XML in, any XML out, body bare."""

    def operation(ctx: MethodContext, _body: etree._Element) -> bytes | None:
        # spyne turns whatever a method raises into a fault of its own and logs it; ours have to pass through unharmed.
        call: _Call = ctx.udc
        try:
            return call.reply(call.on_way)
        except Exception as error:  # noqa: BLE001  # raised again by `answer`
            call.on_way.failure = error
            return None

    operation.__name__ = name
    return rpc(AnyXml, _returns=AnyXml, _body_style="bare")(operation)


def _let_go(context: MethodContext) -> None:
    """Break the cycles of spyne's contexts, which would hold the parsed tree until the garbage collector comes."""
    for part in (context.transport, context.inprot_ctx, context.outprot_ctx, context.event):
        part.parent = None
    context.in_document = context.in_string = context.in_body_doc = context.in_header_doc = None
    context.in_object = context.out_object = context.udc = None
