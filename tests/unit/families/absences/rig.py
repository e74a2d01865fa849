"""A rig for acts: that of accounts, with versions named by the TransportGUIDs of what made them, and a directory."""

from __future__ import annotations

import dataclasses
import datetime as dt

from lxml import etree

from gateway import xml
from gateway.families import api
from storage import directory
from tests.unit.families.accounts import rig as accounts

HM, NOW, OURS, THEIRS = accounts.HM, accounts.NOW, accounts.OURS, accounts.THEIRS
VERSION = f"{HM}AbsenceDeviceInfoVersionGUID"
codes = accounts.codes


class Registered(api.Nobody):
    """A directory in which everybody is who is asked for by orgPPAGUID."""

    def by_guid(self, guid: str) -> api.OrganisationVersion:
        return api.OrganisationVersion(
            guid=guid,
            root=directory.root_guid(guid),
            organisation=guid,
            ogrn="",
            name="",
            role="",
            since=NOW,
            is_actual=True,
        )


class Rig(accounts.Rig):
    """Plays messages one after another, each in a unit of work of its own."""

    def begin(self, data: bytes | None = None) -> None:
        super().begin(data)
        self.versions: dict[str, str] = {}
        """Versions of acts by the TransportGUID of the action that made them."""

    @property
    def learned(self) -> tuple[dict[str, str], ...]:
        return (*super().learned, self.versions)

    def play(self, data: bytes, **options: object) -> api.Answer:
        element = xml.parse(data)
        for named in element.iter(VERSION):
            named.text = self.versions.get(named.text, named.text)
        answer = super().play(etree.tostring(element), **options)
        for one in answer.outcomes if isinstance(answer, api.Imported) else ():
            told = one.details.get("AbsenceDeviceImportResult")
            if told:
                self.versions[one.transport_guid] = told["AbsenceDeviceInfoVersionGUID"]
        return answer

    def task(
        self, element: etree._Element, *, organisation: str, role: str, basis: bool, now: dt.datetime = NOW
    ) -> api.Task:
        made = super().task(element, organisation=organisation, role=role, basis=basis, now=now)
        return dataclasses.replace(made, directory=Registered())
