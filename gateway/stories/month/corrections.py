"""What goes wrong in a month, and how it is put right: corrections, a partial refusal, a message that is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.stories.month.accounts import INHERITED, import_accounts, row
from gateway.stories.office import Office, expect

_MEASURED: Final = 6
"""Which flat was measured wrongly, …"""
_AREA: Final = "55.10"
"""… and its area, square metres."""
_HEIR: Final = ("Вымышленная-Третья", "Вера")
_COUNTED: Final = (20, 21, 22, 23, 24)
"""Accounts whose number of residents changes."""
_NOWHERE: Final = "00000000-0000-4000-8000-000000000000"


def correct_area(office: Office) -> Iterator[str]:
    """Put the area of one flat right, and nothing else of it; its account follows."""
    account = office.accounts[_MEASURED]
    flat, before = account.flat, account.flat.area
    flat.area = _AREA
    office.accepted("correct-area", entrance=flat.entrance, area=flat.area, premises=flat.guid)
    yield f"importHouseUOData with InheritMissingValues: flat {flat.number} has {flat.area} m², not {before}"
    import_accounts(office, [account])
    yield f"importAccountData: {account.number}, which pays for it, too"


def change_payer(office: Office) -> Iterator[str]:
    """Give one account another payer; a change states the whole account."""
    account = office.accounts[INHERITED]
    before = account.surname
    account.surname, account.first_name = _HEIR
    import_accounts(office, [account])
    yield f"importAccountData: {account.number} ({account.unified}) is paid by {account.surname}, not by {before}"


def mistake_one(office: Office) -> Iterator[str]:
    """Change several accounts, one of them with a mistyped flat: it alone is refused, put right and sent again."""
    accounts = [office.accounts[index] for index in _COUNTED]
    for account in accounts:
        account.persons += 1
    wrong = accounts[-1]
    rows = [row(office, account) for account in accounts]
    rows[-1]["Accommodation"] = [{"premises": _NOWHERE}]
    outcomes = office.send("import-accounts", Account=rows).result.outcomes
    refused = {outcome.transport_guid: outcome.problems for outcome in outcomes if outcome.problems}
    codes = {guid: [problem.code for problem in problems] for guid, problems in refused.items()}
    expect("refused accounts", codes, {rows[-1]["transport"]: ["INT002034"]})
    accepted = sum(1 for outcome in outcomes if outcome.updated_at)
    expect("accepted accounts", accepted, len(accounts) - 1)
    (problem,) = refused[rows[-1]["transport"]]
    yield f"importAccountData: {accepted} of {len(accounts)} are accepted, {wrong.number} is not"
    yield f"✗ {problem.code}  {problem.text}"
    import_accounts(office, [wrong])
    yield f"importAccountData: {wrong.number} is put right and accepted"


def send_twice(office: Office) -> Iterator[str]:
    """Send a message, and once more byte for byte, as after a broken connection: it is executed once."""
    account = office.accounts[_COUNTED[0]]
    account.persons += 1
    first = office.send("import-accounts", Account=[row(office, account)])
    second = office.repeat(first.envelope)
    expect("acknowledgement of the repeat", second.ack, first.ack)
    expect("outcomes of the repeat", second.result.outcomes, first.result.outcomes)
    expect("accepted accounts", [bool(each.updated_at) for each in first.result.outcomes], [True])
    yield f"MessageGUID {first.ack.requester_guid} again: the same acknowledgement, {first.ack.message_guid}"
    yield f"and the same result, of {first.result.outcomes[0].updated_at}: it was executed once"
