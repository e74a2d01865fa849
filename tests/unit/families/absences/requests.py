"""Small requests about acts for one question each."""

from __future__ import annotations

import datetime as dt

from tests.unit.families.accounts.requests import FIAS, NAMESPACES, entry, transport

ORGANISATION = "5d0c7a5e-6c1f-4a6b-9d65-3f1e2a4b8c11"

LAST_DAY = dt.date(2026, 4, 1)
"""The day on which the rig stands: an act is of a day that has come."""
HOUSE = ((FIAS, "House"),)


def flats(*counts: int) -> tuple[tuple[str, str], ...]:
    return tuple((transport(count), "Apartment") for count in counts)


def findings(objects: tuple[tuple[str, str], ...], *, device: str = "", expires: str = "") -> str:
    """What an act says: of collective devices where it is about houses, of individual ones otherwise."""
    device = device or ("2" if objects[0][1] == "House" else "1")
    named = "".join(
        f"<ObjectAbsenceDeviceInfo><HMObjectGUID>{guid}</HMObjectGUID><AddressType>{type_}</AddressType>"
        "</ObjectAbsenceDeviceInfo>"
        for guid, type_ in objects
    )
    last = f"<ActExpireDate>{expires}</ActExpireDate>" if expires else ""
    return (
        f"<ActCreateDate>2026-02-10</ActCreateDate>{last}<DeviceTypeBase>{entry(27, device)}</DeviceTypeBase>"
        f"<MunicipalResources>{entry(2, '1')}</MunicipalResources>"
        f"<DeviceInstallBlockingReason>{entry(379, '1')}</DeviceInstallBlockingReason>"
        f"<ExamineOrg><o:orgRootEntityGUID>{ORGANISATION}</o:orgRootEntityGUID></ExamineOrg>"
        "<ActAbsenceDevice><b:Name>a.pdf</b:Name><b:Description>Акт</b:Description>"
        f"<b:Attachment><b:AttachmentGUID>{FIAS}</b:AttachmentGUID></b:Attachment></ActAbsenceDevice>{named}"
    )


def place(count: int, objects: tuple[tuple[str, str], ...] = HOUSE) -> str:
    return _act(count, f"<PlacingAbsenceDeviceInfo>{findings(objects)}</PlacingAbsenceDeviceInfo>")


def edit(count: int, of: int | str, objects: tuple[tuple[str, str], ...] = HOUSE, *, expires: str = "") -> str:
    """An edit of the version that the action `of` has made."""
    said = f"{_version(of)}{findings(objects, expires=expires)}"
    return _act(count, f"<EditAbsenceDeviceInfo>{said}</EditAbsenceDeviceInfo>")


def annul(count: int, of: int | str, date: str = "2026-03-20") -> str:
    said = f"{_version(of)}<AnnulDate>{date}</AnnulDate>"
    return _act(count, f"<AnnulmentAbsenceDeviceInfo>{said}</AnnulmentAbsenceDeviceInfo>")


def acts(*made: str) -> bytes:
    return _request("importAbsenceDeviceInfoRequest", "".join(made))


def by_root(*counts: int) -> bytes:
    named = (f"<AbsenceDeviceInfoGUID>{transport(count)}</AbsenceDeviceInfoGUID>" for count in counts)
    return _request("exportAbsenceDeviceInfoRequest", "".join(named))


def by_version(*counts: int) -> bytes:
    return _request("exportAbsenceDeviceInfoRequest", "".join(map(_version, counts)))


def about(*objects: str, expired: bool = False, annulled: bool = False) -> bytes:
    flags = ("<IsSearchNotRelevant>true</IsSearchNotRelevant>" if expired else "") + (
        "<IsSearchAnnul>true</IsSearchAnnul>" if annulled else ""
    )
    named = "".join(f"<HMobjectGUID>{guid}</HMobjectGUID>" for guid in objects)
    inside = f"<AbsenceDeviceInfoSearchParams>{flags}{named}</AbsenceDeviceInfoSearchParams>"
    return _request("exportAbsenceDeviceInfoRequest", inside)


def _act(count: int, inside: str) -> str:
    return f"<AbsenceDeviceInfo><b:TransportGUID>{transport(count)}</b:TransportGUID>{inside}</AbsenceDeviceInfo>"


def _version(named: int | str) -> str:
    guid = transport(named) if isinstance(named, int) else named
    return f"<AbsenceDeviceInfoVersionGUID>{guid}</AbsenceDeviceInfoVersionGUID>"


def _request(name: str, inside: str) -> bytes:
    return f'<{name} {NAMESPACES} b:version="15.10.0.1">{inside}</{name}>'.encode()


def later(date: str, days: int) -> str:
    return (dt.date.fromisoformat(date) + dt.timedelta(days)).isoformat()
