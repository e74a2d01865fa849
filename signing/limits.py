"""What is measured before anything is computed: walks that are linear where the computations are not.

Canonicalisation is quadratic in the attributes of an element and in the namespaces in scope, and the
exclusive form repeats each namespace address wherever it is used: 112 KB of XML have grown to 200 MB that
way. The walks over the whole document are XPath, which runs in C and lets other threads run.
"""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from signing.policy import Policy
from signing.verdict import Reason, Refusal
from signing.vocabulary import WHOLE_DOCUMENT, Element

_WHITE = " \t\r\n"


def check(element: Element, policy: Policy) -> None:
    """Measure the document and the element; raises `Refusal`: `LIMITS` or `SHAPE`."""
    if element.getroottree().docinfo.doctype:  # `internalDTD` would copy it first
        raise Refusal(Reason.SHAPE, "Объявление DTD в подписанном документе не допускается.")
    try:
        _check_attributes(element, policy)
        _check_namespaces(element, policy)
        _check_values(element)
    except etree.XPathError as error:  # libxml2 stops at ten million nodes
        raise Refusal(Reason.LIMITS, "В документе слишком много элементов.") from error


def _check_attributes(element: Element, policy: Policy) -> None:
    more, more_qualified = _more_attributes(policy.attributes), _more_qualified(policy.qualified_attributes)
    if more(element) or more_qualified(element):
        raise Refusal(
            Reason.LIMITS,
            f"У элемента больше {policy.attributes} атрибутов"
            f" или больше {policy.qualified_attributes} атрибутов из пространств имён.",
        )


@lru_cache(maxsize=8)
def _more_attributes(limit: int) -> etree.XPath:
    """Ask whether an element of the document has more; by number, which ends the count of each element there."""
    return etree.XPath(f"boolean({WHOLE_DOCUMENT}/@*[{limit + 1}])")


@lru_cache(maxsize=8)
def _more_qualified(limit: int) -> etree.XPath:
    return etree.XPath(f"boolean(descendant-or-self::*/@*[namespace-uri()][{limit + 1}])")


def _check_namespaces(element: Element, policy: Policy) -> None:
    parent = element.getparent()
    inherited = {} if parent is None else parent.nsmap
    in_scope = len(inherited)
    longest = max(map(len, inherited.values()), default=0)
    # Not in XPath: its namespace axis is quadratic itself.
    for event, declaration in etree.iterwalk(element, events=("start-ns", "end-ns")):
        in_scope += 1 if event == "start-ns" else -1
        if event == "start-ns":
            longest = max(longest, len(declaration[1]))
        if in_scope > policy.namespaces:
            break
    if in_scope > policy.namespaces or longest > policy.namespace_characters:
        raise Refusal(Reason.LIMITS, "Слишком много пространств имён, или их адреса слишком длинны.")


def _check_values(element: Element) -> None:
    """Demand that no text follows a comment or an instruction directly: many a reader would not see that text.

    Comments are not signed, so anybody could have put one there. Between elements they do no harm.
    """
    for note in element.iter(etree.Comment, etree.ProcessingInstruction):
        if (note.tail or "").strip(_WHITE):
            raise Refusal(Reason.SHAPE, "Комментарии и инструкции обработки внутри значений не допускаются.")
