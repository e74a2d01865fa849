"""A dictionary as CSV: UTF-8, a line of titles, commas or semicolons, as `gateway nsi show --csv` prints it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway.families import api
from gateway.families.nsi import reading
from gateway.families.nsi.errors import BadDictionary

COLUMNS: Final = ("registry_number", "dictionary", "code", "guid", "name", "actual", "parent")
_REQUIRED: Final = ("registry_number", "code", "name")
_ACTUAL: Final = {"": True, "true": True, "1": True, "да": True, "false": False, "0": False, "нет": False}


def read(place: str, data: bytes, found: dict[int, reading.Collected]) -> None:
    """Put the dictionaries of a file among those that were `found`; raises BadDictionary with the line."""
    for line, row in _rows(place, data):
        number = reading.number_of(place, line, row["registry_number"])
        into = found.setdefault(number, reading.Collected(number))
        name = reading.name_of(place, line, row.get("dictionary", ""))
        if name and into.name not in ("", name):
            raise BadDictionary(place, line, f"dictionary {number} is called «{into.name}» and «{name}»")
        into.name = name or into.name
        into.add(place, reading.Row(line, _item(place, line, row)))


def written(dictionaries: Sequence[api.Dictionary]) -> str:
    """Return dictionaries as the text of a file that `read` understands."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in dictionaries:
        for item in each.items.values():
            actual = "true" if item.actual else "false"
            writer.writerow((each.number, each.name, item.code, item.guid, item.name, actual, item.parent or ""))
    return text.getvalue()


def _rows(place: str, data: bytes) -> Iterator[tuple[int, Mapping[str, str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BadDictionary(place, line, "is not UTF-8: save the table as «CSV UTF-8»") from error
    titles, _, _ = text.partition("\n")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=titles.count), strict=True)
    try:
        header = [title.strip().lower() for title in next(table, [])]
        _check_header(place, header)
        for cells in table:
            if any(cells):
                yield table.line_num, _row(place, table.line_num, header, cells)
    except csv.Error as error:
        raise BadDictionary(place, table.line_num, f"is not CSV: {error}") from error


def _check_header(place: str, header: Sequence[str]) -> None:
    missing = [name for name in _REQUIRED if name not in header]
    strange = [name for name in header if name not in COLUMNS]
    if missing or strange or len(set(header)) != len(header):
        known = ", ".join(COLUMNS)
        wrong = f"has no column {missing[0]}" if missing else f"has the column «{(strange or header)[0]}»"
        raise BadDictionary(place, 1, f"{wrong}; the columns are: {known}")


def _row(place: str, line: int, header: Sequence[str], cells: Sequence[str]) -> Mapping[str, str]:
    if len(cells) != len(header):
        raise BadDictionary(place, line, f"has {len(cells)} cells under {len(header)} titles")
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _item(place: str, line: int, row: Mapping[str, str]) -> api.Item:
    actual = _ACTUAL.get(row.get("actual", "").lower())
    if actual is None:
        raise BadDictionary(place, line, f"actual is «{row['actual']}», not true or false")
    if not row["name"]:
        raise BadDictionary(place, line, "has no name")
    parent = row.get("parent") or None
    return api.Item(row["code"], row.get("guid", "").lower(), row["name"], actual, parent)
