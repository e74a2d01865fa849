"""The SOAP door: HTTP bytes in, an envelope or a fault out, and a refusal journaled where its sender is known.

Whatever happens, the answer is a SOAP fault with a code, never a trace and never an HTML page: HTTP 500 as the real
system does (protocol §1.5), or 400, 401, 405, 413, 415 where HTTP itself is wrong.
"""

from __future__ import annotations

import logging
from typing import Final

from lxml import etree

from gateway import clock, errors, installation, xml
from gateway.contracts import model
from gateway.exchange import results, state
from gateway.intake import guard, passage, pipeline
from gateway.soap import application, envelope
from gateway.web.response import XML, Response, fault
from storage import errors as storage_errors
from storage import failpoints

log: Final = logging.getLogger("gateway.web")

_FAILED: Final = "500 Internal Server Error"


class Endpoint:
    """Answers SOAP requests for one opened installation; safe for threads."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._intake = pipeline.Intake(house)
        self._results = results.Results(house.key, validate=house.settings.validate_results)

    def answer(self, service: application.SoapService, environ: guard.Environ) -> Response:
        """Return the answer to one POST; nothing is raised."""
        try:
            return self._pass(service, environ, self._intake.enter(environ))
        except errors.Rejected as rejected:
            return _refusal(rejected)
        except (errors.Unavailable, storage_errors.NotReady) as error:
            return _unavailable(error)
        except Exception as error:  # noqa: BLE001  # last line of defence: a stranger gets a number, never a trace
            return _defect(error)

    def reply(self, on_way: passage.Passage) -> bytes:
        """Return the envelope that answers a request whose element is known; the door spyne knocks at."""
        self._intake.identify(on_way)
        if on_way.operation.kind is model.OperationKind.SUBMIT:
            guid = self._intake.accept(on_way)
            return envelope.acknowledgement(
                guid, on_way.header.message_guid, service=on_way.service.namespace, at=clock.now()
            )
        self._intake.judge_content(on_way)
        body = state.answer(self._house, self._results, on_way)
        return envelope.answer(body, on_way.header.message_guid, service=on_way.service.namespace, at=clock.now())

    def _pass(self, service: application.SoapService, environ: guard.Environ, on_way: passage.Passage) -> Response:
        try:
            on_way.take(guard.body(environ, max_body=self._house.settings.max_body))
            failpoints.reach("endpoint.read")
            answer = service.answer(_parse(on_way.raw), on_way)
            failpoints.reach("endpoint.before-reply")
            operation = on_way.operation
            accepted = operation.kind is model.OperationKind.SUBMIT
            return Response("200 OK", XML, answer, operation=operation.name, accepted=accepted)
        except errors.Rejected as rejected:
            self._intake.refuse(on_way, rejected)
            raise


def _parse(raw: bytes) -> etree._Element:
    try:
        return xml.parse(raw)
    except xml.NotXML as error:
        raise errors.Rejected(errors.XML_INVALID, str(error)) from error


def _refusal(rejected: errors.Rejected) -> Response:
    status = rejected.status if isinstance(rejected, guard.HttpRefused) else _FAILED
    return fault(status, rejected.code, rejected.text)


def _unavailable(error: Exception) -> Response:
    log.error("cannot accept", extra={"facts": {"reason": str(error)}})
    return fault(_FAILED, errors.NOT_READY, errors.code(errors.NOT_READY).text)


def _defect(error: Exception) -> Response:
    incident = clock.new_guid()
    log.error("defect", exc_info=error, extra={"facts": {"incident": incident}})
    return fault(_FAILED, errors.EXCHANGE_FAILED, errors.code(errors.EXCHANGE_FAILED).text.format(incident=incident))
