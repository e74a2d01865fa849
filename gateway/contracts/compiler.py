"""The schemas of a service compiled by libxml2, from the files of the pack alone.

They are put into a private folder, in the hardened form of `facets`, for as long as the compilation lasts. An in-memory
resolver would not do: lxml registers it globally, and another thread that parses meanwhile takes it away (measured).
The loader has made sure that every reference stays inside the pack, so no other file and no network is ever asked.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from lxml import etree

from gateway import xml
from gateway.contracts import documents, errors, facets, model
from gateway.contracts.documents import XS

_DRIVER: Final = "driver.xsd"
_UNUSUAL = re.compile(rb"schemaLocation\s*=\s*[\"'][^\"']*[^\x21-\x7e]")


class Sources:
    """The schema files of one pack as libxml2 may have them; each is hardened once."""

    def __init__(self, pack: model.Pack) -> None:
        self._files = pack.files
        self._hardened: dict[str, bytes] = {}

    @contextlib.contextmanager
    def folder(self) -> Iterator[Path]:
        """Give a folder with every schema file at its path; raises ContractError for a dangerous one."""
        with tempfile.TemporaryDirectory(prefix="contract-") as name:
            for path in self._files:
                if path.lower().endswith(".xsd"):
                    file = Path(name, "pack", path)
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(self._harden(path))
            yield Path(name)

    def _harden(self, path: str) -> bytes:
        if path not in self._hardened:
            self._hardened[path] = _with_plain_locations(facets.harden(path, self._files[path]))
        return self._hardened[path]


def compile_service(pack: model.Pack, service: model.Service, folder: Path) -> etree.XMLSchema:
    """Return a judge of every message of the service, headers included; raises ContractError.

    `folder` is one that the `Sources` of the pack gave.
    """
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
    driver = etree.fromstring(_driver(pack, service), parser, base_url=str(folder / _DRIVER))
    try:
        return etree.XMLSchema(driver)
    except etree.XMLSchemaParseError as error:
        raise errors.ContractError(*_place(error, service, folder)) from error


def _with_plain_locations(data: bytes) -> bytes:
    if not _UNUSUAL.search(data):
        return data
    # libxml2 wants a URI where publishers write a file name.
    root = xml.parse(data)
    for link in root.iterchildren(f"{XS}import", f"{XS}include"):
        if (place := link.get("schemaLocation")) is not None:
            link.set("schemaLocation", urllib.parse.quote(urllib.parse.unquote(place)))
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def _driver(pack: model.Pack, service: model.Service) -> bytes:
    root = etree.Element(f"{XS}schema", nsmap={"xs": XS.strip("{}")})
    wsdl = documents.Documents(pack.files).root(service.wsdl)
    for link in documents.imports(wsdl, service.wsdl):
        place = urllib.parse.quote(f"pack/{documents.location(service.wsdl, link)}")
        etree.SubElement(root, f"{XS}import", namespace=link.get("namespace", ""), schemaLocation=place)
    return bytes(etree.tostring(root))


def _place(error: etree.XMLSchemaParseError, service: model.Service, folder: Path) -> tuple[str, str]:
    for entry in error.error_log:
        if entry.level >= etree.ErrorLevels.ERROR:
            # What libxml2 says may repeat the name of the folder, which means nothing to anybody.
            file, said = (str(text or "").replace(f"{folder}/pack/", "") for text in (entry.filename, entry.message))
            return urllib.parse.unquote(file), f"line {entry.line}: {said}"
    return service.wsdl, "its schemas do not compile"
