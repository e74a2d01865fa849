"""nsiRefs are judged by code, and by the GUID of this installation; the text of the error tells both."""

from __future__ import annotations

import dataclasses

from gateway.families import api, references
from gateway.families.nsi import builtin

NUMBERS = {"State": 24, "Unheard": 9999}
KNOWN = builtin.Builtin().item(24, "2")
GIVEN = "00000000-0000-4000-8000-000000000001"


class Whole(builtin.Builtin):
    """The same dictionaries, each as if an installation had loaded it; the entry 24/1 is no longer to be used."""

    def dictionary(self, number: int) -> api.Dictionary | None:
        found = super().dictionary(number)
        if found is None:
            return None
        old = {code: dataclasses.replace(item, actual=code != "1") for code, item in found.items.items()}
        return dataclasses.replace(found, items=old, complete=True)

    def item(self, number: int, code: str) -> api.Item | None:
        found = self.dictionary(number)
        return found.items.get(builtin.normal(code)) if found else None


def _problems(content, entries=None):
    return list(references.problems(content, NUMBERS, entries or builtin.Builtin()))


def test_entry_of_this_installation__is_good_with_or_without_its_guid():
    assert _problems({"State": {"Code": "2", "GUID": KNOWN.guid.upper()}}) == []
    assert _problems({"State": {"Code": "2."}}) == []
    assert _problems({"Other": {"Code": "no dictionary is known for it"}}) == []


def test_unknown_code__is_named_with_its_dictionary_and_place():
    (found,) = _problems({"House": [{"State": {"Code": "77", "GUID": GIVEN}}]}, Whole())
    assert found.code == references.UNKNOWN_ENTRY
    assert all(said in found.text for said in ("«77»", "№ 24", GIVEN, "House/State"))


def test_entry_that_is_no_longer_used__is_refused_like_an_unknown_one():
    (found,) = _problems({"State": {"Code": "1"}}, Whole())
    assert found.code == references.UNKNOWN_ENTRY


def test_code_that_a_dictionary_known_in_part_misses__is_not_said_to_be_unknown():
    found = _problems({"State": {"Code": "77", "GUID": GIVEN}, "Unheard": {"Code": "1"}})
    assert [each.code for each in found] == [references.UNVERIFIABLE_ENTRY] * 2
    assert all(said in found[0].text for said in ("«77»", "№ 24", GIVEN, "не полностью"))
    assert "отсутствует в справочнике" not in found[0].text


def test_guid_of_another_stand__is_told_with_ours():
    (found,) = _problems({"State": {"Code": "2", "GUID": GIVEN}})
    assert found.code == references.FOREIGN_ENTRY
    assert GIVEN in found.text
    assert KNOWN.guid in found.text
