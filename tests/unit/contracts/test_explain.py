from pathlib import Path

import pytest
from lxml import etree

from gateway.contracts import explain, phrases, schema
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import GUID, message, pack, service, toy

JUDGE = etree.XMLSchema(etree.parse(Path(__file__).parent / "every_fault.xsd"))
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def _explain(body, kind=""):
    element = etree.fromstring(f'<S>\n<r xmlns="urn:t" xmlns:p="urn:t">{body}</r></S>')[0]
    return [(each.path, each.text) for each in schema.judge_with(JUDGE, element, 50, lambda _: kind)]


@pytest.mark.parametrize(
    ("body", "path", "text"),
    [
        ("<short>1</short>", "short", "длина значения 1, а должна быть не меньше 2"),
        ("<short>12345</short>", "short", "длина значения 5, а должна быть не больше 4"),
        ("<exact>1</exact>", "exact", "длина значения 1, а должна быть 3"),
        ("<digits>x</digits>", "digits", "значение «x» не подходит: ожидается цифр: 2"),
        (
            "<shaped>ab</shaped>",
            "shaped",
            "значение «ab» не подходит: значение должно соответствовать шаблону [a-z]-[a-z]",
        ),
        ("<colour>green</colour>", "colour", "значение «green» не входит в перечень: red, blue"),
        ("<colour/>", "colour", "пустое значение не входит в перечень: red, blue"),
        ("<range>0</range>", "range", "значение «0» не подходит: должно быть не меньше 1"),
        ("<range>10</range>", "range", "значение «10» не подходит: должно быть не больше 9"),
        ("<open>0</open>", "open", "значение «0» не подходит: должно быть больше 0"),
        ("<open>9</open>", "open", "значение «9» не подходит: должно быть меньше 9"),
        ("<open>1.234</open>", "open", "значение «1.234» не подходит: цифр после точки должно быть не больше 2"),
        ("<total>1234</total>", "total", "значение «1234» не подходит: цифр должно быть не больше 3"),
        ("<date>31.01.2026</date>", "date", "значение «31.01.2026» не подходит: ожидается дата вида 2026-01-31"),
        (
            "<moment>2026</moment>",
            "moment",
            "значение «2026» не подходит: ожидаются дата и время вида 2026-01-31T12:00:00+03:00",
        ),
        ("<flag>да</flag>", "flag", "значение «да» не подходит: ожидается true или false"),
        ("<either>x</either>", "either", "значение «x» не подходит по типу"),
        ("<list>1 a</list>", "list", "значение «a» не подходит: ожидается целое число от -2147483648 до 2147483647"),
        ("<always>false</always>", "always", "значение «false» не подходит: контракт допускает только true"),
        ("<block><b/></block>", "block/b", "элемент здесь не ожидается; ожидается a"),
        ("<block><a/><b/><c/></block>", "block/c", "элемент здесь не ожидается"),
        ("<block><a/></block>", "block", "не хватает вложенного элемента; ожидается b"),
        (
            "<block>text<a/><b/></block>",
            "block",
            "текст здесь не допускается: элемент содержит только вложенные элементы",
        ),
        ('<block must="2"><a/><b/></block>', "block/@must", "значение «2» не подходит: контракт допускает только 1"),
        ('<block colour="x"><a/><b/></block>', "block/@colour", "значение «x» не входит в перечень: red, blue"),
        ('<block size="1"><a/><b/></block>', "block/@size", "такого атрибута у этого элемента нет"),
        ('<block p:size="1"><a/><b/></block>', "block/@size", "такого атрибута у этого элемента нет"),
        ("<named/>", "named", "не хватает обязательного атрибута id"),
        ("<empty>text</empty>", "empty", "элемент должен быть пустым"),
        ("<empty><a/></empty>", "empty", "элемент должен быть пустым"),
        ("<abstract/>", "abstract", "элемент этого типа не может стоять в сообщении"),
        (f'<empty {XSI} xsi:type="none"/>', "empty/@type", "атрибут xsi:type называет тип, которого в контракте нет"),
        (
            f'<empty {XSI} xsi:nil="true"/>',
            "empty",
            "атрибут xsi:nil у этого элемента не допускается: опустите сам элемент",
        ),
        ("<item><n>1</n></item>", "item", "не заполнено поле, по которому различаются эти элементы"),
        ("<ref>9</ref>", "ref", "значение «9» ссылается на объект, которого в пакете нет"),
        ('<short xmlns=""/>', "short", "пространство имён не указано, а должно быть «urn:t»"),
        ('<x:short xmlns:x="urn:x"/>', "short", "пространство имён «urn:x», а должно быть «urn:t»"),
    ],
)
def test_fault__is_told_in_russian_at_its_place(body, path, text):
    ((found, said),) = _explain(body)
    assert found == f"r/{path}"
    assert said == text or said.endswith(f"; {text}")


