"""Rules about the documents of an agreement: attachments, and what the basis of a contract (dictionary 58) asks for.

The annotations of the contract name a basis by its words, so the rules look at the name of the entry, not at its code.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from gateway.families import api, attachments, fields
from gateway.families.agreements import codes
from gateway.families.agreements.case import Case
from gateway.families.agreements.kinds import CHARTER, CONTRACT
from gateway.families.controls import Control, control
from gateway.families.problems import problem

_OWNERS_DECISION: Final = "собрания собственников"
_LOCAL_DECISION: Final = "местного самоуправления"


@dataclasses.dataclass(frozen=True, slots=True)
class _Paper:
    """What one element has to do with the basis of a contract."""

    element: str
    ground: str
    """Words of the name of the basis."""
    required: bool
    exclusive: bool
    """Whether another basis forbids it."""


_PAPERS: Final = (
    _Paper("SignedOwners", _OWNERS_DECISION, required=True, exclusive=True),
    _Paper("CommissioningPermitAgreement", "в эксплуатацию", required=True, exclusive=False),
    _Paper("Charter", "устав", required=True, exclusive=False),
    _Paper("LocalGovernmentDecision", _LOCAL_DECISION, required=False, exclusive=True),
    _Paper("RegistryDecisionID", _LOCAL_DECISION, required=True, exclusive=False),
)


@control(codes.HASH_MISSING)
def files_have_hashes(case: Case) -> Iterator[api.Problem]:
    """Refuse an attachment without AttachmentHASH, which the contract demands of imports."""
    yield from without_hash(case.content)


@control(codes.DOCUMENT_MISSING)
def grounds_are_proved(case: Case) -> Iterator[api.Problem]:
    """Refuse a contract without the document that its basis demands."""
    ground = _ground(case)
    for paper in _PAPERS:
        if ground and paper.required and _calls_for(paper, ground, case) and paper.element not in case.content:
            yield problem(codes.DOCUMENT_MISSING, ground=ground, element=paper.element)


@control(codes.DOCUMENT_NOT_APPLICABLE)
def grounds_are_not_mixed(case: Case) -> Iterator[api.Problem]:
    """Refuse a document that belongs to another basis."""
    ground = _ground(case)
    for paper in _PAPERS:
        if ground and paper.exclusive and not _calls_for(paper, ground, case) and paper.element in case.content:
            yield problem(codes.DOCUMENT_NOT_APPLICABLE, ground=ground, element=paper.element)


@control(codes.CHARTER_NOT_APPROVED)
def charter_has_a_protocol(case: Case) -> Iterator[api.Problem]:
    """Refuse a charter without the protocol of its approval, or the word that there is none."""
    protocol = fields.block(case.content, "MeetingProtocol")
    has_none = fields.flag(case.content, "NoCharterApproveProtocol")
    if case.kind is CHARTER and case.action.states_terms and not protocol and not has_none:
        yield problem(codes.CHARTER_NOT_APPROVED)


def without_hash(content: fields.Fields, path: str = "") -> Iterator[api.Problem]:
    """Yield a problem for each attachment, however deep, that lacks its digest."""
    for where, attachment in attachments.without_hash(content, path):
        yield problem(codes.HASH_MISSING, where=where, attachment=attachment)


def _ground(case: Case) -> str:
    """Return the name of the basis of a contract that is stated; empty where there is none to judge by."""
    code = fields.item_code(case.content, "ContractBase") if case.kind is CONTRACT else ""
    item = case.task.dictionaries.item(58, code) if code else None
    return item.name if item else ""


def _calls_for(paper: _Paper, ground: str, case: Case) -> bool:
    if paper.element == "SignedOwners" and not fields.flag(case.content, "Owners"):
        return False
    return paper.ground in ground.lower()


CONTROLS: Final[tuple[Control[Case], ...]] = (
    files_have_hashes,
    grounds_are_proved,
    grounds_are_not_mixed,
    charter_has_a_protocol,
)
