"""What HTTP alone decides, beside SOAP: FMT001900, FMT001901, FMT001902, and what clients in use get away with.

The refusals themselves are samples (samples/hostile); here is what they need beside status and code.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from gateway import errors
from storage import journal
from tests import hostile, samples
from tests import stand as stands

STATE = "/healthz", "/readyz", "/metrics"


class Stream(io.BytesIO):
    """A body that counts what is taken of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.taken += len(data)
        return data


def refusals(stand: stands.Stand) -> list[str]:
    with stand.house.database.read() as connection:
        entries = list(journal.entries(connection))
    return [entry.facts["code"] for entry in entries if entry.kind == journal.Kind.PACKAGE_REFUSED]


@pytest.fixture
def raw() -> bytes:
    return stands.package(samples.EXPORT)


@pytest.mark.parametrize(
    "environ",
    [
        {"HTTP_SOAPACTION": '"urn:exportHouseData"'},
        {"HTTP_SOAPACTION": "urn:exportHouseData"},
        {"HTTP_SOAPACTION": '""'},
        {"HTTP_SOAPACTION": "urn:somethingElse"},
        {},
        {"CONTENT_TYPE": "text/xml"},
        {"CONTENT_TYPE": 'text/xml; charset="UTF-8"'},
        {"CONTENT_TYPE": 'application/soap+xml; charset=utf-8; action="urn:exportHouseData"'},
        {"CONTENT_TYPE": "TEXT/XML;charset=UTF-8"},
        {"CONTENT_TYPE": "application/xml"},
        {"HTTP_HOST": "api.dom.gosuslugi.ru"},
        {"HTTP_HOST": None},
        {"HTTP_CONTENT_ENCODING": "identity"},
        {"CONTENT_LENGTH": None},
        {"CONTENT_LENGTH": ""},
        {"HTTP_ACCEPT": "text/html", "HTTP_EXPECT": "100-continue", "HTTP_CONNECTION": "close"},
    ],
    ids=lambda environ: ", ".join(f"{name}={value}" for name, value in environ.items()) or "no-soapaction",
)
def test_headers_of_clients_in_use__are_accepted(stand: stands.Stand, raw: bytes, environ: dict[str, Any]) -> None:
    assert stand.post(raw, **environ).status == 200


def test_body_in_pieces_without_length__is_read_to_its_end(stand: stands.Stand, raw: bytes) -> None:
    class Pieces(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size, 7))

    assert stand.post(raw, CONTENT_LENGTH=None, **{"wsgi.input": Pieces(raw)}).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "ПОСТ", "post"])
def test_other_method__is_405_and_names_post(stand: stands.Stand, method: str) -> None:
    answer = stand.post(b"", method=method)
    assert answer.status == 405
    assert answer.headers["Allow"] == "POST"
    if method == "HEAD":
        assert answer.body == b""
    else:
        assert answer.code == errors.TRANSPORT_INVALID == "FMT001901"


