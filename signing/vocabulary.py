"""Names and addresses of XMLDSig (RFC 3275), XAdES 1.3.2 (ETSI TS 101 903) and canonical XML, in one place.

Every name of an element is given in Clark notation, `{namespace}local`, as lxml spells it.
"""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element  # noqa: SLF001 - lxml has no public name for the type of an element
"""One parsed element; the package never parses documents itself."""

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
XML = "http://www.w3.org/XML/1998/namespace"

INCLUSIVE_C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
SIGNED_PROPERTIES_TYPE = "http://uri.etsi.org/01903#SignedProperties"

SIGNATURE = f"{{{DS}}}Signature"

WHOLE_DOCUMENT = "ancestor-or-self::*[last()]/descendant-or-self::*"
"""XPath, seen from any element: all elements of its tree. A bare `/` is the document that a tree was cut from."""


def ds(name: str) -> str:
    """Clark name of an element of XMLDSig."""
    return f"{{{DS}}}{name}"


def xades(name: str) -> str:
    """Clark name of an element of XAdES."""
    return f"{{{XADES}}}{name}"


def root_of(element: Element) -> Element:
    """Return the topmost ancestor; lxml's `getroottree` leads back to the document that a tree was cut from."""
    root = element
    for ancestor in element.iterancestors():
        root = ancestor
    return root
