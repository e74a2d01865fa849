"""Every name of an error is explained to those who meet it."""

from __future__ import annotations

from pathlib import Path

from gateway.files import errors, request
from tests import resources

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "files.md").read_text(encoding="utf-8")


def test_names__are_those_of_the_protocol():
    table = resources.protocol().partition("\n### 7.2 ")[2].partition("\n### 7.3 ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    told = {name.strip() for row in rows for name in row.split("/")} - {"name"}
    assert told == set(errors.NAMES)


def test_names_and_contexts__are_all_on_their_page():
    assert [name for name in errors.NAMES if f"| `{name}` |" not in PAGE] == []
    assert [context for context in request.CONTEXTS if f"`{context}`" not in PAGE] == []
