"""How a payment document is written in exportPaymentDocResult: the words of the import, with what they have come to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api, fields
from gateway.families.bills import records, request, services, sums
from gateway.families.fields import Fields
from storage.registry import Thing

_FORM: Final = "Приказ Минстроя №43/пр"
_OF_PAYEE: Final = (request.PAYEE, "PaymentInformationDetails", request.DETAILS)
"""What the export tells inside PaymentInformation."""
_UNTOLD: Final = {services.RESOURCE: "Unit"}
"""What the export has no place for, by what it stands in."""
_DEVICES: Final = "IndividualMDReadings"
_SERVICES_OF_DEVICES: Final = {
    "1": "Холодное водоснабжение",
    "2": "Горячее водоснабжение",
    "3": "Отведение сточных вод",
    "4": "Электроснабжение",
    "5": "Газоснабжение",
    "6": "Отопление",
    "7": "Обращение с твердыми коммунальными отходами",
}
"""Names by MDServiceCode (its annotation)."""


def written(document: Thing) -> Fields:
    """Return one exportPaymentDocResult."""
    content = records.content(document)
    year, month = records.period(document).split("-")
    contractor = records.contractor(document)
    areas = records.areas(document)
    told: dict[str, api.Data] = {
        **{name: _exported(name, value) for name, value in content.items() if name not in _OF_PAYEE},
        "PaymentDocumentForm": _FORM,
        **({"AddressInfo": areas} if areas else {}),
        **_mark(document),
        "Month": str(int(month)),
        "Year": str(int(year)),
        **({"PaymentProviderInformation": {"orgPPAGUID": contractor}} if contractor else {}),
        "PaymentDocumentID": records.document_id(document),
        "PaymentInformation": _payees(document),
    }
    if _DEVICES in content:
        told[_DEVICES] = [_readings(row) for row in fields.rows(content, _DEVICES)]
    if services.INSURANCE in content:
        told[services.INSURANCE] = _insurance(fields.block(told, services.INSURANCE))
    return {"PaymentDocument": told}


def _mark(document: Thing) -> Fields:
    if records.is_withdrawn(document):
        return {"Withdraw": "true"}
    return {"Expose": "true"} if records.is_exposed(document) else {}


def _exported(name: str, value: api.Data) -> api.Data:
    """Return content in the words of the export."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return [_exported(name, each) for each in value]
    kept = {inner: each for inner, each in value.items() if inner != _UNTOLD.get(name)}
    # The year of an overhaul is the one place where the key keeps its name.
    renamed = {} if name == services.OVERHAUL_YEAR else {request.PAYEE: "PaymentInformationGuid"}
    return {renamed.get(inner, inner): _exported(inner, each) for inner, each in kept.items()}


def _readings(row: Fields) -> Fields:
    told = fields.without(row, ("MDServiceCode",))
    coded = fields.texts(row, "MDServiceCode")
    named = [{"MDServiceCode": code, "MDServiceName": _SERVICES_OF_DEVICES[code]} for code in coded]
    return {**told, "MDService": named}


def _insurance(row: Fields) -> Fields:
    """Return an insurance with AccountingPeriodTotal, which only the import may leave out."""
    computed = sums.accrued(row)
    told = str(row["TotalPayable"]) if computed is None else str(computed)
    return {"AccountingPeriodTotal": told, **row}


def _payees(document: Thing) -> list[Fields]:
    content = records.content(document)
    known = records.payees(document)
    rows = fields.rows(content, request.DETAILS)
    if not rows:
        rows = ({request.PAYEE: content[request.PAYEE], **fields.block(content, "PaymentInformationDetails")},)
    return [
        {
            **known[fields.text(row, request.PAYEE)],
            **fields.without(row, (request.PAYEE,)),
            "PaymentInformationGuid": fields.text(row, request.PAYEE),
            "ServiceID": records.service_id(document),
        }
        for row in rows
    ]
