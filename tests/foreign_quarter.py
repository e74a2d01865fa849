"""The quarter of a management company whose client is zeep: what it sends, and every answer by the name of its step."""

from __future__ import annotations

import base64
import datetime as dt
import http.client
from decimal import ROUND_HALF_UP, Decimal
from types import SimpleNamespace
from urllib import parse

from gateway import clock
from gateway.files import request
from tests import stand as stands
from tests.foreign_office import AREAS, BEGIN, HOUSE, TODAY, Books, new, paper

BANK = stands.STRANGER
"""The stranger of the stand takes payments here."""
SCAN = "Протокол общего собрания\n".encode()
SCAN_HASH = "4813c067fb8fdb4833ef344dc06afb9bcb9dcad2678f5da5d0bf15683d3f4528"
"""`openssl dgst -md_gost94` says so."""
LAST_MONTH_END = BEGIN - dt.timedelta(days=1)
INSTALLED = BEGIN - dt.timedelta(days=60)
HOUSING_RATE, WATER_RATE = Decimal("28.40"), Decimal("45.30")
ORGANISATION = "5d0c7a5e-6c1f-4a6b-9d65-3f1e2a4b8c11"
UIN = "20260000000001"
VOTED = ("1", "2", "3", "4", "5", "6", "7")
AGREED = sum(AREAS[flat] for flat in VOTED)
QUESTIONS = {1: ("Выбрать совет дома", "10"), 2: ("Отремонтировать подъезды", "9")}
"""What is asked and its kind in dictionary 63, by number."""


def rounded(roubles):
    return roubles.quantize(Decimal("0.01"), ROUND_HALF_UP)


def play(company, bank, address):
    seen = SimpleNamespace(books=Books(company))
    seen.books.paper = paper(upload(address), SCAN_HASH)
    _begin(seen.books)
    _meters(seen.books, seen)
    _documents(seen.books, seen)
    _payments(seen.books, bank, seen)
    _meeting(seen.books, seen)
    _acts(seen.books, seen)
    _news(seen.books, seen)
    seen.bills = [guid for service, _, guid in company.sent if service == "bills"]
    seen.finished = company.finished("bills", new(), *seen.bills)
    seen.operations = {operation for _, operation, _ in [*company.sent, *bank.sent]}
    return seen


def upload(address):
    """Put the scan into the file store; return its AttachmentGUID."""
    url = parse.urlsplit(address)
    token = base64.b64encode(f"{stands.LOGIN}:{stands.PASSWORD}".encode()).decode()
    headers = {
        "Authorization": f"Basic {token}",
        "X-Upload-OrgPPAGUID": stands.PROVIDER,
        "X-Upload-Filename": "protocol.txt",
    }
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
    connection.request("PUT", f"{request.PREFIX}/voting/", SCAN, headers)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.close()
    return answer.headers["X-Upload-UploadID"]


def _begin(books):
    books.load(2, 3, 16, 22, 24, 27, 30, 32, 50, 58, 63, 95, 192, 364, 379)
    utility = {
        "TransportGUID": new(),
        "MunicipalServiceRef": books.ref(3, "1"),
        "MainMunicipalServiceName": "Холодная вода",
        "MunicipalResourceRef": books.ref(2, "1"),
        "OKEI": "113",
        "SortOrder": "1",
    }
    books.ask.imported("importMunicipalServices", "nsi", ImportMainMunicipalService=[utility], version="11.0.0.4")
    additional = {"TransportGUID": new(), "AdditionalServiceTypeName": "Домофон", "OKEI": "642"}
    books.ask.imported("importAdditionalServices", "nsi", ImportAdditionalServiceType=[additional], version="10.0.1.2")
    for number in (1, 51):
        item = books.ask.send("nsi", "exportDataProviderNsiItem", RegistryNumber=number, version="10.0.1.2").NsiItem
        books.entries |= {(number, each.Code): each.GUID for each in item.NsiElement}
    books.contract()
    books.house()
    books.accounts = dict(zip(AREAS, books.import_accounts(*map(books.account, AREAS)), strict=True))


# --- meters ----------------------------------------------------------------------------------------------------------


def water(books, value):
    return {"MunicipalResource": books.ref(2, "1"), "MeteringValue": value}


