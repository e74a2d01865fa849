"""A quarter of a management company (УО): meters and readings, payment documents and payments, a meeting of owners."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.stories.month import accounts, beginning, house
from gateway.stories.quarter import documents, meeting, meters, payment
from gateway.stories.quarter.books import Company
from gateway.stories.step import Step

__all__ = ["STEPS", "Company"]

_DICTIONARIES: Final = ("16", "27", "50", "63", "95")
"""Those to which the messages of the quarter refer, and those of the month do not."""


def load_dictionaries(company: Company) -> Iterator[str]:
    """Read the dictionaries of the month and those of the quarter."""
    yield from beginning.load_dictionaries(company)
    yield beginning.load(company, _DICTIONARIES)


STEPS: Final = (
    Step("The company finds itself in the registry of organisations", beginning.find_itself),
    Step("It loads the dictionaries", load_dictionaries),
    Step("It places services and works of its own", beginning.place_services),
    Step("The contract of management, three months ago", house.place_contract),
    Step(f"The house with {house.FLATS} flats", house.place_house),
    Step(f"{house.FLATS} accounts in one package", accounts.open_accounts),
    Step(f"{meters.METERS} meters are installed, one of them with a mistake", meters.install),
    Step("Two months of readings", meters.read),
    Step("A meter is replaced, and the third month is read", meters.replace),
    Step("Meters and readings are exported and compared", meters.export),
    Step("Payment documents, one of them with a wrong sum", documents.place),
    Step("A document is corrected", documents.correct),
    Step("A bank takes payments for some of them", payment.pay),
    Step("The company matches the payments with its documents", payment.acknowledge),
    Step("A document that was paid cannot be withdrawn, another one is", payment.withdraw),
    Step("Payment documents are exported and compared", documents.export),
    Step("The scan of a protocol goes into the file store", meeting.upload),
    Step("A meeting of owners, which is over, is announced", meeting.announce),
    Step("The owners' decisions on paper", meeting.decide),
    Step("Its protocol, at first with more votes than there are", meeting.conclude),
)
"""The quarter, in its order: every step stands on those before it."""
