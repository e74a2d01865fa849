"""The first month of a management company (УО): from its contract to the accounts of its first house."""

from __future__ import annotations

from typing import Final

from gateway.stories.month import accounts, beginning, corrections, house
from gateway.stories.step import Step

STEPS: Final = (
    Step("The company finds itself in the registry of organisations", beginning.find_itself),
    Step("It loads the dictionaries", beginning.load_dictionaries),
    Step("It places services and works of its own", beginning.place_services),
    Step("A mistake on purpose: the house is sent before the contract", house.send_too_early),
    Step("The contract of management", house.place_contract),
    Step(f"The house with {house.FLATS} flats", house.place_house),
    Step(f"{house.FLATS} accounts in one package", accounts.open_accounts),
    Step("Some payers order an additional service", accounts.order_services),
    Step("A correction: the area of a flat", corrections.correct_area),
    Step("A correction: another payer", corrections.change_payer),
    Step("A mistake on purpose: one bad account among good ones", corrections.mistake_one),
    Step("The connection breaks, and the same bytes are sent again", corrections.send_twice),
    Step("Two flats are sold: accounts are closed and opened", accounts.close_accounts),
    Step("The house is exported and compared", house.export_house),
    Step("The accounts of the house are exported and compared", accounts.export_of_house),
    Step("Some accounts are exported by ЕЛС and compared", accounts.export_by_number),
)
"""The month, in its order: every step stands on those before it."""
