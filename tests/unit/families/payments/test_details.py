"""What those who take payments are told of documents, and what of accounts without any."""

from __future__ import annotations

import dataclasses

import pytest

from gateway.families import api
from tests.unit.families.accounts.requests import FIAS, account, accounts, flat, transport
from tests.unit.families.accounts.rig import codes
from tests.unit.families.bills import requests as b
from tests.unit.families.payments import requests as r
from tests.unit.families.payments.rig import (
    BANK,
    FIRST,
    INN,
    KPP,
    OTHER,
    PROVIDER,
    SECOND,
    THEIR_INN,
    THEIRS,
    Rig,
    organisation,
)

REGISTRY = "http://dom.gosuslugi.ru/schema/integration/organizations-registry-base/"
UNIFIED, SERVICE_ID = "10АА000001", "10АА000001-01"


def person(surname: str, first: str, patronymic: str) -> str:
    space = 'xmlns:i="http://dom.gosuslugi.ru/schema/integration/individual-registry-base/"'
    return (
        f"<Ind {space}><i:Surname>{surname}</i:Surname><i:FirstName>{first}</i:FirstName>"
        f"<i:Patronymic>{patronymic}</i:Patronymic></Ind>"
    )


def charged(rig: Rig, named: str, **options: str) -> list[dict]:
    """Return what a bank is told of documents."""
    answer = rig.by_bank(r.details(named, **options))
    if isinstance(answer, api.Failed):
        assert answer.problem.code == "INT002012", answer.problem
        return []
    (item,) = answer.items
    return list(item["Charge"]["PaymentDocument"])


def numbers(rows: list[dict]) -> list[str]:
    return [each["PaymentDocumentID"] for each in rows]


def house(named: str, place: str = "") -> str:
    return r.in_house(named, FIAS, place, "m")


FLAT = "<m:ResidentialPremise>{}</m:ResidentialPremise>"
NUMBER = "<bb:PaymentDocumentNumber>П-1</bb:PaymentDocumentNumber>"


@pytest.mark.parametrize(
    ("named", "period", "expected"),
    [
        (r.by_document(FIRST), {}, [FIRST]),
        (r.by_document("10АА000001-01-0009"), {}, []),
        (r.by_unified(UNIFIED), {}, [FIRST, SECOND]),
        (r.by_unified(UNIFIED), {"year": "2026", "month": "3"}, [FIRST, SECOND]),
        (f"<a:ServiceID>{SERVICE_ID}</a:ServiceID>", {"year": "2026"}, [FIRST, SECOND]),
        (house(r.by_account_number("2")), {}, [OTHER]),
        (house(r.by_account_number("2"), FLAT.format("2")), {}, [OTHER]),
        (house(r.by_account_number("9")), {}, []),
        (house(r.by_account_number("2"), FLAT.format("1")), {}, []),
        (house(r.by_account_number("2"), "<m:NonResidentialApartment>102</m:NonResidentialApartment>"), {}, []),
        (house(NUMBER), {}, [FIRST]),
        (house(NUMBER, FLAT.format("1")), {"month": "3"}, [FIRST]),
        (house(NUMBER, FLAT.format("2")), {}, []),
    ],
)
def test_documents__are_found_by_what_stands_on_them(
    billed: Rig, named: str, period: dict[str, str], expected: list[str]
) -> None:
    assert numbers(charged(billed, named, **period)) == expected


def test_document__is_told_with_its_executor_payee_and_sum(billed: Rig) -> None:
    (told,) = charged(billed, r.by_document(FIRST))
    details = told["PaymentDocumentDetails"]
    executor = details["ExecutorInformation"]
    assert (executor["INN"], executor["Legal"]) == (INN, {"KPP": KPP, "Name": "ООО «Пример»"})
    (payee,) = executor["PaymentInformation"]
    assert (payee["BankBIK"], payee["operatingAccountNumber"]) == (b.BIK, b.SETTLEMENT)
    assert payee["Reminder"] == details["Reminder"] == "120000", "kopecks"
    assert (told["UnifiedAccountNumber"], told["ServiceID"], told["AccountNumber"]) == (UNIFIED, SERVICE_ID, "1")
    assert (told["Year"], told["Month"]) == ("2026", "3")
    assert told["PaymentDocumentGUID"] == billed.document(FIRST).id
    assert "ConsumerInformation" not in details


def test_withdrawn_and_unexposed_documents__are_not_to_be_paid(billed: Rig) -> None:
    assert codes(billed.play(b.withdrawals(FIRST))) == {}
    assert codes(billed.play(b.documents(b.document(70, mark="")))) == {}
    assert numbers(charged(billed, r.by_unified(UNIFIED))) == [SECOND]
    assert charged(billed, r.by_document(FIRST)) == []


