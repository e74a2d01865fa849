"""What the messages of houses can hold, asked of the contract's shape."""

from __future__ import annotations

from gateway import wire
from gateway.contracts import shape

NAMESPACE = f"{wire.ROOT}house-management/"


def names(pattern: shape.Shape, *path: str) -> frozenset[str]:
    """Return what can stand in the element at this path of local names inside an element of this shape."""
    for local in path:
        child = pattern.child(local)
        if child is None:
            return frozenset()
        pattern = child.shape
    return frozenset(wire.local(child.name) for child in pattern.children)