def test_unknown_root__names_itself():
    element = etree.fromstring('<other xmlns="urn:t"/>')
    (violation,) = schema.judge_with(JUDGE, element, 50, lambda _: "")
    assert violation == explain.Violation(
        "other", 1, "в контракте этого сервиса нет такого элемента: проверьте имя и пространство имён"
    )


def test_duplicate_key__names_its_element_and_value():
    items = "<item><TransportGUID>A</TransportGUID></item>" * 2
    assert _explain(items) == [("r/item[2]/TransportGUID", "значение «A» повторяется, а должно встречаться один раз")]


def test_broken_reference__is_found_among_others():
    body = "<item><TransportGUID>A</TransportGUID></item><ref>A</ref><ref>B</ref>"
    assert [path for path, _ in _explain(body)] == ["r/ref[2]"]


def test_several_facets_of_one_value__are_one_violation():
    ((path, text),) = _explain("<digits>xxxxx</digits>")
    assert path == "r/digits"
    assert text == ("длина значения 5, а должна быть не больше 4; значение «xxxxx» не подходит: ожидается цифр: 2")


def test_children_inside_a_text__are_one_violation():
    ((_, text),) = _explain("<short><a/></short>")
    assert text == "элемент содержит только текст, вложенные элементы не допускаются"


def test_type_that_libxml2_does_not_name__is_asked_for():
    assert _explain("<range>x</range>") == [("r/range", "значение «x» не подходит по типу")]
    assert _explain("<range>x</range>", "gYear") == [("r/range", "значение «x» не подходит: ожидается год вида 2026")]


def test_equal_values_of_neighbours__stay_apart():
    assert [path for path, _ in _explain("<short>1</short><short>1</short>")] == ["r/short[1]", "r/short[2]"]


def test_index__counts_siblings_of_the_same_name_only():
    body = "<short>12</short><!-- c --><flag>1</flag><?p i?><short>1</short>"
    assert [path for path, _ in _explain(body)] == ["r/short[2]"]


def test_prefix_bound_to_something_else_above__does_not_mislead():
    body = '<p:short>12</p:short><q:flag xmlns:q="urn:t" xmlns:p="urn:x">x</q:flag><p:short>1</p:short>'
    assert [path for path, _ in _explain(body)] == ["r/flag", "r/short[2]"]


def test_line__is_that_of_the_senders_document():
    element = etree.fromstring('<S>\n\n<r xmlns="urn:t">\n<short>1</short></r></S>')[0]
    assert [each.line for each in schema.judge_with(JUDGE, element, 50, lambda _: "")] == [4]


@pytest.mark.parametrize("value", ["x" * 1_000_000, "Я" * 40_000])
def test_value_beyond_libxml2s_own_messages__is_not_shown(value):
    assert _explain(f"<colour>{value}</colour>") == [("r/colour", "слишком длинное значение не подходит")]


@pytest.mark.parametrize("value", ["Я" * 200, "a\n\t b" * 100, "x" * 20_000])
def test_long_value__is_cut(value):
    ((_, text),) = _explain(f"<colour>{value}</colour>")
    assert len(text) < phrases.MAX_VALUE + 60
    assert "…»" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "value",
    ["' is not an element of the set {'z'}.", "x'", "', 'y", "' is not a valid value of the atomic type 'xs:date'."],
)
def test_value_that_looks_like_a_message__stays_a_value(value):
    ((path, text),) = _explain(f"<colour>{value}</colour>")
    assert path == "r/colour"
    assert text == f"значение «{value}» не входит в перечень: red, blue"


def test_every_sentence__is_free_of_english_and_of_namespaces():
    for code in phrases.codes():
        assert not any(word in phrases.sentence(code, "").lower() for word in ("element", "value", "{", "urn:"))


@pytest.mark.parametrize(
    ("extra", "path", "text"),
    [
        ("<Colour>red</Colour><Age>x</Age>", "Toy/Age", "целое число от -2147483648"),
        ("<Code>1</Code><Made>2026</Made>", "Toy/Made", "дата вида"),
        ('<Code>1</Code><Price currency="R">x</Price>', "Toy/Price", "ожидается число; дробная часть"),
        ("<Code>x</Code>", "Toy/Code", "ожидается код вида 1.23"),
        ("<Colour>red</Colour>", "Toy", "не хватает вложенного элемента; ожидается Age"),
    ],
)
def test_violation_of_a_contract__knows_the_types_of_the_contract(extra, path, text):
    (violation,) = schema.Schemas().judge(pack(), service(), message(toy(extra)))
    assert violation.path == f"importToysRequest/{path}"
    assert text in violation.text


def test_guid_and_version__are_told_in_words():
    bad = message(toy().replace(GUID, "1"), version="")
    texts = [(each.path, each.text) for each in schema.Schemas().judge(pack(), service(), bad)]
    assert texts == [
        ("importToysRequest", "не хватает обязательного атрибута version"),
        (
            "importToysRequest/Toy/TransportGUID",
            "значение «1» не подходит: ожидается GUID вида 01234567-89ab-cdef-0123-456789abcdef",
        ),
    ]
    assert pack_files.TOYS not in str(texts)
