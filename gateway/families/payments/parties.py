"""Who is paid by a notification: whoever has placed the document, keeps the account, or has the ИНН that it names."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

from gateway.families import api
from gateway.families.accounts import kinds
from gateway.families.accounts import records as accounts
from gateway.families.bills import records as bills
from gateway.families.bills import services
from gateway.families.payments.request import Order
from storage.registry import Thing

_SETTLEMENT_CENTRE: Final = "isRCAccount"


class Parties:
    """Asks the directory for each organisation once in a package."""

    def __init__(self, directory: api.Directory) -> None:
        self._by_inn = functools.cache(directory.by_inn)
        self._by_guid = functools.cache(directory.by_guid)

    def named(self, order: Order) -> list[str]:
        """Return the orgPPAGUIDs of those with the ИНН of RecipientInfo and, where both know one, its КПП."""
        if not order.inn:
            return []
        found = self._by_inn(order.inn)
        exact = [each for each in found if each.kpp == order.kpp]
        return [each.organisation for each in exact or found if not order.kpp or each.kpp in (None, order.kpp)]

    def paid(self, order: Order, document: Thing | None, account: Thing | None) -> list[str]:
        """Return the orgPPAGUIDs of those who are told of a payment, each once."""
        if document is not None:
            return list(dict.fromkeys(filter(None, (bills.provider(document), bills.contractor(document)))))
        return [accounts.provider(account)] if account is not None else self.named(order)

    def known_inns(self, document: Thing | None, account: Thing | None) -> Sequence[str]:
        """Return every ИНН that RecipientInfo may have; none where that cannot be told."""
        if document is not None:
            contractors = (each.contractor for each in services.services(bills.content(document)))
            involved = [bills.provider(document), bills.contractor(document), *contractors]
        elif account is not None and kinds.of(accounts.public(account)).element != _SETTLEMENT_CENTRE:
            involved = [accounts.provider(account)]
        else:
            return ()
        found = [self._by_guid(guid) for guid in dict.fromkeys(filter(None, involved))]
        inns = [each.inn for each in found if each is not None and each.inn]
        # Of one whose ИНН the directory does not know nobody can say that it is another.
        return inns if len(inns) == len(found) else ()