def device(books, flat, number, measured, **changes):
    return {
        "TransportGUID": new(),
        "DeviceDataToCreate": {
            "BasicChatacteristicts": {
                "MeteringDeviceNumber": number,
                "MeteringDeviceStamp": "Образец",
                "MeteringDeviceModel": "В-15",
                "InstallationDate": INSTALLED,
                "CommissioningDate": INSTALLED,
                "RemoteMeteringMode": False,
                "FirstVerificationDate": INSTALLED,
                "VerificationInterval": books.ref(16, "6"),
                "FactorySealDate": INSTALLED,
                "TemperatureSensor": False,
                "PressureSensor": False,
                "ResidentialPremiseDevice": {
                    "PremiseGUID": [books.flats[flat]],
                    "AccountGUID": [books.accounts[flat].GUID],
                },
                **changes,
            },
            "NotLinkedWithMetering": True,
            **measured,
        },
    }


def reading(root, kind, value, taken):
    period = {"Year": taken.year, "Month": taken.month}
    current = {**value, "DateValue": taken, "TransportGUID": new(), "Period": period}
    return {"MeteringDeviceRootGUID": root, kind: {"CurrentValue": current}}


def import_devices(books, *devices):
    """Return the results in the order of the devices."""
    results = books.ask.imported(
        "importMeteringDeviceData", FIASHouseGuid=HOUSE, MeteringDevice=list(devices), version="11.1.0.8"
    )
    return [results[each["TransportGUID"]] for each in devices]


def export_devices(books):
    found = books.ask.houses(
        "exportMeteringDeviceData", FIASHouseGuid=HOUSE, SearchArchived=True, version="14.8.0.1"
    ).exportMeteringDeviceDataResult
    return {each.BasicChatacteristicts.MeteringDeviceNumber: each for each in found}


def _meters(books, seen):
    meters = [
        device(books, flat, f"ХВС-{flat}", {"MunicipalResourceNotEnergy": [water(books, Decimal(flat))]})
        for flat in ("1", "2", "3")
    ]
    energy = {"MunicipalResourceEnergy": {"MeteringValueT1": "100.5", "MeteringValueT2": "50.25"}}
    undated = device(books, "4", "ЭЛ-4", energy, CommissioningDate=None)
    *seen.placed, seen.undated = import_devices(books, *meters, undated)
    (dated,) = import_devices(books, device(books, "4", "ЭЛ-4", energy))
    seen.placed.append(dated)
    first, second, third, electric = (each.GUID for each in seen.placed)
    seen.read = _read(
        books,
        reading(first, "OneRateDeviceValue", water(books, Decimal("5.125")), LAST_MONTH_END),
        reading(second, "OneRateDeviceValue", water(books, Decimal("6.75")), LAST_MONTH_END),
        reading(third, "OneRateDeviceValue", water(books, Decimal("7.5")), LAST_MONTH_END),
        reading(electric, "ElectricDeviceValue", {"MeteringValueT1": "120", "MeteringValueT2": "60.5"}, LAST_MONTH_END),
    )
    (new_one,) = import_devices(books, device(books, "3", "ХВС-3-Н", {"MunicipalResourceNotEnergy": [water(books, 0)]}))
    versions = {number: each.MeteringDeviceVersionGUID for number, each in export_devices(books).items()}
    replacement = {
        "VerificationDate": TODAY,
        "PlannedVerification": True,
        "DeviceValueMunicipalResourceNotElectric": [water(books, Decimal("8.25"))],
        "ReplacingMeteringDeviceVersionGUID": versions["ХВС-3-Н"],
    }
    updated = {"MeteringDeviceVersionGUID": versions["ХВС-3"], "ReplaceDevice": replacement}
    (seen.replaced,) = import_devices(books, {"TransportGUID": new(), "DeviceDataToUpdate": updated})
    seen.read_later = _read(
        books,
        reading(third, "OneRateDeviceValue", water(books, Decimal("9.5")), TODAY),
        reading(new_one.GUID, "OneRateDeviceValue", water(books, Decimal("1.5")), TODAY),
        reading(first, "OneRateDeviceValue", water(books, Decimal("9.25")), TODAY),
    )
    seen.devices = export_devices(books)
    seen.history = books.ask.send(
        "device-metering",
        "exportMeteringDeviceHistory",
        FIASHouseGuid=[HOUSE],
        MeteringDeviceType=[books.ref(27, "1")],
        SerchArchived=True,
        inputDateFrom=LAST_MONTH_END,
        inputDateTo=TODAY,
        version="10.0.1.1",
    ).exportMeteringDeviceHistoryResult


