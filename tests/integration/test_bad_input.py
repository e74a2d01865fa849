"""P15, P16: what costs most, what lies best, and what must never be told.

Single messages and their codes are samples (test_samples); here are the huge ones, attacks that need a signature or a
listener, and what holds for every answer.
"""

from __future__ import annotations

import copy
import importlib.util
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import errors, wire
from gateway.contracts import schema
from gateway.intake import pipeline
from storage import journal, packages
from tests import hostile, samples
from tests import stand as stands

MEMORY = 640
"""MB above the message itself that any answer may need: the tree of two million tags and its copy for the judge."""
MADE = [case for case in hostile.cases() if case.is_made]
ROOT = Path(__file__).resolve().parents[2]
LIVING = samples.valid("houses/create-living-house.xml")
FIAS = b"a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101"


@pytest.fixture(scope="module")
def bench() -> Iterator[Any]:
    """The bench of the script that measures; folders of scripts are no packages."""
    spec = importlib.util.spec_from_file_location("bad_input", ROOT / "bench" / "bad_input.py")
    sys.modules["bad_input"] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.bench() as opened:
        yield opened


@pytest.fixture
def lenient(tmp_path: Path) -> Iterator[stands.Stand]:
    """A stand that takes unsigned packages."""
    opened = stands.Stand(tmp_path / "lenient", signature="optional")
    yield opened
    opened.close()


def refused(stand: stands.Stand) -> list[journal.Entry]:
    with stand.house.database.read() as connection:
        entries = list(journal.entries(connection))
    return [entry for entry in entries if entry.kind == journal.Kind.PACKAGE_REFUSED]


# --- what costs most --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("case", MADE, ids=lambda case: case.name)
def test_p15_huge_message__gets_its_code_in_bounded_memory_and_the_stand_goes_on(
    bench: Any, case: hostile.Case
) -> None:
    measured = bench.measure(case.name)
    assert (measured.status, measured.code) == (case.expected["status"], case.expected["code"])
    assert (case.expected["text"] or "") in measured.text
    assert measured.journaled == ((case.expected["code"],) if case.expected["journaled"] else ())
    assert measured.good_after
    assert measured.memory < MEMORY


def test_page__tells_of_every_message() -> None:
    page = (ROOT / "docs" / "bad-input.md").read_text(encoding="utf-8")
    assert [case.name for case in hostile.cases() if f"| {case.expected['about']} |" not in page] == []


@pytest.mark.parametrize("rooms", [100, 3_000, 30_000])
def test_errors_by_the_thousand__are_listed_up_to_the_limit(lenient: stands.Stand, rooms: int) -> None:
    wrong = b"<hm:LivingRoomToCreate><hm:Wrong/></hm:LivingRoomToCreate>"
    package = stands.package(LIVING, key=None).replace(b"</hm:LivingHouse>", wrong * rooms + b"</hm:LivingHouse>")
    answer = lenient.post(package)
    hostile.check_answer(answer)
    assert answer.code == "FMT001300"
    assert len(answer.text.splitlines()) == lenient.settings.max_violations == schema.LIMIT


@pytest.mark.parametrize("place", ["version", "name", "namespace", "header"])
def test_long_names_of_the_sender__are_not_sent_back_whole(lenient: stands.Stand, place: str) -> None:
    long = "a" * 20_000
    changes = {
        "version": ('version="13.2.3.2"', f'version="{long}"'),
        "name": ("hm:importHouseUORequest", f"hm:{long}"),
        "namespace": ("integration/house-management/", f"integration/{long}/"),
        "header": ("<soapenv:Header>", f'<soapenv:Header><{long} xmlns="" soapenv:mustUnderstand="1"/>'),
    }
    old, new = changes[place]
    answer = lenient.post(stands.package(LIVING, key=None).decode().replace(old, new).encode())
    hostile.check_answer(answer)
    assert answer.code in ("FMT001301", "FMT001307")
    assert len(answer.text) < 500


