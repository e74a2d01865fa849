"""The dictionaries that every installation has from the beginning, and the GUIDs that their entries have everywhere.

`data/dictionaries.csv` lists them, `data/<registry number>.csv` holds the entries of each; docs/dictionaries.md says
how far they are those of ГИС ЖКХ. A dictionary is read when somebody asks for it, once in a process.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import uuid
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Final

from gateway import clock
from gateway.families import api
from gateway.families.nsi import parameters

_LIST: Final = "dictionaries.csv"


class Builtin:
    """The dictionaries that come with the gateway, without anything that an installation has loaded."""

    def item(self, number: int, code: str) -> api.Item | None:
        """Return the entry with this code, or None."""
        found = dictionary(number)
        return found.items.get(normal(code)) if found else None

    def dictionary(self, number: int) -> api.Dictionary | None:
        """Return a dictionary, or None."""
        return dictionary(number)

    def numbers(self) -> Sequence[int]:
        """Return the registry numbers, the lowest first."""
        return numbers()

    def parameter(self, code: str) -> api.Parameter | None:
        """Return the parameter with this code, or None."""
        item = self.item(parameters.NUMBER, code)
        return parameters.of(item, parameter_rows().get(normal(code), {})) if item else None


def guid(number: int, code: str) -> str:
    """Return the GUID of an entry: made from its dictionary and its code, so it is the same on every stand."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:nsi:{number}:{normal(code)}"))


def normal(code: str) -> str:
    """Return a code in the form in which it is compared: without its last dot."""
    return code.strip().rstrip(".")


@functools.cache
def numbers() -> tuple[int, ...]:
    """Return the registry numbers of the dictionaries that come with the gateway, the lowest first."""
    return tuple(sorted(_listed()))


@functools.cache
def dictionary(number: int) -> api.Dictionary | None:
    """Return a dictionary that comes with the gateway, or None."""
    about = _listed().get(number)
    if about is None:
        return None
    modified = dt.datetime.fromisoformat(about["modified"]).replace(tzinfo=clock.MOSCOW)
    items = {
        normal(row["code"]): api.Item(
            row["code"],
            guid(number, row["code"]),
            row["name"],
            modified_at=modified,
            fields=parameters.fields(row) if number == parameters.NUMBER else (),
        )
        for row in rows(f"{number}.csv")
    }
    return api.Dictionary(
        number=number,
        name=about["name"],
        field=about["field"],
        modified_at=modified,
        items=items,
        group=about["group"],
        kind=about["kind"],
        complete=about["complete"] == "yes",
    )


@functools.cache
def parameter_rows() -> Mapping[str, Mapping[str, str]]:
    """Return what the data say of each parameter of dictionary 197, by code."""
    return {row["code"]: row for row in rows(f"{parameters.NUMBER}.csv")}


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the data files."""
    text = (resources.files(__package__) / "data" / name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


@functools.cache
def _listed() -> Mapping[int, Mapping[str, str]]:
    return {int(row["registry_number"]): row for row in rows(_LIST)}
