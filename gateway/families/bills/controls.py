"""The controls of payment documents as named rules, in stages (protocol §5.4, §8.4)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from gateway.families import api
from gateway.families.accounts import codes as account_codes
from gateway.families.bills.case import Case
from gateway.families.controls import Control, control
from gateway.families.problems import problem


@control(account_codes.ACCOUNT_UNKNOWN)
def account_is_of_the_sender(case: Case) -> Iterator[api.Problem]:
    """Refuse a document for an account that is not there, or is another provider's: told in the same words."""
    if case.account is None:
        yield problem(account_codes.ACCOUNT_UNKNOWN, guid=case.asked.account)


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = ((account_is_of_the_sender,),)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*STAGES))
"""Every rule of the family, in the order in which they are asked."""
