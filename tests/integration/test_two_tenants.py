"""P16: two organisations at work on one stand at the same time never see each other's data.

Both do everything that the contract lets them, in eight threads. Then each asks with every export, by every key that
the other's things have. What an owner is told, and the other owner is not, may be in no answer to somebody else.
"""

from __future__ import annotations

import io
import itertools
import json
import logging
import re
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from lxml import etree

from gateway import logs, wire
from gateway.contracts import builtin, model
from storage import sealing, tables
from tests import stand as stands
from tests import tenants, uploads
from tests.unit.families.absences import requests as absences
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.accounts.requests import NAMESPACES, transport
from tests.unit.families.agreements import requests as agreements
from tests.unit.families.bills import requests as bills
from tests.unit.families.metering import requests as metering
from tests.unit.families.notices import requests as notices
from tests.unit.families.payments import requests as payments
from tests.unit.families.voting import requests as voting

THREADS = 8
WORK = 25
"""Packages of a tenant to ask for: those of its work."""
NOWHERE = "00000000-0000-4000-8000-000000000000"
PUBLIC = {
    "exportNsiList": "which dictionaries there are is the same for everybody",
    "exportNsiItem": "dictionaries of ГИС ЖКХ are the same for everybody",
    "exportNsiPagingItem": "dictionaries of ГИС ЖКХ are the same for everybody",
    "exportOrgRegistry": "the registry of organisations is open: whom to work with is found there",
}
"""Exports that tell everybody the same, and why."""
FOR_BANKS = {"exportPaymentDocumentDetails"}
"""Who takes payments asks by what stands on a payer's paper; other roles are refused."""
SYSTEM = {"exportDataProvider", "exportDelegatedAccess"}
"""Exports that an information system asks for in its own name."""


def _of_service(space, name, version, inside):
    names = f'xmlns:s="{wire.ROOT}{space}/" xmlns:b="{wire.BASE}"'
    return f'<s:{name}Request {names} b:version="{version}">{inside}</s:{name}Request>'.encode()


def _own_entries(name, version, more=""):
    for number in (1, 51):
        yield _of_service("nsi", name, version, f"<s:RegistryNumber>{number}</s:RegistryNumber>{more}")


def _organisations(name, version, inside=""):
    return _of_service("organizations-registry-common", name, version, inside)


def _houses(name, version, inside):
    return f'<{name}Request {NAMESPACES} b:version="{version}">{inside}</{name}Request>'.encode()


def _searches(name, *criteria):
    rows = "".join(
        f"<RequestItem><b:TransportGUID>{transport(index)}</b:TransportGUID>{each}</RequestItem>"
        for index, each in enumerate(criteria, 1)
    )
    return _houses(name, "13.2.3.2", rows)


def _brief_basic(keys):
    numbers = {"House": keys.house, "Premises": keys.premises, "Block": keys.block, "LivingRoom": keys.room}
    asked = [f"<{name}UniqueNumber>{number}</{name}UniqueNumber>" for name, number in numbers.items()]
    for each in [*asked, f"<FIASHouseGuid>{keys.fias}</FIASHouseGuid>"]:
        yield _searches("exportBriefBasicHouse", f"<Criteria>{each}</Criteria>")


def _bills(keys):
    yield bills.export(keys.document)
    yield bills.export(keys.unified, by="a:UnifiedAccountNumber")
    yield bills.export(keys.service, by="a:ServiceID")
    yield bills.export(keys.account, by="AccountGUID")
    yield bills.export(keys.account_number, by="a:AccountNumber", house=keys.fias)
    yield bills.export(keys.document_number, by="bb:PaymentDocumentNumber", house=keys.fias)


def _notifications(keys):
    yield payments.export(payments.by_document(keys.document))
    yield payments.export(payments.by_unified(keys.unified))
    yield payments.export(f"<a:ServiceID>{keys.service}</a:ServiceID>")
    yield payments.export(payments.in_house(payments.by_account_number(keys.account_number), keys.fias))
    numbered = f"<bb:PaymentDocumentNumber>{keys.document_number}</bb:PaymentDocumentNumber>"
    yield payments.export(payments.in_house(numbered, keys.fias))
    yield payments.export_one(501).replace(transport(501).encode(), keys.notification.encode())
    yield payments.export_days(tenants.TODAY.isoformat(), 1, 0, 1, 2, 3, 4, 5)


def _details(keys):
    yield payments.details(payments.by_document(keys.document))
    yield payments.details(payments.by_unified(keys.unified))
    yield payments.details(f"<a:ServiceID>{keys.service}</a:ServiceID>")
    yield payments.details(payments.in_house(payments.by_account_number(keys.account_number), keys.fias, prefix="m"))


