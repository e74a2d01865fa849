"""A management company whose client is zeep: a contract, a house with ten flats, and an account for each of them."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from gateway import clock

HOUSE = "6d1f0b52-7c3e-4a95-8e60-2b9c4d7a1f35"
FLATS = 10
AREAS = {str(number): Decimal(30 + 3 * number) / 1 for number in range(1, FLATS + 1)}
TODAY = dt.datetime.now(clock.MOSCOW).date()
BEGIN = TODAY.replace(day=1)
END = BEGIN + dt.timedelta(days=3 * 365)


def new() -> str:
    return str(uuid.uuid4())


def paper(guid, digest):
    """Return an attachment, by its AttachmentGUID and AttachmentHASH."""
    stored = {"AttachmentGUID": guid}
    return {"Name": "Документ.pdf", "Description": "Документ", "Attachment": stored, "AttachmentHASH": digest}


class Books:
    """What the company has learned, and the requests that follow from it."""

    def __init__(self, foreigner):
        self.ask = foreigner
        self.entries = {}
        self.flats = {}
        self.accounts = {}
        self.paper = paper(new(), "0" * 64)
        """What is attached to whatever needs an attachment."""

    def ref(self, number, code):
        return {"Code": code, "GUID": self.entries[number, code]}

    def load(self, *numbers):
        for number in numbers:
            item = self.ask.send(
                "nsi-common", "exportNsiItem", RegistryNumber=number, ListGroup="NSI", version="10.0.1.2"
            ).NsiItem
            self.entries |= {(number, each.Code): each.GUID for each in item.NsiElement if each.IsActual}

    def house(self):
        transports = {number: new() for number in AREAS}
        house = {
            "ApartmentHouseToCreate": {
                "BasicCharacteristicts": {
                    "No_RSO_GKN_EGRP_Registered": True,
                    "FIASHouseGuid": HOUSE,
                    "TotalSquare": "780.0",
                    "State": self.ref(24, "2"),
                    "UsedYear": 1987,
                    "FloorCount": "5",
                    "OKTMO": {"code": "45382000"},
                    "OlsonTZ": self.ref(32, "2"),
                    "CulturalHeritage": False,
                },
                "UndergroundFloorCount": "1",
                "TransportGUID": new(),
            },
            "NonResidentialPremiseToCreate": [
                {
                    "No_RSO_GKN_EGRP_Registered": True,
                    "PremisesNum": "Подвал",
                    "TotalArea": "118.4",
                    "IsCommonProperty": True,
                    "TransportGUID": new(),
                }
            ],
            "EntranceToCreate": [{"EntranceNum": "1", "StoreysCount": 5, "TransportGUID": new()}],
            "ResidentialPremises": [
                {
                    "ResidentialPremisesToCreate": {
                        "No_RSO_GKN_EGRP_Registered": True,
                        "PremisesNum": number,
                        "EntranceNum": "1",
                        "PremisesCharacteristic": self.ref(30, "1"),
                        "TotalArea": area,
                        "TransportGUID": transports[number],
                    }
                }
                for number, area in AREAS.items()
            ],
            "LiftToCreate": [
                {"EntranceNum": "1", "FactoryNum": "ЛИФТ-1", "Type": self.ref(192, "1"), "TransportGUID": new()}
            ],
        }
        results = self.ask.imported("importHouseUOData", ApartmentHouse=house, version="13.2.3.2")
        self.flats = {number: results[guid].GUID for number, guid in transports.items() if guid in results}
        return results

    def contract(self):
        paper = self.paper
        term, current = {"StartDate": BEGIN, "EndDate": END}, {"CurrentDoc": True}
        placing = {
            "DocNum": "1/УК",
            "SigningDate": BEGIN,
            "EffectiveDate": BEGIN,
            "PlanDateComptetion": END,
            "Owners": True,
            "Protocol": {"ProtocolAdd": {"ProtocolMeetingOwners": [paper]}},
            "ContractBase": self.ref(58, "1"),
            "ContractAttachment": [paper],
            "SignedOwners": [paper],
            "ContractObject": [
                {
                    "FIASHouseGuid": HOUSE,
                    **term,
                    "TransportGUID": new(),
                    "BaseMService": current,
                    "HouseService": [{"ServiceType": self.ref(3, "1"), **term, "BaseService": current}],
                    "AddService": [{"ServiceType": self.ref(1, "1"), **term, "BaseService": current}],
                }
            ],
        }
        contract = {"TransportGUID": new(), "PlacingContract": placing}
        results = self.ask.imported("importContractData", Contract=[contract], version="11.9.0.1")
        return results[contract["TransportGUID"]].importContract

    def account(self, flat, payer="Образцова", **changes):
        return {
            "isUOAccount": True,
            "LivingPersonsNumber": 2,
            "TotalSquare": AREAS[flat],
            "Accommodation": [{"PremisesGUID": self.flats[flat]}],
            "PayerInfo": {"Ind": {"Surname": payer, "FirstName": "Мария"}},
            "TransportGUID": new(),
            "AccountNumber": f"УК-{flat}",
            **({"AccountGUID": self.accounts[flat].GUID} if flat in self.accounts else {}),
            **changes,
        }

    def import_accounts(self, *accounts):
        """Return the results in the order of the accounts."""
        results = self.ask.imported("importAccountData", Account=list(accounts), version="10.0.1.1")
        return [results[each["TransportGUID"]] for each in accounts]

    def sell(self, flat):
        """Close an account and open another under its number, in one package."""
        closed = {"CloseReason": self.ref(22, "1"), "CloseDate": TODAY}
        leaving = self.account(flat, Closed=closed, Accommodation=[])
        coming = self.account(flat, "Пробная")
        del coming["AccountGUID"]
        return self.import_accounts(leaving, coming)
