import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from lxml import etree

from gateway import wire
from gateway.contracts import errors, loader, schema
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import GUID, message, pack, service, toy


@pytest.fixture(scope="module")
def judges():
    return schema.Schemas(width=2)


def _guids(count):
    return [f"00000000-0000-4000-8000-{number:012d}" for number in range(count)]


def test_valid_request__has_no_violations(judges):
    assert judges.judge(pack(), service(), message(toy())) == ()


def test_caller_tree__is_not_changed(judges):
    element = message(toy("<Code>bad</Code>"))
    before = etree.tostring(element.getroottree())
    assert judges.judge(pack(), service(), element)
    assert etree.tostring(element.getroottree()) == before
    assert element.getparent().tag == "S"


def test_headers_and_results__are_judged_by_the_same_schema(judges):
    header = etree.fromstring(
        f'<RequestHeader xmlns="{wire.BASE}"><Date>2026-01-31T00:00:00</Date><MessageGUID>{GUID}</MessageGUID>'
        f"<orgPPAGUID>{GUID}</orgPPAGUID></RequestHeader>"
    )
    assert judges.judge(pack(), service(), header) == ()
    header.remove(header[2])
    (violation,) = judges.judge(pack(), service(), header)
    assert violation.path == "RequestHeader"


def test_more_violations_than_the_limit__are_cut(judges):
    many = message("".join(toy("<Code>!</Code>", guid=guid) for guid in _guids(60)))
    assert len(judges.judge(pack(), service(), many)) == schema.LIMIT == 50
    assert len(judges.judge(pack(), service(), many, limit=3)) == 3


def test_known_bomb__is_judged_by_its_equivalent(judges):
    # 26 digits and `!` would make libxml2 raise an exception under the published pattern.
    (violation,) = judges.judge(pack(), service(), message(toy(f"<Code>{'1' * 26}!</Code>")))
    assert "не больше 20" in violation.text
    assert "код вида 1.23" in violation.text


def test_long_list_with_few_errors__is_located_exactly(judges):
    toys = [toy(guid=guid) for guid in _guids(schema.LONG + 5)]
    toys[-1] = toy("<Code>!</Code>", guid=GUID)
    (violation,) = judges.judge(pack(), service(), message("\n".join(toys)))
    assert violation.path == f"importToysRequest/Toy[{len(toys)}]/Code"
    assert violation.line == len(toys)


def test_long_valid_list__is_valid(judges):
    assert judges.judge(pack(), service(), message("".join(map(_numbered, _guids(schema.LONG + 5))))) == ()


def _numbered(guid):
    return toy(guid=guid)


def test_flood_of_errors__is_told_up_to_the_limit_without_places(judges):
    flood = message(toy("<Code>!</Code>") * (schema.LONG + 1))
    violations = judges.judge(pack(), service(), flood)
    assert len(violations) == schema.LIMIT
    assert violations[0].path == "Code"
    assert violations[0].line == 0


def test_flood_of_duplicate_keys__is_stopped(judges):
    assert len(judges.judge(pack(), service(), message(toy() * (schema.LONG + 1)), limit=5)) == 5


def test_concurrent_senders__never_see_each_others_values():
    shared = schema.Schemas(width=3)
    barrier = threading.Barrier(8)

    def send(number):
        barrier.wait(timeout=60)
        mine = f"secret-{number}"
        found = []
        for _ in range(40):
            found += shared.judge(pack(), service(), message(toy(f"<Code>{mine}</Code>")))
        return mine, found

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    for mine, found in answers:
        assert len(found) == 40
        assert {violation.text.count("secret-") for violation in found} == {1}
        assert all(mine in violation.text for violation in found)


def test_compiling_while_others_parse__finds_every_file():
    # lxml keeps one loader of external files for all threads: nothing may depend on whose it is.
    done = threading.Event()

    def parse():
        while not done.is_set():
            etree.fromstring(b"<a/>", etree.XMLParser())

    with ThreadPoolExecutor(6) as threads:
        parsing = [threads.submit(parse) for _ in range(2)]
        compiling = [threads.submit(schema.Schemas().warm, [pack()]) for _ in range(60)]
        try:
            assert [each.result(timeout=60) for each in compiling] == [None] * 60
        finally:
            done.set()
    assert [each.result() for each in parsing] == [None, None]


def test_compiled_schema__is_never_lent_twice_and_at_most_width_exist(monkeypatch):
    made = []
    compile_service = schema.compiler.compile_service
    monkeypatch.setattr(
        schema.compiler, "compile_service", lambda *args: made.append(compile_service(*args)) or made[-1]
    )
    pool = schema.Pool(pack(), service(), schema.compiler.Sources(pack()), 2)
    with pool.lend() as first, pool.lend() as second:
        assert first is not second
    with pool.lend() as again:
        assert again in made
    assert len(made) == 2


def test_warm_schemas__compile_nothing_more(monkeypatch):
    judges = schema.Schemas()
    judges.warm([pack()])
    monkeypatch.delattr(schema.compiler, "compile_service")
    assert judges.judge(pack(), service(), message(toy())) == ()
    assert judges.only([pack()]).judge(pack(), service(), message(toy())) == ()
    with pytest.raises(AttributeError):
        judges.only([]).judge(pack(), service(), message(toy()))
    assert judges.judge(pack(), service(), message(toy())) == ()


def test_value_that_libxml2_gives_up_on__is_invalid_and_no_defect():
    class GivesUp:
        error_log = ()

        def validate(self, _element):
            raise etree.XMLSchemaValidateError("Internal error in XML Schema validation.")

    (violation,) = schema.judge_with(GivesUp(), message(toy()), 50, lambda _: "")
    assert violation.path == "importToysRequest"
    assert "невозможно проверить" in violation.text


@pytest.mark.parametrize(
    ("replaced", "file", "reason"),
    [
        ({"types": ('type="t:Age"', 'type="t:Agee"')}, pack_files.TYPES, "line"),
        ({"parts": (r"A{0,1}\d{1,4}(\.)?", "(a*)*")}, pack_files.PARTS, "the pattern"),
    ],
)
def test_schemas_that_do_not_compile__are_refused_with_file_and_reason(replaced, file, reason):
    broken = loader.load(pack_files.files(**replaced))
    with pytest.raises(errors.ContractError, match=reason) as caught:
        schema.Schemas().warm([broken])
    assert caught.value.file == file


def test_file_names_in_cyrillic__are_no_obstacle():
    renamed = pack_files.files(types=("parts/values.xsd", "Части схем/значения.xsd"))
    renamed["toys/Части схем/значения.xsd"] = renamed.pop(pack_files.PARTS)
    loaded = loader.load(renamed)
    (served,) = loaded.services.values()
    assert schema.Schemas().judge(loaded, served, message(toy())) == ()