def _accounts(keys):
    named = {"FIASHouseGuid": keys.fias, "AccountGUID": keys.account, "UnifiedAccountNumber": keys.unified}
    return [accounts.export(name, key) for name, key in {**named, "ServiceID": keys.service}.items()]


def _services(keys):
    yield accounts.export_services("AccountGuid", keys.account)
    yield accounts.export_services("AccountIndividualServiceGUID", keys.individual_service)


def _devices(keys):
    return metering.by_root(keys.device), metering.by_version(keys.device_version), metering.by_house(keys.fias)


def _history(keys):
    yield metering.history(keys.fias)
    yield metering.history(by=f"<MeteringDeviceRootGUID>{keys.device}</MeteringDeviceRootGUID>")
    yield metering.history()


def _absences(keys):
    yield absences.about(keys.fias, keys.flat, annulled=True)
    named = {"AbsenceDeviceInfoGUID": keys.act, "AbsenceDeviceInfoVersionGUID": keys.act_version}
    for name, key in named.items():
        yield _houses("exportAbsenceDeviceInfo", "15.10.0.1", f"<{name}>{key}</{name}>")


def _meetings(operation, **more):
    def asked(keys):
        named = {
            "VotingGUID": keys.voting,
            "UniqueVotingId": keys.uin,
            **{n: getattr(keys, k) for n, k in more.items()},
        }
        version = "16.1.0.0" if operation == "exportOwnerDecision" else "15.10.0.1"
        return [voting.export(operation, (name, key), version=version) for name, key in named.items()]

    return asked


def _contracts(export):
    def asked(keys):
        yield export(f"<ContractGUID>{keys.contract}</ContractGUID>")
        yield export(f"<ContractVersionGUID>{keys.contract_version}</ContractVersionGUID>")

    return asked


CASES = {
    "exportHouseData": lambda keys: [
        _houses("exportHouse", "15.10.0.0", f"<FIASHouseGuid>{fias}</FIASHouseGuid>")
        for fias in (keys.fias, keys.living)
    ],
    "exportBriefBasicHouse": _brief_basic,
    "exportBriefLivingHouse": lambda keys: [
        _searches("exportBriefLivingHouse", f"<HouseGuid>{keys.living}</HouseGuid>")
    ],
    "exportBriefApartmentHouse": lambda keys: [
        _houses("exportBriefApartmentHouse", "13.2.3.2", f"<HouseGuid>{keys.fias}</HouseGuid>")
    ],
    "exportCAChData": lambda keys: [
        *_contracts(agreements.export)(keys),
        agreements.export(agreements.by_house(keys.organisation, keys.fias)),
    ],
    "exportStatusCAChData": _contracts(agreements.export_status),
    "exportAccountData": _accounts,
    "exportAccountIndividualServices": _services,
    "exportMeteringDeviceData": _devices,
    "exportMeteringDeviceHistory": _history,
    "exportAbsenceDeviceInfo": _absences,
    "exportVotingProtocol": _meetings("exportVotingProtocol", FIASHouseGuid="fias", ProtocolGUID="protocol"),
    "exportVotingMessage": _meetings("exportVotingMessage", FIASHouseGuid="fias", MessageGUID="message"),
    "exportOwnerDecision": _meetings("exportOwnerDecision", RootOwnerDecisionGUID="decision"),
    "exportPaymentDocumentData": _bills,
    "exportNotificationsOfOrderExecution": _notifications,
    "exportPaymentDocumentDetails": _details,
    "exportDataProviderNsiItem": lambda keys: _own_entries("exportDataProviderNsiItem", "10.0.1.2"),
    "exportDataProviderPagingNsiItem": lambda keys: _own_entries(
        "exportDataProviderNsiPagingItem", "11.1.0.5", "<s:Page>1</s:Page>"
    ),
    "exportDataProvider": lambda keys: [_organisations("exportDataProvider", "10.0.2.1")],
    "exportDelegatedAccess": lambda keys: [
        _organisations("exportDelegatedAccess", "11.2.0.1", "<s:Page>1</s:Page><s:Status>Accepted</s:Status>")
    ],
}
"""Export → its requests by every key of somebody's things."""


GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+-]\d\d:\d\d)")


