"""Contract packs made to do harm: each is the small pack of the unit tests with one thing put into it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.unit.contracts import pack_files

Files = Mapping[str, bytes]

_HEAD = (
    '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="http://dom.gosuslugi.ru/schema/integration/toys/" '
    'targetNamespace="http://dom.gosuslugi.ru/schema/integration/toys/" elementFormDefault="qualified">'
)


def write(folder: Path, files: Files) -> Path:
    """Write files into a folder, which is made."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


def declared(text: str) -> Files:
    """The small pack with more global declarations in the schema of its messages."""
    return pack_files.files(types=("</xs:schema>", f"{text}</xs:schema>"))


def exponential_groups() -> Files:
    """Each group holds the one before it four times: 4^15 elements in 2 KB."""
    first = '<xs:group name="g0"><xs:sequence><xs:element name="e" type="xs:string"/></xs:sequence></xs:group>'
    rest = "".join(
        f'<xs:group name="g{n}"><xs:sequence>' + f'<xs:group ref="t:g{n - 1}"/>' * 4 + "</xs:sequence></xs:group>"
        for n in range(1, 16)
    )
    use = '<xs:complexType name="Bomb"><xs:sequence><xs:group ref="t:g15"/></xs:sequence></xs:complexType>'
    return declared(f"{first}{rest}{use}<xs:element name='bomb' type='t:Bomb'/>")


def exponential_groups_of_a_request() -> Files:
    """The same in the content of a request, which the gateway walks itself."""
    files = dict(exponential_groups())
    types = files[pack_files.TYPES].decode()
    files[pack_files.TYPES] = types.replace('<xs:group ref="t:Marks"/>', '<xs:group ref="t:g15"/>', 1).encode()
    return files


def endless_attribute_group() -> Files:
    """A group of attributes that holds itself."""
    return declared(
        '<xs:attributeGroup name="Round"><xs:attributeGroup ref="t:Round"/></xs:attributeGroup>'
        '<xs:complexType name="R"><xs:attributeGroup ref="t:Round"/></xs:complexType>'
    )


def endless_type() -> Files:
    """Two types, each derived from the other."""
    derived = "".join(
        f'<xs:complexType name="{name}"><xs:complexContent><xs:extension base="t:{base}"/></xs:complexContent>'
        "</xs:complexType>"
        for name, base in (("One", "Two"), ("Two", "One"))
    )
    return declared(derived)


def long_derivation() -> Files:
    """Five thousand types, each derived from the one before."""
    derived = "".join(
        f'<xs:complexType name="d{n}"><xs:complexContent><xs:extension base="t:d{n - 1}"/></xs:complexContent>'
        "</xs:complexType>"
        for n in range(1, 5000)
    )
    return declared(f'<xs:complexType name="d0"/>{derived}<xs:element name="deep" type="t:d4999"/>')


def counted_content() -> Files:
    """Limits of occurrence inside each other, which an automaton multiplies."""
    inner = '<xs:element name="e" type="xs:string" minOccurs="99999" maxOccurs="100000"/>'
    for n in range(3):
        inner = f'<xs:sequence minOccurs="9999" maxOccurs="9999"><xs:element name="a{n}"/>{inner}</xs:sequence>'
    return declared(f'<xs:complexType name="Counted">{inner}</xs:complexType>')


def optional_rivals() -> Files:
    """Ten thousand optional elements of one name: the content is ambiguous in as many ways."""
    rivals = '<xs:element name="e" type="xs:string" minOccurs="0"/>' * 10_000
    return declared(f'<xs:complexType name="Rivals"><xs:sequence>{rivals}</xs:sequence></xs:complexType>')


def optional_elements() -> Files:
    """Ten thousand optional elements one after the other: the automaton has a step from each to each."""
    each = "".join(f'<xs:element name="e{n}" type="xs:string" minOccurs="0"/>' for n in range(10_000))
    return declared(f'<xs:complexType name="Many"><xs:sequence>{each}</xs:sequence></xs:complexType>')


