"""Payment documents: what payers are billed, month by month (protocol §8.4).

`request` says what is asked, `services` what is charged for, `case` gathers what a document is judged by, the
`controls` modules say what speaks against it (`sums` computes, `managed` knows the agreements), `importing` keeps or
withdraws it; `exporting` and `showing` give it back. `records` is how the registry keeps a document, for this family
and for those that refer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.bills import exporting, importing, request

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{request.NAMESPACE}}}importPaymentDocumentRequest": importing.import_documents,
    f"{{{request.NAMESPACE}}}exportPaymentDocumentRequest": exporting.export_documents,
}
"""By Clark name of the request element."""
