"""nsiRefs are judged by code, and by the GUID of this installation; the text of the error tells both."""

from __future__ import annotations

from gateway.families import references
from gateway.families.nsi import builtin

NUMBERS = {"State": 24}
KNOWN = builtin.Builtin().item(24, "2")


def _problems(content):
    return list(references.problems(content, NUMBERS, builtin.Builtin()))


def test_entry_of_this_installation__is_good_with_or_without_its_guid():
    assert _problems({"State": {"Code": "2", "GUID": KNOWN.guid.upper()}}) == []
    assert _problems({"State": {"Code": "2."}}) == []
    assert _problems({"Other": {"Code": "no dictionary is known for it"}}) == []


def test_unknown_code__is_named_with_its_dictionary_and_place():
    (found,) = _problems({"House": [{"State": {"Code": "77"}}]})
    assert found.code == references.UNKNOWN_ENTRY
    assert "77" in found.text
    assert "24" in found.text
    assert "House/State" in found.text


def test_guid_of_another_stand__is_told_with_ours():
    given = "00000000-0000-4000-8000-000000000001"
    (found,) = _problems({"State": {"Code": "2", "GUID": given}})
    assert found.code == references.FOREIGN_ENTRY
    assert given in found.text
    assert KNOWN.guid in found.text
