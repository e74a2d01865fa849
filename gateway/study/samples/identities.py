"""Keys, unique values and references between them (XML Schema part 1, section 3.11), kept while a document is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple, Protocol

from lxml import etree
from xmlschema.validators import XsdElement, XsdIdentity, XsdKeyref

_DRAWS: Final = 50
"""Texts that are tried until one differs from all others."""
_ROUNDS: Final = 4
"""What is a reference may be a key too, so a repair may need another one."""


class Holder(NamedTuple):
    """What holds a text: an element, or one of its attributes."""

    element: etree._Element
    attribute: str | None

    @property
    def text(self) -> str:
        """The text as it stands."""
        return (self.element.text if self.attribute is None else self.element.get(self.attribute)) or ""

    def write(self, text: str) -> None:
        """Put another text in its place."""
        if self.attribute is None:
            self.element.text = text
        else:
            self.element.set(self.attribute, text)


class Texts(Protocol):
    """What is known of the types of the texts in a document."""

    def another(self, holder: Holder) -> str:
        """Return any other valid text."""

    def fits(self, holder: Holder, text: str) -> bool:
        """Tell whether the text is valid there."""


def of(declared: XsdElement) -> list[XsdIdentity]:
    """Return the constraints of an element's declaration, or of the global one that it refers to."""
    meant = declared.ref if isinstance(declared.ref, XsdElement) else declared
    return list(meant.identities)


def mend(scopes: Iterable[tuple[etree._Element, XsdIdentity]], texts: Texts) -> bool:
    """Change texts until every constraint holds; return False where no change of texts was found that does it."""
    # Keys first: references are then given the keys as they stand.
    ordered = sorted(scopes, key=lambda pair: isinstance(pair[1], XsdKeyref))
    for _ in range(_ROUNDS):
        changes = 0
        for scope, identity in ordered:
            rows = _rows(scope, identity)
            if isinstance(identity, XsdKeyref):
                keys = _rows(scope, identity.refer) if isinstance(identity.refer, XsdIdentity) else []
                changed = _refer(rows, keys, texts)
            else:
                changed = _distinguish(rows, texts)
            if changed is None:
                return False
            changes += changed
        if not changes:
            return True
    return False


def _distinguish(rows: Sequence[Sequence[Holder]], texts: Texts) -> int | None:
    """Make the rows differ; return how many were changed, None where that failed."""
    seen: set[tuple[str, ...]] = set()
    changed = 0
    for row in rows:
        draws = 0
        while _value(row) in seen:
            if draws == _DRAWS:
                return None
            row[-1].write(texts.another(row[-1]))
            draws += 1
        seen.add(_value(row))
        changed += draws > 0
    return changed


def _refer(rows: Sequence[Sequence[Holder]], keys: Sequence[Sequence[Holder]], texts: Texts) -> int | None:
    """Make each row repeat a key, or a key repeat the row; return how many were changed, None where that failed."""
    changed = 0
    for row in rows:
        if any(_value(row) == _value(key) for key in keys):
            continue
        changed += 1
        if not any(_copy(key, row, texts) for key in keys) and not any(_copy(row, key, texts) for key in keys):
            return None
    return changed


def _copy(source: Sequence[Holder], target: Sequence[Holder], texts: Texts) -> bool:
    pairs = list(zip(source, target, strict=True))
    fits = all(texts.fits(there, here.text) for here, there in pairs)
    for here, there in pairs if fits else ():
        there.write(here.text)
    return fits


def _rows(scope: etree._Element, identity: XsdIdentity) -> list[list[Holder]]:
    """Return the fields of every selected element that has them all."""
    if identity.selector is None:
        return []
    rows = [
        [_holder(node, field.path, identity) for field in identity.fields]
        for node in _find(scope, identity.selector.path, identity)
    ]
    return [[holder for holder in row if holder] for row in rows if all(row)]


def _holder(node: etree._Element, path: str, identity: XsdIdentity) -> Holder | None:
    steps, _, last = path.rpartition("/")
    attribute = last.removeprefix("@") if last.startswith("@") else None
    owners = _find(node, (steps or ".") if attribute else path, identity)
    if not owners or (attribute and owners[0].get(attribute) is None):
        return None
    return Holder(owners[0], attribute)


def _find(node: etree._Element, path: str, identity: XsdIdentity) -> list[etree._Element]:
    prefixes = {prefix: namespace for prefix, namespace in identity.schema.namespaces.items() if prefix and namespace}
    found: list[etree._Element] = node.xpath(path, namespaces=prefixes)
    return found


def _value(row: Sequence[Holder]) -> tuple[str, ...]:
    return tuple(holder.text for holder in row)
