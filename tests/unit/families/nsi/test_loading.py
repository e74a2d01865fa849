"""A loaded dictionary takes the place of the one that is there; what is bad about a file is told with its line."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from lxml import etree

from gateway import wire
from gateway.families.nsi import builtin, csv_file, errors, loading, reading
from storage import history, registry
from tests.unit.families.nsi import loads, test_common
from tests.unit.families.nsi import rig as rig_module

TOMORROW = rig_module.NOW + dt.timedelta(days=1)
FOREIGN = "7ee8b4db-dabc-40eb-9009-f4f80b36bfe5"


def item(rig: rig_module.Rig, number: int, code: str):
    with rig.database.read() as connection:
        return rig.installed.view(registry.Registry(connection, rig.numbers)).item(number, code)


def refused(*files: bytes) -> errors.BadDictionary:
    with pytest.raises(errors.BadDictionary) as caught:
        loading.collect((f"file-{index}.csv", data) for index, data in enumerate(files, 1))
    return caught.value


def test_new_dictionary__is_seen_at_once_with_guids_that_are_the_same_everywhere(rig: rig_module.Rig) -> None:
    assert item(rig, 700, "1") is None
    (told,) = loads.load(rig, loads.csv_of(700, [("1", "Раз"), ("2.", "Два")]))
    assert (told.added, told.changed, told.ended, told.entries) == (2, 0, 0, 2)
    found = item(rig, 700, "2")
    assert (found.code, found.name, found.guid) == ("2.", "Два", builtin.guid(700, "2"))


def test_loaded_dictionary__replaces_the_one_that_came_along_and_what_vanishes_is_not_actual(rig) -> None:
    before = builtin.dictionary(24)
    (told,) = loads.load(rig, loads.csv_of(24, [("2", "Исправный"), ("9", "Новое")], name="Состояние дома"))
    assert (told.added, told.changed, told.ended) == (1, 0, 2)
    assert item(rig, 24, "2").guid == before.items["2"].guid
    assert item(rig, 24, "1").actual is False
    assert item(rig, 24, "1").guid == before.items["1"].guid
    (told,) = loads.load(rig, loads.csv_of(24, [("1", "Аварийный"), ("2", "Исправный")], name="Состояние дома"))
    assert item(rig, 24, "1").actual is True
    assert item(rig, 24, "9").actual is False


def test_guids_of_the_real_system__are_taken_over_and_kept(rig: rig_module.Rig) -> None:
    loads.load(rig, loads.csv_of(22, [("11", "Расторжение договора", FOREIGN.upper())]))
    assert item(rig, 22, "11").guid == FOREIGN
    loads.load(rig, loads.csv_of(22, [("11", "Расторжение")]))
    assert (item(rig, 22, "11").guid, item(rig, 22, "11").name) == (FOREIGN, "Расторжение")


def test_what_stays_the_same__makes_no_version_and_keeps_its_moment(rig: rig_module.Rig) -> None:
    loads.load(rig, loads.csv_of(700, [("1", "Раз"), ("2", "Два")]))
    (told,) = loads.load(rig, loads.csv_of(700, [("1", "Раз"), ("2", "Двойка")]), now=TOMORROW)
    assert (told.added, told.changed, told.ended) == (0, 1, 0)
    assert item(rig, 700, "1").modified_at == rig_module.NOW
    assert item(rig, 700, "2").modified_at == TOMORROW
    with rig.database.read() as connection:
        versions = history.versions(connection, builtin.guid(700, "entry:2"))
    assert [version.data["name"] for version in versions] == ["Два", "Двойка"]
    (told,) = loads.load(rig, loads.csv_of(700, [("1", "Раз"), ("2", "Двойка")]))
    assert not told.is_change


def test_printed_dictionary__is_read_back_as_it_was(rig: rig_module.Rig) -> None:
    rows = [("1", "Раз; «два»", FOREIGN), ("1.10", "Десять", "", "1"), ("1.2", "Два\nстроки", "", "1", "нет")]
    loads.load(rig, loads.csv_of(700, rows))
    with rig.database.read() as connection:
        found = rig.installed.view(registry.Registry(connection, rig.numbers)).dictionary(700)
    assert [entry.code for entry in found.items.values()] == ["1", "1.2", "1.10"]
    (told,) = loads.load(rig, csv_file.written([found]).encode())
    assert not told.is_change


def test_table_of_a_spreadsheet__with_semicolons_and_a_mark_is_read(rig: rig_module.Rig) -> None:
    text = "\ufeffregistry_number;dictionary;code;name\r\n700;Пробный;1;Раз, и только\r\n\r\n"
    loads.load(rig, text.encode())
    assert item(rig, 700, "1").name == "Раз, и только"


def test_answer_of_the_gateway__is_loaded_as_a_message_with_all_its_fields(rig: rig_module.Rig) -> None:
    request = etree.fromstring(test_common.item(197))
    answer = rig_module.judge(request, rig.play(test_common.item(197)))
    (told,) = loads.load(rig, etree.tostring(answer))
    assert told.added == told.ended == 0
    entry = item(rig, 197, "20002")
    assert entry.name == "Количество комнат"
    assert [field["Name"] for field in entry.fields][:2] == ["Наименование", "Наличие значения"]
    with rig.database.read() as connection:
        parameter = rig.installed.view(registry.Registry(connection, rig.numbers)).parameter("20002")
    assert parameter == builtin.Builtin().parameter("20002")


OLD = """<?xml version="1.0" encoding="UTF-8"?>
<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
<x:exportNsiItemResult xmlns:x="http://dom.gosuslugi.ru/schema/integration/8.7.0.10/nsi-common/"
    xmlns:b="http://dom.gosuslugi.ru/schema/integration/8.7.0.10/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <b:NsiItem><b:NsiItemRegistryNumber>30</b:NsiItemRegistryNumber><b:Created>2016-01-28T08:47:54+03:00</b:Created>
    <b:NsiElement><b:Code>1</b:Code><b:GUID>96a1ce61-b402-46c4-ac6e-34b8670480af</b:GUID>
      <b:Modified>2015-10-20T10:00:00+03:00</b:Modified><b:IsActual>true</b:IsActual>
      <b:NsiElementField xsi:type="b:NsiElementStringFieldType"><b:Name>Характеристика помещения</b:Name>
        <b:Value>Отдельная квартира</b:Value></b:NsiElementField>
    </b:NsiElement></b:NsiItem></x:exportNsiItemResult></S:Body></S:Envelope>"""


def test_message_of_an_old_version__is_read_by_the_names_of_its_elements(rig: rig_module.Rig) -> None:
    (told,) = loads.load(rig, OLD.encode())
    assert (told.changed, told.ended) == (1, 2)
    assert item(rig, 30, "1").guid == "96a1ce61-b402-46c4-ac6e-34b8670480af"
    assert item(rig, 30, "1").name == "Отдельная квартира"
    assert item(rig, 30, "3").actual is False
    entry = rig_module.entries(rig.play(test_common.item(30)))["1"]
    assert entry["NsiElementField"][0]["Value"] == "Отдельная квартира"


def paged(page: int, total: int, code: str) -> bytes:
    nsi = f"{wire.ROOT}nsi-base/"
    return f"""<r xmlns:n="{nsi}" xmlns:xsi="{wire.XSI}"><NsiPagingItem>
      <n:NsiItemRegistryNumber>700</n:NsiItemRegistryNumber>
      <n:NsiElement><n:Code>{code}</n:Code><n:GUID>{uuid.uuid5(uuid.NAMESPACE_URL, code)}</n:GUID>
      <n:Modified>2026-01-01T00:00:00Z</n:Modified><n:IsActual>true</n:IsActual>
      <n:NsiElementField xsi:type="n:NsiElementStringFieldType"><n:Name>Имя</n:Name><n:Value>Запись {code}</n:Value>
      </n:NsiElementField></n:NsiElement><TotalItemsCount>2</TotalItemsCount><TotalPages>{total}</TotalPages>
      <CurrentPage>{page}</CurrentPage></NsiPagingItem></r>""".encode()


def test_pages_of_a_dictionary__are_one_dictionary_and_none_may_be_missing(rig: rig_module.Rig) -> None:
    loads.load(rig, paged(2, 2, "2"), paged(1, 2, "1"))
    assert item(rig, 700, "1").name == "Запись 1"
    assert item(rig, 700, "2").name == "Запись 2"
    assert "page 1 of 2 is missing" in str(refused(paged(2, 2, "2")))
    assert "page 1 is given twice" in str(refused(paged(1, 2, "1"), paged(1, 2, "2")))


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"", None, "no column registry_number"),
        (b"registry_number,code\n700,1", 1, "no column name"),
        (b"registry_number,code,name,colour\n", 1, "the column «colour»"),
        (b"registry_number,code,name\n700,1\n", 2, "2 cells under 3 titles"),
        (b"registry_number,code,name\n0,1,a\n", 2, "«0» is not a registry number"),
        ("registry_number,code,name\nсто,1,a\n".encode(), 2, "«сто» is not a registry number"),
        (b"registry_number,code,name\n51,1,a\n", 2, "kept by each organisation"),
        (b"registry_number,code,name\n700,x,a\n", 2, "«x» is not a code"),
        (b"registry_number,code,name\n700,1,\n", 2, "has no name"),
        (b"registry_number,code,name\n700,1,a\n700,1.,b\n", 3, "twice"),
        (b"registry_number,code,name,guid\n700,1,a,xyz\n", 2, "«xyz» is not a GUID"),
        (f"registry_number,code,name,guid\n700,1,a,{FOREIGN}\n700,2,b,{FOREIGN}\n".encode(), 3, "is there twice"),
        (b"registry_number,code,name,actual\n700,1,a,maybe\n", 2, "actual is «maybe»"),
        (b"registry_number,code,name,parent\n700,1,a,7\n", 2, "parent 7 is not"),
        (b"registry_number,code,name,parent\n700,1,a,2\n700,2,b,1\n", 2, "under itself"),
        ("registry_number,dictionary,code,name\n700,А,1,a\n700,Б,2,b\n".encode(), 3, "«А» and «Б»"),
        (b'registry_number,code,name\n700,1,"a\n', 2, "is not CSV"),
        ("registry_number,code,name\n700,1,имя\n".encode("cp1251"), 2, "is not UTF-8"),
        (b"registry_number,code,name\n700,1,a\x01b\n", 2, "XML cannot hold"),
        (b"registry_number,dictionary,code,name\n700,a\x01b,1,a\n", 2, "XML cannot hold"),
        (b"<a><b></a>", None, "is not XML"),
        (b"<a/>", None, "holds no dictionary"),
        (b"<!DOCTYPE a><a/>", None, "DOCTYPE"),
        (paged(1, 1, "1").replace(b"<n:IsActual>true</n:IsActual>", b""), 3, "has no IsActual"),
        (paged(1, 1, "1").replace(b' xsi:type="n:NsiElementStringFieldType"', b""), 5, "xsi:type"),
    ],
)
def test_bad_file__is_refused_whole_with_line_and_reason(data: bytes, line: int | None, reason: str) -> None:
    error = refused(data)
    assert reason in error.reason
    if line is not None:
        assert error.line == line


def test_fields_that_no_answer_could_hold__are_refused(rig: rig_module.Rig) -> None:
    strange = paged(1, 1, "1").replace(b"NsiElementStringFieldType", b"NsiElementColourFieldType")
    with pytest.raises(errors.BadDictionary, match="NsiElementColourFieldType"):
        loads.load(rig, strange)
    assert item(rig, 700, "1") is None


def test_codes__are_ordered_as_people_count() -> None:
    codes = ["10", "2", "1.10", "1.2", "1", "A2", "3."]
    assert sorted(codes, key=reading.order) == ["1", "1.2", "1.10", "2", "A2", "3.", "10"]
