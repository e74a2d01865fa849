"""Changes of DER that keep its lengths right, so that a reader comes to what lies deeper."""

from __future__ import annotations

import dataclasses
from random import Random

from signing import der as reader
from tests.signature_attacks import der

_CONSTRUCTED = 0x20
_BIT_STRING, _OCTET_STRING, _INTEGER, _OID = 0x03, 0x04, 0x02, 0x06
_TAGS = (
    0x01,
    0x02,
    0x03,
    0x04,
    0x05,
    0x06,
    0x0C,
    0x12,
    0x13,
    0x16,
    0x17,
    0x18,
    0x1E,
    0x1C,
    0x30,
    0x31,
    0xA0,
    0xA3,
    0x80,
    0x86,
)
_NUMBERS = (0, 1, -1, 127, 128, 2**31, 2**63, 2**64, 2**159, 2**160, -(2**200), 2**2048 - 1)
_IDENTIFIERS = tuple(
    der.oid(each)
    for each in (
        "1.2.840.113549.1.1.1",
        "1.2.840.113549.1.1.10",
        "1.2.840.113549.1.1.11",
        "1.2.840.113549.1.1.5",
        "1.2.840.10045.2.1",
        "1.2.840.10045.3.1.7",
        "1.2.840.10045.4.3.2",
        "1.3.132.0.34",
        "1.3.132.0.10",
        "1.3.101.112",
        "1.2.840.10040.4.1",
        "1.2.643.7.1.1.1.1",
        "1.2.643.7.1.1.1.2",
        "1.2.643.7.1.1.3.2",
        "1.2.643.2.2.19",
        "1.2.643.2.2.35.1",
        "1.2.643.7.1.2.1.1.1",
        "2.5.29.15",
        "2.5.29.17",
        "2.5.29.19",
        "2.5.29.31",
        "2.5.29.32",
        "2.5.29.35",
        "2.5.29.37",
        "2.5.4.3",
        "2.5.4.6",
        "1.2.643.100.1",
        "1.2.643.3.131.1.1",
    )
)


@dataclasses.dataclass(slots=True)
class Node:
    """One value: with children where it is made of values, else with its content."""

    tag: int
    content: bytes = b""
    children: list[Node] | None = None
    before: bytes = b""
    """What stands before the children: the count of unused bits."""

    def encoded(self) -> bytes:
        if self.children is None:
            return der.tlv(self.tag, self.content)
        return der.tlv(self.tag, self.before + b"".join(child.encoded() for child in self.children))


def parse(data: bytes) -> list[Node]:
    """The values in a row, each with what is inside of it; raises ValueError where they are none."""
    return [_node(tag, content) for tag, _whole, content in reader.values(data)]


def _node(tag: int, content: bytes) -> Node:
    before = content[:1] if tag == _BIT_STRING else b""
    if content and (tag & _CONSTRUCTED or tag in {_BIT_STRING, _OCTET_STRING}):
        try:
            children = parse(content[len(before) :])
        except ValueError:
            return Node(tag, content)
        if tag & _CONSTRUCTED or b"".join(child.encoded() for child in children) == content[len(before) :]:
            return Node(tag, children=children, before=before)
    return Node(tag, content)


def changed(data: bytes, random: Random, changes: int) -> bytes:
    """Return the data after so many changes of its values; data that are no DER come back as they are."""
    try:
        roots = parse(data)
    except ValueError:
        return data
    for _ in range(changes):
        parents = [Node(0x30, children=roots)]
        for node in parents:
            parents += [child for child in node.children or () if child.children is not None]
        random.choice(_CHANGES)(random.choice([parent for parent in parents if parent.children] or parents), random)
    return b"".join(root.encoded() for root in roots)


def _index(parent: Node, random: Random) -> int:
    return random.randrange(len(parent.children or [0]))


def _remove(parent: Node, random: Random) -> None:
    if parent.children:
        del parent.children[_index(parent, random)]


def _repeat(parent: Node, random: Random) -> None:
    if parent.children:
        child = parent.children[_index(parent, random)]
        parent.children[:0] = [child] * random.choice((1, 1, 1, 2, 20, 100))


def _swap(parent: Node, random: Random) -> None:
    children = parent.children
    if children:
        one, two = _index(parent, random), _index(parent, random)
        children[one], children[two] = children[two], children[one]


def _retag(parent: Node, random: Random) -> None:
    if parent.children:
        parent.children[_index(parent, random)].tag = random.choice(_TAGS)


def _rewrite(parent: Node, random: Random) -> None:
    """Give a value without children another content, one that its type can have or any."""
    if not parent.children:
        return
    node = parent.children[_index(parent, random)]
    if node.children is not None:
        return
    if node.tag == _INTEGER and random.random() < 0.7:
        node.content = next(reader.values(der.integer(random.choice(_NUMBERS))))[2]
    elif node.tag == _OID and random.random() < 0.7:
        node.content = next(reader.values(random.choice(_IDENTIFIERS)))[2]
    else:
        size = random.choice((0, 1, len(node.content), len(node.content) + 1, 70, 300))
        node.content = random.randbytes(size) if random.random() < 0.5 else (node.content * 300)[:size]


def _flip(parent: Node, random: Random) -> None:
    if parent.children:
        node = parent.children[_index(parent, random)]
        if node.content:
            position = random.randrange(len(node.content))
            flipped = node.content[position] ^ 1 << random.randrange(8)
            node.content = node.content[:position] + bytes([flipped]) + node.content[position + 1 :]


def _nest(parent: Node, random: Random) -> None:
    if parent.children:
        index = _index(parent, random)
        node = parent.children[index]
        for _ in range(random.choice((1, 1, 2, 50))):
            node = Node(random.choice((0x30, 0x31, 0xA0, 0x24)), children=[node])
        parent.children[index] = node


def _flatten(parent: Node, random: Random) -> None:
    if parent.children:
        index = _index(parent, random)
        parent.children[index : index + 1] = parent.children[index].children or []


_CHANGES = (_remove, _repeat, _swap, _retag, _rewrite, _rewrite, _rewrite, _flip, _flip, _nest, _flatten)
