"""What may be typed as an argument: GUIDs, registration numbers, passwords; wrong ones are refused with the reason."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import sys
from typing import Final

import click

from gateway import clock
from gateway.journal.archiving.month import Month

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INDEX: Final = re.compile(r"#?([0-9]{1,15})")
OGRN_DIGITS: Final = 13
_MODULUS: Final = {OGRN_DIGITS: 11, 15: 13}
"""ОГРН and ОГРНИП: the last digit is the rest of the others by this number, by 10."""
INN_DIGITS: Final = {OGRN_DIGITS: 10, 15: 12}
"""Digits of the ИНН by those of the ОГРН or ОГРНИП that it goes with."""
_WEIGHTS: Final = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_WEIGHTS: Final = {10: (_WEIGHTS[2:],), 12: (_WEIGHTS[1:], _WEIGHTS)}
"""Of the digits before each check digit: their weighted sum, by 11, by 10."""


class Guid(click.ParamType[str]):
    """A GUID in either case; lower case from here on."""

    name = "guid"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the GUID in lower case."""
        guid = value.strip().lower()
        if not _GUID.fullmatch(guid):
            self.fail(f"{value!r} is not a GUID like 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90", param, ctx)
        return guid


class Message(click.ParamType[str | int]):
    """A MessageGUID, or the index of an entry of the journal: #123."""

    name = "message"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> str | int:
        """Return the GUID in lower case, or the index."""
        if isinstance(value, int):
            return value
        if (found := _INDEX.fullmatch(value.strip())) is not None:
            return int(found[1])
        guid = value.strip().lower()
        if not _GUID.fullmatch(guid):
            self.fail(
                f'{value!r} is neither a GUID like 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90 nor an entry like "#123"',
                param,
                ctx,
            )
        return guid


class Ogrn(click.ParamType[str]):
    """ОГРН of an organisation or ОГРНИП of a sole trader, with the right check digit."""

    name = "ogrn"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the number as it was typed."""
        modulus = _MODULUS.get(len(value))
        if modulus is None or not (value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is neither an ОГРН (13 digits) nor an ОГРНИП (15 digits)", param, ctx)
        expected = int(value[:-1]) % modulus % 10
        if int(value[-1]) != expected:
            self.fail(f"{value!r} has the check digit {value[-1]}, it should be {expected}", param, ctx)
        return value


class Time(click.ParamType[dt.datetime]):
    """A moment; without a zone that of Moscow, without a time the beginning of the day."""

    name = "time"

    def convert(
        self, value: str | dt.datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime:
        """Return an aware moment."""
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(value.strip())
        except ValueError:
            self.fail(f"{value!r} is no time like 2026-03-31T12:00:00+03:00 or 2026-03-31", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.MOSCOW)


class Moment(click.ParamType[dt.datetime | str]):
    """A moment, or the word that means the signer's own."""

    name = "time"

    def convert(
        self, value: str | dt.datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> dt.datetime | str:
        """Return an aware moment, or `SIGNING`."""
        return SIGNING if value == SIGNING else TIME.convert(value, param, ctx)


class Inn(click.ParamType[str]):
    """ИНН of an organisation (10 digits) or of a sole trader (12), with the right check digits."""

    name = "inn"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the number as it was typed."""
        if len(value) not in _INN_WEIGHTS or not (value.isascii() and value.isdigit()):
            self.fail(f"{value!r} is no ИНН: 10 digits for an organisation, 12 for a sole trader", param, ctx)
        for weights in _INN_WEIGHTS[len(value)]:
            place = len(weights)
            expected = sum(weight * int(digit) for weight, digit in zip(weights, value, strict=False)) % 11 % 10
            if int(value[place]) != expected:
                self.fail(f"{value!r} has the check digit {value[place]}, it should be {expected}", param, ctx)
        return value


class MonthOf(click.ParamType[Month]):
    """A month of the calendar."""

    name = "YYYY-MM"

    def convert(self, value: str | Month, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        """Return the month."""
        if isinstance(value, Month):
            return value
        try:
            return Month.read(value.strip())
        except ValueError as error:
            self.fail(str(error), param, ctx)


GUID: Final = Guid()
MESSAGE: Final = Message()
OGRN: Final = Ogrn()
SIGNING: Final = "signing"
"""Each signature as of the time at which its signer says that it signed."""
TIME: Final = Time()
MONTH: Final = MonthOf()
MOMENT: Final = Moment()
INN: Final = Inn()


def password(*, from_stdin: bool) -> str:
    """Return the first line of standard input, or a new random password."""
    if not from_stdin:
        return secrets.token_urlsafe(15)
    given = sys.stdin.readline().rstrip("\r\n")
    if not given:
        raise click.UsageError("--password-stdin: standard input is empty")
    return given
