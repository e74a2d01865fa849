"""Every kind of difference between two small packs is found, judged and mirrored; equal content is none."""

from __future__ import annotations

import pytest

from gateway.contracts import builtin, errors, loader
from gateway.study.differences import compare
from gateway.study.differences.difference import Aspect, Role
from tests.unit.contracts import pack_files

pytestmark = pytest.mark.slow


def _packs(before, after):
    return tuple(loader.load(each) for each in (before, after))


def _diff(**replaced):
    return compare.packs(*_packs(pack_files.files(), pack_files.files(**replaced)))


def _told(found):
    """Path (or operation) → aspect, before, after, breaking; of every place."""
    return {
        (place.path or "/".join((place.service, *place.operations)), each.change.aspect): (
            each.change.before,
            each.change.after,
            each.breaking,
        )
        for each in found.differences
        for place in each.places
    }


IMPORT = "importToysRequest/Toy"
INSIDE = "importToysRequest/Toy/Inside"
COLOUR = "exportToysRequest/Colour"

AGE = '<xs:element name="Age" type="t:Age"/>'
SET = '<xs:element name="Set" type="xs:string"/>'
MADE = '<xs:element name="Made" type="xs:date" minOccurs="0"/>'
SEEN = '<xs:attribute name="seen" type="xs:date"/>'
PAIR = """<xs:sequence minOccurs="0" maxOccurs="unbounded">
          <xs:element name="Key" type="xs:string"/>
          <xs:element name="Value" type="xs:string"/>
        </xs:sequence>"""
KEY, VALUE = ('<xs:element name="Key" type="xs:string"/>', '<xs:element name="Value" type="xs:string"/>')
UNIQUE = """<xs:unique name="OneToy">
      <xs:selector xpath=".//b:TransportGUID"/>
      <xs:field xpath="."/>
    </xs:unique>"""
GUID = "([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}"
TOY = "(TransportGUID, Name, ((Colour, Age) | (Code, Colour?)), Made?, Price?, Mark{0,2}, Inside*)"

