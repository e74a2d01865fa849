"""A rig for meetings: that of accounts; meetings are named by the TransportGUIDs of what made them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from lxml import etree

from gateway import xml
from gateway.families import api
from storage import directory
from tests.unit.families.accounts import rig as accounts
from tests.unit.families.accounts.requests import house
from tests.unit.families.voting import requests

HM = accounts.HM
codes, expectation, SAMPLES, OURS, THEIRS, NOW = (
    accounts.codes,
    accounts.expectation,
    accounts.SAMPLES,
    accounts.OURS,
    accounts.THEIRS,
    accounts.NOW,
)
PAPERS = frozenset(f"{HM}{name}GUID" for name in ("Message", "Protocol", "RootOwnerDecision"))
_INSTALLED = directory.root_guid("00000000-0000-4000-8000-0000000000bb")
"""The provider of samples, who is OURS here."""


class Rig(accounts.Rig):
    """Plays messages one after another, each in a unit of work of its own."""

    def begin(self, data: bytes | None = None) -> None:
        super().begin(data)
        self.votings: dict[str, str] = {}
        """VotingGUIDs by the TransportGUID of the action that made the meeting."""

    @property
    def learned(self) -> tuple[dict[str, str], ...]:
        return (*super().learned, self.votings)

    def play(self, data: bytes, **options: object) -> api.Answer:
        element = xml.parse(data)
        for named in element.iter(*PAPERS):
            named.text = self.given.get(named.text, named.text)
        for named in element.iter(f"{HM}VotingGUID"):
            named.text = self.votings.get(named.text, named.text)
        answer = super().play(etree.tostring(element), **options)
        for one in answer.outcomes if isinstance(answer, api.Imported) else ():
            if "importVotingInformation" in one.details:
                self.votings[one.transport_guid] = one.details["importVotingInformation"]["VotingGUID"]
        return answer

    def task(self, *arguments: object, **options: object) -> api.Task:
        return dataclasses.replace(super().task(*arguments, **options), directory=Registered())

    def settled(self, area: str = "900") -> None:
        """A house of so many square metres."""
        made = house().replace(b"<TotalSquare>900<", f"<TotalSquare>{area}<".encode())
        assert codes(self.play(made)) == {}

    def accept(self, data: bytes, **options: object) -> str:
        """Play what is accepted; return the GUID of the last object."""
        answer = self.play(data, **options)
        assert codes(answer) == {}, [one.problems for one in answer.outcomes]
        return answer.outcomes[-1].guid

    def refused(self, data: bytes, **options: object) -> list[str]:
        """Play what is refused; return the codes of its last object."""
        answer = self.play(data, **options)
        return [each.code for each in answer.outcomes[-1].problems]

    def exported(self, what: str, *names: tuple[str, object], **options: object) -> Sequence[dict]:
        """Play an export; return its items, none where nothing is found."""
        version = "16.1.0.0" if what == "exportOwnerDecision" else "15.10.0.1"
        answer = self.play(requests.export(what, *names, version=version), **options)
        return answer.items if isinstance(answer, api.Exported) else ()


class Registered(api.Nobody):
    """The directory of the rig: the sender, and somebody else."""

    def by_root(self, guid: str) -> api.OrganisationVersion | None:
        owners = {requests.ROOT: OURS, _INSTALLED: OURS, requests.transport(6001): THEIRS}
        if guid not in owners:
            return None
        since = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        return api.OrganisationVersion(guid, guid, owners[guid], "1027700132195", "Товарищество", "ТСЖ", since, True)
