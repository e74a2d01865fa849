"""The one writer of getStateResult: content by the contract's shape, checked, signed as a stand-alone element.

The element declares every prefix of the wire itself, so its signature holds alone and inside any envelope of ours.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence

from lxml import etree

from gateway import clock, errors, wire
from gateway.contracts import errors as contract_errors
from gateway.contracts import force, model, schema, shape
from gateway.families import api
from signing import signer, xades
from storage import packages


class InvalidResult(errors.GatewayError):
    """A family has made an answer that the contract does not allow: a defect of ours, found before it was signed."""


@dataclasses.dataclass(frozen=True, slots=True)
class About:
    """The package that is answered, and the contract that judged it."""

    schemas: schema.Schemas = dataclasses.field(repr=False)
    pack: model.Pack
    service: model.Service
    message_guid: str
    """MessageGUID that the gateway gave it."""
    version: str
    """base:version that its request declares."""


def about(contracts: force.Contracts, package: packages.Package) -> About:
    """Return what a result of this package is about; raises UnknownPath where its service is no longer served."""
    pack, service = contracts.service(package.pack, package.path)
    return About(contracts.schemas, pack, service, package.message_guid, package.version)


class Results:
    """Makes signed results; one for a process, safe for threads."""

    def __init__(self, signing_key: signer.Signer, *, validate: bool) -> None:
        self._signer = signing_key
        self._validate = validate

    @staticmethod
    def shape(about: About, element: str) -> shape.Shape:
        """Return the shape of a global element in the schemas that judged the package."""
        return about.schemas.shapes(about.pack, about.service).element(element)

    def unfinished(self, about: About, state: int, at: dt.datetime) -> bytes:
        """Return the answer of a package that is received (1) or in work (2); ГИС ЖКХ signs it too (protocol §6.5).

        Some services demand a branch even then; there is none to give, and clients expect none (protocol §3.2).
        """
        return self._signed(_written(about, str(state), {}), at)

    def finished(self, about: About, answer: api.Answer, at: dt.datetime) -> bytes:
        """Return the answer of a package that was executed (3), with exactly one branch filled.

        Raises InvalidResult where the answer of the family does not fit the contract.
        """
        return self._signed(content(about, answer, validate=self._validate), at)

    def failed(self, about: About, problem: api.Problem, at: dt.datetime) -> bytes:
        """Return the answer of a package that could not be executed; the last resort, which judges nothing more."""
        return self._signed(_written(about, "3", {"ErrorMessage": _problem(problem)}), at)

    def requests_state(self, about: About, finished: Sequence[str], at: dt.datetime) -> bytes:
        """Return getRequestsStateResult: one MessageGUIDList for each message that is executed.

        With none there is none, which its schema does not provide for and clients expect (protocol §3.2).
        """
        pattern = self.shape(about, wire.base("getRequestsStateResult"))
        content = {"MessageGUIDList": list(finished)}
        return self._signed(shape.write(pattern, content, wire.nsmap(about.service.namespace)), at)

    def _signed(self, element: etree._Element, at: dt.datetime) -> bytes:
        xades.sign(element, self._signer, at=at.astimezone(clock.MOSCOW))
        return bytes(etree.tostring(element, encoding="utf-8"))


def content(about: About, answer: api.Answer, *, validate: bool) -> etree._Element:
    """Return the getStateResult of a package that was executed (3), as it is before it is signed.

    `validate` raises InvalidResult where the answer of the family does not fit the contract.
    """
    element = _written(about, "3", _branch(about, answer))
    if validate:
        _check(about, element)
    return element


def _written(about: About, state: str, branch: Mapping[str, api.Data]) -> etree._Element:
    pattern = Results.shape(about, about.service.result)
    content: dict[str, api.Data] = {"RequestState": state, "MessageGUID": about.message_guid, **branch}
    version = pattern.attribute(wire.base("version"))
    # Most services fix the version of their result; where it is free, it is that of the request.
    if version is not None and version.required and version.fixed is None:
        content["@version"] = about.version
    try:
        return shape.write(pattern, content, wire.nsmap(about.service.namespace))
    except contract_errors.ContentError as error:
        raise InvalidResult(str(error)) from error


def _branch(about: About, answer: api.Answer) -> Mapping[str, api.Data]:
    if isinstance(answer, api.Failed):
        return {"ErrorMessage": _problem(answer.problem)}
    if isinstance(answer, api.Exported):
        return {answer.branch: list(answer.items), **answer.beside}
    outcomes = [_outcome(outcome) for outcome in answer.outcomes]
    pattern = Results.shape(about, about.service.result)
    imported = next(child.shape for child in pattern.children if wire.local(child.name) == "ImportResult")
    # House management wraps its CommonResults in one ImportResult; elsewhere ImportResult is one (protocol §4.2).
    nested = any(wire.local(child.name) == "CommonResult" for child in imported.children)
    return {"ImportResult": {"CommonResult": outcomes} if nested else outcomes}


def _check(about: About, element: etree._Element) -> None:
    violations = about.schemas.judge(about.pack, about.service, element)
    if violations:
        raise InvalidResult("; ".join(f"{item.path}: {item.text}" for item in violations))


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
