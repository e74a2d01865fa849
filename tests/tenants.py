"""A tenant of a stand: an organisation with an information system of its own, and everything that it places there.

Messages are those of the families' unit tests, in which a tenant puts its own houses, people and numbers, and the GUIDs
that it was given in the place of the TransportGUIDs under which it has placed things.
"""

from __future__ import annotations

import base64
import datetime as dt
import re
import time

from lxml import etree

from gateway import clock, wire
from gateway.exchange import worker
from gateway.families.nsi import builtin as dictionaries
from storage import directory
from tests import samples, uploads
from tests import stand as stands
from tests.unit.families.absences import requests as absences
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS
from tests.unit.families.agreements import requests as agreements
from tests.unit.families.bills import requests as bills
from tests.unit.families.metering import requests as metering
from tests.unit.families.notices import requests as notices
from tests.unit.families.payments import requests as payments
from tests.unit.families.voting import requests as voting

TODAY = dt.datetime.now(clock.MOSCOW).date()
LIVING_HOUSE = "houses/create-living-house-of-blocks.xml"
_LIVING_FIAS = "c6a3e5d8-0d9b-4be1-a1a7-90f6f2a93303"
_PAUSE = 0.01
"""Seconds between two questions about a package that another thread executes."""


class Party:
    """An organisation and its information system, which nobody else lets act."""

    def __init__(self, stand, guid, number, role="УО"):
        self.stand, self.guid, self.login = stand, guid, f"system-{number}"
        self.inn, self.kpp = f"770000{number:04}", "770001001"
        ogrn, name = f"102770090{number:04}", f"ООО «{role} {number}»"
        self._key = stands.person(f"org {number}", ogrn)
        self._worker = worker.Worker(stand.house, self.login)
        self.messages = []
        """Path and MessageGUID of every package."""
        with stand.house.database.write() as connection:
            known = directory.Organisation(guid, ogrn, name, role, inn=self.inn, kpp=self.kpp)
            directory.add_organisation(connection, known, stands.NOW)
            directory.add_system(connection, directory.System(self.login, stands.PASSWORD_HASH, guid), stands.NOW)
            directory.grant(connection, guid, self.login, stands.NOW)

    @property
    def authorization(self):
        return f"Basic {base64.b64encode(f'{self.login}:{stands.PASSWORD}'.encode()).decode()}"

    def exchange(self, data, *, by_system=False):
        """Send a request and return its getStateResult; several threads may be at it."""
        element = etree.fromstring(data)
        path = stands.path_of(element.tag)
        organisation = None if by_system else self.guid
        answer = self._post(stands.package(element, organisation=organisation, key=self._key), path)
        assert answer.status == 200, answer.body.decode()
        self.messages.append((path, answer.message_guid))
        while True:
            while self._worker.run_once():
                pass
            state = self.ask_state(path, answer.message_guid, by_system=by_system)
            result = state.xml.find(f"{{{wire.SOAP}}}Body")[0]
            if result.findtext(wire.base("RequestState")) == "3":
                return result
            time.sleep(_PAUSE)

    def ask_state(self, path, guid, *, by_system=False, organisation=None):
        """Ask in one's own name, or in that of another organisation."""
        named = None if by_system else organisation or self.guid
        asked = f'<b:getStateRequest xmlns:b="{wire.BASE}"><b:MessageGUID>{guid}</b:MessageGUID></b:getStateRequest>'
        return self._post(stands.package(asked.encode(), organisation=named, key=None), path)

    def ask_finished(self, path, guids):
        lists = "".join(f"<b:MessageGUIDList>{guid}</b:MessageGUIDList>" for guid in guids)
        asked = f'<b:getRequestsStateRequest xmlns:b="{wire.BASE}">{lists}</b:getRequestsStateRequest>'
        return self._post(stands.package(asked.encode(), organisation=self.guid, key=None), path)

    def ask_file(self, method, context, end, body=b"", *, organisation=None, headers=None, query=""):
        store = uploads.Client(self.stand, context, organisation or self.guid)
        return store.ask(method, end, body, headers=headers, query=query, HTTP_AUTHORIZATION=self.authorization)

    def _post(self, envelope, path):
        return self.stand.post(envelope, path=path, HTTP_AUTHORIZATION=self.authorization)


