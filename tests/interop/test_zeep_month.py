"""The first month of a management company, played by zeep: typed values, the served WSDLs, real HTTP.

It is the month of `gateway demo month` with another client, which shares nothing with it: neither the way XML is made
nor the messages in samples/month. What is sent here is written by zeep from plain values.

zeep reads with `strict=False`, as those who use it against ГИС ЖКХ do (protocol §3.2): a strict one does not come back
from a choice with a sequence or a repeated element among its branches and something after it, under the official
description as under ours. Entries of dictionaries, statuses of contracts and objects with several errors are such.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from types import SimpleNamespace

import pytest
from lxml import etree

from gateway import wire
from tests import foreign
from tests import stand as stands
from tests.foreign_office import AREAS, BEGIN, END, FLATS, HOUSE, TODAY, Books, new

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    """The whole month, once: each answer under the name of its step."""
    stand = stands.Stand(tmp_path_factory.mktemp("month") / "data", house_basis="contract")
    with foreign.listening(stand.web) as address:
        asking = foreign.Foreigner(stand, address)
        yield _play(asking)
        asking.close()
    stand.close()


def _play(ask):
    seen = SimpleNamespace(books=Books(ask))
    _begin(ask, seen)
    _place(seen)
    _correct(ask, seen)
    _export(ask, seen)
    return seen


def _begin(ask, seen):
    registry, books = "organizations-registry-common", seen.books
    asked = [{"OGRN": stands.PROVIDER_OGRN}]
    seen.organisations = ask.send(registry, "exportOrgRegistry", SearchCriteria=asked, version="10.0.2.1")
    seen.providers = ask.send(registry, "exportDataProvider", IsActual=True, version="10.0.2.1")
    seen.dictionaries = ask.send("nsi-common", "exportNsiList", ListGroup="NSI", version="10.0.1.2").NsiList
    books.load(2, 3, 22, 24, 30, 32, 56, 58, 67, 192)
    service = {"TransportGUID": new(), "AdditionalServiceTypeName": "Домофон", "OKEI": "642"}
    ask.send("nsi", "importAdditionalServices", ImportAdditionalServiceType=[service], version="10.0.1.2")
    utility = {
        "TransportGUID": new(),
        "MunicipalServiceRef": books.ref(3, "1"),
        "MainMunicipalServiceName": "Холодная вода",
        "MunicipalResourceRef": books.ref(2, "1"),
        "OKEI": "113",
        "SortOrder": "1",
    }
    ask.send("nsi", "importMunicipalServices", ImportMainMunicipalService=[utility], version="11.0.0.4")
    work = {
        "TransportGUID": new(),
        "WorkName": "Осмотр кровли",
        "ServiceTypeRef": books.ref(56, "1"),
        "RequiredServiceRef": [books.ref(67, "1")],
        "OKEI": "055",
    }
    ask.send("nsi", "importOrganizationWorks", ImportOrganizationWork=[work], version="10.0.1.2")
    own = {}
    for number in (1, 51, 59):
        item = ask.send("nsi", "exportDataProviderNsiItem", RegistryNumber=number, version="10.0.1.2").NsiItem
        own[number] = [each.NsiElementField[0].Value for each in item.NsiElement]
        books.entries |= {(number, each.Code): each.GUID for each in item.NsiElement}
    seen.own = own


def _place(seen):
    books, ask = seen.books, seen.books.ask
    seen.too_early = books.house()
    seen.contract = books.contract()
    version = {"ContractVersionGUID": seen.contract.ContractVersionGUID}
    seen.exported_contract = ask.houses("exportCAChData", Criteria=[version], version="13.1.7.1").exportCAChResult
    seen.status = ask.houses("exportStatusCAChData", Criteria=[version], version="10.0.1.1").exportStatusCAChResult
    seen.house = books.house()
    seen.opened = books.import_accounts(*map(books.account, AREAS))
    books.accounts = dict(zip(AREAS, seen.opened, strict=True))
    ordered = {
        "BeginDate": BEGIN,
        "EndDate": END,
        "AdditionalService": books.ref(1, "1"),
        "Attachment": {"Name": "Заявление.pdf", "Description": "Заявление", "Attachment": {"AttachmentGUID": new()}},
        "TransportGUID": new(),
        "AccountGUID": books.accounts["1"].GUID,
    }
    seen.ordered = ask.imported("importAccountIndividualServices", IndividualService=[ordered], version="11.0.0.1")


def _correct(ask, seen):
    books = seen.books
    update = {
        "ApartmentHouseToUpdate": {
            "BasicCharacteristicts": {"No_RSO_GKN_EGRP_Registered": True, "FIASHouseGuid": HOUSE},
            "TransportGUID": new(),
        },
        "ResidentialPremises": [
            {
                "ResidentialPremisesToUpdate": {
                    "No_RSO_GKN_EGRP_Registered": True,
                    "EntranceNum": "1",
                    "TotalArea": "55.1",
                    "TransportGUID": new(),
                    "PremisesGUID": books.flats["7"],
                }
            }
        ],
    }
    seen.corrected = ask.imported(
        "importHouseUOData", ApartmentHouse=update, InheritMissingValues=True, version="13.2.3.2"
    )
    seen.changed = books.import_accounts(books.account("2", "Вымышленная"))
    # The number of another account and a flat that is not there: two errors. Of a CommonResult with several a strict
    # zeep reads none, under either description.
    places = [{"PremisesGUID": NOWHERE}]
    mistaken = books.account("4", LivingPersonsNumber=5, AccountNumber="УК-1", Accommodation=places)
    seen.mistaken = books.import_accounts(books.account("3", LivingPersonsNumber=5), mistaken)
    seen.mended = books.import_accounts(books.account("4", LivingPersonsNumber=5))
    _repeat(ask, seen)
    seen.sold = books.sell("5") + books.sell("6")


def _repeat(ask, seen):
    """Send a package twice byte for byte, as a client does that has heard nothing of the first one."""
    client, port, _ = ask.service("house-management")
    account = seen.books.account("8", LivingPersonsNumber=4)
    ack = port.importAccountData(Account=[account], version="10.0.1.1", _soapheaders=foreign.header(client)).body.Ack
    sent = ask.transport.last
    first = ask.result("house-management", ack.MessageGUID)
    again = etree.fromstring(ask.transport.post(*sent).content)
    seen.acks = [ack.MessageGUID, again.findtext(f".//{wire.base('Ack')}/{wire.base('MessageGUID')}")]
    second = ask.result("house-management", seen.acks[1])
    seen.repeated = [each.ImportResult[0].CommonResult[0] for each in (first, second)]


def _export(ask, seen):
    seen.exported_house = ask.houses("exportHouseData", FIASHouseGuid=HOUSE, version="15.10.0.0").exportHouseResult
    of_house = ask.houses("exportAccountData", FIASHouseGuid=HOUSE, version="10.0.1.1").exportAccountResult
    seen.accounts = {each.UnifiedAccountNumber: each for each in of_house}
    numbers = [seen.changed[0].UniqueNumber, seen.sold[0].UniqueNumber]
    by_number = ask.houses("exportAccountData", UnifiedAccountNumber=numbers, version="10.0.1.1").exportAccountResult
    seen.asked, seen.by_number = numbers, by_number


def test_organisation__is_found_by_its_number_and_is_a_provider_of_the_system(month):
    (found,) = month.organisations.exportOrgRegistryResult
    assert found.orgPPAGUID == stands.PROVIDER
    assert stands.PROVIDER in {each.DataProviderGUID for each in month.providers.exportDataProviderResult}


def test_dictionaries__are_listed_and_read_with_their_guids(month):
    assert {2, 3, 22, 24, 30} <= {int(each.RegistryNumber) for each in month.dictionaries.NsiItemInfo}
    assert len({guid for (number, _), guid in month.books.entries.items() if number == 24}) > 1


def test_own_services__come_back_as_they_were_placed(month):
    assert month.own == {1: ["Домофон"], 51: ["Холодная вода"], 59: ["Осмотр кровли"]}


def test_house_before_the_contract__is_refused(month):
    assert [error.ErrorCode for each in month.too_early.values() for error in each.Error] == ["INT004171"]


def test_contract__is_approved_and_exported_with_its_house_and_services(month):
    assert (month.contract.ContractStatus, month.contract.State) == ("Approved", "Running")
    (result,) = month.exported_contract
    (managed,) = result.Contract.ContractObject
    assert (result.Contract.DocNum, managed.FIASHouseGuid) == ("1/УК", HOUSE)
    assert [managed.HouseService[0].ServiceType.Code, managed.AddService[0].ServiceType.Code] == ["1", "1"]


def test_status_of_the_contract__is_read_by_itself(month):
    (status,) = month.status
    assert (status.ContractStatus, status.State) == ("Approved", "Running")
    assert [(each.FIASHouseGuid, each.ManagedObjectStatus) for each in status.ContractObject] == [(HOUSE, "Approved")]


def test_house__is_placed_whole_once_there_is_a_contract(month):
    assert len(month.house) == 1 + 1 + 1 + FLATS + 1
    assert all(isinstance(each.UpdateDate, dt.datetime) and not each.Error for each in month.house.values())


def test_accounts__get_numbers_of_their_own(month):
    assert len({each.UniqueNumber for each in month.opened}) == FLATS
    assert [each.ImportAccount.UnifiedAccountNumber for each in month.opened] == [
        each.UniqueNumber for each in month.opened
    ]


def test_corrections__are_accepted(month):
    results = [*month.corrected.values(), *month.changed, *month.ordered.values()]
    assert len(results) == 4
    assert all(each.UpdateDate and not each.Error for each in results)


def test_bad_account_among_good_ones__is_refused_alone_and_accepted_once_it_is_put_right(month):
    good, bad = month.mistaken
    assert (bool(good.UpdateDate), good.Error) == (True, [])
    assert ([error.ErrorCode for error in bad.Error], bad.UpdateDate) == (["INT008906", "INT002034"], None)
    assert month.mended[0].UpdateDate


def test_same_bytes_again__get_the_same_acknowledgement_and_the_same_result(month):
    first, second = month.repeated
    assert month.acks[0] == month.acks[1]
    assert (first.UpdateDate, first.GUID) == (second.UpdateDate, second.GUID)


def test_exported_house__has_the_flats_and_areas_that_were_sent(month):
    house = month.exported_house.ApartmentHouse
    found = {each.PremisesNum: each.TotalArea for each in house.ResidentialPremises}
    assert found == AREAS | {"7": Decimal("55.1")}
    assert [len(house.Entrance), len(house.NonResidentialPremises), len(house.Lift)] == [1, 1, 1]


def test_exported_accounts__are_those_that_were_opened_with_the_closed_ones_closed(month):
    sold = [each.UniqueNumber for each in month.sold]
    assert set(month.accounts) == {*(each.UniqueNumber for each in month.opened), *sold}
    closed = {number: each for number, each in month.accounts.items() if each.Closed}
    assert {number: each.Closed.CloseDate for number, each in closed.items()} == {sold[0]: TODAY, sold[2]: TODAY}
    assert [month.accounts[sold[index]].AccountNumber for index in range(4)] == ["УК-5", "УК-5", "УК-6", "УК-6"]
    residents = {each.AccountNumber: each.LivingPersonsNumber for each in month.accounts.values()}
    assert [residents[f"УК-{flat}"] for flat in (1, 3, 4, 8)] == [2, 5, 5, 4]


def test_accounts_by_number__come_in_the_order_of_the_request_with_the_changed_payer(month):
    assert [each.UnifiedAccountNumber for each in month.by_number] == month.asked
    payers = [each.PayerInfo.Ind.Surname for each in month.by_number]
    assert payers == ["Вымышленная", "Образцова"]
