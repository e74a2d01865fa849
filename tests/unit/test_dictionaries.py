"""The dictionary entries that a stand hands out are those that the samples use."""

from __future__ import annotations

import csv
import uuid
from importlib import resources

from lxml import etree

NSI = "{http://dom.gosuslugi.ru/schema/integration/nsi-base/}"


def entries():
    text = (resources.files("samples") / "dictionaries.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def test_every_reference_of_the_valid_samples__is_an_entry():
    known = {(entry["code"], entry["guid"]) for entry in entries()}
    used = set()
    for file in (resources.files("samples") / "valid" / "houses").iterdir():
        if file.name.endswith(".xml"):
            root = etree.fromstring(file.read_bytes())
            used |= {(code.text, code.getparent().findtext(f"{NSI}GUID")) for code in root.iter(f"{NSI}Code")}
    assert used
    assert used <= known


def test_every_guid__is_made_from_registry_number_and_code():
    for entry in entries():
        name = f"urn:hcs-gateway:nsi:{entry['registry_number']}:{entry['code']}"
        assert entry["guid"] == str(uuid.uuid5(uuid.NAMESPACE_URL, name))
