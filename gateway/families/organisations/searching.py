"""exportOrgRegistry: organisations by registration number or identifier, each as it is known now or was once.

Every criterion of the request adds what it finds, and nothing is told twice. Who is in the directory is registered, so
`isRegistered` excludes nobody. What the directory does not hold is left out where the contract lets it be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.organisations import controls, descriptions


def export_organisations(task: api.Task, _registry: object) -> api.Exported | api.Failed:
    """Return every organisation that a criterion finds and that was changed since `lastEditingDateFrom`."""
    asked = shape.read(task.element, task.shape)
    since = fields.text(asked, "lastEditingDateFrom")
    found: dict[str, api.OrganisationVersion] = {}
    for criterion in fields.rows(asked, "SearchCriteria"):
        found |= {version.guid: version for version in _found(task.directory, criterion)}
    recent = [version for version in found.values() if not since or _is_since(version, since)]
    items = [descriptions.result(version, task) for version in recent]
    return controls.answer("exportOrgRegistryResult", items)


def _found(directory: api.Directory, criterion: fields.Fields) -> Iterable[api.OrganisationVersion]:
    if "OGRN" in criterion:
        named = directory.by_ogrn(fields.text(criterion, "OGRN"))
        return _with_kpp(named, fields.text(criterion, "KPP"))
    if "OGRNIP" in criterion:
        return directory.by_ogrn(fields.text(criterion, "OGRNIP"))
    return _identified(directory, criterion)


def _identified(directory: api.Directory, criterion: fields.Fields) -> Iterator[api.OrganisationVersion]:
    """Yield the one with this GUID; foreign branches (NZA) are none of a directory of data providers."""
    ask = {
        "orgVersionGUID": directory.version,
        "orgRootEntityGUID": directory.by_root,
        "orgPPAGUID": directory.by_guid,
    }
    for name, question in ask.items():
        if name in criterion:
            version = question(fields.text(criterion, name).lower())
            if version is not None:
                yield version


def _with_kpp(found: Sequence[api.OrganisationVersion], kpp: str) -> Sequence[api.OrganisationVersion]:
    """Return those with this КПП; where there is none, those whose КПП nobody has told the directory."""
    if not kpp:
        return found
    exact = [version for version in found if version.kpp == kpp]
    return exact or [version for version in found if version.kpp is None]


def _is_since(version: api.OrganisationVersion, since: str) -> bool:
    # An xs:date may have a time zone; it names a day here, and the day is its first ten characters.
    return descriptions.day(version.since) >= dt.date.fromisoformat(since[:10])
