"""Dictionaries (НСИ): the common ones that every family refers to, and those that organisations keep themselves.

The common ones come with the gateway (`builtin`), an installation loads others or newer ones (`reading`, `loading`), a
package sees both (`installed`) and `common` gives them out. Those of an organisation are its own objects in the
registry: `kinds` says what each dictionary holds, `importing` changes it, `own` gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.nsi import common, importing, kinds, own

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{common.NAMESPACE}}}exportNsiListRequest": common.export_list,
    f"{{{common.NAMESPACE}}}exportNsiItemRequest": common.export_item,
    f"{{{common.NAMESPACE}}}exportNsiPagingItemRequest": common.export_page,
    f"{{{kinds.NAMESPACE}}}exportDataProviderNsiItemRequest": own.export_item,
    f"{{{kinds.NAMESPACE}}}exportDataProviderNsiPagingItemRequest": own.export_page,
    **dict.fromkeys(kinds.BY_REQUEST, importing.import_entries),
}
"""By Clark name of the request element."""