def _read(books, *readings):
    """Send readings; return their results in the order of the readings."""
    results = books.ask.imported(
        "importMeteringDeviceValues",
        "device-metering",
        FIASHouseGuid=HOUSE,
        MeteringDevicesValues=list(readings),
        version="10.0.1.1",
    )
    kinds = ("OneRateDeviceValue", "ElectricDeviceValue")
    transports = [each[kind]["CurrentValue"]["TransportGUID"] for each in readings for kind in kinds if kind in each]
    return [results[guid] for guid in transports]


# --- payment documents -----------------------------------------------------------------------------------------------


def bill(books, flat, number, volume, *, error=0, details, **changes):
    housing, charged = rounded(AREAS[flat] * HOUSING_RATE), rounded(volume * WATER_RATE)
    return {
        "AccountGuid": books.accounts[flat].GUID,
        "PaymentDocumentNumber": number,
        "ChargeInfo": [
            {
                "HousingService": {
                    "ServiceType": books.ref(50, "1"),
                    "Rate": HOUSING_RATE,
                    "TotalPayable": housing,
                    "AccountingPeriodTotal": housing,
                }
            },
            {
                "MunicipalService": {
                    "ServiceType": books.ref(51, "1"),
                    "Rate": WATER_RATE,
                    "TotalPayable": charged,
                    "AccountingPeriodTotal": charged,
                    "Consumption": {"Volume": [{"_value_1": volume, "type": "I"}]},
                }
            },
        ],
        "Expose": True,
        "TotalPayableByChargeInfo": housing + charged + error,
        "TotalPayableByPD": housing + charged + error,
        "TransportGUID": new(),
        "PaymentInformationKey": details,
        **changes,
    }


def import_bills(books, *bills):
    """Return the results in the order of the documents."""
    details = {
        "BankBIK": "044525225",
        "operatingAccountNumber": "40702810900000000001",
        "TransportGUID": bills[0]["PaymentInformationKey"],
    }
    results = books.ask.imported(
        "importPaymentDocumentData",
        "bills",
        Month=TODAY.month,
        Year=TODAY.year,
        PaymentInformation=[details],
        PaymentDocument=list(bills),
        version="11.2.0.16",
    )
    return [results[each["TransportGUID"]] for each in bills]


def withdraw(books, document):
    row = {"TransportGUID": new(), "PaymentDocumentID": document}
    results = books.ask.imported(
        "importPaymentDocumentData", "bills", WithdrawPaymentDocument=[row], version="11.2.0.16"
    )
    return results[row["TransportGUID"]]


def _documents(books, seen):
    details, volume = new(), Decimal("3.125")
    rows = {flat: bill(books, flat, f"Д-{flat}", volume, details=details) for flat in ("1", "2", "3", "4")}
    wrong = bill(books, "5", "Д-5", volume, error=100, details=details)
    *placed, seen.wrong = import_bills(books, *rows.values(), wrong)
    seen.bills_placed = placed
    seen.totals = {flat: row["TotalPayableByPD"] for flat, row in rows.items()}
    seen.documents = {flat: each.UniqueNumber for flat, each in zip(rows, placed, strict=True)}
    corrected = bill(
        books,
        "4",
        "Д-4-И",
        Decimal(4),
        details=details,
        PaymentDocumentID=seen.documents["4"],
        AdditionalInformation="И",
    )
    (seen.corrected,) = import_bills(books, corrected)
    seen.totals["4"] = corrected["TotalPayableByPD"]
    seen.withdrawn = withdraw(books, seen.documents["3"])


def _export_documents(books, seen):
    return books.ask.send(
        "bills",
        "exportPaymentDocumentData",
        Year=TODAY.year,
        Month=TODAY.month,
        UnifiedAccountNumber=[books.accounts[flat].UniqueNumber for flat in ("1", "2", "3", "4")],
        version="13.1.0.1",
    ).exportPaymentDocResult


# --- payments --------------------------------------------------------------------------------------------------------


def order(number):
    return f"{TODAY.year}{number:028}"


def details_of(bank, document, surname):
    return bank.send(
        "payment",
        "exportPaymentDocumentDetails",
        PaymentDocumentID=document,
        AmountRequired={"Individual": {"Surname": surname, "FirstName": "Мария"}},
        version="13.1.0.1",
    ).exportPaymentDocumentDetailsResult


