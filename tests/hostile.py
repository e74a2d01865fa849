"""Messages made to do harm: those of samples/hostile as bytes and HTTP headers, the huge ones made here.

A message of megabytes is not stored: its manifest names one of the `MAKERS`. What every answer of the gateway has to
look like, whatever was sent, is said once, by `check_answer` (P15).
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Iterable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final

from gateway import errors, wire
from tests import samples
from tests import stand as stands

Maker = Callable[[], bytes]

FOLDER: Final = resources.files("samples") / "hostile"
LIMIT: Final = 64 * 2**20
"""Default of the setting `max_body`, bytes."""

_LIVING: Final = samples.valid("houses/create-living-house.xml")
_HM: Final = b"http://dom.gosuslugi.ru/schema/integration/house-management/"
_SOAP: Final = wire.SOAP.encode()
_TELLTALES: Final = re.compile(
    rb"Traceback|File \"|line \d|<html|<HTML|Error\b(?!Code|Message)|Exception|spyne|lxml|libxml|sqlite|/tmp/|\.py\b"
)
"""What only a program would say: none of it belongs on the wire."""
_CYRILLIC: Final = re.compile("[а-яА-Я]{3}")


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One message of samples/hostile with its expected outcome."""

    name: str
    expected: Mapping[str, Any]

    @property
    def is_made(self) -> bool:
        """Whether the message is too large to be stored."""
        return "make" in self.expected

    def body(self) -> bytes:
        if self.is_made:
            return MAKERS[self.expected["make"]]()
        if "body" in self.expected:
            return (FOLDER / self.expected["body"]).read_bytes()
        return _beside(self.name).read_bytes()

    def send(self, stand: stands.Stand, body: bytes) -> stands.Answer:
        return stand.post(body, **http_of(self.expected))


def cases() -> list[Case]:
    """Return every message of samples/hostile, by name."""
    found = [item for item in FOLDER.iterdir() if item.name.endswith(".expected.json")]
    named = {item.name.removesuffix(".expected.json"): json.loads(item.read_text(encoding="utf-8")) for item in found}
    return [Case(name, named[name]) for name in sorted(named)]


