"""What comes back from a gateway is read as it is, and what is no gateway's answer is said to be none."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway import client
from gateway.client import answers
from gateway.soap import envelope

HM = "http://dom.gosuslugi.ru/schema/integration/house-management/"
METERING = "http://dom.gosuslugi.ru/schema/integration/device-metering/"
NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
BASE = 'xmlns:b="http://dom.gosuslugi.ru/schema/integration/base/"'
GUID = "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"


def result(content: str, namespace: str = HM) -> client.Result:
    body = f'<s:getStateResult xmlns:s="{namespace}" {BASE}>{content}</s:getStateResult>'
    raw = envelope.answer(body.encode(), GUID, service=namespace, at=NOW)
    return answers.result(answers.body(raw, 200), raw)


def test_acknowledgement__gives_both_guids():
    raw = envelope.acknowledgement(GUID, "MY-GUID", service=HM, at=NOW)
    ack = answers.acknowledgement(answers.body(raw, 200), "/path", "importHouseUOData")
    assert ack == client.Ack(GUID, "MY-GUID", "/path", "importHouseUOData")


def test_fault__is_raised_with_code_text_and_status():
    with pytest.raises(client.Fault) as caught:
        answers.body(envelope.fault("FMT001300", "строка 3: <лишнее>"), 500)
    assert (caught.value.code, caught.value.text, caught.value.status) == ("FMT001300", "строка 3: <лишнее>", 500)


def test_fault_without_detail__keeps_its_faultstring():
    raw = (
        b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Server'
        b"</faultcode><faultstring>overloaded</faultstring></e:Fault></e:Body></e:Envelope>"
    )
    with pytest.raises(client.Fault, match=r"^overloaded$"):
        answers.body(raw, 500)


@pytest.mark.parametrize("raw", [b"", b"<html><body>502</body></html>", b"<a/>", b"not xml"])
def test_answer_of_a_stranger__is_unreachable_and_names_the_status(raw):
    with pytest.raises(client.Unreachable, match="HTTP 502"):
        answers.body(raw, 502)


def test_result_of_houses__reads_the_common_results_inside_import_result():
    found = result(
        "<b:RequestState>3</b:RequestState><b:MessageGUID>m</b:MessageGUID><s:ImportResult>"
        "<s:CommonResult><b:GUID>g</b:GUID><b:TransportGUID>t1</b:TransportGUID>"
        "<b:UniqueNumber>PHa00001</b:UniqueNumber><b:UpdateDate>2026-04-01T00:00:00+03:00</b:UpdateDate>"
        "</s:CommonResult><s:CommonResult><b:TransportGUID>t2</b:TransportGUID>"
        "<b:Error><b:ErrorCode>INT004110</b:ErrorCode><b:Description>занят</b:Description></b:Error>"
        "</s:CommonResult></s:ImportResult>"
    )
    good, bad = found.outcomes
    assert good == client.Outcome("t1", "g", "PHa00001", "2026-04-01T00:00:00+03:00")
    assert bad == client.Outcome("t2", problems=(client.Problem("INT004110", "занят"),))
    assert found.finished
    assert not found.good


def test_result_of_other_services__reads_import_result_itself():
    found = result(
        "<b:RequestState>3</b:RequestState><b:MessageGUID>m</b:MessageGUID>"
        "<s:ImportResult><b:TransportGUID>t1</b:TransportGUID><b:UpdateDate>u</b:UpdateDate></s:ImportResult>"
        "<s:ImportResult><b:TransportGUID>t2</b:TransportGUID><b:UpdateDate>u</b:UpdateDate></s:ImportResult>",
        METERING,
    )
    assert [each.transport_guid for each in found.outcomes] == ["t1", "t2"]
    assert found.good


def test_result_with_error_message__is_not_good_and_has_no_outcome():
    found = result(
        "<b:RequestState>3</b:RequestState><b:MessageGUID>m</b:MessageGUID><b:ErrorMessage>"
        "<b:ErrorCode>INT002012</b:ErrorCode><b:Description>Нет объектов</b:Description></b:ErrorMessage>"
    )
    assert found.problem == client.Problem("INT002012", "Нет объектов")
    assert not found.good
    assert found.outcomes == found.exports == ()


def test_export__is_every_other_child():
    found = result(
        "<b:RequestState>3</b:RequestState><b:MessageGUID>m</b:MessageGUID><s:exportHouseResult/><s:exportHouseResult/>"
    )
    assert [each.branch for each in found.exports] == ["exportHouseResult"] * 2
    assert found.good


@pytest.mark.parametrize("state", ["1", "2"])
def test_unfinished_result__is_not_good(state):
    found = result(f"<b:RequestState>{state}</b:RequestState><b:MessageGUID>m</b:MessageGUID>")
    assert not found.finished
    assert not found.good


def test_another_element__is_neither_acknowledgement_nor_result():
    raw = envelope.acknowledgement(GUID, GUID, service=HM, at=NOW)
    with pytest.raises(client.Unreachable, match="AckRequest"):
        answers.result(answers.body(raw, 200), raw)
    unfinished = result("<b:RequestState>1</b:RequestState><b:MessageGUID>m</b:MessageGUID>")
    with pytest.raises(client.Unreachable, match="getStateResult"):
        answers.acknowledgement(unfinished.element, "/", "x")
