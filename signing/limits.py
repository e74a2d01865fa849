"""What is measured before anything is computed: walks that are linear where the computations are not.

Canonicalisation is quadratic in the attributes of an element and in the namespaces in scope, and the
exclusive form repeats each namespace address wherever it is used: 112 KB of XML have grown to 200 MB that
way.
"""

from __future__ import annotations

from lxml import etree

from signing.policy import Policy
from signing.verdict import Reason, Refusal
from signing.vocabulary import SIGNATURE, Element, root_of


def check(element: Element, signature: Element, policy: Policy) -> None:
    """Measure the document, the element and the Signature; raises `Refusal`: `LIMITS` or `SHAPE`."""
    if element.getroottree().docinfo.internalDTD is not None:
        raise Refusal(Reason.SHAPE, "Объявление DTD в подписанном документе не допускается.")
    _check_attributes(element, policy.attributes)
    _check_namespaces(element, policy)
    _check_signature(signature, policy)


def _check_signature(signature: Element, policy: Policy) -> None:
    characters = 0
    for nodes, node in enumerate(signature.iter(), start=1):
        if not isinstance(node.tag, str):
            raise Refusal(Reason.SHAPE, "Внутри подписи не допускаются комментарии и инструкции обработки.")
        if node.tag == SIGNATURE and node is not signature:
            raise Refusal(Reason.SHAPE, "Внутри подписи не допускается другая подпись.")
        characters += len(node.tag) + len(node.text or "") + len(node.tail or "")
        characters += sum(len(name) + len(value) for name, value in node.items())
        if nodes > policy.signature_nodes or characters > policy.signature_characters:
            raise Refusal(Reason.LIMITS, "Подпись слишком велика.")


def _check_attributes(element: Element, limit: int) -> None:
    if any(len(node.attrib) > limit for node in root_of(element).iter("*")):
        raise Refusal(Reason.LIMITS, f"У элемента больше {limit} атрибутов.")


def _check_namespaces(element: Element, policy: Policy) -> None:
    parent = element.getparent()
    inherited = {} if parent is None else parent.nsmap
    in_scope = len(inherited)
    longest = max((len(address) for address in inherited.values()), default=0)
    for event, declaration in etree.iterwalk(element, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if event == "start-ns":
            longest = max(longest, len(declaration[1]))
        if in_scope > policy.namespaces:
            break
    if in_scope > policy.namespaces or longest > policy.namespace_characters:
        raise Refusal(Reason.LIMITS, "Слишком много пространств имён, или их адреса слишком длинны.")