def http_of(expected: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a manifest changes in the HTTP request, as arguments of `Stand.post`; null takes a header away."""
    http = expected.get("http", {})
    changed = {name: http[name] for name in ("path", "method") if name in http}
    for name, value in http.get("headers", {}).items():
        plain = name.upper().replace("-", "_")
        changed[plain if plain.startswith("CONTENT_") and plain != "CONTENT_ENCODING" else f"HTTP_{plain}"] = value
    return changed


def check_answer(answer: stands.Answer) -> None:
    """Fail unless the answer is an envelope: a result, or a fault with a code of the catalogue in words for people."""
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.body) < 100_000
    assert not _TELLTALES.search(answer.body), answer.body.decode()
    assert answer.xml.tag == f"{{{wire.SOAP}}}Envelope"
    if answer.status == 200:
        assert answer.code is None
        return
    assert answer.code != errors.EXCHANGE_FAILED, answer.text
    assert errors.code(answer.code)
    assert _CYRILLIC.search(answer.text)
    fault = answer.xml.find(f".//{{{wire.SOAP}}}Fault")
    assert fault.findtext("faultcode") == "env:Server"
    assert fault.findtext("faultstring") == f"{answer.code}: {answer.text}"


def _beside(name: str) -> Traversable:
    return next(FOLDER / f"{name}{end}" for end in (".xml", ".bin") if (FOLDER / f"{name}{end}").is_file())


def _signed() -> bytes:
    return stands.package(_LIVING)


def _unsigned() -> bytes:
    return stands.package(_LIVING, key=None)


def _put(package: bytes, place: bytes, new: bytes) -> bytes:
    """Return the package with the first `place` replaced; a place that is not there is a mistake of the maker."""
    before, found, after = package.partition(place)
    assert found, place
    return before + new + after


def _inside(package: bytes, new: bytes) -> bytes:
    """Return the package with `new` as the first content of LivingHouse."""
    return _put(package, b"<hm:LivingHouse>", b"<hm:LivingHouse>" + new)


def _on_house(package: bytes, attributes: Iterable[bytes]) -> bytes:
    return _put(package, b"<hm:LivingHouse>", b"<hm:LivingHouse " + b" ".join(attributes) + b">")


def _request(content: bytes) -> bytes:
    """Return an unsigned package whose request element has this content."""
    package = _unsigned()
    start = package.index(b"<hm:LivingHouse>")
    end = package.index(b"</hm:importHouseUORequest>")
    return package[:start] + content + package[end:]


def _envelope(header: bytes, body: bytes) -> bytes:
    names = b'xmlns:e="%s" xmlns:hm="%s"' % (_SOAP, _HM)
    return b"<e:Envelope %s><e:Header>%s</e:Header><e:Body>%s</e:Body></e:Envelope>" % (names, header, body)


def _prefixes(count: int) -> bytes:
    return b" ".join(b'xmlns:a%d="u"' % number for number in range(count))


def _nested(depth: int) -> bytes:
    return b"<hm:a>" * depth + b"</hm:a>" * depth


def _value(name: str, value: bytes) -> bytes:
    """Return an unsigned package in which the first element `name` has this value."""
    tag = f"<hm:{name}>".encode()
    before, _, after = _unsigned().partition(tag)
    return before + tag + value + after[after.index(b"<") :]


def _with_rooms(rooms: bytes) -> bytes:
    """Return an unsigned package with more rooms, at the place where rooms are judged."""
    return _put(_unsigned(), b"</hm:LivingHouse>", rooms + b"</hm:LivingHouse>")


def _rooms_with_attributes(each: int) -> bytes:
    attributes = b"".join(b' a%d="1"' % number for number in range(each))
    return _with_rooms(b"<hm:LivingRoomToCreate%s/>" % attributes * 1_900)


def _rooms_of_one_guid() -> bytes:
    end = b"</hm:LivingRoomToCreate>"
    room = _LIVING[_LIVING.index(b"<hm:LivingRoomToCreate>") : _LIVING.index(end) + len(end)]
    return _with_rooms(room.replace(b"\n", b"") * 170_000)


MAKERS: Final[dict[str, Maker]] = {
    # Depth; Envelope, Body and the request are the first three of the parser's 256 levels.
    "depth_257": lambda: _request(_nested(254)),
    "depth_10000": lambda: _request(_nested(10_000)),
    "deep_and_wide": lambda: _request((b"<hm:a>" * 120 + b"<hm:b/>" * 100_000 + b"</hm:a>" * 120) * 10),
    "deep_errors": lambda: _request((b"<hm:LivingHouse>" * 250 + b"</hm:LivingHouse>" * 250) * 3_000),
    # Length
    "text_over_10_mb": lambda: _value("RoomNumber", b"1" * 10_000_001),
    "text_of_9_mb": lambda: _value("RoomNumber", b"1" * 9_900_000),
    "text_between_comments": lambda: _value("RoomNumber", (b"1" * 9_900_000 + b"<!---->") * 6),
    "number_of_9_mb": lambda: _value("FloorCount", b"2" * 9_000_000),
    "attribute_of_9_mb": lambda: _on_house(_signed(), [b'a="%s"' % (b"1" * 9_900_000)]),
    "version_of_9_mb": lambda: _put(_unsigned(), b'version="13.2.3.2"', b'version="%s"' % (b"1" * 9_900_000)),
    "namespace_of_9_mb": lambda: _envelope(b"", b'<a xmlns="%s"/>' % (b"u" * 9_900_000)),
    "name_of_49_kb": lambda: _envelope(b"", b"<hm:%s/>" % (b"a" * 49_000)),
    "name_of_60_kb": lambda: _envelope(b"", b"<hm:%s/>" % (b"a" * 60_000)),
    "spaces_64_mb": lambda: b" " * LIMIT,
    "spaces_between_elements": lambda: _inside(_signed(), (b" " * 9_900_000 + b"<!---->") * 6),
    "spaces_in_tag": lambda: _put(_signed(), b"<hm:LivingHouse>", b"<hm:LivingHouse" + b" " * 60_000_000 + b">"),
    "over_limit_unannounced": lambda: b" " * (LIMIT + 1),
    # Attributes and namespaces
    "million_attributes": lambda: _on_house(_signed(), (b'a%d="1"' % number for number in range(1_000_000))),
    "attributes_850_thousand": lambda: _on_house(_signed(), (b'a%x="1"' % number for number in range(850_000))),
    "attributes_everywhere": lambda: _rooms_with_attributes(1_000),
    "attributes_below_limit": lambda: _rooms_with_attributes(52),
    "namespaces_100_thousand": lambda: _put(
        _unsigned(), b"<soapenv:Envelope", b"<soapenv:Envelope " + _prefixes(100_000)
    ),
    "namespaces_nested": lambda: _request(
        b"".join(b"<hm:a xmlns:b%d='u'>" % level for level in range(250)) + b"</hm:a>" * 250
    ),
    "namespaces_signed": lambda: _on_house(_signed(), [_prefixes(500_000)]),
    # Tags
    "two_million_tags": lambda: _request(b"<hm:a/>" * 2_000_000),
    "tags_below_limit": lambda: _request(b"<hm:a/>" * 1_999_900),
    "million_requests": lambda: _envelope(b"", b"<hm:a/>" * 1_999_900),
    "million_header_blocks": lambda: _envelope(b"<hm:a/>" * 1_999_900, b"<hm:a/>"),
    "million_bodies": lambda: b'<e:Envelope xmlns:e="%s">%s</e:Envelope>' % (_SOAP, b"<e:Body/>" * 1_999_900),
    "million_comments": lambda: _inside(_signed(), b"<!---->" * 1_900_000),
    "million_instructions": lambda: _inside(_signed(), b"<?a?>" * 1_900_000),
    "million_cdata": lambda: _value("RoomNumber", b"<![CDATA[1]]>" * 1_900_000),
    "nine_million_references": lambda: _value("RoomNumber", b"&#49;" * 9_000_000),
    "comment_unclosed": lambda: b"<!--" + b"-- " * 20_000_000,
    "tags_unclosed": lambda: b"<" * 2_000_000,
    "comments_before_doctype": lambda: b"<!-- -->" * 1_900_000 + b"<!DOCTYP a>",
    # Errors and identifiers by the thousand
    "sibling_errors": lambda: _with_rooms(b"<hm:LivingRoomToCreate><hm:Wrong/></hm:LivingRoomToCreate>" * 100_000),
    "rooms_of_one_guid": _rooms_of_one_guid,
    "identifiers_90_thousand": lambda: _inside(
        _signed(), b"".join(b'<hm:x Id="%d"/>' % number for number in range(90_000))
    ),
    "references_600_thousand": lambda: _put(
        _signed(), b"<ds:SignedInfo>", b"<ds:SignedInfo>" + b"<ds:Reference/>" * 600_000
    ),
}
"""Bodies by the name that a manifest gives as `make`."""
