"""A pack as its callers see it: the WSDL of each service and the schemas behind it, files and not generated.

Two things in a WSDL are the caller's own and are rewritten: the address of the service and the places of its schemas.
Schemas are byte-identical; their relative references work because every file keeps its place in the pack.
"""

from __future__ import annotations

import urllib.parse
from typing import Final

from lxml import etree

from gateway.contracts import documents, errors, model

PREFIX: Final = "/contracts"
"""Path under which the files of all packs are served: `/contracts/<pack id>/<path in the pack>`."""

_ADDRESS: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}address"


def wsdl(pack: model.Pack, service: model.Service, base_url: str) -> bytes:
    """Return the WSDL of a service for callers who reach the gateway at `base_url` (`https://host`, no slash)."""
    root = documents.Documents(pack.files).root(service.wsdl)
    for address in root.iter(_ADDRESS):
        address.set("location", f"{base_url}{service.path}")
    for link in documents.imports(root, service.wsdl):
        link.set("schemaLocation", address_of(pack, documents.location(service.wsdl, link), base_url))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def file(pack: model.Pack, path: str) -> bytes:
    """Return a schema or WSDL of the pack byte for byte; raises UnknownFile for anything else."""
    if path not in pack.files or not path.lower().endswith((".xsd", ".wsdl")):
        raise errors.UnknownFile(path)
    return pack.files[path]


def address_of(pack: model.Pack, path: str, base_url: str) -> str:
    """Return the address of one file of a pack."""
    return f"{base_url}{PREFIX}/{urllib.parse.quote(pack.id)}/{urllib.parse.quote(path)}"
