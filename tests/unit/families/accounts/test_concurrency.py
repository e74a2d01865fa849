"""Two packages at once: those about one account are serialised, all others do not meet."""

from __future__ import annotations

import pytest

from gateway import xml
from gateway.families import handlers
from storage import errors, registry
from tests.unit.families.accounts.requests import OTHER_FIAS, account, accounts, flat, house, transport, update_flat
from tests.unit.families.accounts.rig import GIVEN, NOW, OURS, THEIRS, Rig


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """Two houses; accounts 1 and 2 in the first."""
    rig.play(house())
    rig.play(house(OTHER_FIAS, 1, 201))
    rig.play(accounts(account(1, flat(101), number="1"), account(2, flat(101), number="2")))
    return rig


def _at_once(rig: Rig, first: bytes, second: bytes, *, second_by: str = OURS) -> None:
    """Run both on one snapshot of the registry, then store the one after the other."""
    made = []
    for data, organisation in ((first, OURS), (second, second_by)):
        element = xml.parse(data)
        for named in element.iter(*GIVEN):
            named.text = rig.given.get(named.text, named.text)
        with rig.database.read() as connection:
            unit = registry.Registry(connection, rig.numbers)
            task = rig.task(element, organisation=organisation, role="УО", basis=True)
            assert not [one.problems for one in handlers.HANDLERS[element.tag](task, unit).outcomes if one.problems]
            made.append((unit, organisation))
    for unit, organisation in made:
        with rig.database.write() as connection:
            registry.apply(connection, unit, organisation=organisation, message="m", at=NOW)


def test_changes_of_one_account__do_not_overwrite_each_other(settled: Rig) -> None:
    first, second = (accounts(account(10, flat(101), number="1", of=1, said=said)) for said in (
        "<TotalSquare>1</TotalSquare>", "<TotalSquare>2</TotalSquare>"
    ))  # fmt: skip
    with pytest.raises(errors.Conflict, match="account:"):
        _at_once(settled, first, second)


def test_changes_of_two_accounts_of_one_house__do_not_meet(settled: Rig) -> None:
    first, second = (accounts(account(10, flat(101), number=str(n), of=n)) for n in (1, 2))
    _at_once(settled, first, second)
    assert [settled.thing(settled.given[transport(n)]).version for n in (1, 2)] == [2, 2]


def test_new_accounts_of_two_houses_and_of_one__do_not_meet(settled: Rig) -> None:
    _at_once(settled, accounts(account(10, flat(101), number="10")), accounts(account(11, flat(201), number="11")))
    _at_once(settled, accounts(account(12, flat(101), number="12")), accounts(account(13, flat(102), number="13")))
    same = accounts(account(14, flat(101), number="14"))
    _at_once(settled, same, same, second_by=THEIRS)


def test_one_number_taken_twice_at_once__is_a_conflict(settled: Rig) -> None:
    first, second = (accounts(account(n, flat(101), number="7")) for n in (10, 11))
    with pytest.raises(errors.Conflict, match="account "):
        _at_once(settled, first, second)


def test_house_that_changes_meanwhile__is_looked_at_again(settled: Rig) -> None:
    with pytest.raises(errors.Conflict, match="house:"):
        _at_once(settled, update_flat(102, number="2а"), accounts(account(10, flat(102))))
