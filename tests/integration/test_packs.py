"""Official packs served whole: every service answers, several versions side by side, getRequestsState."""

from __future__ import annotations

import uuid

import pytest
from lxml import etree

from gateway import clock, wire
from gateway.contracts import builtin, packs
from gateway.exchange import results
from gateway.families import api
from signing import policy, trust, xades
from tests import resources, samples
from tests import stand as stands

pytestmark = pytest.mark.contracts

BILLS_PATH = "/ext-bus-bills-service/services/BillsAsync"
NSI_PATH = "/ext-bus-nsi-common-service/services/NsiCommonAsync"
LICENSES_PATH = "/ext-bus-licenses-service/services/LicensesAsync"
BILLS = f"{wire.ROOT}bills/"
NSI = f"{wire.ROOT}nsi-common/"
LICENSES = f"{wire.ROOT}licenses/"
DOCUMENTS = (
    f'<x:exportPaymentDocumentRequest xmlns:x="{BILLS}" xmlns:b="{wire.BASE}" b:version="13.1.0.1">'
    "<b:Year>2025</b:Year><b:Month>3</b:Month><x:AccountGUID>7f3d0009-0087-4c10-9a00-000000000001</x:AccountGUID>"
    "</x:exportPaymentDocumentRequest>"
)
LIST = f'<x:exportNsiListRequest xmlns:x="{NSI}" xmlns:b="{wire.BASE}" b:version="10.0.1.2"/>'
LICENSE = (
    f'<x:exportLicenseRequest xmlns:x="{LICENSES}" xmlns:b="{wire.BASE}" b:version="14.3.0.2">'
    "<x:LicenseOrganization><x:OGRN>1027700100010</x:OGRN></x:LicenseOrganization></x:exportLicenseRequest>"
)


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packs") / "data"
    for version in ("15.12.0.0", "16.3.0.0"):
        packs.install(resources.contracts_root(version), folder / "contracts")
    opened = stands.Stand(folder)
    yield opened
    opened.close()


def ask(stand, element, path, **options):
    return stand.post(stands.package(element.encode(), **options), path=path)


def states(stand, *guids, **options):
    lists = "".join(f"<b:MessageGUIDList>{guid}</b:MessageGUIDList>" for guid in guids)
    question = f'<b:getRequestsStateRequest xmlns:b="{wire.BASE}">{lists}</b:getRequestsStateRequest>'
    answer = ask(stand, question, BILLS_PATH, key=None, **options)
    assert answer.status == 200, answer.text
    return answer.xml.find(f".//{wire.base('getRequestsStateResult')}")


def listed(element):
    return [item.text for item in element.iter(wire.base("MessageGUIDList"))]


def test_every_service_of_both_packs__can_be_answered_in_every_state(stand):
    house = stand.house
    writer = results.Results(house.key, validate=True)
    answered = 0
    for path in house.contracts.catalogue.paths:
        for pack, service in house.contracts.catalogue.services(path):
            about = results.About(house.contracts.schemas, pack, service, str(uuid.uuid4()), "13.1.0.1")
            problem = api.Problem("INT002900", "нет")
            body = etree.fromstring(writer.finished(about, api.Failed(problem), clock.now()))
            assert body.tag == service.result
            assert body.findtext(f"{wire.base('ErrorMessage')}/{wire.base('ErrorCode')}") == "INT002900"
            assert {item.prefix for item in body.iter(etree.Element)} <= {"ns3", "ns4", "ns13", "xades"}
            waiting = etree.fromstring(writer.unfinished(about, 2, clock.now()))
            assert waiting.findtext(wire.base("RequestState")) == "2"
            answered += 1
    assert answered == 2 * 25 + len(builtin.pack().services)


def test_service_whose_result_has_a_free_version__is_answered_and_the_next_package_runs(stand):
    guid = ask(stand, LICENSE, LICENSES_PATH).message_guid
    after = stand.send(samples.HOUSE).message_guid
    assert stand.work() == 2
    question = f'<b:getStateRequest xmlns:b="{wire.BASE}"><b:MessageGUID>{guid}</b:MessageGUID></b:getStateRequest>'
    result = ask(stand, question, LICENSES_PATH, key=None).xml.find(f".//{{{LICENSES}}}getStateResult")
    assert result.get(wire.base("version")) == "14.3.0.2"
    assert result.findtext(f"{wire.base('ErrorMessage')}/{wire.base('ErrorCode')}") == "INT002900"
    assert stand.result(after).findtext(wire.base("RequestState")) == "3"


def test_requests_state__lists_own_finished_messages_of_this_service_and_no_others(stand):
    own, waiting = (ask(stand, DOCUMENTS, BILLS_PATH).message_guid for _ in range(2))
    house = stand.send(samples.EXPORT).message_guid
    assert listed(states(stand, own)) == []
    assert stand.worker.run_once()
    assert listed(states(stand, own.upper(), waiting, str(uuid.uuid4()))) == [own]
    stand.work()
    answer = states(stand, waiting, own, house)
    assert listed(answer) == [waiting, own]
    assert listed(states(stand, own, organisation=stands.OPERATOR)) == []
    anchors = trust.TrustStore.of([stands.AUTHORITY.certificate.loaded])
    assert xades.verify(answer, policy=policy.STRICT, trust=anchors, at=stands.NOW).good
    pack, service = stand.house.contracts.catalogue.services(BILLS_PATH)[0]
    assert stand.house.contracts.schemas.judge(pack, service, answer) == ()


@pytest.mark.parametrize(
    ("organisation", "signer"), [(None, stands.OPERATOR), (stands.PROVIDER, stands.PROVIDER)], ids=["IS", "provider"]
)
def test_operation_with_is_request_header__takes_either_header(stand, organisation, signer):
    answer = ask(stand, LIST, NSI_PATH, organisation=organisation, key=stands.KEYS[signer])
    assert answer.status == 200, answer.text
    stand.work()


def test_operation_with_request_header__does_not_take_the_other(stand):
    answer = stand.send(samples.EXPORT, organisation=None, key=stands.KEYS[stands.OPERATOR])
    assert answer.code == "FMT001301"
    assert "RequestHeader" in answer.text


def test_wsdl__is_that_of_the_newest_pack_or_of_the_one_asked_for(stand):
    newest, older = stand.get(stands.HOUSES, "wsdl"), stand.get(stands.HOUSES, "wsdl=15.12.0.0")
    assert b"/contracts/16.3.0.0/" in newest.body
    assert b"/contracts/15.12.0.0/" in older.body
    assert stand.get(stands.HOUSES, "wsdl=1.0").status == 404