class Tenant(Party):
    """A management company with a house, payers, meters, documents, a meeting, acts, news and a file."""

    def __init__(self, stand, guid, number, tag):
        super().__init__(stand, guid, number)
        self.tag = tag
        self.house, self.living = (f"{kind}{number:07}-0000-4000-8000-0000000000ff" for kind in "ab")
        self.uin = f"2026000000{number:04}"
        self.people = {
            "Вымышленная": f"Вымышленная{tag}",
            "Евлампия": f"Евлампия{tag}",
            "Образцова": f"Образцова{tag}",
            "Собственникова": f"Собственникова{tag}",
            "Поверенный": f"Поверенный{tag}",
            "11223344595": f"1122334{number:04}",
            "+7 495 000-00-01": f"+7 495 000-{number:04}",
            "lampa@example.org": f"lampa-{number}@example.org",
        }
        """Whom the messages name → whom this tenant knows."""
        self._words = {
            **self.people,
            FIAS: self.house,
            agreements.FIAS: self.house,
            OTHER_FIAS: self.living,
            _LIVING_FIAS: self.living,
            "12345678901234": self.uin,
            bills.SETTLEMENT: f"4070281090000000{number:04}",
        }
        self.given = {}
        """TransportGUID → GUID."""
        self.unique = {}
        """TransportGUID → UniqueNumber."""
        self.account_numbers = [f"УК-{tag}-{count}" for count in (1, 2)]
        self.document_number = f"Д-{tag}"
        self.meter = f"ПУ-{tag}"

    def own(self, data):
        """Return a message about this tenant's own."""
        text = data.decode()
        for word, ours in self._words.items():
            text = text.replace(word, ours)
        for transport, guid in self.given.items():
            text = re.sub(f"(?<!TransportGUID>){transport}", guid, text)
        return text.encode()

    def place(self, data, by=None):
        """Send an import, oneself or by another party, of which everything is accepted; return its result."""
        result = (by or self).exchange(self.own(data))
        assert not list(result.iter(wire.base("ErrorCode"))), etree.tostring(result, encoding="unicode")
        for told in result.iter("{*}CommonResult", "{*}ImportResult"):
            transport = told.findtext(wire.base("TransportGUID"))
            if transport:
                self.given[transport] = told.findtext(wire.base("GUID")) or transport
                self.unique[transport] = told.findtext(wire.base("UniqueNumber"))
        return result

    def made(self, count):
        return self.given[accounts.transport(count)]

    def number(self, count):
        return self.unique[accounts.transport(count)]

    def found(self):
        """Place the contract, the houses and the accounts, on which all the rest stands."""
        self.place(accounts.own_services(f"Консьерж {self.tag}"))
        self.place(bills.own_municipal_services("1"))
        services = f"{agreements.service()}{bills.additional_service_of_contract()}"
        managed = [agreements.house(11, services=services), agreements.house(12, self.living)]
        result = self.place(agreements.place(*managed))
        self.contract_version = result.findtext(".//{*}ContractVersionGUID")
        self.place(accounts.house(flats=2))
        self.place(samples.valid(LIVING_HOUSE))
        self.place(
            accounts.accounts(
                *(
                    accounts.account(count, accounts.flat(100 + count), number=number, payer=accounts.PERSON)
                    for count, number in enumerate(self.account_numbers, 1)
                )
            )
        )

    def measure(self, _bank):
        """Place a meter and its reading."""
        self.place(metering.devices(metering.create(201, metering.whole(number=self.meter)), house=FIAS))
        self.place(metering.values(metering.values_of(201, metering.current(401, "20.5", day=TODAY.isoformat()))))
        self.place(accounts.services(accounts.service(671, account_=1)))

    def charge(self, bank):
        """Place documents, have one paid, and acknowledge that."""
        made = [
            bills.document(301, bills.charge(), bills.cold_water(), number=self.document_number),
            bills.document(302, of=2, number=f"{self.document_number}-2"),
        ]
        self.place(bills.documents(*made))
        document = self.number(301)
        order = int(self.inn[-4:])
        to = payments.recipient(self.inn, self.kpp)
        paid = f"{payments.by_document(document)}{payments.at_address()}"
        self.place(payments.orders(payments.order(501, paid, to=to, of=order)), by=bank)
        housing = payments.housing(dictionaries.guid(50, "1"))
        self.place(
            payments.acknowledgements(payments.acknowledgement(551, payments.by_guid(501), document, housing, 90000))
        )

    def meet(self, _bank):
        """Hold a meeting: a message, decisions, a protocol."""
        result = self.place(voting.message(601))
        self.voting = result.findtext(".//{*}VotingGUID")
        self.place(voting.decisions(voting.decision(611, 601, by_whom=voting.REPRESENTED)))
        self.place(voting.results(621, self.voting))

    def tell(self, _bank):
        """Place acts, news and a file."""
        self.place(absences.acts(absences.place(651), absences.place(652, absences.flats(101))))
        debts = notices.write(notices.debts(self.number(1)), topic=f"Долг {self.tag}")
        self.place(notices.request(notices.news(661, debts), notices.news(662, notices.write(send=True))))
        self.file_body = f"Протокол {self.tag}\n".encode() * 10
        headers = uploads.whole_headers(self.file_body, f"протокол-{self.tag}.txt", self.guid)
        self.file = uploads.id_of(self.ask_file("PUT", "voting", "/", self.file_body, headers=headers))


JOBS = (Tenant.measure, Tenant.charge, Tenant.meet, Tenant.tell)
"""What a tenant does at the same time, once it has houses and accounts."""
