"""The keys of importPaymentDocumentRequest in the built-in contract, by documents written by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

_NAMESPACES = {
    prefix: f"http://dom.gosuslugi.ru/schema/integration/{name}/"
    for prefix, name in {
        "b": "bills",
        "base": "base",
        "nsi": "nsi-base",
        "account": "account-base",
        "bills": "bills-base",
        "payments": "payments-base",
    }.items()
}
_GUID = "0f5b1c1e-3d9c-4c55-9a4e-1b8a4a3f{:04}".format
_REQUISITES, _DOCUMENT, _UNKNOWN = _GUID(1), _GUID(2), _GUID(9)
_SERVICE = f"<b:ServiceType><nsi:Code>1</nsi:Code><nsi:GUID>{_GUID(3)}</nsi:GUID></b:ServiceType>"
_KEY = f"<b:PaymentInformationKey>{_REQUISITES}</b:PaymentInformationKey>"
_CHARGE = f"{_SERVICE}<b:Rate>1</b:Rate><b:TotalPayable>1</b:TotalPayable>{_KEY}"
_MONTH = "<base:Month>1</base:Month><base:Year>2026</base:Year><b:TotalPayable>1</b:TotalPayable>"
_DEBT = f"{_MONTH}{_SERVICE}{_KEY}"
_TYPE = f"<b:TypeMunicipalService>{_SERVICE}<b:TotalPayable>1</b:TotalPayable></b:TypeMunicipalService>"
_GROUP = f"<b:GroupMunicipalService>{_TYPE}<b:MunicipalService>{_CHARGE}</b:MunicipalService></b:GroupMunicipalService>"
_TOTAL = "<b:TotalPayableByPaymentInformation>1</b:TotalPayableByPaymentInformation>"


def _year(*months: int, key: str = "") -> str:
    repair = "<b:Contribution>1.00</b:Contribution><b:TotalPayable>1</b:TotalPayable>"
    charges = "".join(
        f"<b:CapitalRepairMonthlyCharge>{repair}<base:Month>{month}</base:Month></b:CapitalRepairMonthlyCharge>"
        for month in months
    )
    return f"<b:CapitalRepairYearCharge>{charges}<base:Year>2026</base:Year>{key}</b:CapitalRepairYearCharge>"


_PLACES = {
    "housing service": f"<b:ChargeInfo><b:HousingService>{_CHARGE}</b:HousingService></b:ChargeInfo>",
    "communal service": f"<b:ChargeInfo><b:MunicipalService>{_CHARGE}</b:MunicipalService></b:ChargeInfo>",
    "additional service": f"<b:ChargeInfo><b:AdditionalService>{_CHARGE}</b:AdditionalService></b:ChargeInfo>",
    "capital repair": f"<b:CapitalRepairCharge><b:Contribution>1.00</b:Contribution><b:TotalPayable>1</b:TotalPayable>"
    f"{_KEY}</b:CapitalRepairCharge>",
    "insurance": f"<b:Insurance><b:InsuranceProductGUID>{_GUID(4)}</b:InsuranceProductGUID><b:Rate>1</b:Rate>"
    f"<b:TotalPayable>1.00</b:TotalPayable>{_KEY}</b:Insurance>",
    "penalty": f"<b:PenaltiesAndCourtCosts>{_SERVICE}<b:Cause>1</b:Cause><b:TotalPayable>1</b:TotalPayable>{_KEY}"
    "</b:PenaltiesAndCourtCosts>",
    "debt of capital repair": f"<b:CapitalRepairDebt>{_MONTH}{_KEY}</b:CapitalRepairDebt>",
    "debt of housing service": f"<b:ChargeDebt><b:HousingService>{_DEBT}</b:HousingService></b:ChargeDebt>",
    "debt of communal service": f"<b:ChargeDebt><b:MunicipalService>{_DEBT}</b:MunicipalService></b:ChargeDebt>",
    "debt of additional service": f"<b:ChargeDebt><b:AdditionalService>{_DEBT}</b:AdditionalService></b:ChargeDebt>",
}
_FREE_PLACES = {
    "communal services of one kind": f"<b:ChargeInfo>{_GROUP}</b:ChargeInfo>",
    "capital repair of a year": _year(*range(1, 13), key=_KEY),
}


@pytest.fixture(scope="module")
def judge():
    return etree.XMLSchema(etree.parse(Path(__file__).parents[2] / "xsd" / "bills.xsd"))


def _document(charges: str, requisites: str = _KEY, label: str = _DOCUMENT) -> str:
    return (
        f"<b:PaymentDocument><account:AccountGuid>{_GUID(5)}</account:AccountGuid>{charges}"
        f"<base:TransportGUID>{label}</base:TransportGUID>{requisites}</b:PaymentDocument>"
    )


def _request(*documents: str) -> etree._Element:
    namespaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    account = "<payments:BankBIK>044525225</payments:BankBIK>"
    account += f"<payments:operatingAccountNumber>{'4' * 20}</payments:operatingAccountNumber>"
    return etree.fromstring(
        f'<b:importPaymentDocumentRequest {namespaces} base:version="11.2.0.16">'
        f"<base:Month>1</base:Month><base:Year>2026</base:Year><b:PaymentInformation>{account}"
        f"<base:TransportGUID>{_REQUISITES}</base:TransportGUID></b:PaymentInformation>{''.join(documents)}"
        "</b:importPaymentDocumentRequest>"
    )


def _unknown(text: str) -> str:
    assert _KEY in text
    return text.replace(_KEY, _KEY.replace(_REQUISITES, _UNKNOWN))


def _refusal(judge: etree.XMLSchema, root: etree._Element) -> str:
    assert not judge.validate(root)
    return judge.error_log[0].message


@pytest.mark.parametrize("charges", _PLACES.values(), ids=_PLACES)
def test_requisites_of_a_charge__are_those_of_the_request(judge, charges):
    judge.assertValid(_request(_document(charges)))
    assert _UNKNOWN in _refusal(judge, _request(_document(_unknown(charges))))


@pytest.mark.parametrize("charges", _FREE_PLACES.values(), ids=_FREE_PLACES)
def test_requisites_that_the_wire_does_not_check__may_be_unknown(judge, charges):
    judge.assertValid(_request(_document(_unknown(charges))))


@pytest.mark.parametrize(
    "requisites",
    [_KEY, f"<b:DetailsPaymentInformation>{_KEY}{_TOTAL}</b:DetailsPaymentInformation>"],
    ids=["one", "several"],
)
def test_requisites_of_a_document__are_those_of_the_request(judge, requisites):
    judge.assertValid(_request(_document("", requisites)))
    assert _UNKNOWN in _refusal(judge, _request(_document("", _unknown(requisites))))


def test_label_of_another_object__is_no_requisites(judge):
    other = _KEY.replace(_REQUISITES, _DOCUMENT)
    assert _DOCUMENT in _refusal(judge, _request(_document("", other)))


def test_same_label_twice__is_refused(judge):
    judge.assertValid(_request(_document(""), _document("", label=_GUID(6))))
    assert "TransportGUID" in _refusal(judge, _request(_document(""), _document("")))


def test_month_of_repair_twice_in_a_request__is_refused(judge):
    year = _year(*range(1, 13))
    judge.assertValid(_request(_document(year)))
    assert "'1'" in _refusal(judge, _request(_document(_year(*range(1, 12), 1))))
    assert "'1'" in _refusal(judge, _request(_document(year), _document(year, label=_GUID(6))))


def test_two_volumes_of_one_kind__are_refused(judge):
    insurance = _PLACES["insurance"].replace(_KEY, '<b:Consumption><b:Volume type="I">1</b:Volume>{}</b:Consumption>')
    judge.assertValid(_request(_document(insurance.format('<b:Volume type="O">1</b:Volume>'))))
    assert "'I'" in _refusal(judge, _request(_document(insurance.format('<b:Volume type="I">2</b:Volume>'))))
