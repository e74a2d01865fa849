"""exportDelegatedAccess: the grants to the information system that asks, as applications for access (заявки).

A grant of the administration is accepted from its first moment and revoked by its end; it covers everything that the
organisation may do, so no single rights are listed. Its GUID is made from whom, to whom and since when.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.organisations import controls, descriptions

PAGE: Final = 100
"""Applications on a page."""


def export_delegated_access(task: api.Task, _registry: object) -> api.Exported | api.Failed:
    """Return the applications that are named, or a page of those with this status, by provider."""
    asked = shape.read(task.element, task.shape)
    named = {guid.lower() for guid in _texts(asked, "AccessRequestGUID")}
    status, page = fields.text(asked, "Status"), int(fields.text(asked, "Page") or 1)
    every = sorted(task.directory.grants(), key=lambda grant: (grant.organisation, grant.since))
    chosen = [
        grant
        for grant in every
        if (not named or _guid(grant, task.directory.system) in named) and (not status or _status(grant) == status)
    ]
    end = len(chosen) if named else page * PAGE
    shown = chosen if named else chosen[end - PAGE : end]
    return controls.answer("exportDelegatedAccessResult", _by_provider(task, shown), more=len(chosen) > end)


def _by_provider(task: api.Task, grants: Iterable[api.Grant]) -> Sequence[dict[str, api.Data]]:
    items = []
    for organisation, own in itertools.groupby(grants, key=lambda grant: grant.organisation):
        version = task.directory.by_guid(organisation)
        if version is None:
            continue
        above = descriptions.head(version, task.directory)
        item: dict[str, api.Data] = {"ParentOrg": {"orgRootEntityGUID": above.root}} if above else {}
        item |= {"orgPPAGUID": organisation, "RegOrg": {"orgRootEntityGUID": version.root}}
        items.append({**item, "AccessRequest": [_application(grant, task.directory.system) for grant in own]})
    return items


def _application(grant: api.Grant, system: str) -> dict[str, api.Data]:
    began = descriptions.day(grant.since).isoformat()
    application: dict[str, api.Data] = {
        "AccessRequestGUID": _guid(grant, system),
        "Type": "ForInformationSystemOperator",
        "ApplicationDate": began,
        "StartDate": began,
        "Status": _status(grant),
        "StatusChangeDate": began,
    }
    if grant.revoked_at is not None:
        ended = descriptions.day(grant.revoked_at).isoformat()
        application |= {"EndDate": ended, "StatusChangeDate": ended}
    return application


def _status(grant: api.Grant) -> str:
    return "Accepted" if grant.revoked_at is None else "Revoked"


def _guid(grant: api.Grant, system: str) -> str:
    name = f"urn:hcs-gateway:grant:{grant.organisation}:{grant.since.isoformat()}:{system}"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


def _texts(content: fields.Fields, name: str) -> list[str]:
    value = content.get(name, ())
    return [item for item in value if isinstance(item, str)] if not isinstance(value, str) else [value]
