"""Messages of the stories are filled by two rules, and every one of them is valid once it is filled."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway import wire, xml
from gateway.stories import errors, template


def filled(text: str, **values: object) -> str:
    root = etree.fromstring(text)
    template.fill(root, values)
    return etree.tostring(root, encoding="unicode")


def test_place__gets_the_value_of_its_name():
    assert (
        filled("<r><a><b>$area</b></a><c>as it is</c></r>", area="54.3") == "<r><a><b>54.3</b></a><c>as it is</c></r>"
    )


def test_place_without_a_value__is_left_out_with_its_element():
    assert filled("<r><a>$account</a><b/></r>", account=None) == "<r><b/></r>"


def test_element_with_a_list__is_repeated_with_the_values_of_each_and_those_around():
    found = filled("<r><f><n>$n</n><h>$h</h></f><z/></r>", h="9", f=[{"n": "1"}, {"n": "2"}])
    assert found == "<r><f><n>1</n><h>9</h></f><f><n>2</n><h>9</h></f><z/></r>"


def test_list_inside_a_list__belongs_to_its_member():
    found = filled(
        "<r><f><n>$n</n><m>$m</m></f></r>", f=[{"n": "1", "m": []}, {"n": "2", "m": [{"m": "А"}, {"m": "Б"}]}]
    )
    assert found == "<r><f><n>1</n></f><f><n>2</n><m>А</m><m>Б</m></f></r>"


def test_new_guid__is_another_one_at_every_place():
    root = etree.fromstring("<r><a>$new</a><a>$new</a></r>")
    template.fill(root, {})
    assert len({each.text for each in root}) == 2
    assert {len(each.text) for each in root} == {36}


def test_value_that_nobody_has_told__is_a_surprise_that_names_it():
    with pytest.raises(errors.Surprise, match="GUID needs 24/2"):
        filled("<r><GUID>$24/2</GUID></r>")


FILES = [each for folder in template.FOLDERS for each in template.folder(folder)]


def test_names_of_messages__are_not_used_twice():
    names = [file.name for file in FILES]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_message__says_before_its_root_which_operation_it_is(file):
    data = file.read_bytes()
    about = data.partition(b"<!-- ")[2].partition(b" -->")[0].decode()
    assert about.partition(":")[0].startswith(("import", "export"))
    assert wire.local(xml.parse(data).tag).endswith("Request")
