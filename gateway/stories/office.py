"""The office of a management company (УО): its correspondence with the gateway, and its books.

It knows what a company knows: its ОГРН and its keys, the address of its house, its flats and payers. Every other GUID
of an object or of a dictionary that it sends has come with an answer.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gateway import client, clock, wire, xml
from gateway.stories import compare, errors, template
from gateway.stories.letters import Letters
from signing import trust

ROLE: Final = "УО"
HOUSE: Final = "3c5e1b7a-90d2-4f68-8a41-6b2d7e90c512"
"""FIASHouseGuid of the house."""
_TRANSPORT_GUID: Final = wire.base("TransportGUID")
_NO_OBJECTS: Final = frozenset({"PaymentInformation"})
"""Elements whose TransportGUID is a name inside the message, and not of an object with an outcome."""
_CONTRACT_DAYS: Final = 3 * 365
_SIGNED_BEFORE_DAYS: Final = 10


@dataclasses.dataclass(slots=True)
class Flat:
    """A flat as the company has it in its own books."""

    number: str
    entrance: str
    area: str
    """Square metres."""
    is_communal: bool = False
    guid: str = ""
    """PremisesGUID, once the house is placed."""


@dataclasses.dataclass(slots=True)
class Account:
    """An account as the company has it in its own books."""

    number: str
    flat: Flat
    surname: str
    first_name: str
    persons: int
    closed_on: str = ""
    guid: str = ""
    """AccountGUID, once it is opened, and …"""
    unified: str = ""
    """… its ЕЛС."""

    @property
    def sent(self) -> compare.Account:
        """The account as an export has to give it back."""
        payer, area = f"{self.surname} {self.first_name}", Decimal(self.flat.area)
        return compare.Account(self.number, self.flat.guid, area, str(self.persons), payer, self.closed_on)


@dataclasses.dataclass(frozen=True, slots=True)
class Exchange:
    """A package and what came back."""

    envelope: bytes = dataclasses.field(repr=False)
    ack: client.Ack
    result: client.Result

    @property
    def outcomes(self) -> dict[str, client.Outcome]:
        """What became of each object, by its TransportGUID."""
        return {each.transport_guid: each for each in self.result.outcomes}


class Office:
    """Sends the messages of a story, one at a time, and keeps the books."""

    def __init__(self, stand: client.Stand, *, role: str = ROLE, letters: Letters | None = None) -> None:
        """`role` is that of the organisation on the stand; `letters` keep what is sent and what comes back."""
        self.ogrn: Final = next(each.ogrn for each in stand.organisations if each.role == role)
        self.stand: Final = stand.acting(role)
        self.letters: Final = letters or Letters()
        self.flats: list[Flat] = []
        self.accounts: list[Account] = []
        self.told: dict[str, str] = terms(today().replace(day=1))
        """What messages are filled with, by the names of their places; it grows with the answers."""
        self._client = client.Client(self.stand)
        self._anchors = trust.TrustStore(trust.load(Path(stand.ca)))

    @property
    def today(self) -> str:
        """The day in Moscow."""
        return today().isoformat()

    def act_as(self, org_ppa_guid: str) -> None:
        """Name this data provider in the header of every package from now on."""
        self._client = client.Client(self.stand.acting(org_ppa_guid))

    def send(self, name: str, **values: Any) -> Exchange:
        """Send a message of a story, filled with these values and with what is known, and fetch its result.

        Raises Surprise where the result is not signed or the whole message failed, Fault where it was refused at once.
        """
        envelope = self._client.envelope(template.request(name, {**self.told, **values}))
        numbered = self.letters.sent(name, envelope)
        exchange = self.repeat(envelope)
        self.letters.answered(numbered, exchange.result.raw)
        return exchange

    def repeat(self, envelope: bytes) -> Exchange:
        """Send a message byte for byte as it is; raises as `send` does."""
        ack = self._client.send(envelope)
        result = self._client.wait(ack.path, ack.message_guid)
        if not result.verify(self._anchors, clock.now()).good:
            raise errors.Surprise([f"{ack.operation}: the signature of the result does not hold"])
        if result.problem is not None:
            raise errors.Surprise([f"{ack.operation}: {result.problem.code} {result.problem.text}"])
        return Exchange(envelope, ack, result)

    def accepted(self, name: str, **values: Any) -> Exchange:
        """Send an import; raises Surprise unless every object of it, and nothing else, is accepted."""
        exchange = self.send(name, **values)
        operation, outcomes = exchange.ack.operation, exchange.result.outcomes
        refused = [f"{operation}: {each.code} {each.text}" for outcome in outcomes for each in outcome.problems]
        if refused:
            raise errors.Surprise(refused)
        transports = xml.parse(exchange.envelope).iter(_TRANSPORT_GUID)
        sent = {each.text for each in transports if wire.local(each.getparent().tag) not in _NO_OBJECTS}
        expect(f"{operation}: objects with an outcome", set(exchange.outcomes), sent)
        return exchange

    def exported(self, name: str, **values: Any) -> list[etree._Element]:
        """Send an export; return the exported elements."""
        return [each.element for each in self.send(name, **values).result.exports]

    def exported_one(self, name: str, **values: Any) -> etree._Element:
        """Send an export of one thing; raises Surprise where that is not what comes back."""
        found = self.exported(name, **values)
        expect(f"{name}: exported elements", len(found), 1)
        return found[0]


def expect(what: str, found: object, expected: object) -> None:
    """Raise Surprise unless what was found is what was expected."""
    if found != expected:
        raise errors.Surprise([f"{what}: {found}, expected {expected}"])


def today() -> dt.date:
    """Return the day in Moscow."""
    return clock.now().astimezone(clock.MOSCOW).date()


def terms(begin: dt.date) -> dict[str, str]:
    """Return the house and the dates of its contract: from this day on, for three years."""
    return {
        "house": HOUSE,
        "contract_number": "1/УК",
        "signed": (begin - dt.timedelta(days=_SIGNED_BEFORE_DAYS)).isoformat(),
        "begin": begin.isoformat(),
        "end": (begin + dt.timedelta(days=_CONTRACT_DAYS)).isoformat(),
    }
