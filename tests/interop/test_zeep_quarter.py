"""What a management company does after its first month, played by zeep: typed values, the served WSDLs, real HTTP.

It is the work of `gateway demo quarter`, and acts and news besides, with another client: meters and readings, payment
documents and payments, which a bank tells of, a meeting of owners with the scan of its protocol. It is written by zeep
from plain values (`tests/foreign_quarter.py`); what comes back is read by zeep and compared with them here.

Of strictness the same is true as in test_zeep_month. What zeep cannot write, under the official description as under
ours: a NotificationOfOrderExecutionType without Year and Month, which it demands although their sequence is optional.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from gateway import clock
from gateway.contracts import builtin, model
from storage import directory
from tests import foreign, foreign_quarter
from tests import stand as stands
from tests.foreign_office import AREAS, HOUSE, TODAY
from tests.foreign_quarter import (
    AGREED,
    BANK,
    HOUSING_RATE,
    INSTALLED,
    LAST_MONTH_END,
    QUESTIONS,
    SCAN_HASH,
    VOTED,
    WATER_RATE,
    at,
    order,
)


def codes(result):
    return [error.ErrorCode for error in result.Error or ()]


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """All of it, once: each answer under the name of its step."""
    folder = tmp_path_factory.mktemp("quarter") / "data"
    stand = stands.Stand(folder, house_basis="contract", attachment_hash="enforce")
    with stand.house.database.write() as connection:
        bank = directory.organisation(connection, BANK)
        directory.change_organisation(connection, dataclasses.replace(bank, role="Банк"), clock.now())
        directory.grant(connection, BANK, stands.LOGIN, clock.now())
    with foreign.listening(stand.web) as address:
        company, taker = foreign.Foreigner(stand, address), foreign.Foreigner(stand, address, BANK)
        yield foreign_quarter.play(company, taker, address)
        company.close()
        taker.close()
    stand.close()


def test_meters__are_placed_but_for_one_without_its_date(quarter):
    assert all(each.UpdateDate and not each.Error for each in quarter.placed)
    assert [each.importMeteringDevice.MeteringDeviceGUID for each in quarter.placed] == [
        each.GUID for each in quarter.placed
    ]
    assert (codes(quarter.undated), quarter.undated.UpdateDate) == (["INT007911"], None)


def test_readings__are_taken_but_for_those_of_a_meter_that_was_replaced(quarter):
    assert all(each.UpdateDate and not each.Error for each in [*quarter.read, quarter.replaced])
    assert [codes(each) for each in quarter.read_later] == [["INT007940"], [], []]


def test_exported_meters__are_those_that_were_sent_with_their_last_readings(quarter):
    status = {number: each.StatusRootDoc for number, each in quarter.devices.items()}
    active = dict.fromkeys(("ХВС-1", "ХВС-2", "ЭЛ-4", "ХВС-3-Н"), "Active")
    assert status == {**active, "ХВС-3": "Archival"}
    values = {
        number: each.MunicipalResourceNotEnergy[0].MeteringValue
        for number, each in quarter.devices.items()
        if each.MunicipalResourceNotEnergy
    }
    expected = {"ХВС-1": "9.25", "ХВС-2": "6.75", "ХВС-3": "8.25", "ХВС-3-Н": "1.5"}
    assert {number: Decimal(value) for number, value in values.items()} == {
        number: Decimal(value) for number, value in expected.items()
    }
    electric = quarter.devices["ЭЛ-4"]
    tariffs = electric.MunicipalResourceEnergy.MeteringValueT1, electric.MunicipalResourceEnergy.MeteringValueT2
    assert tuple(map(Decimal, tariffs)) == (Decimal(120), Decimal("60.5"))
    told = electric.BasicChatacteristicts
    assert (told.InstallationDate, told.VerificationInterval.Code) == (INSTALLED, "6")
    assert told.ResidentialPremiseDevice.AccountGUID == [quarter.books.accounts["4"].GUID]


def test_history__has_the_readings_of_both_months_with_their_days(quarter):
    rates = {
        each.MeteringDeviceRootGUID: each.OneRateDeviceValue.Values.CurrentValue
        for each in quarter.history
        if each.OneRateDeviceValue
    }
    first = rates[quarter.placed[0].GUID]
    found = {(each.Period.Year, each.Period.Month): Decimal(each.MeteringValue) for each in first}
    assert found == {
        (LAST_MONTH_END.year, LAST_MONTH_END.month): Decimal("5.125"),
        (TODAY.year, TODAY.month): Decimal("9.25"),
    }
    assert [each.DateValue.date() for each in first] == [LAST_MONTH_END, TODAY]


def test_documents__are_placed_but_for_one_with_a_wrong_sum(quarter):
    numbers = [each.UniqueNumber for each in quarter.bills_placed]
    assert len(set(numbers)) == 4
    # Both of its sums are wrong.
    assert (codes(quarter.wrong), quarter.wrong.UniqueNumber) == (["INT008165", "INT008165"], None)


def test_paid_document__is_not_withdrawn_and_another_one_is(quarter):
    assert codes(quarter.not_withdrawn) == ["SRV008071"]
    assert quarter.withdrawn.UniqueNumber == quarter.documents["3"]


def test_exported_documents__are_those_that_were_sent(quarter):
    told = {each.PaymentDocument.PaymentDocumentID: each.PaymentDocument for each in quarter.exported}
    documents = {**quarter.documents, "4-И": quarter.corrected.UniqueNumber}
    assert set(told) == set(documents.values())
    withdrawn = {flat for flat, number in documents.items() if told[number].Withdraw}
    assert withdrawn == {"3", "4"}
    for flat, number in documents.items():
        assert told[number].AccountGuid == quarter.books.accounts[flat[0]].GUID
    totals = {flat: told[number].TotalPayableByPD for flat, number in documents.items() if flat != "4"}
    assert totals == {("4-И" if flat == "4" else flat): total for flat, total in quarter.totals.items()}
    housing, charged = (told[documents["1"]].ChargeInfo[index] for index in (0, 1))
    assert (housing.HousingService.Rate, charged.MunicipalService.Rate) == (HOUSING_RATE, WATER_RATE)
    (volume,) = charged.MunicipalService.Consumption.Volume
    assert (volume["_value_1"], volume.type) == (Decimal("3.125"), "I")


def test_bank__is_told_what_is_to_be_paid(quarter):
    assert quarter.details.PaymentDocumentDetails.Reminder == quarter.totals["1"] * 100
    assert quarter.details.PaymentDocumentID == quarter.documents["1"]


def test_payments__are_taken_once(quarter):
    assert quarter.paid.GUID
    assert quarter.paid_whole.GUID
    assert codes(quarter.paid_again) == ["INT008960"]


def test_payment__is_matched_to_the_kopeck(quarter):
    assert all(each.UpdateDate and not each.Error for each in quarter.matched)
    assert (quarter.unmatched.AckStatus, quarter.notification.AckStatus) == (0, 2)
    assert quarter.notification.AcknowledgmentAmount == quarter.totals["1"] * 100
    requests = quarter.notification.AcknowledgmentRequestsList.AcknowledgmentRequest
    assert sum(each.PaymentDocumentAck.Amount for each in requests) == quarter.totals["1"] * 100
    assert quarter.notification.OrderInfo.OrderID == order(1)


def test_payment_that_was_returned__is_told_as_cancelled_with_the_words_of_the_bank(quarter):
    assert all(each.UpdateDate and not each.Error for each in (quarter.parted, quarter.returned))
    cancelled = quarter.cancelled
    assert (cancelled.AckStatus, cancelled.OrderInfo.Amount, cancelled.orgPPAGUID) == (1, 50000, BANK)
    assert cancelled.SupplierInfo.SupplierName == "Образцова М."
    assert cancelled.OrderInfo.AddressAndConsumer.Ind.Surname == "Образцова"
    (found,) = quarter.notified_today
    told = {each.OrderInfo.OrderID: each.AckStatus for each in found.NotificationOfOrderExecutionWithStatus}
    assert told == {order(1): 2, order(2): 1}


def test_meeting__is_announced_and_exported_with_its_questions_and_who_has_called_it(quarter):
    assert (quarter.message.VotingGUID, quarter.message.MessageGUID) == (quarter.voting, quarter.announced.GUID)
    assert (quarter.message.MessageStatus, quarter.message.FIASHouseGUID) == ("Finished", [HOUSE])
    asked = {each.QuestionNumber: (each.QuestionName, each.DecisionsType.Code) for each in quarter.message.DecisionList}
    assert asked == QUESTIONS
    assert quarter.message.AVoting.StartMakingDecisionDate == at(45)
    (initiator,) = quarter.message.VoteInitiators
    assert (initiator.Ind.Surname, initiator.Ind.SNILS) == ("Образцова", "11223344595")


def test_decisions__come_back_one_by_one(quarter):
    assert all(each.UpdateDate and not each.Error for each in quarter.decided)
    assert {each.RootOwnerDecisionGUID for each in quarter.decisions} == {each.GUID for each in quarter.decided}
    found = {
        (each.exportPropertyDetails[0].PremisesNum, each.QuestionOnDecision.QuestionNumber): bool(
            each.QuestionOnDecision.OwnerAgree
        )
        for each in quarter.decisions
    }
    assert found == {(flat, number): (flat, number) != ("7", 2) for flat in VOTED for number in QUESTIONS}
    assert {each.Owner.OwnerInd.Surname for each in quarter.decisions} == {"Собственников"}


def test_protocol__is_posted_with_its_votes_and_its_scan_once_they_are_counted(quarter):
    assert codes(quarter.miscounted) == ["INT023918"]
    assert quarter.concluded.UpdateDate
    assert (quarter.protocol.ProtocolStatus, quarter.protocol.ProtocolDate) == ("Posted", at(15).date())
    votes = {each.QuestionNumber: (each.Agree, each.Against) for each in quarter.protocol.DecisionList}
    assert votes == {1: (AGREED, 0), 2: (AGREED - AREAS["7"], AREAS["7"])}
    (scan,) = quarter.protocol.AVoting.Attachments
    stored = quarter.books.paper["Attachment"]["AttachmentGUID"]
    assert (scan.Attachment.AttachmentGUID, scan.AttachmentHASH.lower()) == (stored, SCAN_HASH)


def test_acts__are_placed_changed_and_exported(quarter):
    assert all(each.UpdateDate and not each.Error for each in [*quarter.acts, *quarter.acts_changed])
    assert codes(quarter.act_ahead) == ["INT059908"]
    told = {each.ObjectAbsenceDeviceInfo[0].HMObjectGUID: each for each in quarter.acts_exported}
    house, flat = told[HOUSE], told[quarter.books.flats["9"]]
    assert (house.ActExpireDate, house.ActAnnulDate, house.StatusRootDoc) == (
        TODAY + dt.timedelta(days=365),
        None,
        "Active",
    )
    assert (flat.ActAnnulDate, flat.DeviceTypeBase.Code, flat.MunicipalResources[0].Code) == (TODAY, "1", "1")


def test_news__are_written_sent_and_recalled(quarter):
    assert all(each.UpdateDate and not each.Error for each in [*quarter.news, *quarter.news_changed])
    assert [each.GUID for each in quarter.news_changed] == [each.GUID for each in quarter.news]
    assert codes(quarter.news_twice) == ["INT002954"]


def test_packages__are_told_to_be_finished(quarter):
    assert sorted(quarter.finished) == sorted(quarter.bills)


def test_every_operation_of_the_services_for_charges_and_payments__was_sent(quarter):
    services = [builtin.pack().service(name) for name in ("bills", "device-metering", "payment")]
    operations = {each for service in services for each in service.operations.values()}
    assert {each.name for each in operations if each.kind is model.OperationKind.SUBMIT} <= quarter.operations
