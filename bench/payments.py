"""How payments grow: time and memory by the size of a package of notifications, acknowledgements and cancellations.

`python bench/payments.py [--sizes 1 10 100 250 500] [--json]`. Ratios of one run on one machine: the processor time and
the memory of a step per payment, at the largest size beside the one before (the goals are 1.5 and 2). Each payment is
for a document of another account, and is acknowledged whole with its housing; the contract has no package of more than
a hundred acknowledgements. An export tells all of them, with what was acknowledged.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from lxml import etree  # noqa: E402  # after the path

from bench import bills, curve, house_stand, registries  # noqa: E402
from gateway import clock, wire  # noqa: E402
from gateway.families.nsi import builtin  # noqa: E402
from storage import directory  # noqa: E402
from tests.unit.families.payments import requests  # noqa: E402

PATH: Final = "/ext-bus-payment-service/services/PaymentAsync"
ACKNOWLEDGEMENTS: Final = 100
"""Acknowledgements of one package: the most that the contract allows."""
_PROVIDER, _BANK = "УО", "Банк"
_HOUSING: Final = requests.housing(builtin.guid(50, "1"))
_KOPECKS: Final = 100_000
_WARM: Final = 10
"""Payments before any that are measured: what is loaded and compiled once belongs to nobody."""


class Payments:
    """Documents of a house, and the packages of the payments for them."""

    def __init__(self, gateway: house_stand.Gateway, count: int, size: int, water: str) -> None:
        self._gateway = gateway
        self._first = count * 10_000
        self._documents: list[str] = []
        self.known = ""
        """MessageGUID of a package whose result can be asked for."""
        for message in bills.House(gateway, count, size, water).packages():
            guid = gateway.take(message, bills.PATH)
            gateway.work()
            self.known = guid
            self._documents += [str(each.text) for each in gateway.result(guid).iter(wire.base("UniqueNumber"))]

    def orders(self) -> bytes:
        """Return the package that tells of a payment for each document."""
        return self._signed(
            requests.orders(
                *(
                    requests.order(self._first + n, requests.by_document(each), amount=_KOPECKS, date="2026-01-31")
                    for n, each in enumerate(self._documents)
                )
            )
        )

    def acknowledgements(self, guids: list[str]) -> bytes:
        """Return the package that acknowledges the first payments, as many as it may hold."""
        pairs = list(zip(guids, self._documents, strict=True))[:ACKNOWLEDGEMENTS]
        return self._signed(
            requests.acknowledgements(
                *(
                    requests.acknowledgement(n, _named(guid), document_id, _HOUSING, _KOPECKS)
                    for n, (guid, document_id) in enumerate(pairs)
                )
            )
        )

    def export(self) -> bytes:
        """Return the export of all payments of today."""
        today = clock.now().astimezone(clock.MOSCOW).date().isoformat()
        return self._signed(requests.export_days(today, 1, *range(6)))

    def cancellations(self) -> bytes:
        """Return the package that cancels all payments."""
        today = clock.now().astimezone(clock.MOSCOW).date().isoformat()
        counts = range(self._first, self._first + len(self._documents))
        return self._signed(requests.cancellations(*(requests.cancellation(n, n, date=today) for n in counts)))

    def _signed(self, request: bytes) -> bytes:
        return self._gateway.signed(etree.fromstring(request))


def _named(guid: str) -> str:
    return f"<NotificationsOfOrderExecutionGUID>{guid}</NotificationsOfOrderExecutionGUID>"


def become(gateway: house_stand.Gateway, role: str, known: str) -> None:
    """Let the provider of a stand have a role: whoever takes payments is no other organisation here.

    What that costs the first message after it, asking for the result of `known` pays.
    """
    with gateway.installation.database.write() as connection:
        there = directory.organisations(connection)
        provider = next(each for each in there if each.role in (_PROVIDER, _BANK))
        directory.change_organisation(connection, dataclasses.replace(provider, role=role), clock.now())
    gateway.result(known)


def _one(size: int) -> Mapping[str, float]:
    """Return what payments cost that are told of, acknowledged, exported and cancelled."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        (water,) = bills.played(gateway, bills.requests.own_municipal_services("1"), bills.NSI)
        _life(gateway, Payments(gateway, 1, _WARM, water), {})
        _life(gateway, Payments(gateway, 2, size, water), facts)
    return facts


def _life(gateway: house_stand.Gateway, paid: Payments, facts: dict[str, float]) -> None:
    become(gateway, _BANK, paid.known)
    told = _measured(gateway, "tell", PATH, paid.orders(), facts)
    become(gateway, _PROVIDER, paid.known)
    guids = [str(each.text) for each in told.iter(wire.base("GUID"))]
    # Of more payments than a package of acknowledgements holds, those that it holds are no curve.
    known = facts if len(guids) <= ACKNOWLEDGEMENTS else {}
    _measured(gateway, "acknowledge", bills.PATH, paid.acknowledgements(guids), known)
    _measured(gateway, "export", bills.PATH, paid.export(), facts)
    become(gateway, _BANK, paid.known)
    _measured(gateway, "cancel", PATH, paid.cancellations(), facts)
    become(gateway, _PROVIDER, paid.known)


def _measured(
    gateway: house_stand.Gateway, name: str, path: str, message: bytes, facts: dict[str, float]
) -> etree._Element:
    guid = curve.measured(f"{name}, intake", lambda: gateway.take(message, path), facts)
    curve.measured(f"{name}, worker", gateway.work, facts)
    return gateway.result(guid)


BENCH: Final = registries.Bench(__file__, __doc__ or "", "payment", (1, 10, 100, 250, 500), None, _one)


if __name__ == "__main__":
    sys.exit(BENCH.main())
