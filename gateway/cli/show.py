"""How things are printed: tables for people, JSON for scripts, colours on a terminal only."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one line, for scripts.")


def examples(*commands: str) -> str:
    """Return the end of a command's help: how it is called, a line each."""
    return "\n".join(("\b", "Examples:", *(f"  {command}" for command in commands)))


def line(value: object) -> None:
    """Print one line of JSON: a dataclass, or anything that JSON can hold; times in ISO 8601."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_plain))


def table(titles: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str) -> None:
    """Print rows under their titles, columns as wide as their content; `empty` where there is no row."""
    rows = [list(row) for row in rows]
    if not rows:
        click.echo(empty)
        return
    widths = [max(width(row[column]) for row in (titles, *rows)) for column in range(len(titles))]
    click.secho(_row(titles, widths), bold=True)
    for row in rows:
        click.echo(_row(row, widths))


def moment(at: dt.datetime | None) -> str:
    """Return a time for people: local, to the second."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 house, 2 houses."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def facts(pairs: Iterable[tuple[str, str]], *, err: bool = False) -> None:
    """Print name and value, one a line; pairs without a value are left out."""
    shown = [(name, value) for name, value in pairs if value]
    indent = max((width(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{click.style(name, dim=True)}{' ' * (indent - width(name))}  {value}", err=err)


def width(text: str) -> int:
    """Return how many columns of a terminal `text` takes."""
    return sum(
        2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text if not unicodedata.combining(char)
    )


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [f"{cell}{' ' * (wide - width(cell))}" for cell, wide in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def _plain(value: object) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.repr}
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
