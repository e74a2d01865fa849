"""What is known of an organisation, in the contract's words: a legal person, a branch of one, or a sole trader.

Which of the three it is follows from its numbers: ОГРНИП has 15 digits; who has a КПП beside another organisation with
the same ОГРН and none is its branch.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

from gateway import clock
from gateway.families import api

_ROLES: Final[Mapping[str, str]] = {
    "УО": "1",
    "РСО": "2",
    "ОМС": "8",
    "ТСЖ": "19",
    "ЖК": "20",
    "ЖСК": "22",
    "ОИС": "23",
    "ОПП": "24",
    "Субагент": "25",
    "Банк": "26",
    "ЕСП": "36",
}
"""Role of the directory → code of its entry in НСИ 20."""
_ROLE_DICTIONARY: Final = 20
_OGRNIP_DIGITS: Final = 15
_SHORT_NAME: Final = 500
_OKOPF_BRANCH: Final = "30003"
"""Обособленные подразделения юридических лиц (ОКОПФ)."""
_KPP: Final = re.compile(r"\d{9}")
_TRADER: Final = re.compile(r"^(?:ИП|Индивидуальный предприниматель)\s+", re.IGNORECASE)


def result(version: api.OrganisationVersion, task: api.Task) -> dict[str, api.Data]:
    """Return one exportOrgRegistryResult."""
    described: dict[str, api.Data] = {
        "orgVersionGUID": version.guid,
        "lastEditingDate": day(version.since).isoformat(),
        "IsActual": _flag(version.is_actual),
        **_kind(version, task.directory),
    }
    found: dict[str, api.Data] = {
        "orgRootEntityGUID": version.root,
        "OrgVersion": described,
        "orgPPAGUID": version.organisation,
        "isRegistered": "true",
    }
    role = task.dictionaries.item(_ROLE_DICTIONARY, _ROLES.get(version.role, ""))
    if role is not None:
        found["organizationRoles"] = [{"Code": role.code, "GUID": role.guid, "Name": role.name}]
    return found


def head(version: api.OrganisationVersion, directory: api.Directory) -> api.OrganisationVersion | None:
    """Return the organisation whose branch this one is; None where it is no branch."""
    if not _has_kpp(version):
        return None
    others = (each for each in directory.by_ogrn(version.ogrn) if each.root != version.root)
    return next((each for each in others if each.kpp is None), None)


def is_trader(version: api.OrganisationVersion) -> bool:
    """Return whether it is a sole trader."""
    return len(version.ogrn) == _OGRNIP_DIGITS


def full_name(version: api.OrganisationVersion) -> dict[str, api.Data]:
    """Return the name of a sole trader: the directory has one, in the order surname, first name, patronymic."""
    surname, first, patronymic = (*_TRADER.sub("", version.name.strip()).split(maxsplit=2), "", "", "")[:3]
    return {"Surname": surname, "FirstName": first, **_given("Patronymic", patronymic)}


def day(moment: dt.datetime) -> dt.date:
    """Return the day of a moment where ГИС ЖКХ is: in Moscow."""
    return moment.astimezone(clock.MOSCOW).date()


def _kind(version: api.OrganisationVersion, directory: api.Directory) -> dict[str, api.Data]:
    if is_trader(version):
        return {"Entrp": _trader(version)}
    above = head(version, directory)
    # A branch has the ИНН of its legal person; the contract does not know one without.
    inn = version.inn or (above.inn if above else None)
    if above is not None and inn:
        return {"Subsidiary": _branch(version, above, inn)}
    legal = {**_names(version), "OGRN": version.ogrn, **_given("INN", version.inn)}
    return {"Legal": {**legal, "KPP": version.kpp or ""} if _has_kpp(version) else legal}


def _branch(version: api.OrganisationVersion, above: api.OrganisationVersion, inn: str) -> dict[str, api.Data]:
    return {
        **_names(version),
        "OGRN": version.ogrn,
        "INN": inn,
        "KPP": version.kpp or "",
        "OKOPF": _OKOPF_BRANCH,
        "SourceName": {"#text": "Справочник организаций установки", "@Date": day(version.since).isoformat()},
        "StatusVersion": "Действующая" if version.is_actual else "Недействующая",
        "ParentOrg": {"RegOrgVersion": {"orgVersionGUID": above.guid}},
    }


def _trader(version: api.OrganisationVersion) -> dict[str, api.Data]:
    return {**full_name(version), "OGRNIP": version.ogrn, **_given("INN", version.inn)}


def _names(version: api.OrganisationVersion) -> dict[str, api.Data]:
    short = {"ShortName": version.name} if len(version.name) <= _SHORT_NAME else {}
    return {**short, "FullName": version.name}


def _given(name: str, value: str | None) -> dict[str, api.Data]:
    return {name: value} if value else {}


def _has_kpp(version: api.OrganisationVersion) -> bool:
    return bool(_KPP.fullmatch(version.kpp or ""))


def _flag(value: bool) -> str:  # noqa: FBT001  # it is the value
    return "true" if value else "false"
