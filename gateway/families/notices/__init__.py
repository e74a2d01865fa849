"""News for residents and authorities: importNotificationData (protocol Annex B, annotations of its request).

`request` says what is asked, `case` gathers what it is judged by, `controls` says what speaks against it, `importing`
what becomes of it, `records` how the registry keeps it. The contract has no export of news.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.notices import importing, request

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{request.NAMESPACE}}}importNotificationRequest": importing.import_news,
}
"""By Clark name of the request element."""
