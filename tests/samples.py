"""Samples as tests read them."""

from __future__ import annotations

from importlib import resources


def valid(name: str) -> bytes:
    """Return a file of samples/valid, for example `houses/create-apartment-house.xml`."""
    return (resources.files("samples") / "valid" / name).read_bytes()


HOUSE = valid("houses/create-apartment-house.xml")
EXPORT = valid("houses/export-house-15.10.0.0.xml")
