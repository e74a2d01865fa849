"""The messages of the stories: request elements in `samples`, with places that are filled before they are sent.

There are two rules. A text `$name` stands for the value of that name; the element is left out where the value is None.
An element for whose local name a list is given is repeated, once for each member, with the values of that member
besides; an empty list leaves it out. `$new` is a new GUID at every place.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Final, TypeAlias

from lxml import etree

from gateway import clock, wire, xml
from gateway.stories import errors

Values: TypeAlias = Mapping[str, Any]
"""Texts, None, or lists of further values, by name."""

FOLDERS: Final = ("month", "quarter")
"""Where the messages are, in `samples`: a later story sends those of an earlier one too, so names are unique."""
_PLACE: Final = "$"
_NEW: Final = "$new"


def folder(name: str) -> list[Traversable]:
    """Return the messages of a story."""
    return [each for each in (resources.files("samples") / name).iterdir() if each.name.endswith(".xml")]


def request(name: str, values: Values) -> etree._Element:
    """Return the request element of the message NAME.xml, filled; raises Surprise where a value is not known."""
    (file,) = (found for folder in FOLDERS if (found := resources.files("samples") / folder / f"{name}.xml").is_file())
    root = xml.parse(file.read_bytes())
    fill(root, values)
    return root


def fill(element: etree._Element, values: Values) -> None:
    """Fill an element, or everything inside it; raises Surprise where a value is not known."""
    if (element.text or "").startswith(_PLACE):
        _put(element, values)
        return
    for child in list(element.iterchildren(etree.Element)):
        rows = values.get(wire.local(child.tag))
        if not isinstance(rows, list):
            fill(child, values)
            continue
        for row in rows:
            repeated = copy.deepcopy(child)
            child.addprevious(repeated)
            fill(repeated, {**values, **row})
        element.remove(child)


def _put(place: etree._Element, values: Values) -> None:
    if place.text == _NEW:
        place.text = clock.new_guid()
        return
    name = str(place.text).removeprefix(_PLACE)
    if name not in values:
        raise errors.Surprise([f"{wire.local(place.tag)} needs {name}, which no answer has told"])
    if values[name] is None:
        place.getparent().remove(place)
    else:
        place.text = values[name]
