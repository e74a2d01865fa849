"""The quick checks of a document agree with slow and obvious ones, on random trees.

The slow ones look at the plan of a tree, never at the tree: elements with declarations, attributes and content, in
which text and notes stand as they are written.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from signing import limits, references
from signing.policy import STRICT
from signing.verdict import Reason, Refusal

POLICY = dataclasses.replace(STRICT, attributes=4, namespaces=5, namespace_characters=6)
MINE = ("one", "two", "three")
NOTES = ("<!---->", "<!-- n -->", "<?p?>")


@dataclass
class Plan:
    """One element to come."""

    declared: dict[str, str] = field(default_factory=dict)
    attributes: dict[str, str] = field(default_factory=dict)
    content: list[Plan | str] = field(default_factory=list)

    def write(self) -> str:
        declared = "".join(f' xmlns:{prefix}="{address}"' for prefix, address in self.declared.items())
        attributes = "".join(f' {name}="{value}"' for name, value in self.attributes.items())
        content = "".join(item if isinstance(item, str) else item.write() for item in self.content)
        return f"<e{declared}{attributes}>{content}</e>"

    def elements(self) -> list[Plan]:
        return [item for item in self.content if isinstance(item, Plan)]

    def all(self) -> Iterator[Plan]:
        yield self
        for element in self.elements():
            yield from element.all()

    def all_attributes(self) -> list[tuple[str, str]]:
        return [attribute for each in self.all() for attribute in each.attributes.items()]


NAMES = st.sampled_from(["Id", "ID", "id", "iD", "x:Id", "xml:id", "a", "b", "Idx", "I"])
ADDRESSES = st.sampled_from(["u", "u:long"] * 10 + ["u:longer"])
DECLARED = st.just({}) | st.dictionaries(st.sampled_from("pqrstu"), ADDRESSES, max_size=3)
TEXTS = st.sampled_from(["", " ", "\n\t", "text", " text ", "\u00a0", "<![CDATA[]]>", "<![CDATA[ ]]>", "<![CDATA[c]]>"])


def plans(content: st.SearchStrategy[Plan | str]) -> st.SearchStrategy[Plan]:
    attributes = st.dictionaries(NAMES, st.sampled_from([*MINE, "oneone", "other"]), max_size=5)
    return st.builds(Plan, DECLARED, st.just({}) | attributes, st.lists(content, max_size=5))


LEAVES = TEXTS | st.sampled_from(NOTES)
TREES = plans(st.recursive(LEAVES, lambda inner: LEAVES | plans(inner), max_leaves=12))
"""Signed elements."""
AROUND = st.lists(st.builds(Plan, DECLARED, st.dictionaries(NAMES, st.sampled_from(MINE), max_size=4)), max_size=3)
"""Their ancestors, outermost first."""
KEEPING = etree.XMLParser(strip_cdata=False, collect_ids=False)


def _grown(around: list[Plan], plan: Plan) -> etree._Element:
    """The signed element inside its ancestors; the prefix x is declared before everything else."""
    chain = [*around, plan]
    for outer, inner in itertools.pairwise(chain):
        outer.content = [inner]
    chain[0].declared["x"] = "u"
    element = etree.fromstring(chain[0].write(), KEEPING)
    for _ in around:
        element = element[0]
    return element


def _slow(around: list[Plan], plan: Plan) -> Reason | None:
    if any(len(each.attributes) > POLICY.attributes for each in [*around, plan][0].all()):
        return Reason.LIMITS
    inherited = {prefix: address for outer in around for prefix, address in outer.declared.items()}
    addresses = [*inherited.values(), *(address for each in plan.all() for address in each.declared.values())]
    if max(map(len, addresses), default=0) > POLICY.namespace_characters:
        return Reason.LIMITS
    if _deepest(plan, len(inherited)) > POLICY.namespaces:
        return Reason.LIMITS
    return Reason.SHAPE if any(_cuts(each) for each in plan.all()) else None


def _deepest(plan: Plan, outside: int) -> int:
    """The most declarations on the way down to any element."""
    here = outside + len(plan.declared)
    return max([here, *(_deepest(inner, here) for inner in plan.elements())])


def _cuts(plan: Plan) -> bool:
    """Whether text follows a note with nothing between, but white space and other notes."""
    after_note = False
    for item in plan.content:
        if isinstance(item, Plan):
            after_note = False
        elif item in NOTES:
            after_note = True
        elif after_note and item.replace("<![CDATA[", "").replace("]]>", "").strip(" \t\r\n"):
            return True
    return False


def _quick(element: etree._Element) -> Reason | None:
    try:
        limits.check(element, POLICY)
    except Refusal as refusal:
        return refusal.failure.reason
    return None


@given(around=AROUND, plan=TREES)
def test_limits__are_those_that_a_look_at_every_node_finds(around, plan):
    assert _quick(_grown(around, plan)) is _slow(around, plan)


@given(around=AROUND, plan=TREES)
def test_identifiers__are_as_unique_as_a_look_at_every_attribute_finds(around, plan):
    plan = Plan({}, {"Id": "one"}, [Plan({}, {"Id": "two"}, [Plan({}, {"Id": "three"}, [plan])])])
    element = _grown(around, plan)
    mine = [element[0][0], element[0], element]
    everything = [*around, plan][0].all_attributes()
    for some in (mine, mine[:1]):
        values = {bearer.get("Id") for bearer in some}
        assert references.are_unique(*some) is (sum(map(_is_bearer(values), everything)) == len(some))


def _is_bearer(values: set[str]) -> Callable[[tuple[str, str]], bool]:
    return lambda attribute: attribute[0].rpartition(":")[2].lower() == "id" and attribute[1] in values
