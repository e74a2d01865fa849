"""Every dictionary entry that a sample names is one that every stand has, with the GUID that it has there."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from importlib import resources

from lxml import etree

from gateway import wire
from gateway.families.nsi import builtin, kinds

NSI = "{http://dom.gosuslugi.ru/schema/integration/nsi-base/}"


def samples() -> Iterator[etree._Element]:
    for folder in (resources.files("samples") / "valid").iterdir():
        for file in folder.iterdir() if folder.is_dir() else ():
            if file.name.endswith(".xml"):
                yield etree.fromstring(file.read_bytes())


def used() -> set[tuple[str, str]]:
    return {
        (code.text, code.getparent().findtext(f"{NSI}GUID")) for root in samples() for code in root.iter(f"{NSI}Code")
    }


def created() -> set[str]:
    """TransportGUIDs of the samples that place entries of an organisation's own: the player puts in what they got."""
    return {each.text for root in samples() if "nsi/" in root.tag for each in root.iter(wire.base("TransportGUID"))}


def test_every_reference_of_the_valid_samples__is_an_entry():
    entries = {
        (item.code, item.guid) for number in builtin.numbers() for item in builtin.dictionary(number).items.values()
    }
    # Organisations keep some themselves: of those, samples name an entry by its code and by the GUID of no registry, …
    own = {(str(code), builtin.guid(number, str(code))) for number in kinds.ALL for code in range(1, 10)}
    # … or by what another sample has created.
    given = created()
    assert given
    assert {(code, guid) for code, guid in used() if guid not in given} <= entries | own
    assert used() & entries


def test_every_guid__is_made_from_registry_number_and_code():
    for number in builtin.numbers():
        for item in builtin.dictionary(number).items.values():
            assert item.guid == str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:nsi:{number}:{item.code}"))


def test_every_listed_dictionary__has_entries_with_names_and_no_code_twice():
    for number in builtin.numbers():
        rows = builtin.rows(f"{number}.csv")
        assert rows, number
        assert all(row["name"] for row in rows)
        assert len({builtin.normal(row["code"]) for row in rows}) == len(rows)
        assert {row["basis"] for row in rows} <= {"public", "code", "ours"}
