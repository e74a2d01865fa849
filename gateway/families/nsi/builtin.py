"""The dictionary entries that every installation has, and the GUIDs that they have everywhere."""

from __future__ import annotations

import csv
import functools
import uuid
from collections.abc import Mapping
from importlib import resources
from typing import Final

from gateway.families import api

_ENTRIES: Final = "entries.csv"


class Builtin:
    """The entries that come with the gateway."""

    def item(self, number: int, code: str) -> api.Item | None:
        """Return the entry with this code, or None."""
        return entries().get((number, code.rstrip(".")))


def guid(number: int, code: str) -> str:
    """Return the GUID of an entry: made from its dictionary and its code, so it is the same on every stand."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:nsi:{number}:{code}"))


@functools.cache
def entries() -> Mapping[tuple[int, str], api.Item]:
    """Return every entry by the registry number of its dictionary and its code."""
    text = (resources.files(__package__) / _ENTRIES).read_text("utf-8")
    rows = ((int(row["registry_number"]), row["code"], row["name"]) for row in csv.DictReader(text.splitlines()))
    return {(number, code): api.Item(code, guid(number, code), name) for number, code, name in rows}
