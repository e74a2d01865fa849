"""What is compared at the end of the month: a difference is told, whichever side has it."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from lxml import etree

from gateway.stories import compare, errors, office

HOUSE = etree.fromstring(
    "<exportHouseResult><ApartmentHouse><Entrance/><ResidentialPremises><PremisesNum>1</PremisesNum>"
    "<TotalArea>54.30</TotalArea><LivingRoom/></ResidentialPremises><ResidentialPremises><PremisesNum>2</PremisesNum>"
    "<TotalArea>32.4</TotalArea></ResidentialPremises></ApartmentHouse></exportHouseResult>"
)
ACCOUNT = etree.fromstring(
    "<exportAccountResult><LivingPersonsNumber>2</LivingPersonsNumber><TotalSquare>54.3</TotalSquare>"
    "<Closed><CloseDate>2026-02-28</CloseDate></Closed><Accommodation><PremisesGUID>p</PremisesGUID></Accommodation>"
    "<PayerInfo><Ind><Surname>Образцова</Surname><FirstName>Мария</FirstName></Ind></PayerInfo>"
    "<AccountNumber>УК-1</AccountNumber><UnifiedAccountNumber>10АА000001</UnifiedAccountNumber></exportAccountResult>"
)
BOOKED = office.Account("УК-1", office.Flat("1", "1", "54.30", guid="p"), "Образцова", "Мария", 2, "2026-02-28")


def test_flats__are_read_with_their_areas():
    assert compare.flats(HOUSE) == {"1": Decimal("54.3"), "2": Decimal("32.40")}


def test_counts__go_as_deep_as_the_house():
    assert compare.counts(HOUSE, ("Entrance", "LivingRoom", "Lift")) == {"Entrance": 1, "LivingRoom": 1, "Lift": 0}


def test_account_that_came_back_as_it_was_sent__is_the_same():
    compare.same("account", compare.accounts([ACCOUNT]), {"10АА000001": BOOKED.sent})


@pytest.mark.parametrize(
    ("member", "value"), [("surname", "Примеров"), ("persons", 3), ("closed_on", ""), ("number", "УК-2")]
)
def test_account_that_differs_in_one_thing__is_told_with_both_sides(member, value):
    other = dataclasses.replace(BOOKED, **{member: value})
    with pytest.raises(errors.Surprise) as raised:
        compare.same("account", compare.accounts([ACCOUNT]), {"10АА000001": other.sent})
    (difference,) = raised.value.differences
    assert difference.startswith("account 10АА000001: УК-1/p/54.3/2/Образцова Мария/2026-02-28, expected ")


def test_account_of_another_area__is_told():
    other = dataclasses.replace(BOOKED, flat=dataclasses.replace(BOOKED.flat, area="54.31"))
    assert compare.differences("account", {1: BOOKED.sent}, {1: other.sent})


def test_what_only_one_side_has__is_told():
    found = compare.differences("flat", {"1": 5, "3": 7}, {"1": 5, "2": 6})
    assert found == ["flat 2: nothing, expected 6", "flat 3: 7, expected nothing"]


def test_entries__are_the_actual_ones_with_the_value_of_their_first_field():
    element = "<NsiElement><Code>{}</Code><GUID>{}</GUID><IsActual>{}</IsActual>{}</NsiElement>"
    field = "<NsiElementField><Name>Причина</Name><Value>{}</Value></NsiElementField>"
    elements = [
        element.format("1", "g1", "true", field.format("Смена собственника")),
        element.format("2", "g2", "false", field.format("Отменена")),
    ]
    dictionary = etree.fromstring(f"<NsiItem>{''.join(elements)}</NsiItem>")
    assert compare.entries(dictionary) == {"1": ("g1", "Смена собственника")}


def test_expectation_that_is_not_met__names_what_was_found():
    office.expect("accounts", 100, 100)
    with pytest.raises(errors.Surprise, match="accounts: 99, expected 100"):
        office.expect("accounts", 99, 100)


def test_element_that_is_not_there__is_a_surprise():
    assert compare.first(HOUSE, "PremisesNum").text == "1"
    with pytest.raises(errors.Surprise, match="exportHouseResult has no importContract"):
        compare.first(HOUSE, "importContract")
