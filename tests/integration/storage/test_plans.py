"""Whatever the families ask of the registry is found by an index: no question costs more in a larger registry.

The statements are those that the everyday operations make, and the plans those that the database tells of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage import history
from storage.database import Database
from tests.unit.families.accounts import requests
from tests.unit.families.accounts.requests import FIAS, account, accounts, flat, transport
from tests.unit.families.accounts.rig import OURS
from tests.unit.families.agreements import requests as agreements
from tests.unit.families.bills import requests as bills
from tests.unit.families.metering import requests as metering
from tests.unit.families.metering.rig import Rig

_REGISTRY = re.compile(r"\b(?:aggregate|registry_object|registry_version|registry_link|number_series)\b")
_INDEX = re.compile(r"Index (?:Only )?Scan (?:Backward )?(?:using|on) (\S+)")
_LEADING = """
    SELECT i.relname AS index, a.attname AS column
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_attribute a ON a.attrelid = i.oid AND a.attnum = 1
"""
"""The column that an index of PostgreSQL begins with: only by that is it searched."""


@pytest.fixture
def asked(url: str, tmp_path: Path) -> Iterator[tuple[Database, dict[str, Any]]]:
    """What is asked of the registry by the operations, each statement with parameters of one of its executions."""
    rig, statements = Rig(tmp_path, url), {}

    def note(_conn: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:  # noqa: FBT001  # SQLAlchemy's
        if statement.startswith(("SELECT", "UPDATE", "DELETE")) and _REGISTRY.search(statement):
            statements[statement] = parameters[0] if many else parameters

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        _operate(rig)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    yield rig.database, statements
    rig.close()


def _operate(rig: Rig) -> None:
    rig.play(agreements.place(agreements.house(11, FIAS)))
    rig.play(requests.house())
    rig.play(requests.update_flat(102, number="2а"))
    rig.play(accounts(*(account(n, flat(101), number=str(n)) for n in (1, 2))))
    rig.play(accounts(account(3, flat(102), number="3", of=1)))
    rig.play(requests.own_services("Консьерж"))
    rig.play(requests.services(requests.service(11, account_=1)))
    rig.play(requests.services(requests.delete(12, of=11)))
    rig.play(requests.export_services("AccountGuid", transport(1)))
    rig.play(requests.export("FIASHouseGuid", FIAS))
    rig.play(requests.export("AccountGUID", transport(1), transport(2)))
    unified = [str(rig.thing(rig.given[transport(n)]).unique_number) for n in (1, 2)]
    rig.play(requests.export("UnifiedAccountNumber", *unified))
    rig.play(agreements.export(agreements.by_house(OURS, FIAS)))
    rig.play(metering.devices(metering.create(20), metering.create(21)))
    rig.play(metering.devices(metering.update(22, 20, metering.archive())))
    rig.play(
        metering.values(metering.values_of(21, metering.current(23)), metering.values_of(21, metering.control(24)))
    )
    rig.play(metering.by_house(FIAS))
    rig.play(metering.by_version(20))
    rig.play(metering.history())
    rig.play(metering.history(FIAS, start=rig.given[transport(20)]))
    first, second = _documents(rig, bills.document(30, number="7"), bills.document(31, of=2))
    (corrected,) = _documents(rig, bills.document(32, number="7", corrects=first))
    rig.play(bills.export(corrected, second))
    rig.play(bills.export(rig.given[transport(1)], by="AccountGUID"))
    rig.play(bills.export("7", by="bb:PaymentDocumentNumber", house=FIAS))
    rig.play(bills.withdrawals(second))
    with rig.database.read() as connection:
        assert history.pasts(connection, rig.given[transport(1)])


def _documents(rig: Rig, *made: str) -> list[str]:
    """Return the PaymentDocumentIDs of documents that were placed."""
    answer = rig.play(bills.documents(*made))
    assert [outcome.problems for outcome in answer.outcomes] == [()] * len(made)
    return [str(outcome.unique_number) for outcome in answer.outcomes]


def scans(database: Database, statement: str, parameters: Any = ()) -> list[str]:
    """Return the steps of the plan that read a whole table, or a whole index."""
    with database.write() as connection:
        if database.is_sqlite:
            steps = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
            return [step for step in steps if step.startswith("SCAN")]
        # Tables of tests are so small that reading them whole is the best plan: whatever else there is comes first.
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
        first = {row.index: row.column for row in connection.exec_driver_sql(_LEADING)}
        return [
            step
            for step, further in zip(plan, [*plan[1:], ""], strict=True)
            if "Seq Scan" in step
            or ((used := _INDEX.search(step)) and f"({first[used[1]]} = " not in further.replace("((", "("))
        ]


def test_everything_that_is_asked_of_the_registry__is_found_by_an_index(
    asked: tuple[Database, dict[str, Any]],
) -> None:
    database, statements = asked
    assert len(statements) > 10
    found = {statement: scans(database, statement, parameters) for statement, parameters in statements.items()}
    assert {statement: steps for statement, steps in found.items() if steps} == {}


def test_question_that_no_index_answers__is_noticed(database: Database) -> None:
    asked = "SELECT id FROM registry_object WHERE"
    assert scans(database, f"{asked} message = 'm'")
    assert scans(database, f"{asked} kind = 'account'"), "kind comes second in its index"
    assert scans(database, f"{asked} id = 'a'") == []
