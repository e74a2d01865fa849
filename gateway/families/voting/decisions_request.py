"""importOwnerDecision as values: what each owner has decided, and for which square metres (protocol §8.5)."""

from __future__ import annotations

import dataclasses
import hashlib
from decimal import Decimal
from fractions import Fraction
from typing import Final

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.voting import tally

ROOT: Final = "RootOwnerDecisionGUID"
PROPERTY: Final = "PropertyDetails"
QUESTION: Final = "QuestionOnDecision"
DIGITAL: Final = "IsDigitalDecision"
_FILES: Final = ("DecisionAttachments", "AdditionalAttachments")
_WHOLE: Final = Fraction(1)


@dataclasses.dataclass(frozen=True, slots=True)
class Right:
    """A record of ownership that votes: for a flat, or for a share in it."""

    right: str
    """Link of the record, for one question of one meeting."""
    premises: str
    """Link of the premises, for the same."""
    share: Fraction
    area: Fraction
    """Square metres of the premises."""
    number: str
    """Number of the premises."""

    @property
    def votes(self) -> Fraction:
        """Square metres that the record votes with."""
        return self.share * self.area


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One OwnerDecision of the request."""

    transport_guid: str
    paper: str
    """MessageGUID or ProtocolGUID, lower case."""
    root: str
    """RootOwnerDecisionGUID, lower case; empty for a new decision."""
    content: Fields
    """The decision; empty where one is to be annulled."""

    @property
    def annuls(self) -> bool:
        """Whether the decision is to be annulled."""
        return not self.content

    @property
    def question(self) -> int:
        """QuestionNumber."""
        return int(fields.text(fields.block(self.content, QUESTION), "QuestionNumber"))

    @property
    def answer(self) -> str:
        """The element of the answer: OwnerAgree, OwnerAgainst or OwnerAbstent."""
        said = fields.block(self.content, QUESTION)
        return next(answer for answer in tally.ANSWERS if answer in said)

    @property
    def is_digital(self) -> bool:
        """Whether it was given in the system."""
        return DIGITAL in self.content

    @property
    def files(self) -> list[api.Data]:
        """Its attachments, whatever the contract calls them."""
        return [row for name in _FILES for row in fields.rows(self.content, name)]

    def rights(self, voting: str) -> list[Right]:
        """Return the records of ownership that vote, as a meeting knows them."""
        return [_right(row, f"{voting}:{self.question}") for row in fields.rows(self.content, PROPERTY)]


def read(task: api.Task) -> tuple[Asked, ...]:
    """Return what a valid importOwnerDecisionRequest asks for, in its order."""
    asked = shape.read(task.element, task.shape)
    return tuple(_asked(row) for row in fields.rows(asked, "OwnerDecision"))


def _asked(row: Fields) -> Asked:
    paper = fields.text(row, "MessageGUID") or fields.text(row, "ProtocolGUID")
    root = fields.text(row, ROOT)
    return Asked(str(row["TransportGUID"]), paper.lower(), root.lower(), fields.block(row, "Decision"))


def _right(row: Fields, about: str) -> Right:
    number, area = fields.text(row, "PremisesNum"), Decimal(fields.text(row, "TotalArea"))
    # Two premises of a house may have one number, if one is a dwelling and the other is not: the area tells them apart.
    premises = f"{number.casefold()}:{area.normalize():f}"
    registered = "".join(fields.text(row, "RegistrationNumber").casefold().split())
    share = fields.block(row, "ShareSize")
    part = _part(share) if share else _WHOLE
    return Right(_link("right", about, registered), _link("premises", about, premises), part, Fraction(area), number)


def _part(share: Fields) -> Fraction:
    return Fraction(int(fields.text(share, "Numerator")), int(fields.text(share, "Denumerator")))


def _link(kind: str, about: str, what: str) -> str:
    # A digest: who owns what stands in the registry only sealed.
    return f"{kind}:{hashlib.sha256(f'{about}:{what}'.encode()).hexdigest()[:32]}"