def huge_enumeration() -> Files:
    """Ninety thousand values of one type."""
    values = "".join(f'<xs:enumeration value="{n}"/>' for n in range(90_000))
    return declared(
        f'<xs:simpleType name="E"><xs:restriction base="xs:string">{values}</xs:restriction></xs:simpleType>'
    )


def many_patterns() -> Files:
    """A million patterns, each of them harmless."""
    facets = "<xs:pattern value='[a-z]{1,9000}'/>" * 90_000
    start = f'{_HEAD}<xs:simpleType name="P'
    end = f'"><xs:restriction base="xs:string">{facets}</xs:restriction></xs:simpleType></xs:schema>'
    extra = {f"toys/parts/p{n}.xsd": f"{start}{n}{end}".encode() for n in range(12)}
    links = "".join(f'<xs:include schemaLocation="{Path(path).name}"/>' for path in extra)
    return {**_including(links), **extra}


def _including(links: str) -> Files:
    """The small pack, one of its schemas with more links at its beginning."""
    files = pack_files.files()
    head, separator, tail = files[pack_files.PARTS].partition(b"<xs:")
    opened, end, rest = (separator + tail).partition(b">")
    return {**files, pack_files.PARTS: head + opened + end + links.encode() + rest}


def quantified_pattern() -> Files:
    """A pattern of 99 999 turns."""
    return pack_files.files(parts=(r"A{0,1}\d{1,4}(\.)?", "(x{1,99999}){1,99999}"))


def deep_elements() -> Files:
    """A schema of ten thousand elements inside each other."""
    return declared("<xs:annotation>" * 10_000 + "</xs:annotation>" * 10_000)


def many_elements() -> Files:
    """A schema of 3 million empty elements: 12 MB."""
    return declared("<a/>" * 3_000_000)


def web_of_includes() -> Files:
    """A thousand schemas, each of which includes every other."""
    names = [f"w{n}.xsd" for n in range(1000)]
    links = "".join(f'<xs:include schemaLocation="{name}"/>' for name in names)
    web = {f"toys/parts/{name}": f"{_HEAD}{links}</xs:schema>".encode() for name in names}
    return {**_including('<xs:include schemaLocation="w0.xsd"/>'), **web}


def network() -> Files:
    """A schema that is to be fetched."""
    return pack_files.files(types=("../lib/base.xsd", "http://127.0.0.1:9/base.xsd"))


def network_share() -> Files:
    return pack_files.files(types=("../lib/base.xsd", "//server/share/base.xsd"))


def file_outside() -> Files:
    return pack_files.files(types=("../lib/base.xsd", "../../../../../etc/base.xsd"))


def doctype() -> Files:
    return pack_files.files(parts=("<xs:schema", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><xs:schema"))


def entity_bomb() -> Files:
    levels = "".join(f"<!ENTITY e{n} '" + f"&e{n - 1};" * 10 + "'>" for n in range(1, 10))
    return pack_files.files(parts=("<xs:schema", f"<!DOCTYPE x [<!ENTITY e0 'x'>{levels}]><xs:schema"))


def noise() -> Files:
    """Bytes that are no XML under a name that promises it."""
    return {**pack_files.files(), pack_files.TYPES: random.Random(1).randbytes(100_000)}  # noqa: S311  # no secret


HARMFUL: Final[Mapping[Callable[[], Files], str]] = {
    endless_attribute_group: "Circular reference",
    endless_type: "definition is circular",
    quantified_pattern: "the pattern .* repeats a group that itself varies",
    deep_elements: "превышен предел глубины",
    many_elements: "в документе больше 2000000 тегов",
    network: "is not a relative path",
    network_share: "is not a relative path",
    file_outside: "leaves the pack",
    doctype: "DOCTYPE не допускается",
    entity_bomb: "DOCTYPE не допускается",
    noise: "is not XML that can be used",
}
"""Packs that have to be refused, with what the reason says."""

EXPENSIVE: Final = (
    exponential_groups,
    exponential_groups_of_a_request,
    many_patterns,
    web_of_includes,
    optional_rivals,
    optional_elements,
)
"""Packs that have to be refused for what they would cost."""

CHEAP: Final = (long_derivation, counted_content, huge_enumeration)
"""Packs that look harmful, and cost little."""
