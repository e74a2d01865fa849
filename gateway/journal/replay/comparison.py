"""Whether two results, or two registries, are the same, and where they part; what is sealed is compared opened."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lxml import etree

from gateway import errors, vault, wire, xml
from gateway.families import api
from storage import directory, dump

_SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"
_MOST: Final = 100
"""Objects that a comparison names."""
_BATCH: Final = 200
SEALED: Final = "sealed"
"""In place of personal data for whose key there is none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Registries:
    """Two registries beside each other."""

    objects: int
    """Of the live one."""
    digest: str
    """SHA-256 of the lines of the live one."""
    equal: bool
    differing: tuple[str, ...]
    """What differs, at most `_MOST`: kind and id, and what is wrong with it."""
    opened: bool
    """Whether personal data were compared too."""


def parting(recorded: bytes, found: etree._Element) -> str | None:
    """Return the place at which a stored result and one that was made again part; None where they are the same.

    The signature and what it needs are no part of what is said. Raises NotXML for bytes that are no result.
    """
    before, after = xml.parse(recorded), copy.deepcopy(found)
    for signature in before.findall(_SIGNATURE):
        before.remove(signature)
    before.attrib.pop("Id", None)
    after.attrib.pop("Id", None)
    if etree.tostring(before, method="c14n") == etree.tostring(after, method="c14n"):
        return None
    return _first_difference(before, after) or "namespaces"


def _first_difference(before: etree._Element, after: etree._Element, at: str = "") -> str | None:
    here = f"{at}/{etree.QName(before).localname}"
    if before.tag != after.tag:
        return f"{here} (now {etree.QName(after).localname})"
    if dict(before.attrib) != dict(after.attrib):
        return f"{here}/@*"
    if (before.text or "") != (after.text or "") or (before.tail or "") != (after.tail or ""):
        return here
    for number, (one, other) in enumerate(itertools.zip_longest(before, after), 1):
        if one is None or other is None:
            return f"{here}[{number}] ({'added' if one is None else 'missing'})"
        if (found := _first_difference(one, other, f"{here}[{number}]")) is not None:
            return found
    return None


def opener(sealing: api.Vault | None) -> dump.Opener:
    """Return what writes content with its sealed values opened; what does not open is written as it is."""

    def opened(kind: str, id_: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: opened(kind, id_, each) for name, each in value.items()}
        if isinstance(value, list):
            return [opened(kind, id_, each) for each in value]
        if not vault.is_sealed(value):
            return value
        if sealing is None:
            return SEALED
        try:
            return {SEALED: sealing.unseal(value, f"{kind}:{id_}")}
        except (vault.Tampered, errors.Unavailable):
            return value

    return opened


def compare(live: directory.Connection, rebuilt: directory.Connection, sealing: api.Vault | None) -> Registries:
    """Compare two registries object by object, in the order in which they were made."""
    opened = opener(sealing)
    digests, objects = [], 0
    for connection in (live, rebuilt):
        digest, objects_here = hashlib.sha256(), 0
        for _, line in dump.lines(connection, opened):
            digest.update(line + b"\n")
            objects_here += 1
        digests.append(digest.hexdigest())
        objects = objects or objects_here
    equal = digests[0] == digests[1]
    differing = () if equal else tuple(itertools.islice(_differences(live, rebuilt, opened), _MOST))
    return Registries(objects, digests[0], equal, differing, sealing is not None)


def _differences(live: directory.Connection, rebuilt: directory.Connection, opened: dump.Opener) -> Iterator[str]:
    yield from _against(live, rebuilt, opened, "differs", "is not in the rebuilt registry")
    yield from _against(rebuilt, live, opened, None, "is in the rebuilt registry alone")


def _against(
    one: directory.Connection, other: directory.Connection, opened: dump.Opener, differs: str | None, missing: str
) -> Iterator[str]:
    for batch in _batched(dump.lines(one, opened)):
        there = dump.find(other, (id_ for id_, _ in batch), opened)
        for id_, line in batch:
            if id_ not in there:
                yield f"object {id_} {missing}"
            elif differs is not None and there[id_] != line:
                yield f"object {id_} {differs}"


def _batched(lines: Iterable[tuple[str, bytes]]) -> Iterator[list[tuple[str, bytes]]]:
    left = iter(lines)
    while some := list(itertools.islice(left, _BATCH)):
        yield some
