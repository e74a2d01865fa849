"""Who gives the services, in the words of exportPaymentDocumentDetails: all that the directory knows of a provider."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Final

from gateway.families import api
from gateway.families.fields import Fields
from gateway.families.organisations import descriptions
from gateway.families.payments import codes
from gateway.families.problems import problem

_NO_ADDRESS: Final = "не указан"
"""MailingAddress, which the contract demands and the directory does not have."""


class Executors:
    """Asks the directory for each organisation once in an export."""

    def __init__(self, directory: api.Directory) -> None:
        self._find = functools.cache(directory.by_guid)

    def incomplete(self, organisations: Iterable[str]) -> api.Problem | None:
        """Return what is to be said where the contract demands more of one of them than the directory knows."""
        for guid in organisations:
            found = self._find(guid)
            if found is None or not found.inn or not (found.kpp or descriptions.is_trader(found)):
                return problem(codes.EXECUTOR_INCOMPLETE, organisation=found.name if found else guid)
        return None

    def written(self, guid: str, payees: list[Fields]) -> Fields:
        """Return ExecutorInformation of an organisation that is complete; `payees` are its payment details."""
        found = self._known(guid)
        if descriptions.is_trader(found):
            named: Fields = {"Entpr": descriptions.full_name(found)}
        else:
            named = {"Legal": {"KPP": found.kpp or "", "Name": found.name}}
        return {
            "INN": found.inn or "",
            **named,
            "PaymentInformation": [{**self._recipient(found), **payee} for payee in payees],
            "MailingAddress": _NO_ADDRESS,
        }

    @staticmethod
    def _recipient(found: api.OrganisationVersion) -> Fields:
        kpp = {"RecipientKPP": found.kpp} if found.kpp else {}
        return {"RecipientINN": found.inn or "", **kpp, "PaymentRecipient": found.name}

    def _known(self, guid: str) -> api.OrganisationVersion:
        found = self._find(guid)
        if found is None:
            raise ValueError(f"{guid} is not in the directory")
        return found
