"""A rig for payments: that of payment documents, with a bank that takes the money and a directory that knows it."""

from __future__ import annotations

import dataclasses

from lxml import etree

from gateway import wire, xml
from gateway.families import api
from storage import registry
from tests.unit.families.accounts import rig as accounts_rig
from tests.unit.families.bills import requests as bills
from tests.unit.families.bills import rig as bills_rig
from tests.unit.families.metering.rig import as_result, schema

PM = f"{{{wire.ROOT}payment/}}"
BILLS = bills_rig.BILLS
PROVIDER = "00000000-0000-4000-8000-0000000000bb"
"""Whoever is paid; in samples, as in the tests' installation, the bank too."""
THEIRS = accounts_rig.THEIRS
BANK = "5fac3c58-a02a-4179-9187-304c5d6e7f80"
INN, KPP = "7700000009", "770001001"
THEIR_INN = "7700000016"
FIRST = "10АА000001-01-0001"
SECOND = "10АА000001-01-0002"
OTHER = "10АА000002-01-0001"


def organisation(guid: str, inn: str | None, name: str, ogrn: str = "1027700132195") -> api.OrganisationVersion:
    kpp = KPP if len(ogrn) == 13 else None
    return api.OrganisationVersion(guid, guid, guid, ogrn, name, "УО", accounts_rig.NOW, True, kpp, inn)


class Known:
    """A directory of those who are there; tests may change it."""

    system = ""
    by_ogrn, by_root, grants = api.NOBODY.by_ogrn, api.NOBODY.by_root, api.NOBODY.grants

    def __init__(self) -> None:
        self.all = [
            organisation(PROVIDER, INN, "ООО «Пример»"),
            organisation(THEIRS, THEIR_INN, "ИП Образцов Пётр Ильич", "304500116000157"),
            organisation(BANK, None, "Банк"),
        ]
        self.asked = 0
        """How often anything was."""

    def by_guid(self, guid: str) -> api.OrganisationVersion | None:
        self.asked += 1
        return next((each for each in self.all if each.organisation == guid), None)

    def by_inn(self, inn: str) -> list[api.OrganisationVersion]:
        self.asked += 1
        return [each for each in self.all if each.inn == inn]

    def version(self, guid: str) -> api.OrganisationVersion | None:
        return next((each for each in self.all if each.guid == guid), None)


class Rig(bills_rig.Rig):
    """Plays messages one after another; the provider sends where nothing else is said."""

    def begin(self, data: bytes | None = None) -> None:
        super().begin(data)
        self.directory = Known()

    def task(self, element: etree._Element, **options: object) -> api.Task:
        return dataclasses.replace(super().task(element, **options), directory=self.directory)

    def play(self, data: bytes, *, organisation: str = PROVIDER, **options: object) -> api.Answer:
        element = xml.parse(data)
        answer = super().play(data, organisation=organisation, **options)
        if self.checks and element.tag.startswith(PM):
            schema("payment").assertValid(element)
            schema("payment").assertValid(as_result(answer, PM))
        return answer

    def by_bank(self, data: bytes, **options: object) -> api.Answer:
        return self.play(data, organisation=BANK, role="Банк", **options)

    def billed(self) -> None:
        """Two documents of account 1 and one of account 2: housing for 1000 roubles and cold water for 200."""
        self.settled()
        charges = (bills.charge(), bills.cold_water(total="200.00"))
        made = bills.documents(
            bills.document(60, *charges, number="П-1"), bills.document(61, *charges), bills.document(62, of=2)
        )
        assert accounts_rig.codes(self.play(made)) == {}

    def stored(self, guid: str) -> registry.Thing:
        """The object that was made under a TransportGUID."""
        return self.thing(self.given[guid])
