"""Counts what lxml is asked to parse, by every way in that it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

_FUNCTIONS = ("fromstring", "fromstringlist", "XML", "HTML", "XMLID", "XMLDTDID", "parse", "parseid")
_CLASSES = ("iterparse", "XMLPullParser", "HTMLPullParser")


class _Fed(etree.XMLParser):
    """A parser may also be fed, piece by piece."""

    seen: list[Any]

    def feed(self, data: Any) -> None:
        self.seen.append(data)
        super().feed(data)


def watch(patch: pytest.MonkeyPatch) -> list[Any]:
    """Return the list of all sources that are parsed from now on."""
    seen: list[Any] = []
    for name in (*_FUNCTIONS, *_CLASSES):
        patch.setattr(etree, name, _counted(getattr(etree, name), seen))
    patch.setattr(_Fed, "seen", seen, raising=False)
    patch.setattr(etree, "XMLParser", _Fed)
    return seen


def _counted(way_in: Callable[..., Any], seen: list[Any]) -> Callable[..., Any]:
    def counted(*arguments: Any, **options: Any) -> Any:
        seen.append(arguments[0] if arguments else None)
        return way_in(*arguments, **options)

    return counted
