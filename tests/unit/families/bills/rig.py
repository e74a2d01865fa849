"""A rig for payment documents: that of accounts, whose answers are held against the contract of bills too."""

from __future__ import annotations

from gateway import wire, xml
from gateway.families import api
from gateway.families.bills import records
from storage import registry
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.accounts import rig as accounts_rig
from tests.unit.families.metering.rig import as_result, official, schema

BILLS = f"{{{wire.ROOT}bills/}}"
__all__ = ["BILLS", "Rig", "as_result", "official"]


class Rig(accounts_rig.Rig):
    """Plays messages one after another, each in a unit of work of its own."""

    def play(self, data: bytes, **options: object) -> api.Answer:
        element = xml.parse(data)
        answer = super().play(data, **options)
        if self.checks and element.tag.startswith(BILLS):
            schema("bills").assertValid(element)
            schema("bills").assertValid(as_result(answer, BILLS))
        return answer

    def settled(self) -> None:
        """A house with flats 101 to 103, and an account for each under 1 to 3."""
        self.play(accounts.house())
        opened = (accounts.account(n, accounts.flat(100 + n), number=str(n)) for n in (1, 2, 3))
        assert accounts_rig.codes(self.play(accounts.accounts(*opened))) == {}

    def document(self, document_id: str) -> registry.Thing:
        """The document with this PaymentDocumentID."""
        with self.database.read() as connection:
            return records.by_ids(registry.Registry(connection, self.numbers), [document_id])[document_id]