def keys_of(tenant):
    """Return the keys of a tenant's things; versions of meters, acts and protocols are told by exports alone."""

    def told(data, name):
        return tenant.exchange(data).findtext(f".//{{*}}{name}")

    numbers = {number[0]: number for number in tenant.unique.values() if number and number[1:4] == "Ha0"}
    keys = SimpleNamespace(
        organisation=tenant.guid,
        fias=tenant.house,
        living=tenant.living,
        house=numbers["H"],
        premises=numbers["P"],
        block=numbers["B"],
        room=numbers["R"],
        flat=tenant.made(101),
        contract=tenant.given[agreements.transport(1)],
        contract_version=tenant.contract_version,
        account=tenant.made(1),
        unified=tenant.number(1),
        service=f"{tenant.number(1)}-01",
        account_number=tenant.account_numbers[0],
        individual_service=tenant.made(671),
        device=tenant.made(201),
        document=tenant.number(301),
        document_number=tenant.document_number,
        notification=tenant.made(501),
        voting=tenant.voting,
        uin=tenant.uin,
        message=tenant.made(601),
        protocol=tenant.made(621),
        decision=tenant.made(611),
        act=tenant.made(652),
        news=tenant.made(662),
    )
    keys.device_version = told(metering.by_root(keys.device), "MeteringDeviceVersionGUID")
    keys.act_version = told(tenant.own(absences.by_root(652)), "AbsenceDeviceInfoVersionGUID")
    return keys


class Town:
    """A stand on which two tenants and a bank have done their work, with the log of all of it."""

    def __init__(self, folder):
        self.stand = stands.Stand(folder, house_basis="contract")
        self.log = io.StringIO()
        self._handler = logging.StreamHandler(self.log)
        self._handler.setFormatter(logs.Formatter())
        self._root = logging.getLogger()
        self._level = self._root.level
        self._root.addHandler(self._handler)
        self._root.setLevel(logging.DEBUG)
        guids = (f"00000000-0000-4000-8000-0000000{number}a" for number in range(1001, 1004))
        self.tenants = [
            tenants.Tenant(self.stand, next(guids)[:36], number, tag)
            for number, tag in ((1001, "Альфа"), (1002, "Бета"))
        ]
        self.bank = tenants.Party(self.stand, next(guids), 1003, "Банк")
        self._pool = ThreadPoolExecutor(THREADS)
        self.at_once(lambda tenant: tenant.found(), self.tenants)
        jobs = itertools.product(tenants.JOBS, self.tenants)
        self.at_once(lambda job: job[0](job[1], self.bank), jobs)
        self.keys = self.at_once(keys_of, self.tenants)
        self.asked = {
            tenant.guid: self.at_once(lambda case, asking=tenant: (*case, ask(asking, *case)), cases(keys))
            for tenant, keys in zip(self.tenants, self.keys, strict=True)
        }
        """What each owner is told of its own things: operation, request and answer."""
        told = [set().union(*(texts(answer) for _, _, answer in asked)) for asked in self.asked.values()]
        first, second = (
            {*own, *tenant.given.values(), *tenant.people.values(), tenant.tag}
            for own, tenant in zip(told, self.tenants, strict=True)
        )
        self.secrets = [sorted(first - second), sorted(second - first)]
        """What only one of the two is told."""

    def at_once(self, work, items):
        return list(self._pool.map(work, items))

    def pairs(self):
        """Yield whoever asks, with the other tenant, its keys and its secrets."""
        first, second = self.tenants
        yield first, second, self.keys[1], self.secrets[1]
        yield second, first, self.keys[0], self.secrets[0]

    def close(self):
        self._pool.shutdown()
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._level)
        self.stand.close()


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    made = Town(tmp_path_factory.mktemp("town") / "data")
    yield made
    made.close()


def cases(keys):
    return [(name, request) for name, made in CASES.items() for request in made(keys)]


def ask(party, operation, request):
    result = party.exchange(request, by_system=operation in SYSTEM)
    for signature in list(result.iter(f"{{{wire.XMLDSIG}}}Signature")):
        signature.getparent().remove(signature)
    return result


def texts(result):
    """What an answer tells, without moments, its own MessageGUID and words of one or two letters."""
    own = result.findtext(wire.base("MessageGUID"))
    found = {(each.text or "").strip() for each in result.iter(etree.Element)}
    return {text for text in found if len(text) > 2 and text != own and not MOMENT.fullmatch(text)}


def codes(result):
    return sorted(each.text for each in result.iter(wire.base("ErrorCode")))


def leaked(secrets, answer, question=b""):
    """Return the secrets in an answer that were not in the question."""
    said = question.decode()
    told = answer if isinstance(answer, str) else etree.tostring(answer, encoding="unicode")
    return [each for each in secrets if re.search(rf"(?<!\w){re.escape(each)}(?!\w)", told) and each not in said]


