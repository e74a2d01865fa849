"""Accounts of payers (лицевые счета) and their individual services (protocol §8.2).

`request` says what is asked, `controls` what speaks against it, `importing` and `services` put it into the registry in
the words of the contract, `exporting` gives it back. `records` is how the registry keeps an account, for this family
and for those that refer to accounts; the personal data in it are sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.accounts import exporting, importing, request, services

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{request.NAMESPACE}}}importAccountRequest": importing.import_accounts,
    f"{{{request.NAMESPACE}}}exportAccountRequest": exporting.export_accounts,
    f"{{{request.NAMESPACE}}}importAccountIndividualServicesRequest": services.import_services,
    f"{{{request.NAMESPACE}}}exportAccountIndividualServicesRequest": services.export_services,
}
"""By Clark name of the request element."""
