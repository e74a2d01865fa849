"""The one writer of getStateResult: content by the contract's shape, checked, signed as a stand-alone element.

The element declares every prefix of the wire itself, so its signature holds alone and inside any envelope of ours.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence

from lxml import etree

from gateway import clock, errors, wire
from gateway.contracts import errors as contract_errors
from gateway.contracts import model, schema, shape
from gateway.families import api
from signing import signer, xades


class InvalidResult(errors.GatewayError):
    """A family has made an answer that the contract does not allow: a defect of ours, found before it was signed."""


class Results:
    """Makes signed results; one for a process, safe for threads."""

    def __init__(self, signing_key: signer.Signer, judges: schema.Schemas, *, validate: bool) -> None:
        self._signer = signing_key
        self._judges = judges
        self._validate = validate
        self._shapes = functools.lru_cache(maxsize=256)(shape.Shapes)

    def shape(self, pack: model.Pack, service: model.Service, element: str) -> shape.Shape:
        """Return the shape of a global element of the service's schemas."""
        return self._shapes(pack, service).element(element)

    def unfinished(
        self, pack: model.Pack, service: model.Service, message_guid: str, state: int, at: dt.datetime
    ) -> bytes:
        """Return the answer of a package that is received (1) or in work (2); ГИС ЖКХ signs it too (protocol §6.5)."""
        return self._result(pack, service, message_guid, str(state), {}, at)

    def finished(
        self, pack: model.Pack, service: model.Service, message_guid: str, answer: api.Answer, at: dt.datetime
    ) -> bytes:
        """Return the answer of a package that was executed (3), with exactly one branch filled.

        Raises InvalidResult where the answer of the family does not fit the contract.
        """
        return self._result(pack, service, message_guid, "3", self._branch(pack, service, answer), at)

    def requests_state(
        self, pack: model.Pack, service: model.Service, finished: Sequence[str], at: dt.datetime
    ) -> bytes:
        """Return getRequestsStateResult with the messages that are executed.

        With none the list is empty, which its schema does not provide for and clients expect (protocol §3.2).
        """
        pattern = self._shapes(pack, service).element(wire.base("getRequestsStateResult"))
        guids = {"MessageGUID": list(finished)} if finished else {}
        element = shape.write(pattern, {"MessageGUIDList": guids}, wire.nsmap(service.namespace))
        return self._signed(element, at)

    def _result(
        self,
        pack: model.Pack,
        service: model.Service,
        message_guid: str,
        state: str,
        branch: Mapping[str, api.Data],
        at: dt.datetime,
    ) -> bytes:
        content: dict[str, api.Data] = {"RequestState": state, "MessageGUID": message_guid, **branch}
        try:
            element = shape.write(
                self._shapes(pack, service).element(service.result), content, wire.nsmap(service.namespace)
            )
        except contract_errors.ContentError as error:
            raise InvalidResult(str(error)) from error
        if self._validate:
            self._check(pack, service, element)
        return self._signed(element, at)

    def _branch(self, pack: model.Pack, service: model.Service, answer: api.Answer) -> Mapping[str, api.Data]:
        if isinstance(answer, api.Failed):
            return {"ErrorMessage": _problem(answer.problem)}
        if isinstance(answer, api.Exported):
            return {answer.branch: list(answer.items)}
        outcomes = [_outcome(outcome) for outcome in answer.outcomes]
        pattern = self._shapes(pack, service).element(service.result)
        imported = next(child.shape for child in pattern.children if wire.local(child.name) == "ImportResult")
        # House management wraps its CommonResults in one ImportResult; elsewhere ImportResult is one (protocol §4.2).
        nested = any(wire.local(child.name) == "CommonResult" for child in imported.children)
        return {"ImportResult": {"CommonResult": outcomes} if nested else outcomes}

    def _check(self, pack: model.Pack, service: model.Service, element: etree._Element) -> None:
        violations = self._judges.judge(pack, service, element)
        if violations:
            raise InvalidResult("; ".join(f"{item.path}: {item.text}" for item in violations))

    def _signed(self, element: etree._Element, at: dt.datetime) -> bytes:
        xades.sign(element, self._signer, at=at.astimezone(clock.MOSCOW))
        return bytes(etree.tostring(element, encoding="utf-8"))


def _outcome(outcome: api.Outcome) -> Mapping[str, api.Data]:
    """Return the content of a CommonResult (protocol §4.1)."""
    content: dict[str, api.Data] = {"TransportGUID": outcome.transport_guid}
    if outcome.guid:
        content["GUID"] = outcome.guid
    if outcome.problems:
        return {**content, "Error": [_problem(problem) for problem in outcome.problems]}
    if outcome.unique_number:
        content["UniqueNumber"] = outcome.unique_number
    if outcome.updated_at:
        content["UpdateDate"] = clock.wire(outcome.updated_at)
    return {**content, **outcome.details}


def _problem(problem: api.Problem) -> Mapping[str, api.Data]:
    return {"ErrorCode": problem.code, "Description": problem.text}