def notify(bank, *short, whole=()):
    """Tell of payments, in the form of §139 or in the full one; return the results in their order."""
    name = "NotificationOfOrderExecutionType" if whole else "NotificationOfOrderExecution139Type"
    rows = [{"OrderInfo": each, "TransportGUID": new()} for each in short] or [
        {**each, "TransportGUID": new()} for each in whole
    ]
    results = bank.imported("importNotificationsOfOrderExecution", "payment", **{name: rows}, version="10.0.1.1")
    return [results[each["TransportGUID"]] for each in rows]


def _payments(books, bank, seen):
    first, second = seen.documents["1"], seen.documents["2"]
    (seen.details,) = details_of(bank, first, "Образцова").Charge.PaymentDocument
    short = {
        "OrderID": order(1),
        "OrderDate": TODAY,
        "Amount": int(seen.totals["1"] * 100),
        "OnlinePayment": True,
        "PaymentDocumentID": first,
        "PaymentDocumentGUID": seen.details.PaymentDocumentGUID,
    }
    told = {
        "INN": stands.PROVIDER_NUMBERS["inn"],
        "Legal": {"KPP": stands.PROVIDER_NUMBERS["kpp"], "Name": "ООО «УО»"},
        "PaymentInformation": {
            "RecipientINN": stands.PROVIDER_NUMBERS["inn"],
            "BankName": "Банк «Пример»",
            "PaymentRecipient": "ООО «УО»",
            "BankBIK": "044525225",
            "operatingAccountNumber": "40702810900000000001",
        },
    }
    whole = {
        "SupplierInfo": {"SupplierID": "4500000001", "SupplierName": "Образцова М."},
        "RecipientInfo": told,
        "OrderInfo": {
            "OrderID": order(2),
            "OrderDate": TODAY,
            "Amount": 50000,
            "PaymentPurpose": "За квартиру",
            "PaymentDocumentID": second,
            "Year": TODAY.year,
            "Month": TODAY.month,
            "AddressAndConsumer": {
                "FIASHouseGuid": HOUSE,
                "Apartment": "2",
                "Ind": {"Surname": "Образцова", "FirstName": "Мария"},
            },
        },
    }
    (seen.paid,) = notify(bank, short)
    (seen.paid_again,) = notify(bank, short)
    (seen.paid_whole,) = notify(bank, whole=[whole])
    seen.unmatched = _notifications(books, first)
    seen.matched = _acknowledge(books, seen)
    seen.not_withdrawn = withdraw(books, first)
    seen.notification = _notifications(books, first)
    seen.parted = _take_back(books, seen)
    seen.returned = _return(bank)
    seen.cancelled = _notifications(books, second)
    seen.notified_today = books.ask.send(
        "bills",
        "exportNotificationsOfOrderExecution",
        Notifications={"DaysInterval": 1, "AckStatus": [0, 1, 2, 3], "DateFrom": TODAY},
        version="13.1.8.1",
    ).exportNotificationsOfOrderExecutionResult
    seen.exported = _export_documents(books, seen)


def _notifications(books, document):
    (found,) = books.ask.send(
        "bills",
        "exportNotificationsOfOrderExecution",
        SupplierIDs={"PaymentDocumentID": document},
        version="13.1.8.1",
    ).exportNotificationsOfOrderExecutionResult
    (told,) = found.NotificationOfOrderExecutionWithStatus
    return told


def _acknowledge(books, seen):
    """Match the first payment to the kopeck, and say of the second one that it matches nothing."""
    document = seen.documents["1"]
    housing = int(rounded(AREAS["1"] * HOUSING_RATE) * 100)
    charges = [
        {"HSType": books.entries[50, "1"], "Amount": housing},
        {"MSType": books.entries[51, "1"], "Amount": int(seen.totals["1"] * 100) - housing},
    ]
    rows = [
        {
            "NotificationsOfOrderExecutionGUID": seen.paid.GUID,
            "PaymentDocumentAck": {"PaymentDocumentID": document, **charge},
            "TransportGUID": new(),
        }
        for charge in charges
    ]
    unmatched = {
        "OrderIDMultipurpose": order(2),
        "orgPPAGUID": BANK,
        "AckImpossible": {"PaymentDocumentID": seen.documents["2"], "Reason": "Не наш платёж"},
        "TransportGUID": new(),
    }
    results = books.ask.imported(
        "importAcknowledgment", "bills", AcknowledgmentRequestInfo=[*rows, unmatched], version="11.0.0.2"
    )
    return [results[each["TransportGUID"]] for each in [*rows, unmatched]]


