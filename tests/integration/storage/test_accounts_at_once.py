"""Packages for the same accounts at once: no number twice, no lost update, the later sees the earlier."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from lxml import etree

from gateway import clock, wire
from gateway.families.accounts import codes, records
from storage import history, numbers, registry
from tests import stand as stands
from tests.integration.storage import at_once
from tests.unit.families.accounts import requests
from tests.unit.families.accounts.requests import account, accounts, closed

WORKERS = 3
ROUNDS = 20 if os.environ.get("HCS_LONG") else 2
"""Races of one kind: each may end in another order."""


class Accounts:
    """A stand with a house, and the packages about its accounts."""

    def __init__(self, stand: stands.Stand) -> None:
        self.stand = stand
        (_, self._flat, *_) = self.given(self._play(requests.house()))
        self._numbers = itertools.count(1)

    def number(self) -> str:
        """An AccountNumber that no account has yet."""
        return str(next(self._numbers))

    def account(self, number: str, *, of: str | None = None, said: str = "", count: int = 1) -> str:
        return account(count, requests.place("PremisesGUID", self._flat), number=number, of=of, said=said)

    def open(self, number: str) -> str:
        """Open an account; return its GUID."""
        (guid,) = self.given(self._play(accounts(self.account(number))))
        return guid

    def at_once(self, *data: bytes, first: int | None = None) -> at_once.Played:
        return at_once.play(self.stand, [self.stand.send(each).message_guid for each in data], first=first)

    @staticmethod
    def given(result: etree._Element) -> list[str]:
        """GUIDs of what was accepted."""
        return [each.text for each in result.iter(wire.base("GUID"))]

    def thing(self, guid: str) -> registry.Thing:
        with self.stand.house.database.read() as connection:
            return registry.Registry(connection, numbers.Numbers(self.stand.house.database)).get(guid)

    def holder(self, number: str) -> str | None:
        """The GUID of the open account that has a number."""
        with self.stand.house.database.read() as connection:
            unit = registry.Registry(connection, numbers.Numbers(self.stand.house.database))
            found = unit.find(records.ACCOUNT, records.key(stands.PROVIDER, number))
        return found.id if found else None

    def history(self, guid: str) -> list[history.Version]:
        with self.stand.house.database.read() as connection:
            return history.versions(connection, guid)

    def exported(self) -> list[str]:
        """The ЕЛС of every account of the house."""
        result = self._play(requests.export("FIASHouseGuid", requests.FIAS))
        return [each.text for each in result.iter("{*}UnifiedAccountNumber")]

    def _play(self, data: bytes) -> etree._Element:
        result = self.stand.result(self.stand.send(data).message_guid)
        assert list(result.iter(wire.base("Error"), wire.base("ErrorMessage"))) == []
        return result


@pytest.fixture(scope="module")
def here(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Accounts]:
    stand = stands.Stand(tmp_path_factory.mktemp("accounts"), database=shared_url)
    yield Accounts(stand)
    stand.close()


def test_accounts_opened_by_all_at_once__have_each_a_number_of_its_own(here: Accounts) -> None:
    packages = [accounts(*(here.account(here.number(), count=n) for n in range(1, 21))) for _ in range(WORKERS)]
    played = here.at_once(*packages)
    assert played.codes == [[]] * WORKERS
    assert played.runs == WORKERS, "accounts of one house do not meet"
    given = [each.text for result in played.results for each in result.iter(wire.base("UniqueNumber"))]
    assert len(set(given)) == 20 * WORKERS
    exported = here.exported()
    assert len(set(exported)) == len(exported)
    assert set(given) <= set(exported)


def test_number_taken_by_all_at_once__is_of_one_account_and_refused_to_the_others(here: Accounts) -> None:
    for _ in range(ROUNDS):
        number = here.number()
        played = here.at_once(*(accounts(here.account(number)) for _ in range(WORKERS)))
        winner, *others = played.order
        assert played.codes[winner] == []
        (guid,) = here.given(played.results[winner])
        assert here.holder(number) == guid
        for each in others:
            assert played.codes[each] == [codes.NUMBER_TAKEN]
            assert guid in etree.tostring(played.results[each], encoding="unicode"), "who has it is told"


def test_account_changed_by_all_at_once__has_every_change_in_its_history(here: Accounts) -> None:
    for _ in range(ROUNDS):
        number = here.number()
        guid = here.open(number)
        said = [f"<TotalSquare>{n}</TotalSquare><ResidentialSquare>{n}</ResidentialSquare>" for n in range(WORKERS)]
        played = here.at_once(*(accounts(here.account(number, of=guid, said=each)) for each in said))
        assert played.codes == [[]] * WORKERS
        assert played.runs > WORKERS, "whoever stores later runs again"
        _, *changes = here.history(guid)
        assert [each.message for each in changes] == played.stored
        for place, version in zip(played.order, changes, strict=True):
            content = version.data["content"]
            assert (content["TotalSquare"], content["ResidentialSquare"]) == (str(place), str(place))
        assert here.thing(guid).data == changes[-1].data


@pytest.mark.parametrize("first", [0, 1])
def test_account_closed_and_changed_at_once__the_later_sees_the_earlier(here: Accounts, first: int) -> None:
    number, other = here.number(), here.number()
    guid = here.open(number)
    today = clock.now().astimezone(clock.MOSCOW).date().isoformat()
    closing = accounts(account(1, number=number, of=guid, said=closed(today)))
    played = here.at_once(closing, accounts(here.account(other, of=guid)), first=first)
    assert played.order == [first, 1 - first]
    assert played.codes == ([[], [codes.ACCOUNT_CLOSED]] if first == 0 else [[], []])
    thing = here.thing(guid)
    assert thing.ended_at is not None
    assert thing.version == 2 + first


@pytest.mark.parametrize("first", [0, 1])
def test_number_given_up_and_taken_at_once__the_later_sees_the_earlier(here: Accounts, first: int) -> None:
    number, other = here.number(), here.number()
    guid = here.open(number)
    giving, taking = accounts(here.account(other, of=guid)), accounts(here.account(number))
    played = here.at_once(giving, taking, first=first)
    assert played.order[0] == first
    # Whoever gives a number up is in nobody's way: only the taker, where it comes later, has seen another state.
    assert played.codes == ([[], []] if first == 0 else [[], [codes.NUMBER_TAKEN]])
    assert here.holder(other) == guid
    assert here.holder(number) == (here.given(played.results[1])[0] if first == 0 else None)


@pytest.mark.parametrize("first", [0, 1])
def test_account_changed_and_exported_at_once__the_export_tells_what_it_saw_and_never_runs_again(
    here: Accounts, first: int
) -> None:
    number = here.number()
    guid = here.open(number)
    changing = accounts(here.account(number, of=guid, said="<TotalSquare>77</TotalSquare>"))
    played = here.at_once(changing, requests.export("AccountGUID", guid), first=first)
    assert (played.codes, played.runs) == ([[], []], 2)
    assert played.results[1].find(".//{*}TotalSquare") is None
