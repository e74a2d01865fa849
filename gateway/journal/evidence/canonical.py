"""What binds openssl's octets to the document for ГОСТ, which xmlsec1 does not compute: `canonical.xml`.

It is an XML signature whose references lead to the parts of the document, with the transforms by which they were
signed, and SHA-256 in place of ГОСТ. So xmlsec1 makes the canonical forms and compares. The key of its HMAC is public.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from lxml import etree

from gateway.journal.evidence.exhibit import Exhibit
from signing import canonical
from signing.digests import SHA256
from signing.vocabulary import DS, EXCLUSIVE_C14N, INCLUSIVE_C14N

KEY: Final = b"public"
_HMAC: Final = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"
_FILTER: Final = "http://www.w3.org/2002/06/xmldsig-filter2"


def files(exhibit: Exhibit) -> dict[str, bytes]:
    """Return the files of a signed document for openssl, by their names in its folder."""
    octets = exhibit.octets
    parts = {"signed-info": octets.signed_info, "properties": octets.properties, "payload": octets.payload}
    return {**parts, "signature": octets.value, "canonical.xml": _bound(exhibit, parts)}


def _bound(exhibit: Exhibit, parts: dict[str, bytes]) -> bytes:
    signature = f"{exhibit.path}/*[local-name()='Signature']"
    chosen = {
        "signed-info": (INCLUSIVE_C14N, {"intersect": f"{signature}/*[local-name()='SignedInfo']"}),
        "properties": (INCLUSIVE_C14N, {"intersect": f"{signature}//*[local-name()='SignedProperties']"}),
        "payload": (EXCLUSIVE_C14N, {"intersect": exhibit.path, "subtract": signature}),
    }
    references = "".join(_reference(exhibit.file, name, parts[name], *chosen[name]) for name in parts)
    root = etree.fromstring(
        f'<ds:Signature xmlns:ds="{DS}">\n<ds:SignedInfo>\n'
        f'<ds:CanonicalizationMethod Algorithm="{INCLUSIVE_C14N}"/>\n'
        f'<ds:SignatureMethod Algorithm="{_HMAC}"/>\n'
        f"{references}</ds:SignedInfo>\n<ds:SignatureValue/>\n</ds:Signature>"
    )
    root[1].text = base64.b64encode(hmac.digest(KEY, canonical.inclusive(root[0]), "sha256")).decode()
    return bytes(etree.tostring(root)) + b"\n"


def _reference(file: str, name: str, octets: bytes, form: str, paths: dict[str, str]) -> str:
    """Return a reference, one line: whoever looks for a part finds its digest on it."""
    filters = "".join(f'<f:XPath Filter="{way}">{path}</f:XPath>' for way, path in paths.items())
    digest = base64.b64encode(hashlib.sha256(octets).digest()).decode()
    return (
        f'<ds:Reference Id="{name}" URI="{file}"><ds:Transforms>'
        f'<ds:Transform xmlns:f="{_FILTER}" Algorithm="{_FILTER}">{filters}</ds:Transform>'
        f'<ds:Transform Algorithm="{form}"/></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{SHA256.uri}"/><ds:DigestValue>{digest}</ds:DigestValue></ds:Reference>\n'
    )
