"""exportDataProvider: the data providers of the information system that asks, by the grants that it was ever given.

Clients take the orgPPAGUID of their headers from here (protocol §2): it is the DataProviderGUID.
"""

from __future__ import annotations

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.organisations import controls


def export_providers(task: api.Task, _registry: object) -> api.Exported | api.Failed:
    """Return each provider once: actual while any grant of it stands; with `IsActual` those alone."""
    only_actual = fields.flag(shape.read(task.element, task.shape), "IsActual")
    actual: dict[str, bool] = {}
    for grant in task.directory.grants():
        actual[grant.organisation] = actual.get(grant.organisation, False) or grant.revoked_at is None
    known = {guid: task.directory.by_guid(guid) for guid, is_actual in actual.items() if is_actual or not only_actual}
    items = [
        {
            "DataProviderGUID": guid,
            "IsActual": "true" if actual[guid] else "false",
            "RegOrg": {"orgRootEntityGUID": version.root},
        }
        for guid, version in known.items()
        if version is not None
    ]
    return controls.answer("exportDataProviderResult", items)
