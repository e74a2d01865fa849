"""PaymentDocumentID: the ИЖКУ of the account and four digits, as in `90НО452262-01-0001` (protocol §8.4).

What the digits say in ГИС ЖКХ is not known. Here they count the documents of the account, and no number comes twice.
"""

from __future__ import annotations

from typing import Final

_DIGITS: Final = 4
LAST: Final = 10**_DIGITS - 1
"""So many documents an account can have."""
_SERVICE: Final = 13
"""Characters of an ИЖКУ."""


def document_id(service_id: str, count: int) -> str:
    """Return the PaymentDocumentID of the `count`-th document of the account with this ИЖКУ, from 1 to `LAST`."""
    return f"{service_id}-{count:0{_DIGITS}}"


def service_id(document_id_: str) -> str:
    """Return the ИЖКУ inside a PaymentDocumentID of ours."""
    return document_id_[:_SERVICE]
