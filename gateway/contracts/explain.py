"""From libxml2's error log to violations that a person who sends packages understands.

Each violation names the element by its path in contract names, with an index only where siblings repeat, its line, and
in Russian what was found and what was expected. Several complaints about one value become one violation.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from lxml import etree

from gateway import wire
from gateway.contracts import phrases

_SAID = re.compile(r"^Element '(.*?)'(?:, attribute '(.*?)')?: (?:\[facet '.*?'\] )?(.*)$", re.DOTALL)
_STEP = re.compile(r"/([^/\[\]]+)(\[\d+\])?")
_E: Final = etree.ErrorTypes
_TYPE_CODES: Final = (
    _E.SCHEMAV_CVC_DATATYPE_VALID_1_2_1,
    _E.SCHEMAV_CVC_DATATYPE_VALID_1_2_2,
    _E.SCHEMAV_CVC_DATATYPE_VALID_1_2_3,
)
_VALUE_CODES: Final = frozenset(range(_E.SCHEMAV_CVC_LENGTH_VALID, _E.SCHEMAV_CVC_ENUMERATION_VALID + 1)) | {
    *_TYPE_CODES
}

_before = etree.XPath("count(preceding-sibling::*[local-name() = $name])")
_after = etree.XPath("boolean(following-sibling::*[local-name() = $name])")


Types: TypeAlias = Callable[[tuple[str, ...]], str]
"""The XSD type behind the element at a path of Clark names, empty where it is not known."""


@dataclasses.dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a message."""

    path: str
    """Where, in contract names: `importHouseUORequest/ApartmentHouse/EntranceToCreate[2]/EntranceNum`."""
    line: int
    """Line of the element in the sender's document, from 1; 0 where libxml2 does not tell it."""
    text: str
    """What is wrong and what was expected, in Russian; may show the sender's own value, cut to 80 characters."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Complaint:
    """One entry of the log, taken apart."""

    code: int
    line: int
    place: str
    """XPath of the element, empty where libxml2 did not give it."""
    element: str
    """Clark name."""
    attribute: str
    said: str


def explain(log: Iterable[etree._LogEntry], root: etree._Element, limit: int, types: Types) -> tuple[Violation, ...]:
    """Return at most `limit` violations for the errors that judging `root` left in `log`."""
    found: list[Violation] = []
    for group in _grouped(map(_complaint, log)):
        if len(found) == limit:
            break
        violation = _violation(group, root, types)
        # A key that lacks a field because the field itself is wrong was told already.
        if violation.text != phrases.KEY_INCOMPLETE or not any(each.path.startswith(violation.path) for each in found):
            found.append(violation)
    return tuple(found)


def unjudgeable(root: etree._Element) -> Violation:
    """Return the violation of a message that libxml2 gave up on."""
    text = "сообщение невозможно проверить: в нём есть значения сверх допустимых пределов"
    return Violation(wire.local(root.tag), root.sourceline or 0, text)


def _complaint(entry: etree._LogEntry) -> _Complaint:
    match = _SAID.match(entry.message)
    element, attribute, said = match.groups("") if match else ("", "", entry.message)
    return _Complaint(entry.type, entry.line, entry.path or "", element, attribute, said)


def _grouped(complaints: Iterable[_Complaint]) -> Iterator[list[_Complaint]]:
    # libxml2 reports each facet of a value, then its type, and the content of an element that may have none.
    group: list[_Complaint] = []
    for complaint in complaints:
        if group and not _same_value(group[-1], complaint):
            yield group
            group = []
        group.append(complaint)
    if group:
        yield group


def _same_value(one: _Complaint, other: _Complaint) -> bool:
    same_place = bool(one.place) and (one.place, one.attribute) == (other.place, other.attribute)
    about_value = one.code in _VALUE_CODES or one.code == _E.SCHEMAV_CVC_TYPE_3_1_2
    return same_place and about_value and other.code in _VALUE_CODES


def _violation(group: list[_Complaint], root: etree._Element, types: Types) -> Violation:
    first = group[0]
    node = _node(first, root)
    # The type's word adds nothing to a facet's, nor a facet's to that of forbidden children.
    telling = [each for each in group if each.code not in _TYPE_CODES] or group[:1]
    if first.code == _E.SCHEMAV_CVC_TYPE_3_1_2:
        telling = [first]
    kind = types(_names(node, root)) if node is not None and first.code in _TYPE_CODES and not first.attribute else ""
    texts = list(dict.fromkeys(phrases.sentence(each.code, each.said, kind) for each in telling))
    if first.code == _E.SCHEMAV_CVC_IDC and node is not None:
        node = _holder(node, phrases.keys(first.said))
    path = _path(node, root) if node is not None else wire.local(first.element)
    if first.attribute:
        path += f"/@{wire.local(first.attribute)}"
    text = "; ".join([*texts, *_namespace(first, node)])
    return Violation(path, first.line or (node.sourceline if node is not None else None) or 0, text)


def _node(complaint: _Complaint, root: etree._Element) -> etree._Element | None:
    if complaint.place:
        steps = _STEP.findall(complaint.place)
        test = "".join(f"/{_step(name)}{index}" for name, index in steps[1:])
        found = root.xpath(f".{test}") if test else [root]
        return found[0] if found else None
    # A broken reference has no path, only a name and a line.
    candidates = root.iter(complaint.element) if complaint.element and complaint.line else ()
    values = phrases.keys(complaint.said)
    same = (node for node in candidates if node.sourceline == complaint.line and _text(node) in values)
    return next(same, None)


def _step(name: str) -> str:
    if name == "*":
        return "*"
    # libxml2 names steps by the prefix of the element itself, which other places may bind to something else.
    unqualified = "" if ":" in name else " and namespace-uri() = ''"
    return f"*[name() = '{name}'{unqualified}]"


def _names(node: etree._Element, root: etree._Element) -> tuple[str, ...]:
    above = itertools.takewhile(lambda each: each is not root.getparent(), node.iterancestors())
    return tuple(reversed([str(each.tag) for each in (node, *above)]))


def _path(node: etree._Element, root: etree._Element) -> str:
    names: list[str] = []
    while node is not root:
        name = wire.local(node.tag)
        index = int(_before(node, name=name)) + 1
        repeats = index > 1 or _after(node, name=name)
        names.append(f"{name}[{index}]" if repeats else name)
        node = node.getparent()
    return "/".join([wire.local(root.tag), *reversed(names)])


def _holder(node: etree._Element, values: list[str]) -> etree._Element:
    """Return the element inside `node` that holds the only value of a key, `node` itself for other keys."""
    if len(values) != 1 or not len(node):
        return node
    return next((leaf for leaf in node.iter(etree.Element) if not len(leaf) and _text(leaf) == values[0]), node)


def _text(node: etree._Element) -> str:
    return str(node.text or "").strip()


def _namespace(complaint: _Complaint, node: etree._Element | None) -> Iterator[str]:
    """Yield a hint where only the namespace is wrong: the expected name is the one that was found."""
    if complaint.code != _E.SCHEMAV_ELEMENT_CONTENT or node is None:
        return
    expected = re.findall(r"\{([^{}]*)\}([^\s,{}]+)", complaint.said)
    name = etree.QName(node)
    for namespace, local in expected:
        if local == name.localname and namespace != (name.namespace or "") and "not expected" in complaint.said:
            found = f"«{name.namespace}»" if name.namespace else "не указано"
            yield f"пространство имён {found}, а должно быть «{namespace}»"
            return
