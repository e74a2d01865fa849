"""A rig for payment documents: that of accounts, whose answers are held against the contract of bills too."""

from __future__ import annotations

import dataclasses

from lxml import etree

from gateway import wire, xml
from gateway.families import api
from gateway.families.bills import records
from storage import registry
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.accounts import rig as accounts_rig
from tests.unit.families.agreements import requests as agreements
from tests.unit.families.bills import requests
from tests.unit.families.metering.rig import as_result, schema

BILLS = f"{{{wire.ROOT}bills/}}"

CONTRACTOR = "00000000-0000-4000-8000-0000000000bb"
"""A registered organisation: in the tests' installation the data provider itself."""


class Known(api.Nobody):
    """A directory that knows the contractor."""

    def by_guid(self, guid: str) -> api.OrganisationVersion | None:
        if guid != CONTRACTOR:
            return None
        return api.OrganisationVersion(guid, guid, guid, "1027700132195", "ООО «Пример»", "УО", accounts_rig.NOW, True)


class Rig(accounts_rig.Rig):
    """Plays messages one after another, each in a unit of work of its own."""

    def task(self, element: etree._Element, **options: object) -> api.Task:
        return dataclasses.replace(super().task(element, **options), directory=Known())

    def play(self, data: bytes, **options: object) -> api.Answer:
        element = xml.parse(data)
        answer = super().play(data, **options)
        if self.checks and element.tag.startswith(BILLS):
            schema("bills").assertValid(element)
            schema("bills").assertValid(as_result(answer, BILLS))
        return answer

    def settled(self) -> None:
        """A managed house with flats 101 to 103, and an account for each under 1 to 3.

        The contract has cold water, of the own dictionary 51 under 950, and the additional service under 900; hot water
        (951) and another additional service (901) are in the dictionaries alone.
        """
        self.play(accounts.house())
        self.play(accounts.own_services("Домофон", "Консьерж"))
        self.play(requests.own_municipal_services("1", "2"))
        given = agreements.service() + requests.additional_service_of_contract()
        placed = self.play(agreements.place(agreements.house(101, accounts.FIAS, services=given)))
        assert accounts_rig.codes(placed) == {}
        opened = (accounts.account(n, accounts.flat(100 + n), number=str(n)) for n in (1, 2, 3))
        assert accounts_rig.codes(self.play(accounts.accounts(*opened))) == {}

    def document(self, document_id: str) -> registry.Thing:
        """The document with this PaymentDocumentID."""
        with self.database.read() as connection:
            return records.by_ids(registry.Registry(connection, self.numbers), [document_id])[document_id]
