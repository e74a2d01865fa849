"""A stand for integrators: an installation with demonstration organisations, their keys, and one information system.

Names, numbers and orgPPAGUIDs are the same on every stand, so what was configured for one works on the next; keys and
the password are new each time a stand is made, and stay while its folder stays. The test system of ГИС ЖКХ knows its
information system as `sit` (protocol §1.3), and so does this one.
"""

from __future__ import annotations

import dataclasses
import secrets
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from gateway import clock, errors, initialise, passwords, settings
from gateway.client import stand as description
from gateway.contracts import builtin, packs
from gateway.families.nsi import builtin as nsi
from gateway.families.nsi import csv_file
from signing import errors as signing_errors
from signing import issue
from signing.subject import Subject
from storage import database, directory

FILE: Final = "stand.json"
LOGIN: Final = "sit"
SETTINGS: Final[dict[str, Any]] = {
    "database": "",
    "signature": "optional",
    "house_basis": "open",
    "attachment_hash": "warn",
    "processes": 1,
    "log_level": "warning",
}
"""What differs from an installation for work: unsigned packages, every house and attachments that
nobody has uploaded are welcome, one process is enough.

The database is always the folder's own: a stand must never reach the one that an environment names for work.
"""

_DICTIONARIES: Final = "dictionaries.csv"
_TRUSTED: Final = "stand-ca.crt"
_TAX_OFFICE: Final = "7701"
"""With which an ИНН and a КПП begin."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Member:
    role: str
    file: str
    """Name of its key files."""
    name: str
    """At most 64 bytes: more does not fit into a certificate (X.520, ub-common-name)."""
    region: str
    """First eight digits of its ОГРН: kind, year, region and registry office."""


_MEMBERS: Final = (
    _Member("УО", "uo", "УК „Пример“", "10277001"),
    _Member("РСО", "rso", "РСО „Пример-Тепло“", "10277002"),
    _Member("ОМС", "oms", "Администрация „Примерное“", "10277003"),
    _Member("ТСЖ", "tszh", "ТСЖ „Пример“", "10277004"),
    _Member("ЕСП", "esp", "ЕСП „Пример-Расчёт“", "10277005"),
    _Member("Банк", "bank", "Банк „Пример“", "10277007"),
    _Member(description.OPERATOR, "operator", "ИТ-оператор „Пример“", "10277006"),
)


def ogrn(twelve: str) -> str:
    """Return the ОГРН with these first twelve digits: the last one is their remainder by 11, by 10."""
    return f"{twelve}{int(twelve) % 11 % 10}"


def inn(nine: str) -> str:
    """Return the ИНН with these first nine digits: the last one is their weighted sum by 11, by 10."""
    weighted = sum(weight * int(digit) for weight, digit in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), nine, strict=True))
    return f"{nine}{weighted % 11 % 10}"


def prepare(
    data: Path,
    *,
    suite: str = initialise.DEFAULT_SUITE,
    contract_packs: Sequence[Path] = (),
    chosen: Mapping[str, Any] = SETTINGS,
) -> None:
    """Make a stand in `data`, or complete the one that is there; nothing that exists is changed.

    `contract_packs` are folders or zips of official packs, to be served as well; `chosen` the settings of a new
    installation. Raises GatewayError or StorageError with the reason.
    """
    if (data / settings.FILE).exists() and not (data / FILE).exists():
        raise errors.Unavailable(f"{data} holds an installation that is no stand: choose another folder")
    conf = settings.load(data, **chosen)
    initialise.initialise(conf, suite=suite, chosen=chosen)
    for source in contract_packs:
        packs.install(source, conf.packs)
    if not (data / FILE).exists():
        try:
            made = _describe(conf, suite)
        except (OSError, signing_errors.SigningError) as error:
            raise errors.Unavailable(f"the stand cannot be made: {error}") from error
        register(conf.database_url, made)
        made.write(data / FILE)


def announce(data: Path, url: str) -> description.Stand:
    """Note the address at which the stand in `data` is served now, and return the whole of it."""
    path = builtin.pack().service("house-management").path
    found = description.Stand.load(data / FILE)
    installed = settings.load(data, **SETTINGS).packs.absolute()
    served = dataclasses.replace(
        found,
        url=url,
        wsdl=f"{url}{path}?wsdl",
        packs=tuple(sorted(str(manifest.parent) for manifest in installed.glob(f"[!.]*/{packs.MANIFEST}"))),
    )
    served.write(data / FILE)
    return served


def register(url: str, made: description.Stand) -> None:
    """Make the organisations of a stand, its information system and the grants known to the database at `url`."""
    now = clock.now()
    operator = next(each for each in made.organisations if each.role == description.OPERATOR)
    system = directory.System(made.user, passwords.hash_password(made.password), operator.org_ppa_guid)
    db = database.Database.open(url)
    try:
        with db.write() as connection:
            for each in made.organisations:
                directory.add_organisation(connection, _entry(each), now)
            directory.add_system(connection, system, now)
            for each in made.organisations:
                directory.grant(connection, each.org_ppa_guid, system.login, now)
    finally:
        db.close()


def _describe(conf: settings.Settings, suite: str) -> description.Stand:
    """Make the keys of every member, and a password."""
    above = initialise.authority(conf.keys, suite)
    issue.write_atomically(conf.trust / _TRUSTED, issue.pem(above.certificate), mode=0o644, replace=True)
    organisations = tuple(_organisation(conf.keys.absolute(), above, suite, member) for member in _MEMBERS)
    first = organisations[0]
    return description.Stand(
        url="",
        user=LOGIN,
        password=secrets.token_urlsafe(12),
        org_ppa_guid=first.org_ppa_guid,
        organisations=organisations,
        key=first.key,
        certificate=first.certificate,
        ca=str(conf.keys.absolute() / f"{initialise.AUTHORITY}.crt"),
        data=str(conf.data.absolute()),
        dictionaries=str(_dictionaries(conf.data.absolute())),
    )


def _dictionaries(data: Path) -> Path:
    """Put every entry of every dictionary where whoever writes packages for the stand finds it."""
    target = data / _DICTIONARIES
    target.write_text(csv_file.written([each for number in nsi.numbers() if (each := nsi.dictionary(number))]), "utf-8")
    return target


def _organisation(folder: Path, above: issue.Identity, suite: str, member: _Member) -> description.Organisation:
    number = ogrn(f"{member.region}0001")
    made = initialise.identity(above, suite, Subject(common_name=member.name, organization=member.name, ogrn=number))
    key, certificate = made.write(folder, member.file, replace=True)
    return description.Organisation(
        name=member.name,
        role=member.role,
        ogrn=number,
        org_ppa_guid=str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:stand:{member.file}")),
        key=str(key),
        certificate=str(certificate),
    )


def _entry(each: description.Organisation) -> directory.Organisation:
    return directory.Organisation(
        guid=each.org_ppa_guid,
        ogrn=each.ogrn,
        name=each.name,
        role=each.role,
        kpp=f"{_TAX_OFFICE}01001",
        inn=inn(f"{_TAX_OFFICE}{each.ogrn[3:8]}"),
    )