# What is replaced in a file of the pack, then path, aspect, before, after, breaking.
CASES = {
    "required element added": (
        {"types": ('<xs:group ref="t:Marks"/>', '<xs:group ref="t:Marks"/><xs:element name="Size" type="xs:int"/>')},
        (f"{IMPORT}/Size", Aspect.ADDED, "", "required: int", True),
    ),
    "optional element added": (
        {"types": ('<xs:group ref="t:Marks"/>', '<xs:group ref="t:Marks"/><xs:element name="Size" minOccurs="0"/>')},
        (f"{IMPORT}/Size", Aspect.ADDED, "", "optional: (any element of ##any*)", False),
    ),
    "branch of a choice added": (
        {"types": ("<xs:choice>", f"<xs:choice>{SET}")},
        (f"{IMPORT}/Set", Aspect.ADDED, "", "an alternative: string", False),
    ),
    "required element added to a branch": (
        {"types": (AGE, f'{AGE}<xs:element name="Set" type="xs:int"/>')},
        (f"{IMPORT}/Set", Aspect.ADDED, "", "required: int", True),
    ),
    "element removed": (
        {"types": (MADE, "")},
        (f"{IMPORT}/Made", Aspect.REMOVED, "optional: date", "", True),
    ),
    "element made required": (
        {"types": (MADE, '<xs:element name="Made" type="xs:date"/>')},
        (f"{IMPORT}/Made", Aspect.OCCURRENCE, "optional", "required", True),
    ),
    "fewer occurrences": (
        {"types": ('name="Toy" type="t:Toy" maxOccurs="unbounded"', 'name="Toy" type="t:Toy" maxOccurs="5"')},
        (IMPORT, Aspect.OCCURRENCE, "required, any number", "required, at most 5", True),
    ),
    "fewer occurrences, in a choice now": (
        {
            "types": (
                '<xs:element name="Toy" type="t:Toy" maxOccurs="unbounded"/>',
                f'<xs:choice><xs:element name="Toy" type="t:Toy" maxOccurs="5"/>{SET}</xs:choice>',
            )
        },
        (IMPORT, Aspect.OCCURRENCE, "any number", "at most 5", True),
    ),
    "group made required": (
        {"types": ('<xs:sequence minOccurs="0" maxOccurs="unbounded">', '<xs:sequence maxOccurs="unbounded">')},
        ("importToysRequest/Key", Aspect.OCCURRENCE, "optional, any number", "required, any number", True),
    ),
    "order changed": (
        {"types": (PAIR, f'<xs:sequence minOccurs="0" maxOccurs="unbounded">{VALUE}{KEY}</xs:sequence>')},
        ("importToysRequest", Aspect.CONTENT, "(Toy+, (Key, Value)*)", "(Toy+, (Value, Key)*)", True),
    ),
    "sequence made a choice": (
        {"types": (PAIR, f'<xs:choice minOccurs="0" maxOccurs="unbounded">{KEY}{VALUE}</xs:choice>')},
        ("importToysRequest", Aspect.CONTENT, "(Toy+, (Key, Value)*)", "(Toy+, (Key | Value)*)", False),
    ),
    "maxLength lowered": (
        {"types": ('maxLength value="10"', 'maxLength value="9"')},
        (f"{IMPORT}/Name", Aspect.MAX_LENGTH, "10", "9", True),
    ),
    "maxLength raised": (
        {"types": ('maxLength value="10"', 'maxLength value="11"')},
        (f"{IMPORT}/Name", Aspect.MAX_LENGTH, "10", "11", False),
    ),
    "minLength dropped": (
        {"types": ('<xs:minLength value="1"/>', "")},
        (f"{IMPORT}/Name", Aspect.MIN_LENGTH, "1", "", False),
    ),
    "range narrowed": (
        {"parts": ('maxInclusive value="18"', 'maxInclusive value="12"')},
        (f"{IMPORT}/Age", Aspect.MAX_INCLUSIVE, "18", "12", True),
    ),
    "pattern changed": (
        {"base": ("{12}", "{11}")},
        ("RequestHeader/MessageGUID", Aspect.PATTERN, GUID, GUID.replace("{12}", "{11}"), True),
    ),
    "value added to an enumeration": (
        {"parts": ('<xs:enumeration value="blue"/>', '<xs:enumeration value="blue"/><xs:enumeration value="green"/>')},
        (COLOUR, Aspect.ENUMERATION, "", "green", False),
    ),
    "value of an enumeration replaced": (
        {"parts": ('<xs:enumeration value="blue"/>', '<xs:enumeration value="green"/>')},
        (COLOUR, Aspect.ENUMERATION, "blue", "green", True),
    ),
    "type narrowed to a derived one": (
        {"types": ('name="Key" type="xs:string"', 'name="Key" type="xs:token"')},
        ("importToysRequest/Key", Aspect.TYPE, "string", "token", True),
    ),
    "type widened to its base": (
        {"parts": ('base="xs:int"', 'base="xs:integer"')},
        (f"{IMPORT}/Age", Aspect.TYPE, "int", "integer", False),
    ),
    "type changed": (
        {"types": ('name="Made" type="xs:date"', 'name="Made" type="xs:dateTime"')},
        (f"{IMPORT}/Made", Aspect.TYPE, "date", "dateTime", True),
    ),
    "text made elements": (
        {"types": ('name="Key" type="xs:string"', 'name="Key" type="b:HeaderType"')},
        ("importToysRequest/Key", Aspect.CONTENT, "string", "(Date, MessageGUID)", True),
    ),
    "default given": (
        {"types": ('name="Key" type="xs:string"', 'name="Key" type="xs:string" default="x"')},
        ("importToysRequest/Key", Aspect.DEFAULT, "", "x", False),
    ),
    "value fixed": (
        {"types": ('name="Key" type="xs:string"', 'name="Key" type="xs:string" fixed="x"')},
        ("importToysRequest/Key", Aspect.FIXED, "", "x", True),
    ),
    "nillable": (
        {"types": ('name="Key" type="xs:string"', 'name="Key" type="xs:string" nillable="true"')},
        ("importToysRequest/Key", Aspect.NILLABLE, "no", "yes", False),
    ),
    "mixed": (
        {"types": ('<xs:complexType name="Toy">', '<xs:complexType name="Toy" mixed="true">')},
        (IMPORT, Aspect.MIXED, "no", "yes", False),
    ),
    "key dropped": (
        {"types": (UNIQUE, "")},
        ("importToysRequest", Aspect.UNIQUE, "unique . of .//TransportGUID", "", False),
    ),
    "attribute made optional": (
        {"types": ('name="currency" use="required"', 'name="currency"')},
        (f"{IMPORT}/Price/@currency", Aspect.OCCURRENCE, "required", "optional", False),
    ),
    "attribute added": (
        {"parts": (SEEN, f'{SEEN}<xs:attribute name="by" type="xs:string" use="required"/>')},
        (f"{IMPORT}/@by", Aspect.ADDED, "", "required: string", True),
    ),
    "attribute removed": (
        {"parts": (SEEN, "")},
        (f"{IMPORT}/@seen", Aspect.REMOVED, "optional: date", "", True),
    ),
    "version raised": (
        {"types": ('fixed="2.5.0.0"', 'fixed="2.6.0.0"')},
        ("toys/exportToys", Aspect.VERSIONS, "2.5.0.0", "2.6.0.0", True),
    ),
    "version supported as well": (
        {"types": ("2.10.0.0, 2.9.0.1 и 2.5.0.0", "2.11.0.0, 2.10.0.0, 2.9.0.1 и 2.5.0.0")},
        (
            "toys/importToys",
            Aspect.VERSIONS,
            "2.5.0.0, 2.9.0.1, 2.10.0.0",
            "2.5.0.0, 2.9.0.1, 2.10.0.0, 2.11.0.0",
            False,
        ),
    ),
    "version of a part of the result": (
        {"types": ('fixed="2.4.0.0"', 'fixed="2.5.0.0"')},
        ("getStateResult/ImportResult/@version", Aspect.FIXED, "2.4.0.0", "2.5.0.0", True),
    ),
    "result gets a branch": (
        {"types": ('<xs:choice minOccurs="0">', '<xs:choice minOccurs="0"><xs:element name="Toy" type="t:Toy"/>')},
        ("getStateResult/Toy", Aspect.ADDED, "", f"an alternative: {TOY}", True),
    ),
    "element of a result becomes rarer": (
        {"types": ('name="ImportResult" maxOccurs="unbounded"', 'name="ImportResult" maxOccurs="5"')},
        ("getStateResult/ImportResult", Aspect.OCCURRENCE, "required, any number", "required, at most 5", False),
    ),
    "fault": (
        {"base": ('name="ErrorCode" type="xs:string"', 'name="ErrorCode" type="xs:string" minOccurs="0"')},
        ("Fault/ErrorCode", Aspect.OCCURRENCE, "required", "optional", True),
    ),
    "header of another kind": (
        {"wsdl": ('<s:header message="tns:System"', '<s:header message="tns:Plain"')},
        ("toys/exportToys", Aspect.HEADER, "ISRequestHeader", "RequestHeader", True),
    ),
    "soapAction": (
        {"wsdl": ('soapAction="urn:dropToys"', 'soapAction="urn:drop"')},
        ("toys/dropToys", Aspect.SOAP_ACTION, "urn:dropToys", "urn:drop", True),
    ),
    "request element": (
        {
            "wsdl": ('element="t:dropToysRequest"', 'element="t:Drop"'),
            "types": ('name="dropToysRequest"', 'name="Drop"'),
        },
        ("toys/dropToys", Aspect.REQUEST, pack_files.toys("dropToysRequest"), pack_files.toys("Drop"), True),
    ),
    "path": (
        {"wsdl": ("services/ToysAsync", "services/Toys2Async")},
        ("toys", Aspect.PATH, pack_files.PATH, "/ext-bus-toys-service/services/Toys2Async", True),
    ),
    "alternative that may be left out": (
        {"types": ("<xs:choice>", "<xs:choice><xs:sequence/>")},
        (
            IMPORT,
            Aspect.CONTENT,
            TOY,
            TOY,
            False,
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_change__is_found_and_judged(case):
    replaced, (path, aspect, *told) = CASES[case]
    assert _told(_diff(**replaced))[path, aspect] == tuple(told)


@pytest.mark.parametrize("case", CASES)
def test_change__is_the_only_kind_of_it(case):
    """Where a shared type is changed it may be met at many places, with one aspect each."""
    replaced, (_, aspect, *_) = CASES[case]
    others = {Aspect.ADDED} if "now" in case else set()
    assert {each.change.aspect for each in _diff(**replaced).differences} == {aspect, *others}


@pytest.mark.parametrize("case", CASES)
def test_seen_from_the_other_side__everything_is_mirrored(case):
    replaced, _ = CASES[case]
    before, after = _packs(pack_files.files(), pack_files.files(**replaced))
    opposite = {Aspect.ADDED: Aspect.REMOVED, Aspect.REMOVED: Aspect.ADDED}

    def seen(found, *, mirrored):
        for each in found.differences:
            change = each.change
            aspect = opposite.get(change.aspect, change.aspect) if mirrored else change.aspect
            sides = ((change.before, change.narrower), (change.after, change.wider))
            # A message is named as the second pack names it.
            places = () if aspect is Aspect.REQUEST else each.places
            yield (aspect, each.role, places, *(sides[::-1] if mirrored else sides))

    forth, back = compare.packs(before, after), compare.packs(after, before)
    assert set(seen(forth, mirrored=False)) == set(seen(back, mirrored=True))


SAME = {
    "same": {},
    "name of a key": {"types": ('name="OneToy"', 'name="SingleToy"')},
    "optional group of one": {
        "types": (MADE, '<xs:sequence minOccurs="0"><xs:element name="Made" type="xs:date"/></xs:sequence>')
    },
    "choice of one": {"types": (MADE, f"<xs:choice>{MADE}</xs:choice>")},
    "equivalent pattern": {"parts": (r"(A{0,1}\d{1,4}(\.)?)+", r"A?\d+((\.A?|A)\d+)*\.?")},
    "comment in the WSDL": {"wsdl": ("<w:types>", "<w:types><!-- moved -->")},
}


@pytest.mark.parametrize("how", SAME)
def test_equal_content_otherwise_written__is_no_difference(how):
    assert _diff(**SAME[how]).differences == ()


def test_renamed_type__is_no_difference():
    files = pack_files.files()
    renamed = {
        path: data.replace(b't:Colour"', b't:P"').replace(b'<xs:simpleType name="Colour"', b'<xs:simpleType name="P"')
        for path, data in files.items()
    }
    assert renamed != files
    assert compare.packs(*_packs(files, renamed)).differences == ()


def test_shared_type__is_told_once_with_its_places():
    found = _diff(parts=('<xs:enumeration value="blue"/>', '<xs:enumeration value="green"/>'))
    (difference,) = found.differences
    assert difference.operations == ("exportToys", "importToys")
    assert [place.path for place in difference.places] == [COLOUR, f"{IMPORT}/Colour"]
    assert difference.subject == "Colour"


def test_simple_type_of_many_elements__is_told_once_by_its_name():
    found = _diff(base=("{12}", "{11}"))
    request, result = (next(each for each in found.differences if each.role is role) for role in Role)
    assert len(found.differences) == 2
    assert (request.subject, result.subject) == ("GUIDType", "GUIDType")
    assert {place.path for place in request.places} == {
        "RequestHeader/MessageGUID",
        "RequestHeader/orgPPAGUID",
        "ISRequestHeader/MessageGUID",
        "getStateRequest/MessageGUID",
        f"{IMPORT}/TransportGUID",
    }
    assert {place.path for place in result.places} == {
        "ResultHeader/MessageGUID",
        "getStateResult/MessageGUID",
        "getStateResult/ImportResult/TransportGUID",
    }


def test_recursive_type__is_followed_once():
    paths = {path for path, _ in _told(_diff(types=('maxLength value="10"', 'maxLength value="9"')))}
    assert paths == {f"{IMPORT}/Name"}


def test_types_inside_each_other__are_followed_from_either():
    box = '<xs:complexType name="Box"><xs:sequence><xs:element name="Toy" type="t:Toy"/></xs:sequence></xs:complexType>'
    before = pack_files.files(types=('<xs:complexType name="Toy">', f'{box}<xs:complexType name="Toy">'))
    types = (
        before[pack_files.TYPES].decode().replace(MADE, f'<xs:element name="Box" type="t:Box" minOccurs="0"/>{MADE}')
    )
    types = types.replace('<xs:choice minOccurs="0">', '<xs:choice minOccurs="0"><xs:element name="Box" type="t:Box"/>')
    # The request of exportToys is compared before the results.
    start, request, rest = types.partition('<xs:element name="exportToysRequest">')
    types = start + request + rest.replace("<xs:sequence>", '<xs:sequence><xs:element name="Toy" type="t:Toy"/>', 1)
    before[pack_files.TYPES] = types.encode()
    after = {**before, pack_files.TYPES: types.replace('maxLength value="10"', 'maxLength value="9"').encode()}
    paths = {path for path, _ in _told(compare.packs(*_packs(before, after)))}
    assert paths == {"exportToysRequest/Toy/Name", f"{IMPORT}/Name", "getStateResult/Box/Toy/Name"}


def test_documentation__is_counted_apart():
    found = _diff(types=("Игрушки. Доступны", "Все игрушки. Доступны"))
    assert found.differences == ()
    (difference,) = found.documentation
    assert difference.places[0].path == "importToysRequest"
    assert not difference.breaking


def test_breaking_differences__stand_first():
    replaced = ('maxLength value="10"', 'maxLength value="11"'), ('maxInclusive value="18"', 'maxInclusive value="12"')
    found = _diff(types=replaced[0], parts=replaced[1])
    assert [each.breaking for each in found.differences] == [True, False]


def test_operations_and_services__come_and_go():
    toys = loader.load(pack_files.files())
    found = compare.packs(toys, builtin.pack())
    assert _told(found)["toys", Aspect.REMOVED] == (pack_files.PATH, "", True)
    assert not _told(found)["house-management", Aspect.ADDED][2]
    assert all(each.role is Role.REQUEST for each in found.differences)
    assert compare.packs(toys, builtin.pack(), ["toys"]).services == ("toys",)


def test_operation_that_is_gone__is_told():
    before = pack_files.files()
    wsdl = before[pack_files.WSDL].decode()
    start, end = wsdl.index('<w:operation name="dropToys">'), wsdl.rindex('<w:operation name="dropToys">')
    cut = (
        wsdl[:start],
        wsdl[wsdl.index("</w:operation>", start) + 14 : end],
        wsdl[wsdl.index("</w:operation>", end) + 14 :],
    )
    after = {**before, pack_files.WSDL: "".join(cut).encode()}
    told = _told(compare.packs(*_packs(before, after)))
    assert told == {("toys/dropToys", Aspect.REMOVED): ("request dropToysRequest, versions 2.5.0.0, 2.6.0.0", "", True)}


def test_two_services_of_one_namespace__are_refused():
    files = pack_files.files()
    files["toys/more.wsdl"] = files[pack_files.WSDL].replace(b"services/ToysAsync", b"services/MoreAsync")
    with pytest.raises(errors.ContractError, match="namespace"):
        compare.packs(*_packs(files, files))