def test_every_export__has_its_case_or_says_why_it_is_public():
    operations = {each.name for service in builtin.pack().services.values() for each in service.operations.values()}
    exports = {name for name in operations if name.startswith("export")}
    assert exports == {*CASES, *PUBLIC}
    assert not {*CASES} & {*PUBLIC}
    kinds = {model.OperationKind.SUBMIT, model.OperationKind.GET_STATE, model.OperationKind.GET_REQUESTS_STATE}
    assert {each.kind for service in builtin.pack().services.values() for each in service.operations.values()} == kinds


def test_owner__is_told_of_its_own_by_every_key(town):
    asked = [case for each in town.asked.values() for case in each]
    refused = [(name, request, codes(answer)) for name, request, answer in asked if codes(answer)]
    assert [(name, codes) for name, _, codes in refused if name not in FOR_BANKS] == []
    assert {(name, *codes) for name, _, codes in refused} == {(name, "INT004170") for name in FOR_BANKS}
    for tenant, secrets in zip(town.tenants, town.secrets, strict=True):
        known = {*tenant.people.values(), tenant.uin, tenant.number(301), tenant.number(1), tenant.meter}
        assert known <= set(secrets)


def test_stranger__is_told_nothing_by_any_key(town):
    for asking, _, keys, secrets in town.pairs():
        asked = cases(keys)
        answers = town.at_once(lambda case, asking=asking: ask(asking, *case), asked)
        found = [
            (name, leaked(secrets, answer, request)) for (name, request), answer in zip(asked, answers, strict=True)
        ]
        assert [each for each in found if each[1]] == []


def test_stranger__is_answered_as_if_it_was_not_there(town):
    asking, _, keys, _ = next(town.pairs())
    absent = SimpleNamespace(**{name: nowhere(name, key) for name, key in vars(keys).items()})
    there, instead = (
        [
            (name, codes(answer))
            for name, answer in town.at_once(lambda case: (case[0], ask(asking, *case)), cases(each))
        ]
        for each in (keys, absent)
    )
    assert there == instead


def nowhere(name, key):
    """Return a key of the same form that nothing has."""
    if GUID.fullmatch(key):
        return NOWHERE
    return {"uin": "99999999999999", "unified": "99ЯЯ999999", "service": "99ЯЯ999999-01"}.get(name) or (
        "99ЯЯ999999-01-0001" if name == "document" else re.sub(r"\d", "9", key)
    )


def _intrusions(keys):
    """Imports that name somebody else's things, by what they would do to them."""
    guid = keys.account
    place = accounts.place("PremisesGUID", keys.flat)
    vote = voting.decision(907, keys.message)
    return [
        accounts.update_flat(101, number="9").replace(transport(101).encode(), keys.flat.encode()),
        accounts.house(flats=0),
        accounts.accounts(accounts.account(901, place, number="1")),
        accounts.accounts(accounts.account(902, place, number="1", of=guid)),
        accounts.services(accounts.service(903, account_=guid)),
        metering.devices(metering.update(904, keys.device_version, metering.archive())),
        metering.devices(metering.create(905, metering.whole(metering.flat_device(keys.flat, of=(guid,))))),
        metering.values(metering.values_of(keys.device, metering.current(906, "30"))),
        bills.documents(bills.document(907, of=guid)),
        bills.withdrawals(keys.document),
        payments.acknowledgements(
            payments.acknowledgement(908, _notified(keys), keys.document, payments.housing(NOWHERE), 100),
            payments.impossible(909, _notified(keys)),
        ),
        payments.acknowledgements(payments.taken_apart(910, _notified(keys), keys.document)),
        voting.results(911, keys.voting),
        voting.annul(912, 913).replace(transport(913).encode(), keys.message.encode()),
        voting.decisions(vote, voting.annul_decision(914, 601, 611))
        .replace(transport(601).encode(), keys.message.encode())
        .replace(transport(611).encode(), keys.decision.encode()),
        absences.acts(absences.annul(915, keys.act_version), absences.place(916, ((keys.flat, "Apartment"),))),
        notices.request(
            notices.news(917, notices.write(notices.debts(keys.unified))),
            notices.news(918, notices.RECALL, keys.news),
        ),
        agreements.terminate(keys.contract_version),
    ]


def _notified(keys):
    return f"<NotificationsOfOrderExecutionGUID>{keys.notification}</NotificationsOfOrderExecutionGUID>"


