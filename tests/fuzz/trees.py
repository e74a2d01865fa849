"""Changes of an XML tree that keep it well-formed, so that a judge comes to what it means."""

from __future__ import annotations

import copy
from random import Random

from lxml import etree

from tests.signature_attacks import message
from tests.signature_attacks.message import DS, EXCLUSIVE, ID, XADES

_NAMESPACES = (DS, XADES, message.SOAP, message.HM, "urn:a", "")
_NAMES = ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id", "{http://www.w3.org/XML/1998/namespace}lang")
_NAMES += ("URI", "Type", "Target", "Algorithm", "a")
_VALUES = (ID, f"#{ID}", "#xmldsig-1", "xmldsig-1", "#xmldsig-1-signedprops", "xmldsig-1-signedprops", "", "#", "a")
_VALUES += (EXCLUSIVE, message.INCLUSIVE, message.ENVELOPED, f"{message.XMLENC}sha256", f"{DS}sha1")
_VALUES += (f"{message.MORE}ecdsa-sha256", f"{message.MORE}rsa-sha256")
_TEXTS = (
    "",
    " ",
    "A",
    "AAAA",
    "1",
    "\t\r\n",
    "=",
    "é",
    "2027-03-01T12:00:00Z",
    "CN=a",
    "\U0001f600",
    "&<>]]>",
    "0" * 300,
)


def changed(root: etree._Element, random: Random, changes: int) -> None:
    """Change the tree in place so many times."""
    for _ in range(changes):
        nodes = list(root.iter("*"))
        # Half of the changes inside the Signature, which is the larger part of a message anyway.
        inside = [node for node in nodes if DS in node.tag or XADES in node.tag]
        random.choice(_CHANGES)(random.choice(inside if inside and random.random() < 0.5 else nodes), nodes, random)


def _delete(node, nodes, random):
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _repeat(node, nodes, random):
    if node.getparent() is not None:
        node.addnext(copy.deepcopy(node))


def _move(node, nodes, random):
    target = random.choice(nodes)
    if node is not target and target not in node.iterdescendants() and node.getparent() is not None:
        target.insert(random.randrange(len(target) + 1), node)


def _copy(node, nodes, random):
    target = random.choice(nodes)
    target.insert(random.randrange(len(target) + 1), copy.deepcopy(node))


def _wrap(node, nodes, random):
    parent = node.getparent()
    if parent is not None:
        box = etree.Element(random.choice(nodes).tag)
        parent.replace(node, box)
        box.append(node)


def _rename(node, nodes, random):
    local = etree.QName(random.choice(nodes)).localname
    namespace = random.choice(_NAMESPACES)
    node.tag = f"{{{namespace}}}{local}" if namespace else local


def _set(node, nodes, random):
    node.set(random.choice(_NAMES), random.choice(_VALUES))


def _reset(node, nodes, random):
    if node.attrib:
        node.set(random.choice(list(node.attrib)), random.choice(_VALUES))


def _unset(node, nodes, random):
    if node.attrib:
        del node.attrib[random.choice(list(node.attrib))]


def _text(node, nodes, random):
    node.text = random.choice((*_TEXTS, random.choice(nodes).text))


def _tail(node, nodes, random):
    node.tail = random.choice(_TEXTS)


def _letter(node, nodes, random):
    """Change one letter, so that base64 stays what it is."""
    text = node.text
    if text and text.strip():
        position = random.randrange(len(text))
        node.text = text[:position] + random.choice("AQgw0/+=\n ") + text[position + 1 :]


def _note(node, nodes, random):
    mark = etree.Comment("a") if random.random() < 0.5 else etree.ProcessingInstruction("a")
    text = node.text or ""
    cut = random.randrange(len(text) + 1)
    node.text, mark.tail = text[:cut], text[cut:]
    node.insert(0, mark)


def _declare(node, nodes, random):
    """Put a copy of the node that declares more namespaces into its place."""
    parent = node.getparent()
    if parent is None:
        return
    prefix = random.choice(("ds", "xades", "soap", "hm", "base", "b", None))
    declared = {**node.nsmap, prefix: random.choice(("urn:a", DS, message.HM, "relative"))}
    twin = etree.Element(node.tag, dict(node.attrib), nsmap=declared)
    twin.text, twin.tail = node.text, node.tail
    parent.replace(node, twin)
    twin.extend(list(node))


def _namesake(node, nodes, random):
    """Put a child in that is written like another element and is in another namespace."""
    other = random.choice(nodes)
    prefix, local = other.prefix or "a", etree.QName(other).localname
    node.insert(random.randrange(len(node) + 1), etree.fromstring(f'<{prefix}:{local} xmlns:{prefix}="urn:a"/>'))


_CHANGES = (_delete, _repeat, _move, _copy, _wrap, _rename, _set, _set, _reset, _reset, _unset, _text, _text, _tail)
_CHANGES += (_letter, _letter, _letter, _note, _declare, _namesake)