# --- what lies best ---------------------------------------------------------------------------------------------------


def tree(package: bytes) -> tuple[etree._Element, etree._Element, etree._Element]:
    """Return envelope, request element and its signature."""
    envelope = etree.fromstring(package)
    request = envelope.find(f"{{{wire.SOAP}}}Body")[0]
    return envelope, request, request.find(f"{{{wire.XMLDSIG}}}Signature")


def fias(request: etree._Element) -> etree._Element:
    return next(element for element in request.iter("{*}FIASHouseGuid"))


def another_value(request: etree._Element, _: etree._Element) -> None:
    fias(request).text = "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d102"


def signature_of_another_message(request: etree._Element, signature: etree._Element) -> None:
    _, _, other = tree(stands.package(LIVING))
    request.replace(signature, other)


def reference_to_another_element(request: etree._Element, signature: etree._Element) -> None:
    body = request.getparent()
    body.set("Id", "another")
    signature.find(".//{*}Reference").set("URI", "#another")


def reference_to_the_whole_document(_: etree._Element, signature: etree._Element) -> None:
    signature.find(".//{*}Reference").set("URI", "")


def value_of_another_signature(_: etree._Element, signature: etree._Element) -> None:
    _, _, other = tree(stands.package(samples.EXPORT))
    signature.find("{*}SignatureValue").text = other.find("{*}SignatureValue").text


def certificate_of_another(_: etree._Element, signature: etree._Element) -> None:
    _, _, other = tree(stands.package(samples.EXPORT, key=stands.KEYS[stands.STRANGER]))
    signature.find(".//{*}X509Certificate").text = other.find(".//{*}X509Certificate").text


def weaker_algorithm(_: etree._Element, signature: etree._Element) -> None:
    signature.find(".//{*}SignatureMethod").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")


def transform_that_selects(_: etree._Element, signature: etree._Element) -> None:
    signature.find(".//{*}Transform").set("Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116")


def later_signing_time(_: etree._Element, signature: etree._Element) -> None:
    signature.find(".//{*}SigningTime").text = "2030-01-01T00:00:00.000+00:00"


def wrapped_in_the_header(request: etree._Element, _: etree._Element) -> None:
    """The genuine element moves where nobody looks; a copy with another value takes its place."""
    header = request.getroottree().getroot().find(f"{{{wire.SOAP}}}Header")
    etree.SubElement(header, "{urn:wrapper}Wrapper").append(copy.deepcopy(request))
    fias(request).text = "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d102"


def wrapped_under_another_identifier(request: etree._Element, signature: etree._Element) -> None:
    wrapped_in_the_header(request, signature)
    request.set("Id", "another")


