"""Organisations: who is registered, for whom an information system acts, and by which grants (protocol Annex B).

All of it is answered from the administration's directory, and nothing of it is the registry's: the handlers ask
`Task.directory`, which tells of grants only those to the information system that sends the package.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway import wire
from gateway.families import api
from gateway.families.organisations import delegation, providers, searching

NAMESPACE: Final = f"{wire.ROOT}organizations-registry-common/"

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{NAMESPACE}}}exportOrgRegistryRequest": searching.export_organisations,
    f"{{{NAMESPACE}}}exportDataProviderRequest": providers.export_providers,
    f"{{{NAMESPACE}}}exportDelegatedAccessRequest": delegation.export_delegated_access,
}
"""By Clark name of the request element."""
