"""Who a certificate speaks for: the name and the Russian registry numbers in its subject.

ОГРН is the registry number of an organisation, ОГРНИП of a sole trader, ИНН the taxpayer number (of a person,
or inside older certificates of an organisation padded with two zeros), ИНН ЮЛ that of an organisation, СНИЛС
the social insurance number of a person. Object identifiers: order of the ФСБ № 795 of 27.12.2011, annex.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509

COMMON_NAME = "2.5.4.3"
ORGANIZATION = "2.5.4.10"
OGRN = "1.2.643.100.1"
SNILS = "1.2.643.100.3"
INN_LE = "1.2.643.100.4"
OGRNIP = "1.2.643.100.5"
INN = "1.2.643.3.131.1.1"


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

    @classmethod
    def of(cls, name: x509.Name) -> Subject:
        """Read the first value of each attribute; text only, since a number in another encoding is none."""
        values: dict[str, str] = {}
        for attribute in name:
            if isinstance(attribute.value, str):
                values.setdefault(attribute.oid.dotted_string, attribute.value)
        return cls(**{field: values.get(oid) for field, oid in OIDS.items()})


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
