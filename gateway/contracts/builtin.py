"""The built-in contract pack: the packages `xsd` and `wsdl`, read once per process."""

from __future__ import annotations

import functools

from gateway.contracts import loader, model, tree


@functools.cache
def pack() -> model.Pack:
    """Return the built-in pack; raises ContractError where an installation is damaged."""
    return loader.load(tree.packages("wsdl", "xsd"), origin=model.Origin.BUILT_IN)