@pytest.mark.parametrize(
    "media_type", ["", "text/html", "multipart/related; type=text/xml", "text/xml; charset=koi8-r", ";", "text"]
)
def test_other_media_type__is_415_and_journaled_if_the_sender_can_be_named(
    stand: stands.Stand, raw: bytes, media_type: str
) -> None:
    answer = stand.post(raw, CONTENT_TYPE=media_type, HTTP_AUTHORIZATION="Basic !")
    assert (answer.status, answer.code) == (415, "FMT001901")
    assert refusals(stand) == []
    assert stand.post(raw, CONTENT_TYPE=media_type).status == 415
    assert refusals(stand) == ["FMT001901"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP", "identity, gzip"])
def test_compressed_body__is_415(stand: stands.Stand, raw: bytes, encoding: str) -> None:
    assert stand.post(raw, HTTP_CONTENT_ENCODING=encoding).status == 415


@pytest.mark.parametrize("length", ["-1", "+1", "1.5", "0x10", "1 2", "много", "٣", "²", "9" * 19, "9" * 5000])
def test_length_that_is_none__is_400_and_nothing_is_read(stand: stands.Stand, raw: bytes, length: str) -> None:
    stream = Stream(raw)
    answer = stand.post(raw, CONTENT_LENGTH=length, **{"wsgi.input": stream})
    assert (answer.status, answer.code) == (400, "FMT001901")
    assert stream.taken == 0


def test_body_shorter_than_its_length__is_400_and_journaled(stand: stands.Stand, raw: bytes) -> None:
    answer = stand.post(raw, CONTENT_LENGTH=str(len(raw) + 1))
    assert (answer.status, answer.code) == (400, "FMT001901")
    assert f"объявлено байт {len(raw) + 1}, получено {len(raw)}" in answer.text
    assert refusals(stand) == ["FMT001901"]


def test_body_longer_than_its_length__is_not_read_past_it(stand: stands.Stand, raw: bytes) -> None:
    stream = Stream(raw + b"<another/>")
    assert stand.post(raw, **{"wsgi.input": stream}).status == 200
    assert stream.taken == len(raw)


@pytest.fixture
def narrow(tmp_path: Any) -> Iterator[stands.Stand]:
    """A stand that takes at most 10 000 bytes."""
    opened = stands.Stand(tmp_path / "narrow", max_body=10_000)
    yield opened
    opened.close()


def test_announced_body_over_the_limit__is_413_and_nothing_is_read(narrow: stands.Stand) -> None:
    stream = Stream(b" " * 10_001)
    answer = narrow.post(b"", CONTENT_LENGTH="10001", **{"wsgi.input": stream})
    assert (answer.status, answer.code) == (413, errors.TOO_LARGE)
    assert answer.code == "FMT001900"
    assert "10000 байт" in answer.text
    assert stream.taken == 0
    assert refusals(narrow) == ["FMT001900"]


def test_unannounced_body_over_the_limit__is_413_and_no_more_than_a_piece_is_read(narrow: stands.Stand) -> None:
    stream = Stream(b" " * 5_000_000)
    answer = narrow.post(b"", CONTENT_LENGTH=None, **{"wsgi.input": stream})
    assert (answer.status, answer.code) == (413, "FMT001900")
    assert stream.taken <= 2**20
    assert refusals(narrow) == ["FMT001900"]


def test_body_at_the_limit__is_taken(narrow: stands.Stand, raw: bytes) -> None:
    assert narrow.post(raw + b"\n" * (10_000 - len(raw))).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/ext-bus-home-management-service/services/HomeManagement",
        f"{stands.HOUSES}/",
        f"{stands.HOUSES}/../HomeManagementAsync",
        stands.HOUSES.lower(),
        "/contracts/../gateway.toml",
        "/\x00",
    ],
)
def test_path_of_no_service__is_404_with_a_fault(stand: stands.Stand, raw: bytes, path: str) -> None:
    answer = stand.post(raw, path=path)
    hostile.check_answer(answer)
    assert (answer.status, answer.code) == (404, errors.PATH_UNKNOWN)
    assert answer.code == "FMT001902"
    assert refusals(stand) == []


@pytest.mark.parametrize("path", ["/contracts/", "/contracts/x/y.xsd", "/contracts/../../etc/passwd", "/favicon.ico"])
def test_page_that_is_none__is_404_with_a_fault(stand: stands.Stand, path: str) -> None:
    answer = stand.get(path)
    hostile.check_answer(answer)
    assert answer.status == 404


@pytest.mark.parametrize("query", ["WSDL", "wsdl=", "Wsdl"])
def test_wsdl_in_any_case__is_served_without_a_password(stand: stands.Stand, query: str) -> None:
    answer = stand.get(stands.HOUSES, query)
    assert answer.status == 200
    assert b"http://gateway.test:8080/ext-bus" in answer.body


@pytest.mark.parametrize("host", ['"/><script>', "a b", "evil/path", "x" * 300, ""])
def test_host_that_is_none__is_not_written_into_the_wsdl(stand: stands.Stand, host: str) -> None:
    answer = stand.post(b"", method="GET", QUERY_STRING="wsdl", HTTP_HOST=host)
    assert answer.status == 200
    assert b"http://gateway.test:8080/ext-bus" in answer.body
    assert not host or host.encode() not in answer.body


@pytest.mark.parametrize("path", STATE)
def test_state_pages__take_no_package(stand: stands.Stand, raw: bytes, path: str) -> None:
    assert stand.get(path).status == 200
    assert stand.post(raw, path=path).status == 404
