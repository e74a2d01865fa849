"""A running gateway sees a loaded dictionary at the next package, and asks next to nothing for those it knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from gateway import wire
from gateway.cli import main
from tests import samples as texts
from tests import stand as stands
from tests.unit.families.nsi import loads, test_common

SAMPLES = Path(texts.__file__).resolve().parents[1] / "samples" / "valid" / "nsi"
NSI = "{http://dom.gosuslugi.ru/schema/integration/nsi-base/}"
FOREIGN = "7ee8b4db-dabc-40eb-9009-f4f80b36bfe5"


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[stands.Stand]:
    made = stands.Stand(tmp_path / "data", signature="optional")
    yield made
    made.close()


def load(stand: stands.Stand, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "dictionary.csv"
    file.write_bytes(data)
    result = CliRunner().invoke(main, ["--data", str(stand.settings.data), "nsi", "load", str(file)])
    assert result.exit_code == 0, result.output


def result_of(stand: stands.Stand, request: bytes, *, organisation: str | None = stands.PROVIDER) -> etree._Element:
    key = stands.KEYS[stands.PROVIDER if organisation else stands.OPERATOR]
    answer = stand.send(request, organisation=organisation, key=key)
    assert answer.status == 200, answer.text
    return stand.result(answer.message_guid)


def guids(result: etree._Element) -> dict[str, str]:
    return {each.findtext(f"{NSI}Code"): each.findtext(f"{NSI}GUID") for each in result.iter(f"{NSI}NsiElement")}


def test_loaded_dictionary__is_given_out_and_judges_the_next_package(stand: stands.Stand, tmp_path: Path) -> None:
    before = guids(result_of(stand, test_common.item(3), organisation=None))
    services = (SAMPLES / "create-municipal-services.xml").read_bytes()
    load(stand, tmp_path, loads.csv_of(3, [("1", "Холодное водоснабжение", FOREIGN)]))
    after = guids(result_of(stand, test_common.item(3), organisation=None))
    assert after["1"] == FOREIGN != before["1"]
    refused = result_of(stand, services)
    codes = [each.text for each in refused.iter(wire.base("ErrorCode"))]
    assert codes == ["INT002902", "INT002901", "INT002901", "INT002901"]
    accepted = result_of(stand, services.replace(before["1"].encode(), FOREIGN.encode()))
    assert [each.text for each in accepted.iter(wire.base("ErrorCode"))] == ["INT002901"] * 3


def test_dictionary_of_the_answer__is_typed_as_foreign_software_reads_it(stand: stands.Stand) -> None:
    result = result_of(stand, test_common.item(22), organisation=None)
    (field,) = next(each for each in result.iter(f"{NSI}NsiElement") if each.findtext(f"{NSI}Code") == "11").iter(
        f"{NSI}NsiElementField"
    )
    prefix, _, kind = field.get(f"{{{wire.XSI}}}type").partition(":")
    assert (field.nsmap[prefix], kind) == (NSI.strip("{}"), "NsiElementStringFieldType")
    assert field.findtext(f"{NSI}Value") == "Расторжение договора"