ATTACKS: list[Callable[[etree._Element, etree._Element], None]] = [
    another_value,
    signature_of_another_message,
    reference_to_another_element,
    reference_to_the_whole_document,
    value_of_another_signature,
    certificate_of_another,
    weaker_algorithm,
    transform_that_selects,
    later_signing_time,
    wrapped_in_the_header,
    wrapped_under_another_identifier,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
@pytest.mark.parametrize("mode", ["required", "optional"])
def test_lie_about_a_signature__is_found_and_journaled(
    tmp_path: Path, attack: Callable[[etree._Element, etree._Element], None], mode: str
) -> None:
    stand = stands.Stand(tmp_path / "data", signature=mode)
    try:
        envelope, request, signature = tree(stands.package(samples.EXPORT))
        attack(request, signature)
        answer = stand.post(etree.tostring(envelope))
        hostile.check_answer(answer)
        assert answer.code == "FMT001310", answer.text
        (entry,) = refused(stand)
        assert (entry.facts["code"], entry.facts["place"]) == ("FMT001310", "exportHouseRequest")
        assert stand.send(samples.EXPORT).status == 200
    finally:
        stand.close()


@pytest.mark.parametrize("place", [0, 1, -1])
def test_second_signature__is_no_valid_message(stand: stands.Stand, place: int) -> None:
    envelope, request, signature = tree(stands.package(samples.EXPORT))
    request.insert(len(request) if place < 0 else place, copy.deepcopy(signature))
    answer = stand.post(etree.tostring(envelope))
    assert answer.code == "FMT001300"
    assert "Signature" in answer.text


def test_comment_inside_a_signed_value__is_refused_with_its_place(stand: stands.Stand) -> None:
    stand.result(stand.send(samples.HOUSE).message_guid)
    package = stands.package(samples.EXPORT)
    half, rest = FIAS[:10], FIAS[10:]
    answer = stand.post(package.replace(FIAS, half + b"<!-- who reads only the first text node? -->" + rest))
    assert (answer.status, answer.code) == (500, errors.XML_INVALID)
    assert "комментарий" in answer.text


def test_comment_inside_message_guid__cuts_no_guid(stand: stands.Stand) -> None:
    guid = "b5b1c7de-0000-4000-8000-00000000000a"
    package = stands.package(samples.EXPORT, guid=guid).replace(b"b5b1c7de-", b"b5b1c7de-<!-- -->")
    answer = stand.post(package)
    assert f"<ns4:RequesterMessageGUID>{guid}</ns4:RequesterMessageGUID>".encode() in answer.body
    assert stand.post(stands.package(samples.EXPORT, guid=guid)).code == "EXP002002"


def test_addresses_in_a_message__are_never_visited(lenient: stands.Stand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/a"
        for case in hostile.cases():
            if not case.is_made:
                body = case.body().replace(b"http://127.0.0.1:9/a", address.encode())
                hostile.check_answer(case.send(lenient, body))
        include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}"/>'.encode()
        lenient.post(stands.package(LIVING, key=None).replace(b"<hm:LivingHouse>", b"<hm:LivingHouse>" + include))
        with pytest.raises(BlockingIOError):
            listener.accept()


# --- what must never be told ------------------------------------------------------------------------------------------


def test_p16_errors_of_many_threads__each_sees_only_its_own_values(lenient: stands.Stand) -> None:
    start = threading.Barrier(8)
    seen: dict[int, set[str]] = {}

    def send(number: int) -> None:
        package = stands.package(LIVING, key=None)
        package = package.replace(b"<hm:Square>21.5<", f"<hm:Square>тайна{number}<".encode())
        package = package.replace(b"<hm:UsedYear>2004<", f"<hm:UsedYear>тайна{number}<".encode())
        start.wait()
        texts = [lenient.post(package).text for _ in range(20)]
        seen[number] = {word for text in texts for word in text.replace("«", " ").replace("»", " ").split()}

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: {word for word in seen[number] if "тайна" in word} for number in seen} == {
        number: {f"тайна{number}"} for number in range(8)
    }


def test_values_of_a_refused_package__are_in_the_payload_and_not_in_the_facts(lenient: stands.Stand) -> None:
    package = stands.package(LIVING, key=None).replace(b"<hm:Square>21.5<", "<hm:Square>Иванова<".encode())
    assert "Иванова" in lenient.post(package).text
    (entry,) = refused(lenient)
    assert "Иванова".encode() not in entry.record
    with lenient.house.database.read() as connection:
        assert journal.payload(connection, entry.index, packages.REQUEST) == package


def test_fault_of_our_own__tells_a_number_and_nothing_else(
    stand: stands.Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("секрет /etc/gateway")

    monkeypatch.setattr(pipeline.duplicates, "find", broken)
    answer = stand.send(samples.EXPORT)
    assert (answer.status, answer.code) == (500, "EXP001000")
    assert "секрет".encode() not in answer.body
    incident = next(record.facts["incident"] for record in caplog.records if record.msg == "defect")
    assert incident in answer.text
    monkeypatch.undo()
    assert stand.send(samples.EXPORT).status == 200