def test_stranger__changes_nothing_and_learns_nothing_by_trying(town):
    for asking, other, keys, secrets in town.pairs():
        before = [texts(answer) for _, _, answer in town.asked[other.guid]]
        requests = [other.own(each) for each in _intrusions(keys)]
        answers = town.at_once(lambda request, asking=asking: ask(asking, "", request), requests)
        taken = [
            etree.tostring(each, encoding="unicode")
            for answer in answers
            for each in answer.iter("{*}CommonResult", "{*}ImportResult")
            if each.findtext("{*}UpdateDate")
        ]
        assert taken == []
        assert all(codes(answer) for answer in answers)
        for pair in zip(answers, requests, strict=True):
            assert leaked(secrets, *pair) == [], etree.tostring(pair[0], encoding="unicode")
        again = town.at_once(lambda case, other=other: ask(other, *case[:2]), town.asked[other.guid])
        assert [texts(answer) for answer in again] == before


def test_results__are_given_to_nobody_but_the_sender(town):
    for asking, other, _, secrets in town.pairs():
        for path, guid in other.messages[:WORK]:
            answer = asking.ask_state(path, guid)
            assert (answer.status, answer.code) == (500, "INT002013")
            assert leaked(secrets, answer.body.decode(), guid.encode()) == []
        path, guid = other.messages[0]
        assert asking.ask_state(path, guid, organisation=other.guid).code == "AUT011009"
        bills_path = builtin.pack().service("bills").path
        guids = [guid for path, guid in other.messages if path == bills_path]
        own = [guid for path, guid in asking.messages if path == bills_path]
        for named, finished in ((guids, []), (own, own)):
            listed = asking.ask_finished(bills_path, named).xml.iter(wire.base("MessageGUIDList"))
            assert sorted(each.text for each in listed) == sorted(finished)


def test_files__are_given_to_nobody_but_their_owner(town):
    for asking, other, _, secrets in town.pairs():
        get = {"query": "getfile"}
        assert other.ask_file("GET", "voting", f"/{other.file}", **get).body == other.file_body
        tries = [("HEAD", {}), ("GET", get), ("POST", {"query": "completed"})]
        for (method, query), named in itertools.product(tries, (asking.guid, other.guid)):
            answer = asking.ask_file(method, "voting", f"/{other.file}", organisation=named, **query)
            assert (answer.status, answer.headers["X-Upload-Error"]) == (400, "FilePermissionException")
            assert leaked(secrets, f"{answer.headers} {answer.body.decode()}", named.encode()) == []
        part = uploads.part_headers(b"x", 1, asking.guid)
        answer = asking.ask_file("PUT", "voting", f"/{other.file}", b"x", headers=part)
        assert answer.headers["X-Upload-Error"] == "FilePermissionException"


def test_pages__tell_of_nobody(town):
    pages = ["/healthz", "/readyz", "/metrics", *(service.path for service in builtin.pack().services.values())]
    secrets = [*town.secrets[0], *town.secrets[1], *(each.login for each in town.tenants)]
    for page in pages:
        answer = town.stand.get(page, "wsdl" if page.startswith("/ext") else "")
        assert answer.status == 200
        assert leaked(secrets, answer.body.decode()) == []


def personal(tenant):
    return [*tenant.people.values(), *tenant.account_numbers]


def forms(word):
    """A word as it is, and as JSON may have it."""
    return {word, json.dumps(word)[1:-1]}


def test_log_of_it_all__names_no_person_and_no_account(town):
    lines = town.log.getvalue()
    for tenant in town.tenants:
        assert lines.count('"answered"') > len(tenant.messages)
        accounts_ = [tenant.number(1), tenant.number(2), f"{tenant.number(1)}-01"]
        said = [*personal(tenant), *accounts_, tenant.file_body.decode().splitlines()[0]]
        assert [word for word in said if any(form in lines for form in forms(word))] == []


def test_registry_and_journal_at_rest__have_people_sealed(town):
    with town.stand.house.database.read() as connection:
        rows = {
            table.name: "\n".join(repr(tuple(row)) for row in connection.execute(sa.select(table)))
            for table in tables.metadata.sorted_tables
        }
        packages_as_signed = connection.execute(
            sa.select(tables.journal_payload.c.data).where(tables.journal_payload.c.role.in_(("request", "result")))
        )
        assert None not in {sealing.key_id(data) for data in packages_as_signed.scalars()}
    for tenant in town.tenants:
        assert any(tenant.number(1) in text for text in rows.values())
        found = [
            (name, word)
            for name, text in rows.items()
            for word in tenant.people.values()
            if any(form in text for form in forms(word))
        ]
        assert found == []
