"""The company's books of a quarter: months, meters with their readings, payment documents."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from gateway import client
from gateway.stories.letters import Letters
from gateway.stories.office import ROLE, Account, Office, terms, today

HOUSING_RATE: Final = Decimal("28.40")
"""Roubles for a square metre."""
WATER_RATE: Final = Decimal("45.30")
"""Roubles for a cubic metre."""
_NORM: Final = Decimal("4.5")
"""Cubic metres for a person, where there is no meter."""
_KOPECK: Final = Decimal("0.01")


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month of the quarter."""

    year: int
    number: int

    @property
    def first(self) -> str:
        """Its first day: YYYY-MM-DD."""
        return self.day(1)

    @property
    def last(self) -> str:
        """Its last day."""
        following = dt.date(self.year + self.number // 12, self.number % 12 + 1, 1)
        return (following - dt.timedelta(days=1)).isoformat()

    def day(self, number: int) -> str:
        """Return one of its days: YYYY-MM-DD."""
        return dt.date(self.year, self.number, number).isoformat()

    def before(self) -> Month:
        """Return the month before it."""
        return Month(self.year, self.number - 1) if self.number > 1 else Month(self.year - 1, 12)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"


@dataclasses.dataclass(slots=True)
class Meter:
    """A meter of cold water as the company has it in its own books."""

    number: str
    account: Account
    initial: Decimal
    """What it showed when it was installed, cubic metres."""
    readings: dict[Month, Decimal] = dataclasses.field(default_factory=dict)
    guid: str = ""
    """MeteringDeviceRootGUID, once it is placed."""
    version: str = ""
    """MeteringDeviceVersionGUID: what a change has to name."""
    removed: tuple[Month, Decimal] | None = None
    """The month in which another one took its place, and what it showed then."""

    def volume(self, month: Month) -> Decimal:
        """Return what went through it in a month."""
        before = self.readings.get(month.before(), self.initial)
        if self.removed is not None and self.removed[0] == month:
            return self.removed[1] - before
        return self.readings[month] - before if month in self.readings else Decimal()


@dataclasses.dataclass(slots=True)
class Document:
    """A payment document as the company has it in its own books."""

    number: str
    account: Account
    volume: Decimal
    """Cubic metres of cold water."""
    id: str = ""
    """PaymentDocumentID, once it is placed."""
    is_withdrawn: bool = False

    @property
    def housing(self) -> Decimal:
        """Roubles for the flat."""
        return _rounded(Decimal(self.account.flat.area) * HOUSING_RATE)

    @property
    def water(self) -> Decimal:
        """Roubles for the water."""
        return _rounded(self.volume * WATER_RATE)

    @property
    def total(self) -> Decimal:
        """Roubles."""
        return self.housing + self.water


class Company(Office):
    """An office that knows its house for a quarter."""

    def __init__(self, stand: client.Stand, *, role: str = ROLE, letters: Letters | None = None) -> None:
        """As for every office."""
        super().__init__(stand, role=role, letters=letters)
        self.months: Final = _months()
        """The three whole months before today, the earliest first; the contract begins with them."""
        self.told |= terms(dt.date.fromisoformat(self.months[0].first))
        self.meters: list[Meter] = []
        self.documents: list[Document] = []

    def consumed(self, account: Account, month: Month) -> Decimal:
        """Return the water of an account in a month, cubic metres: by its meters, or by the norm."""
        ours = [meter for meter in self.meters if meter.account is account]
        return sum((meter.volume(month) for meter in ours), Decimal()) if ours else _NORM * account.persons


def _months() -> tuple[Month, Month, Month]:
    now = today()
    third = Month(now.year, now.month).before()
    second = third.before()
    return second.before(), second, third


def _rounded(roubles: Decimal) -> Decimal:
    return roubles.quantize(_KOPECK, ROUND_HALF_UP)
