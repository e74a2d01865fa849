"""The same comparison for people and for programs; always the same bytes."""

from __future__ import annotations

import pytest

from gateway.study.differences import report
from gateway.study.differences.difference import Aspect, Change, Comparison, Difference, Place, Role


def _difference(aspect, before, after, *paths, narrower=False, wider=False, role=Role.REQUEST):
    places = tuple(Place("toys", (f"op{number}",), path) for number, path in enumerate(paths))
    return Difference(Change(aspect, before, after, narrower, wider), role, places)


WIDER = _difference(Aspect.MAX_LENGTH, "10", "11", "A/Name", wider=True)
NARROWER = _difference(Aspect.MIN_LENGTH, "", "2", *(f"A{n}/B" for n in range(6)), narrower=True)
NOTE = _difference(Aspect.DOCUMENTATION, "Было", "Стало", "A/Name")
FOUND = Comparison("1.0", "2.0", ("toys",), (NARROWER, WIDER), (NOTE,))


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (WIDER, "maxLength: 10 → 11"),
        (NARROWER, "minLength: none → 2"),
        (_difference(Aspect.ADDED, "", "optional: string", "A"), "added: optional: string"),
        (_difference(Aspect.REMOVED, "required: string", "", "A"), "removed (it was required: string)"),
        (_difference(Aspect.OCCURRENCE, "optional", "required", "A"), "optional → required"),
        (_difference(Aspect.ENUMERATION, "a", "b, c", "A"), "enumeration: without a; with b, c"),
        (_difference(Aspect.ENUMERATION, "", "b", "A"), "enumeration: with b"),
        (_difference(Aspect.ENUMERATION, "any value", "b", "A"), "enumeration: any value → b"),
    ],
)
def test_change__is_told_in_words(difference, words):
    assert report.phrase(difference) == words


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("narrower", "wider"), [(True, False), (False, True), (True, True), (False, False)])
def test_breaking__means_narrower_for_a_request_and_wider_for_a_result(role, narrower, wider):
    found = _difference(Aspect.TYPE, "a", "b", "A", narrower=narrower, wider=wider, role=role)
    assert found.breaking == (narrower if role is Role.REQUEST else wider)


def test_text__marks_what_breaks_and_cuts_long_lists_of_places():
    lines = report.text(FOUND).splitlines()
    assert lines[0] == (
        "1.0 → 2.0, 1 service: 2 differences, 1 of them breaking (!); "
        "1 change of documentation alone, not shown (--docs)"
    )
    assert lines[1:] == [
        "",
        "toys",
        "  op0, op1, op2, op3 and 2 more",
        "    ! B  minLength: none → 2",
        "        A0/B",
        "        A1/B",
        "        A2/B",
        "        and 3 more places (--json names all)",
        "  op0",
        "      Name  maxLength: 10 → 11",
        "        A/Name",
    ]


def test_type__says_which_way_its_messages_go():
    change = Change(Aspect.PATTERN, "a", "b", narrower=True, wider=True, type="Code")
    found = [Difference(change, role, (Place("toys", ("op",), "A/B"),)) for role in Role]
    lines = report.text(Comparison("1", "2", ("toys",), tuple(found), ())).splitlines()
    assert [line.strip() for line in lines if "Code" in line] == [
        "! Code in requests  pattern: a → b",
        "! Code in results  pattern: a → b",
    ]


def test_documentation__is_shown_on_demand():
    for written in (report.text, report.markdown):
        assert "Стало" not in written(FOUND)
        assert "Стало" in written(FOUND, docs=True)
        assert "--docs" not in written(FOUND, docs=True)
    assert [len(report.data(FOUND, docs=docs)["differences"]) for docs in (False, True)] == [2, 3]


def test_data__has_every_place():
    first, _ = report.data(FOUND)["differences"]
    assert first["breaking"]
    assert [place["path"] for place in first["places"]] == [f"A{n}/B" for n in range(6)]


def test_markdown__shows_names_and_signs_literally():
    found = Comparison("1", "2", ("toys",), (_difference(Aspect.PATTERN, "a*|[b]", "c_d", "A/B_C"),), ())
    assert r"- `B_C` pattern: a\*\|\[b\] → c\_d" in report.markdown(found)
    assert "  - `A/B_C`" in report.markdown(found)


def test_nothing_otherwise__is_said():
    assert report.text(Comparison("1", "2", ("toys",), (), ())) == "1 → 2, 1 service: no difference"
