"""The second and third steps: what the references point at, and that nothing else answers to them.

A signature proves something only about the element that it stands in: wrapping a genuine signed element,
moving it, or adding a second bearer of its identifier must all fail here, before any computation.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from signing.shape import Parts, Reference
from signing.verdict import Reason, Refusal
from signing.vocabulary import ENVELOPED, EXCLUSIVE_C14N, SIGNED_PROPERTIES_TYPE, WHOLE_DOCUMENT, Element

_PAYLOAD_TRANSFORMS = (ENVELOPED, EXCLUSIVE_C14N)

# In XPath, since asking an element for its attributes looks each of them up again: quadratic in lxml. Sets of nodes
# are compared twenty times faster than a condition is asked of each, so first: does any other attribute say the same?
_UNRIVALLED = etree.XPath(
    "not(preceding::*/@* = $mine/@Id or following::*/@* = $mine/@Id or descendant::*/@* = $mine/@Id)"
    " and count(ancestor-or-self::*/@*[. = $mine/@Id]) = count($mine)"
)
_BEARERS = etree.XPath(
    f"count({WHOLE_DOCUMENT}/@*"
    "[string-length(local-name()) = 2][. = $mine/@Id][translate(local-name(), 'ID', 'id') = 'id'])"
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """The two references, told apart."""

    payload: Reference
    properties: Reference


def resolve(element: Element, parts: Parts) -> Resolved:
    """Match each reference with its target; raises `Refusal` with reason `REFERENCE`."""
    element_id, properties_id = element.get("Id"), parts.signed_properties.get("Id")
    if not element_id or not properties_id or not parts.signature_id:
        raise _astray("у подписанного элемента, подписи и её свойств должны быть идентификаторы Id")
    by_uri = {reference.uri: reference for reference in parts.references}
    payload, properties = by_uri.get(f"#{element_id}"), by_uri.get(f"#{properties_id}")
    if payload is None or properties is None:
        raise _astray("ссылки должны вести на подписанный элемент и на свойства этой подписи")
    if properties.type != SIGNED_PROPERTIES_TYPE or payload.type == SIGNED_PROPERTIES_TYPE:
        raise _astray("тип ссылки не соответствует её цели")
    if payload.transforms != _PAYLOAD_TRANSFORMS or properties.transforms:
        raise _astray("преобразования в ссылках не соответствуют профилю")
    if parts.target != f"#{parts.signature_id}":
        raise _astray("QualifyingProperties относятся к другой подписи")
    return Resolved(payload, properties)


def check_identifiers(element: Element, parts: Parts) -> None:
    """Demand that each identifier that matters is borne once in the document; raises `Refusal`: `DUPLICATE_ID`."""
    mine = (parts.signed_properties, parts.signature, element)
    if len({bearer.get("Id") for bearer in mine}) != len(mine) or not are_unique(*mine):
        raise Refusal(Reason.DUPLICATE_ID, "Идентификатор, на который ссылается подпись, повторяется в документе.")


def are_unique(*mine: Element) -> bool:
    """Tell whether nobody else in the document bears the `Id` of one of `mine`: an element, and ancestors of it.

    An identifier is any attribute whose local name is `id` in any case and any namespace, because readers
    differ in what they take for one. Linear.
    """
    try:
        return bool(_UNRIVALLED(mine[0], mine=mine)) or _BEARERS(mine[0], mine=mine) == len(mine)
    except etree.XPathError as error:  # libxml2 stops at ten million nodes
        raise Refusal(Reason.LIMITS, "В документе слишком много элементов.") from error


def _astray(what: str) -> Refusal:
    return Refusal(Reason.REFERENCE, f"Ссылки подписи неверны: {what}.")