def _take_back(books, seen):
    row = {
        "OrderIDMultipurpose": order(2),
        "orgPPAGUID": BANK,
        "PaymentDocumentID": seen.documents["2"],
        "TransportGUID": new(),
    }
    results = books.ask.imported("importAcknowledgment", "bills", AckCancellation=[row], version="11.0.0.2")
    return results[row["TransportGUID"]]


def _return(bank):
    row = {"OrderID": order(2), "CancellationDate": TODAY, "Comment": "Возврат", "TransportGUID": new()}
    results = bank.imported(
        "importNotificationsOfOrderExecutionCancellation",
        "payment",
        NotificationOfOrderExecutionCancellation=[row],
        version="10.0.1.1",
    )
    return results[row["TransportGUID"]]


# --- a meeting of owners ---------------------------------------------------------------------------------------------


def at(days):
    """A moment of a day before today, at noon in Moscow."""
    return dt.datetime.combine(TODAY - dt.timedelta(days=days), dt.time(12), clock.MOSCOW)


def _meeting(books, seen):
    ask = books.ask
    initiator = {
        "Surname": "Образцова",
        "FirstName": "Мария",
        "SNILS": "11223344595",
        "Type": books.ref(95, "1"),
        "Series": "4510",
        "Number": "987650",
        "IssueDate": dt.date(2011, 5, 4),
        "ResidenceAddress": "г. Образцовск, кв. 1",
        "Phone": "+7 495 000-00-01",
        "Email": "maria@example.org",
    }
    message = {
        "UniqueVotingId": UIN,
        "Password": "пароль",
        "MessageDate": at(60).date(),
        "MeetingType": "Owners",
        "FIASHouseGUID": HOUSE,
        "AnnualVoting": True,
        "AVoting": {
            "StartMakingDecisionDate": at(45),
            "EndMakingDecisionDate": at(20),
            "ResolutionPlace": "Подъезд 1",
        },
        "VoteInitiators": {"Ind": [initiator]},
        "DecisionList": [
            {"QuestionNumber": number, "QuestionName": name, "DecisionsType": books.ref(63, kind)}
            for number, (name, kind) in QUESTIONS.items()
        ],
        "ProtocolCopyStoragePlace": "Офис управляющей организации",
    }
    transport = new()
    seen.announced = ask.imported(
        "importVotingMessage", TransportGUID=transport, VotingMessage=message, version="15.10.0.1"
    )[transport]
    seen.voting = seen.announced.importVotingInformation.VotingGUID
    (seen.message,) = ask.houses("exportVotingMessage", UniqueVotingId=[UIN], version="15.10.0.1").VotingMessage
    seen.decided = _decide(books, seen.announced.GUID)
    seen.miscounted = _conclude(books, seen.voting, sum(AREAS.values()))
    seen.concluded = _conclude(books, seen.voting, AGREED)
    (seen.protocol,) = ask.houses("exportVotingProtocol", VotingGUID=[seen.voting], version="15.10.0.1").VotingProtocol
    seen.decisions = ask.houses("exportOwnerDecision", VotingGUID=seen.voting, version="16.1.0.0").exportOwnerDecision


def _decide(books, message):
    rows = [_decision(books, message, flat, number) for flat in VOTED for number in QUESTIONS]
    results = books.ask.imported("importOwnerDecision", OwnerDecision=rows, version="15.10.0.1")
    return [results[each["TransportGUID"]] for each in rows]


def _decision(books, message, flat, question):
    identity = {"Type": books.ref(95, "1"), "Series": "4510", "Number": "987650"}
    owner = {"Surname": "Собственников", "FirstName": "Пётр", "SNILS": "11223344595", "DecisionIndID": identity}
    vote = {"OwnerAgree": True} if question == 1 or flat != "7" else {"OwnerAgainst": True}
    return {
        "TransportGUID": new(),
        "MessageGUID": message,
        "Decision": {
            "Owner": {"OwnerInd": owner},
            "PropertyDetails": [
                {
                    "RegistrationNumber": f"50:00:0000001:{flat}-50/001/2015-1",
                    "RegistrationDate": dt.date(2015, 6, 1),
                    "PremisesNum": flat,
                    "TotalArea": AREAS[flat],
                    "PropertyType": {"IndividualProperty": True},
                }
            ],
            "QuestionOnDecision": {"QuestionNumber": question, **vote},
            "DecisionAttachments": [books.paper],
        },
    }


