"""Dictionaries to be loaded, and how the rig loads them: as the command does, without the command line."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence

from gateway.families.nsi import loading
from storage import directory, registry
from tests.unit.families.nsi import rig as rig_module

TITLES = ("registry_number", "dictionary", "code", "name", "guid", "parent", "actual")


def csv_of(number: int, rows: Iterable[Sequence[str]], name: str = "Пробный") -> bytes:
    """Return a file: each row is code, name, and if need be GUID, parent and whether it is actual."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(TITLES)
    for row in rows:
        writer.writerow((number, name, *row, *[""] * (5 - len(row))))
    return text.getvalue().encode()


def load(rig: rig_module.Rig, *files: bytes, now: dt.datetime = rig_module.NOW, group: str | None = None):
    """Load files into the installation of the rig; return what was changed."""
    found = loading.collect((f"file-{index}", data) for index, data in enumerate(files, 1))
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        view = rig.installed.view(registry.Registry(connection, rig.numbers))
        told = []
        for each in found:
            before = view.dictionary(each.number)
            new = loading.dictionary(each, before, group)
            loading.check("file", new)
            told.append(loading.put(new, before, unit))
    with rig.database.write() as connection:
        registry.apply(connection, unit, organisation="administration", message="load", at=now)
        number = told[0].registry_number
        things = loading.objects_of(number, unit)
        directory.record_dictionary(connection, {"registry_number": number}, now, things)
    return told
