"""The common dictionaries as they are given out: lists, whole dictionaries, pages, changes."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.contracts import shape
from gateway.families import api
from gateway.families.nsi import builtin, pages
from tests.unit.families.nsi import loads
from tests.unit.families.nsi import rig as rig_module

COMMON = 'xmlns:c="http://dom.gosuslugi.ru/schema/integration/nsi-common/"'
BASE = 'xmlns:b="http://dom.gosuslugi.ru/schema/integration/base/" b:version="10.0.1.2"'
NSI = 'xmlns:n="http://dom.gosuslugi.ru/schema/integration/nsi-base/"'


def listed(group: str = "") -> bytes:
    inner = f"<n:ListGroup>{group}</n:ListGroup>" if group else ""
    return f"<c:exportNsiListRequest {COMMON} {BASE} {NSI}>{inner}</c:exportNsiListRequest>".encode()


def item(number: int, *, page: int | None = None, after: str = "") -> bytes:
    name = "exportNsiItemRequest" if page is None else "exportNsiPagingItemRequest"
    inner = f"<c:RegistryNumber>{number}</c:RegistryNumber><n:ListGroup>NSI</n:ListGroup>"
    inner += f"<c:Page>{page}</c:Page>" if page is not None else ""
    inner += f"<c:ModifiedAfter>{after}</c:ModifiedAfter>" if after else ""
    return f"<c:{name} {COMMON} {BASE} {NSI}>{inner}</c:{name}>".encode()


def numbers(answer: api.Answer) -> list[str]:
    assert isinstance(answer, api.Exported), answer
    return [info["RegistryNumber"] for info in answer.items[0]["NsiItemInfo"]]


def code_of(answer: api.Answer) -> str:
    assert isinstance(answer, api.Failed), answer
    return answer.problem.code


def test_list__has_the_dictionaries_of_its_group_and_without_one_the_general(rig: rig_module.Rig) -> None:
    general, housing = numbers(rig.play(listed("NSI"))), numbers(rig.play(listed("NSIRAO")))
    assert numbers(rig.play(listed())) == general
    assert "24" in general
    assert "14" in housing
    assert {int(each) for each in general + housing} == set(builtin.numbers())


def test_entry__has_its_name_in_the_field_under_which_clients_look_for_it(rig: rig_module.Rig) -> None:
    entry = rig_module.entries(rig.play(item(22)))["11"]
    assert entry["GUID"] == builtin.guid(22, "11")
    assert entry["IsActual"] == "true"
    assert list(entry["NsiElementField"]) == [
        {
            shape.KIND: "NsiElementStringFieldType",
            "Name": "Причина закрытия лицевого счета",
            "Value": "Расторжение договора",
        }
    ]


def test_interval_between_verifications__is_a_number(rig: rig_module.Rig) -> None:
    (field,) = rig_module.entries(rig.play(item(16)))["4"]["NsiElementField"]
    assert field[shape.KIND] == "NsiElementIntegerFieldType"
    assert field["Value"] == "4"


def test_parameter__tells_its_type_its_objects_and_its_dictionary(rig: rig_module.Rig) -> None:
    told = {field["Name"]: field for field in rig_module.entries(rig.play(item(197)))["20002"]["NsiElementField"]}
    assert told["Тип значения описания объектов ЖФ"]["Value"] == "Перечислимый"
    assert told["Применимость к объекту"]["Value"] == "Жилое помещение"
    assert told["Справочник объектов ЖФ"]["NsiRef"]["NsiItemRegistryNumber"] == "14"


@pytest.mark.parametrize("number", builtin.numbers())
def test_every_dictionary_that_comes_along__leaves_in_a_valid_answer(rig: rig_module.Rig, number: int) -> None:
    assert len(rig_module.entries(rig.play(item(number)))) == len(builtin.dictionary(number).items)


def test_unknown_dictionary_and_one_of_organisations__are_not_found(rig: rig_module.Rig) -> None:
    assert code_of(rig.play(item(9999))) == "INT016001"
    assert code_of(rig.play(item(51))) == "INT016001"


@pytest.mark.parametrize(
    ("after", "some"),
    [
        ("2026-02-28T23:59:59+03:00", True),
        ("2026-03-01T00:00:00+03:00", False),
        ("2026-02-28T24:00:00", True),
        ("2016-01-28T08:47:54.1047372+03:00", True),
        ("-0044-03-15T00:00:00", True),
        ("20260-01-01T00:00:00Z", False),
    ],
)
def test_modified_after__leaves_out_what_was_not_changed_since(rig: rig_module.Rig, after: str, some: bool) -> None:  # noqa: FBT001
    answer = rig.play(item(24, after=after))
    assert isinstance(answer, api.Exported) if some else code_of(answer) == "INT002012"


def test_dictionary_of_more_than_a_page__is_read_by_pages(rig: rig_module.Rig) -> None:
    total = 2 * pages.PAGE + 1
    loads.load(rig, loads.csv_of(700, [(str(n), f"Запись {n}") for n in range(1, total + 1)]))
    assert code_of(rig.play(item(700))) == "INT016041"
    seen = []
    for page in (1, 2, 3):
        answer = rig.play(item(700, page=page))
        head = answer.items[0]
        assert (head["TotalItemsCount"], head["TotalPages"], head["CurrentPage"]) == (str(total), "3", str(page))
        seen += [entry["Code"] for entry in head["NsiElement"]]
    assert seen == [str(n) for n in range(1, total + 1)]
    assert code_of(rig.play(item(700, page=4))) == "INT002012"


def test_entries_under_entries__leave_under_them_and_changes_bring_their_parents(rig: rig_module.Rig) -> None:
    rows = [("1", "Вид", "", ""), ("1.1", "Подвид", "", "1"), ("2", "Другой", "", "")]
    loads.load(rig, loads.csv_of(701, rows))
    later = rig_module.NOW + dt.timedelta(days=1)
    rows[1] = ("1.1", "Подвид новый", "", "1")
    loads.load(rig, loads.csv_of(701, rows), now=later)
    whole = rig.play(item(701)).items[0]["NsiElement"]
    assert [(entry["Code"], len(entry.get("ChildElement", ()))) for entry in whole] == [("1", 1), ("2", 0)]
    after = (rig_module.NOW + dt.timedelta(hours=1)).isoformat()
    changed = rig_module.entries(rig.play(item(701, after=after)))
    assert changed.keys() == {"1", "1.1"}
