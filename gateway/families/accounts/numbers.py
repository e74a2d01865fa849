"""ЕЛС and ИЖКУ: numbers of an account that are given once, for ever, and never again (protocol §8.2).

ЕЛС is ten characters, as in `90НО452262`: two digits, two Cyrillic letters, six digits; a counter that runs through all
of them from right to left. ИЖКУ is the ЕЛС with the number of the service inside it: `90НО452262-01`.
"""

from __future__ import annotations

from typing import Final

from storage import registry

_LETTERS: Final = "АБВГДЕЖИКЛМНОПРСТУФХЦЧШЩЭЮЯ"
"""Without Ё and Й, which lose their marks, the letters that begin no word, and З, which reads as a three."""
_DIGITS: Final = 6
_FIRST: Final = 10
_LAST: Final = 99
_SERVICE: Final = "-01"


def next_number(things: registry.Registry) -> str:
    """Return an ЕЛС that the registry has never given out."""
    return unified(things.next_number("unified-account-number"))


def unified(count: int) -> str:
    """Return the `count`-th ЕЛС, from 1; raises OverflowError behind the 65 609 999 999th."""
    rest, digits = divmod(count, 10**_DIGITS)
    rest, second = divmod(rest, len(_LETTERS))
    rest, first = divmod(rest, len(_LETTERS))
    if rest + _FIRST > _LAST:
        raise OverflowError("every number of an account has been given out")
    return f"{rest + _FIRST}{_LETTERS[first]}{_LETTERS[second]}{digits:0{_DIGITS}}"


def service(unified_number: str) -> str:
    """Return the ИЖКУ of an account with this ЕЛС."""
    return f"{unified_number}{_SERVICE}"


def unified_of(service_id: str) -> str | None:
    """Return the ЕЛС inside an ИЖКУ; None for a text that is no ИЖКУ of ours."""
    return service_id.removesuffix(_SERVICE) if service_id.endswith(_SERVICE) else None
