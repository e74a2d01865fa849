"""Every answer that leaves is valid under the contract: the built-in one, and the official one where it is at hand."""

from __future__ import annotations

import functools
from pathlib import Path

from lxml import etree

from gateway.contracts import builtin, loader, model, schema, tree
from tests import resources

_SCHEMAS = schema.Schemas(width=1)


def check(result: etree._Element) -> None:
    """Fail unless a getStateResult is valid under every contract at hand that has its service."""
    for pack in filter(None, (builtin.pack(), official())):
        service = _service(pack, result.tag)
        assert _SCHEMAS.judge(pack, service, result) == (), pack.id


@functools.cache
def official() -> model.Pack | None:
    """The official pack; None where it is not on this machine, which a test says by being skipped."""
    root: Path | None = resources.contracts_at_hand()
    return None if root is None else loader.load(tree.read(root))


def _service(pack: model.Pack, result: str) -> model.Service:
    return next(service for service in pack.services.values() if service.result == result)
