from __future__ import annotations

from gateway.families import fields


def _parameter(code: str, value: str) -> dict:
    return {"Code": code, "Value": {"StringValue": value}}


def test_inherit__keeps_what_is_not_stated_and_takes_what_is() -> None:
    assert fields.inherit({"a": "1", "b": "2"}, {"b": "3", "c": "4"}) == {"a": "1", "b": "3", "c": "4"}


def test_inherit__replaces_a_choice_as_a_whole() -> None:
    before = {"GrossArea": "31.2", "CadastralNumber": "77:01", "TotalArea": "54.3"}
    after = fields.inherit(before, {"NoGrossArea": "true", "NoCadastralNumber": "true"})
    assert after == {"NoGrossArea": "true", "NoCadastralNumber": "true", "TotalArea": "54.3"}


def test_inherit__merges_parameters_by_code() -> None:
    before = {"OGFData": [_parameter("1", "old"), _parameter("2", "old")]}
    after = fields.inherit(before, {"OGFData": [_parameter("2", "new"), _parameter("3", "new")]})
    assert after["OGFData"] == [_parameter("1", "old"), _parameter("2", "new"), _parameter("3", "new")]


def test_replace__resets_what_is_neither_stated_nor_kept() -> None:
    after = fields.replace({"PremisesNum": "5", "TotalArea": "54.3"}, {"OGFData": []}, ("PremisesNum",))
    assert after == {"PremisesNum": "5", "OGFData": []}


def test_replace__lets_a_stated_value_win_over_a_kept_one() -> None:
    assert fields.replace({"PremisesNum": "5"}, {"PremisesNum": "6"}, ("PremisesNum",)) == {"PremisesNum": "6"}


def test_replace__keeps_no_other_half_of_a_stated_choice() -> None:
    assert fields.replace({"GrossArea": "31.2"}, {"NoGrossArea": "true"}, ("GrossArea",)) == {"NoGrossArea": "true"}


def test_flag__knows_both_spellings_of_xsd() -> None:
    values = {"true": True, "1": True, " true ": True, "false": False, "0": False, "": False}
    assert {text: fields.flag({"x": text}, "x") for text in values} == values
    assert not fields.flag({}, "x")


def test_item_code__ignores_the_final_dot() -> None:
    assert fields.item_code({"State": {"Code": "5."}}, "State") == fields.item_code({"State": {"Code": "5"}}, "State")
