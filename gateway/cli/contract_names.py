"""How people name services and operations, and which ones they mean."""

from __future__ import annotations

from gateway.cli import outcome
from gateway.contracts import catalogue


def split(name: str) -> tuple[str, str]:
    """Return service and operation of SERVICE[/OPERATION], where SERVICE may be a path; no operation is empty."""
    if name.startswith("/") or "/" not in name:
        return name, ""
    service, _, operation = name.rpartition("/")
    return service, operation


def find(known: catalogue.Catalogue, service: str, operation: str) -> list[catalogue.Candidate]:
    """Return every operation that is meant, of the newest pack first; an empty name means all of them.

    Raises Stop where there is none.
    """
    services = [
        (pack, each)
        for pack in known.packs
        for each in pack.services.values()
        if service in ("", each.short_name, each.path, each.name)
    ]
    found = [
        (pack, each, one) for pack, each in services for one in each.operations.values() if operation in ("", one.name)
    ]
    if not found:
        missing = f"service {service}" if not services else f"operation {operation}" + (service and f" in {service}")
        raise outcome.Stop(f"no {missing}; gateway contracts list shows what is served")
    return found
