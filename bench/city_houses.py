"""The requests of a generated city: what a house says of itself, and what a year of it says.

Everything follows from the seed and the number of a house, so one seed makes the same requests wherever they are sent;
the GUIDs in them that a gateway has given, of flats, accounts and devices, are its own.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from tests.unit.families.accounts import requests as accounts
from tests.unit.families.agreements import requests as agreements
from tests.unit.families.bills import requests as bills
from tests.unit.families.metering import requests as metering

FLATS: Final = 100
"""Flats of a house, each with one account: as many as the contract allows in one import of accounts."""
KINDS: Final = ("1", "2", "electric")
"""Devices of an account: cold water, hot water (codes of НСИ 2), electricity."""
YEAR: Final = 2025
SERVICES: Final = ("1", "2")
"""Municipal services (codes of НСИ 3) that every house is given and every document charges for."""
_RATES: Final = (Decimal("45.30"), Decimal("215.17"))
_SURNAMES: Final = ("Вымышленная", "Придуманная", "Несуществующая", "Тестова", "Примерова")
_KOPECK: Final = Decimal("0.01")


class House:
    """A house of the city by its number; its requests are the same for the same seed."""

    def __init__(self, seed: int, number: int, flats: int = FLATS) -> None:
        """`flats` may be fewer in the last house."""
        self.flats: Final = flats
        self.fias: Final = str(uuid.UUID(int=random.Random(f"{seed}:{number}").getrandbits(128), version=4))  # noqa: S311
        self._seed = f"{seed}:{number}"
        self._name = f"Л{number:05}"

    def numbers(self) -> list[str]:
        """Return the AccountNumber of every flat, in the order of the flats."""
        return [f"{self._name}-{flat:03}" for flat in range(1, self.flats + 1)]

    def premises(self) -> bytes:
        """Return the import of the house with its flats."""
        return accounts.house(self.fias, flats=self.flats)

    def agreement(self) -> bytes:
        """Return the import of the contract by which it is managed."""
        given = "".join(agreements.service(code=code) for code in SERVICES)
        return agreements.place(agreements.house(101, self.fias, services=given))

    def accounts(self, flats: Sequence[str]) -> bytes:
        """Return the import of an account for each flat (PremisesGUID), with a person who pays."""
        chance = self._random("accounts")
        return accounts.accounts(
            *(
                accounts.account(
                    n,
                    accounts.place("PremisesGUID", flat),
                    number=number,
                    payer=accounts.PERSON.replace("Вымышленная-Тестова", chance.choice(_SURNAMES)),
                    said=f"<TotalSquare>{chance.randint(280, 990) / 10}</TotalSquare>",
                )
                for n, (flat, number) in enumerate(zip(flats, self.numbers(), strict=True))
            )
        )

    def devices(self, kind: str, flats: Sequence[str], owners: Sequence[str]) -> bytes:
        """Return the import of a device of one of `KINDS` for each flat and the account in it (AccountGUID)."""
        chance = self._random(f"devices {kind}")
        made = []
        for n, (flat, owner) in enumerate(zip(flats, owners, strict=True)):
            place, value = metering.flat_device(flat, of=(owner,)), str(chance.randint(0, 99))
            measured = metering.electric(value) if kind == "electric" else metering.readings(kind, value)
            number = str(chance.randint(10**7, 10**8))
            made.append(metering.create(n, metering.whole(place, number=number, measured=measured)))
        return metering.devices(*made)

    def readings(self, month: int, roots: Mapping[str, Sequence[str]], turn: int = 0) -> Iterator[str]:
        """Yield what each device (MeteringDeviceRootGUID by kind) shows in a month; every `turn` shows more."""
        chance = self._random(f"readings {month}")
        day = f"{YEAR}-{month:02}-{chance.randint(15, 25)}"
        count = 0
        for kind in KINDS:
            for root in roots[kind]:
                count += 1
                value = f"{100 + 10 * month + turn}.{chance.randint(0, 999):03}"
                transport = 1000 * self._place + count
                if kind == "electric":
                    said = metering.electric_current(transport, value, day=day)
                    yield metering.values_of(root, said, kind="Electric")
                else:
                    yield metering.values_of(root, metering.current(transport, value, day=day, code=kind))

    def documents(self, month: int, owners: Sequence[str], services: Sequence[str], turn: int = 0) -> Iterator[str]:
        """Yield the payment document of each account for a month; `services` are the GUIDs of `SERVICES`.

        Every `turn` numbers them anew.
        """
        chance = self._random(f"documents {month}")
        for n, (owner, number) in enumerate(zip(owners, self.numbers(), strict=True), 1):
            housing = Decimal(chance.randint(80_000, 300_000)) * _KOPECK
            charges, total = [bills.charge(bills.service(total=str(housing)))], housing
            for code, guid, rate in zip(SERVICES, services, _RATES, strict=True):
                used = Decimal(chance.randint(1000, 9000)) / 1000
                owed = (used * rate).quantize(_KOPECK, ROUND_HALF_UP)
                charges.append(_municipal(code, guid, used, rate, owed))
                total += owed
            sums = (f"<{name}>{total}</{name}>" for name in ("TotalPayableByChargeInfo", "TotalPayableByPD"))
            yield bills.document(
                10_000 + 1000 * self._place + n,
                *charges,
                of=owner,
                number=f"{number}/{YEAR}-{month:02}" + (f"/{turn}" if turn else ""),
                totals="".join(sums),
            )

    @property
    def _place(self) -> int:
        """A number that tells the house from its neighbours in a package."""
        return int(self._name[1:]) % 100

    def _random(self, about: str) -> random.Random:
        return random.Random(f"{self._seed}:{about}")  # noqa: S311  # no secret


def _municipal(code: str, guid: str, used: Decimal, rate: Decimal, owed: Decimal) -> str:
    said = bills.service(
        f"<n:Code>{code}</n:Code><n:GUID>{guid}</n:GUID>",
        rate=str(rate),
        total=str(owed),
        said=f"<AccountingPeriodTotal>{owed}</AccountingPeriodTotal>",
        more=bills.consumption(str(used)),
    )
    return bills.charge(said, "MunicipalService")
