"""Who a certificate speaks for: the name and the Russian registry numbers in its subject.

ОГРН is the registry number of an organisation, ОГРНИП of a sole trader, ИНН the taxpayer number (of a person,
or inside older certificates of an organisation padded with two zeros), ИНН ЮЛ that of an organisation, СНИЛС
the social insurance number of a person. Object identifiers: order of the ФСБ № 795 of 27.12.2011, annex.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography import x509

COMMON_NAME = "2.5.4.3"
ORGANIZATION = "2.5.4.10"
OGRN = "1.2.643.100.1"
SNILS = "1.2.643.100.3"
INN_LE = "1.2.643.100.4"
OGRNIP = "1.2.643.100.5"
INN = "1.2.643.3.131.1.1"

_INN_LE_DIGITS = 10
_PADDING = "00"
"""No person's ИНН begins so: the first two digits are the region."""
_KINDS = {13: "ОГРН", 15: "ОГРНИП", _INN_LE_DIGITS: "ИНН", 12: "ИНН"}
"""What a number of so many digits is; an ИНН of ten digits is an organisation's, one of twelve a person's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The subject of a certificate; a number that is not there is None."""

    common_name: str | None = None
    organization: str | None = None
    ogrn: str | None = None
    """ОГРН, 13 digits."""
    ogrnip: str | None = None
    """ОГРНИП, 15 digits."""
    inn: str | None = None
    """ИНН, 12 digits; older certificates of organisations write `00` and ten digits."""
    inn_le: str | None = None
    """ИНН ЮЛ, 10 digits."""
    snils: str | None = None
    """СНИЛС, 11 digits."""
    repeated: tuple[str, ...] = ()
    """Other values of attributes that are there more than once: nobody could say which one counts."""

    @classmethod
    def of(cls, name: x509.Name) -> Subject:
        """Read the values of each attribute, without the spaces around them; text only, of any string type."""
        values: dict[str, list[str]] = {}
        for attribute in name:
            if isinstance(attribute.value, str):
                values.setdefault(attribute.oid.dotted_string, []).append(attribute.value.strip())
        read = {field: values.get(oid, []) for field, oid in OIDS.items()}
        repeated = tuple(value for found in read.values() for value in found[1:] if value and value != found[0])
        return cls(repeated=repeated, **{field: found[0] or None for field, found in read.items() if found})

    @property
    def organisation_inn(self) -> str | None:
        """ИНН of the organisation, ten digits, wherever the certificate has it; None where it has none."""
        found = (_unpadded(number) for number in (self.inn_le, self.inn) if number)
        return next((number for number in found if len(number) == _INN_LE_DIGITS), None)

    @property
    def numbers(self) -> frozenset[str]:
        """Every ОГРН, ОГРНИП and ИНН, whatever attribute it is in, a padded ИНН without its zeros."""
        written = (self.ogrn, self.ogrnip, self.inn, self.inn_le, *self.repeated)
        return frozenset(_unpadded(number) for number in written if number and _kind(number))


@dataclass(frozen=True, slots=True)
class Comparison:
    """The numbers of a certificate beside those of a register; whichever only one of the two knows is left out."""

    agreeing: tuple[str, ...]
    """Names of the numbers that are the same: ОГРН, ОГРНИП, ИНН."""
    differing: Mapping[str, str]
    """Name to what the certificate has in place of what the register knows."""

    @property
    def agree(self) -> bool:
        """Whether it is the same organisation: every number that both know is the same, and at least one is."""
        return bool(self.agreeing) and not self.differing


def compare(subject: Subject, known: tuple[str | None, ...]) -> Comparison:
    """Compare a certificate with the numbers that a register knows of an organisation or a sole trader.

    What kind a number in `known` is follows from its length: 13 digits are an ОГРН, 15 an ОГРНИП, 10 or 12 an ИНН. The
    ИНН of an organisation is never compared with that of the person who signs for it: they differ in length.
    """
    agreeing, differing = [], {}
    for expected in filter(None, known):
        found = {number for number in subject.numbers if len(number) == len(expected)}
        if found == {expected}:
            agreeing.append(_kind(expected))
        elif found:
            differing[_kind(expected)] = ", ".join(sorted(found - {expected}))
    return Comparison(tuple(agreeing), differing)


def named(numbers: Iterable[str]) -> list[tuple[str, str]]:
    """Return the numbers with their kinds, ОГРН first: `("ОГРН", "1027700198767")`; what is no number is left out."""
    order = tuple(dict.fromkeys(_KINDS.values()))
    found = [(_kind(number), number) for number in numbers if _kind(number)]
    return sorted(found, key=lambda each: (order.index(each[0]), len(each[1]), each[1]))


def _unpadded(number: str) -> str:
    """Return the ИНН of an organisation without the zeros that make it as long as a person's; others as they are."""
    padded = len(number) == _INN_LE_DIGITS + len(_PADDING) and number.startswith(_PADDING)
    return number.removeprefix(_PADDING) if padded else number


def _kind(number: str) -> str:
    """Name the kind of a number; empty for what is none."""
    return _KINDS.get(len(number), "") if number.isascii() and number.isdigit() else ""


OIDS = {
    "common_name": COMMON_NAME,
    "organization": ORGANIZATION,
    "ogrn": OGRN,
    "ogrnip": OGRNIP,
    "inn": INN,
    "inn_le": INN_LE,
    "snils": SNILS,
}
"""Field of `Subject` by the dotted identifier of its attribute, in the order in which names are built."""

NOBODY = Subject()
"""Which signature names nobody."""
