"""The directory as the families see it: every organisation, and only the grants of the system that sent the package."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gateway.families import api
from storage import directory


@dataclasses.dataclass(frozen=True, slots=True)
class Directory:
    """Asks the snapshot of a run; read-only."""

    connection: directory.Connection
    system: str
    """Login of the information system: no other one's grants can be asked for."""

    def by_ogrn(self, ogrn: str) -> Sequence[api.OrganisationVersion]:
        """Return what is known now of the organisations with this ОГРН or ОГРНИП."""
        return self._current(ogrn=ogrn)

    def by_inn(self, inn: str) -> Sequence[api.OrganisationVersion]:
        """Return what is known now of the organisations with this ИНН."""
        return self._current(inn=inn)

    def by_root(self, guid: str) -> api.OrganisationVersion | None:
        """Return what is known now of the organisation with this orgRootEntityGUID, or None."""
        return next(iter(self._current(root=guid)), None)

    def by_guid(self, guid: str) -> api.OrganisationVersion | None:
        """Return what is known now of the organisation with this orgPPAGUID, or None."""
        return next(iter(self._current(organisation=guid)), None)

    def version(self, guid: str) -> api.OrganisationVersion | None:
        """Return what was known once under this orgVersionGUID, or None."""
        found = directory.version(self.connection, guid)
        return None if found is None else _seen(found)

    def grants(self) -> Sequence[api.Grant]:
        """Return the grants to this system, revoked ones too, in the order in which they begin."""
        found = directory.grants_to(self.connection, self.system)
        return [api.Grant(each.organisation, each.since, each.revoked_at) for each in found]

    def _current(self, **wanted: str) -> list[api.OrganisationVersion]:
        return [_seen(each) for each in directory.current_versions(self.connection, **wanted)]


def _seen(version: directory.Version) -> api.OrganisationVersion:
    return api.OrganisationVersion(
        guid=version.guid,
        root=version.root,
        organisation=version.organisation,
        ogrn=version.ogrn,
        name=version.name,
        role=version.role,
        since=version.since,
        is_actual=version.until is None,
        kpp=version.kpp,
        inn=version.inn,
    )