def _conclude(books, voting, agreed):
    against = AREAS["7"]
    votes = {1: (agreed, Decimal(0)), 2: (agreed - against, against)}
    if agreed == sum(AREAS.values()):
        votes[2] = (agreed, against)
    results = {
        "ProtocolDate": at(15).date(),
        "MeetingEligibility": "C",
        "AllOwnersVotesSum": sum(AREAS.values()),
        "DecisionList": [
            {"QuestionNumber": number, "Agree": agree, "Against": objecting, "Abstent": 0, "VotingResume": "M"}
            for number, (agree, objecting) in votes.items()
        ],
        "Attachments": [books.paper],
    }
    transport = new()
    return books.ask.imported(
        "importVotingProtocol",
        TransportGUID=transport,
        VotingGUID=voting,
        VotingResultsImport=results,
        version="15.10.0.1",
    )[transport]


# --- acts and news ---------------------------------------------------------------------------------------------------


def _acts(books, seen):
    def findings(guid, kind, device):
        return {
            "ActCreateDate": TODAY,
            "DeviceTypeBase": books.ref(27, device),
            "MunicipalResources": [books.ref(2, "1")],
            "DeviceInstallBlockingReason": books.ref(379, "1"),
            "ExamineOrg": {"orgRootEntityGUID": ORGANISATION},
            "ActAbsenceDevice": [books.paper],
            "ObjectAbsenceDeviceInfo": [{"HMObjectGUID": guid, "AddressType": kind}],
        }

    def act(**said):
        return {"TransportGUID": new(), **said}

    def send(*acts):
        results = books.ask.imported("importAbsenceDeviceInfo", AbsenceDeviceInfo=list(acts), version="15.10.0.1")
        return [results[each["TransportGUID"]] for each in acts]

    house = act(PlacingAbsenceDeviceInfo=findings(HOUSE, "House", "2"))
    flat = act(PlacingAbsenceDeviceInfo=findings(books.flats["9"], "Apartment", "1"))
    ahead = findings(books.flats["10"], "Apartment", "1") | {"ActCreateDate": TODAY + dt.timedelta(days=3)}
    placed = *seen.acts, seen.act_ahead = send(house, flat, act(PlacingAbsenceDeviceInfo=ahead))
    versions = [each.AbsenceDeviceImportResult.AbsenceDeviceInfoVersionGUID for each in placed[:2]]
    edited = findings(HOUSE, "House", "2") | {
        "AbsenceDeviceInfoVersionGUID": versions[0],
        "ActExpireDate": TODAY + dt.timedelta(days=365),
    }
    annulled = {"AbsenceDeviceInfoVersionGUID": versions[1], "AnnulDate": TODAY}
    seen.acts_changed = send(act(EditAbsenceDeviceInfo=edited), act(AnnulmentAbsenceDeviceInfo=annulled))
    seen.acts_exported = books.ask.houses(
        "exportAbsenceDeviceInfo",
        AbsenceDeviceInfoSearchParams={"IsSearchAnnul": True, "HMobjectGUID": [HOUSE, books.flats["9"]]},
        version="15.10.0.1",
    ).exportAbsenceDeviceInfoResultType


def _news(books, seen):
    def send(*news):
        results = books.ask.imported("importNotificationData", notification=list(news), version="13.2.2.0")
        return [results[each["TransportGUID"]] for each in news]

    def news(guid=None, **said):
        return {"TransportGUID": new(), **({"NotificationGUID": guid} if guid else {}), **said}

    water_off = {
        "Topic": "Отключение воды",
        "content": "Завтра",
        "FIASHouseGuid": [HOUSE],
        "StartDate": at(0),
        "EndDate": at(-30),
        "Attachment": [books.paper],
    }
    debt = {"TotalDebt": "1250.50", "UnifiedAccountNumber": books.accounts["1"].UniqueNumber}
    debts = {
        "TopicNSIRef": books.ref(364, "1"),
        "content": "Просим погасить",
        "RoomOwners": {"DeptsInforming": {"Account": [debt]}},
        "IsNotLimit": True,
        "IsShipOff": True,
    }
    drafts = seen.news = send(news(Create=water_off), news(Create=debts))
    project, sent = (each.GUID for each in drafts)
    seen.news_changed = send(news(project, IsShipOff=True), news(sent, RecallNotification={"RecallReason": "Ошибка"}))
    (seen.news_twice,) = send(news(sent, DeleteNotification={"Delete": True}))
