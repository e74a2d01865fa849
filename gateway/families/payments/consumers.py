"""Whether whoever is named is who pays: what is owed is told to who knows the payer (annotation of AmountRequired)."""

from __future__ import annotations

from typing import Final

from gateway.families import api, fields
from gateway.families.accounts import records as accounts
from gateway.families.fields import Fields
from storage.registry import Thing

_NAMES: Final = ("Surname", "FirstName", "Patronymic")


def is_payer(consumer: Fields, account: Thing, task: api.Task) -> bool:
    """Return whether AmountRequired names the payer of an account: a person by name, an organisation by ИНН and КПП."""
    payer = fields.block(accounts.whole(account, task.vault), "PayerInfo")
    if "Individual" in consumer:
        person = fields.block(payer, "Ind")
        return bool(person) and _name(person) == _name(fields.block(consumer, "Individual"))
    named, guid = fields.block(consumer, "Legal"), fields.text(fields.block(payer, "Org"), "orgVersionGUID")
    known = task.directory.version(guid.lower()) if guid else None
    return known is not None and (known.inn, known.kpp) == (fields.text(named, "INN"), fields.text(named, "KPP"))


def _name(person: Fields) -> list[str]:
    return [" ".join(fields.text(person, name).casefold().replace("ё", "е").split()) for name in _NAMES]
