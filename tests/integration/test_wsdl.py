"""The contract as any SOAP toolkit gets it: WSDL and schemas as files, addressed to the caller's own host."""

from __future__ import annotations

from importlib import resources as package_resources

import pytest

from tests import stand as stands

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
XS = "{http://www.w3.org/2001/XMLSchema}"
BASE = "http://gateway.test:8080"


def test_wsdl__names_the_callers_host_in_address_and_schemas(stand):
    answer = stand.get(stands.HOUSES, "wsdl")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/xml; charset=utf-8")
    (address,) = answer.xml.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert address.get("location") == f"{BASE}{stands.HOUSES}"
    places = [item.get("schemaLocation") for item in answer.xml.iter(f"{XS}import")]
    assert places
    assert all(place.startswith(f"{BASE}/contracts/") for place in places)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"HTTP_HOST": "gkh.example:8443", "HTTP_X_FORWARDED_PROTO": "https"}, "https://gkh.example:8443"),
        ({"HTTP_HOST": None}, BASE),
        ({"HTTP_HOST": 'evil"/><x'}, BASE),
    ],
)
def test_wsdl__follows_host_and_proxy_and_no_markup(stand, headers, expected):
    answer = stand.post(b"", path=stands.HOUSES, method="GET", QUERY_STRING="WSDL", **headers)
    (address,) = answer.xml.iter("{http://schemas.xmlsoap.org/wsdl/soap/}address")
    assert address.get("location") == f"{expected}{stands.HOUSES}"


def test_schemas__are_served_byte_for_byte_with_everything_they_refer_to(stand):
    wsdl = stand.get(stands.HOUSES, "wsdl").xml
    waiting = [item.get("schemaLocation").removeprefix(BASE) for item in wsdl.iter(f"{XS}import")]
    seen = {}
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        answer = stand.get(path)
        assert answer.status == 200, path
        seen[path] = answer.body
        folder = path.rsplit("/", 1)[0]
        links = answer.xml.iter(f"{XS}import", f"{XS}include")
        waiting += [_join(folder, link.get("schemaLocation")) for link in links]
    base = next(path for path in seen if path.endswith("/xsd/base.xsd"))
    assert seen[base] == (package_resources.files("xsd") / "base.xsd").read_bytes()
    assert len(seen) >= 4


@pytest.mark.parametrize("path", ["/contracts/", "/contracts/x/y", "/contracts/../../etc/passwd", "/", "/favicon.ico"])
def test_unknown_page__is_404_with_a_fault(stand, path):
    answer = stand.get(path)
    assert (answer.status, answer.code) == (404, "FMT001902")


def test_head__has_headers_and_no_body(stand):
    answer = stand.post(b"", path=stands.HOUSES, method="HEAD", QUERY_STRING="wsdl")
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) > 1000


def _join(folder: str, reference: str) -> str:
    parts = folder.split("/")
    for step in reference.split("/"):
        if step == "..":
            parts.pop()
        else:
            parts.append(step)
    return "/".join(parts)