def test_what_the_details_tell__can_be_paid(billed: Rig) -> None:
    (told,) = charged(billed, r.by_document(FIRST))
    (payee,) = told["PaymentDocumentDetails"]["ExecutorInformation"]["PaymentInformation"]
    guid = f"<PaymentDocumentGUID>{told['PaymentDocumentGUID']}</PaymentDocumentGUID>"
    named = f"{r.by_document(told['PaymentDocumentID'])}{guid}"
    paid = r.short_order(100, named, payee=payee["PaymentInformationGuid"])
    assert codes(billed.by_bank(r.orders(paid))) == {}


def test_account_without_documents__is_told_so_that_it_can_be_paid_for(billed: Rig) -> None:
    answer = billed.by_bank(r.details(r.by_unified("10АА000003")))
    assert isinstance(answer, api.Exported)
    ((told,),) = (item["Service"] for item in answer.items)
    assert (told["UnifiedAccountNumber"], told["ServiceIDGuid"]) == ("10АА000003", billed.given[transport(3)])
    (payee,) = told["ExecutorInformation"]["PaymentInformation"]
    assert (payee["RecipientINN"], payee["PaymentRecipient"]) == (INN, "ООО «Пример»")
    named = f"<a:ServiceID>{told['ServiceID']}</a:ServiceID><ServiceIDGUID>{told['ServiceIDGuid']}</ServiceIDGUID>"
    assert codes(billed.by_bank(r.orders(r.short_order(100, named)))) == {}


def test_others_than_those_who_take_payments__may_not_ask(billed: Rig) -> None:
    for who in (PROVIDER, THEIRS):
        answer = billed.play(r.details(r.by_document(FIRST)), organisation=who, role="УО")
        assert isinstance(answer, api.Failed)
        assert answer.problem.code == "INT004170"


def test_sole_trader__is_told_by_name(billed: Rig) -> None:
    trader = dataclasses.replace(
        organisation(PROVIDER, THEIR_INN, "ИП Образцов Пётр Ильич", "304500116000157"), guid=PROVIDER
    )
    billed.directory.all = [trader]
    (told,) = charged(billed, r.by_document(FIRST))
    executor = told["PaymentDocumentDetails"]["ExecutorInformation"]
    assert executor["Entpr"] == {"Surname": "Образцов", "FirstName": "Пётр", "Patronymic": "Ильич"}


@pytest.mark.parametrize("known", [[], [organisation(PROVIDER, None, "ООО «Пример»")]])
def test_executor_of_whom_too_little_is_known__is_named_to_the_administrator(
    billed: Rig, known: list[api.OrganisationVersion]
) -> None:
    billed.directory.all = known
    answer = billed.by_bank(r.details(r.by_document(FIRST)))
    assert isinstance(answer, api.Failed)
    assert answer.problem.code == "INT008982"


# What is owed


@pytest.fixture
def owed(billed: Rig) -> Rig:
    """Account 3 is a person's and 1 an organisation's; both owe 200 roubles from before."""
    who = {
        3: person("Образцова", "Алёна", "Ильинична"),
        1: f'<Org><r:orgVersionGUID xmlns:r="{REGISTRY}">{BANK}</r:orgVersionGUID></Org>',
    }
    billed.directory.all.append(dataclasses.replace(organisation("any", "7700000017", "Магазин"), guid=BANK))
    billed.directory.all = [each for each in billed.directory.all if each.organisation != BANK]
    for count, inside in who.items():
        sent = accounts(account(80 + count, flat(100 + count), number=str(count), of=count, payer=inside))
        assert codes(billed.play(sent)) == {}
    totals = "<DebtPreviousPeriods>200.00</DebtPreviousPeriods>"
    for count in who:
        assert codes(billed.play(b.documents(b.document(70 + count, of=count, totals=totals), month=2))) == {}
    return billed


LEGAL = "<m:Legal><o:INN>7700000017</o:INN><o:KPP>{}</o:KPP></m:Legal>"


@pytest.mark.parametrize(
    ("count", "consumer", "is_told"),
    [
        (3, r.person("образцова", "Алена", "ИЛЬИНИЧНА"), True),
        (3, r.person("Образцова", "Алёна"), False),
        (3, LEGAL.format(KPP), False),
        (1, LEGAL.format(KPP), True),
        (1, LEGAL.format("770001002"), False),
        (1, r.person("Образцова", "Алёна", "Ильинична"), False),
    ],
)
def test_debt__is_told_to_who_knows_the_payer(owed: Rig, count: int, consumer: str, *, is_told: bool) -> None:
    (told,) = charged(owed, r.by_unified(f"10АА00000{count}"), consumer=consumer, month="2")
    details = told["PaymentDocumentDetails"]
    assert details["Reminder"] == "100000"
    if is_told:
        assert (details["Debt"], details["TotalWithDebtAndAdvance"]) == ("20000", "120000")
    else:
        assert details["ErrorMessage"]["ErrorCode"] == "INT008981"
        assert "Debt" not in details


def test_debt__is_not_told_unasked(owed: Rig) -> None:
    (told,) = charged(owed, r.by_unified("10АА000003"))
    assert not {"Debt", "ErrorMessage"} & set(told["PaymentDocumentDetails"])
