"""Samples as tests read them."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

from gateway.families import api
from gateway.families.nsi import builtin, loading


def valid(name: str) -> bytes:
    """Return a file of samples/valid, for example `houses/create-apartment-house.xml`."""
    return (resources.files("samples") / "valid" / name).read_bytes()


def is_repaired(path: Path) -> bool:
    """Whether a sample is the repaired twin of one that is refused: repaired.xml, or NAME.repaired.xml."""
    return path.name == "repaired.xml" or path.name.endswith(".repaired.xml")


def expectation(path: Path) -> dict[str, Any]:
    """Return the manifest of a sample; for a twin that of the refused sample, with what had to be repaired in it."""
    beside = path.with_name(f"{path.name.removesuffix('.xml').removesuffix('.repaired')}.expected.json")
    beside = beside if beside.exists() else path.with_suffix(".expected.json")
    manifest = beside if beside.exists() else path.parent / "expected.json"
    read = json.loads(manifest.read_text(encoding="utf-8"))
    return {**read, **(read.get("repaired", {}) if is_repaired(path) else {})}


def dictionaries(path: Path) -> list[tuple[api.Dictionary, api.Dictionary | None]]:
    """Return the dictionaries that a sample needs loaded, each with what it takes the place of."""
    named = [(path.parent / name).resolve() for name in expectation(path).get("dictionaries", ())]
    read = loading.collect((str(file), file.read_bytes()) for file in named) if named else ()
    known = [builtin.dictionary(each.number) for each in read]
    return [(loading.dictionary(each, before, None), before) for each, before in zip(read, known, strict=True)]


HOUSE = valid("houses/create-apartment-house.xml")
EXPORT = valid("houses/export-house-15.10.0.0.xml")
