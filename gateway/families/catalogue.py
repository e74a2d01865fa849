"""What every family executes and refuses, as the families themselves declare it: the docs are made from this.

A family is a package beside this module. Its operations are the keys of its `HANDLERS`; its rules are the tuples
`CONTROLS` of its modules `controls`, `judge` (which puts them together from several modules) and `demolition`.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from typing import Any, Final

from gateway import families

_MODULES: Final = ("controls", "judge", "demolition")


@dataclasses.dataclass(frozen=True, slots=True)
class Rule:
    """One control: the same for all families, whatever else their own kind of control has."""

    name: str
    """What holds where it is kept, as an identifier."""
    sentence: str
    """What it refuses."""
    codes: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Family:
    """One package of handlers."""

    name: str
    requests: frozenset[str]
    """Clark names of the request elements that it executes."""
    rules: tuple[Rule, ...]
    """In the order in which they are declared, each once."""


@functools.cache
def catalogue() -> tuple[Family, ...]:
    """Return every family that executes something, by name."""
    packages = sorted(module.name for module in pkgutil.iter_modules(families.__path__) if module.ispkg)
    modules = {name: importlib.import_module(f"{families.__name__}.{name}") for name in packages}
    return tuple(
        Family(name, frozenset(module.HANDLERS), tuple(_rules(module.__name__)))
        for name, module in modules.items()
        if getattr(module, "HANDLERS", None)
    )


def _rules(package: str) -> Iterator[Rule]:
    seen: set[str] = set()
    for control in _controls(package):
        if control.name not in seen:
            seen.add(control.name)
            yield Rule(control.name, " ".join(control.rule.split()), tuple(sorted(control.codes)))


def _controls(package: str) -> Iterator[Any]:  # houses' controls are a type of their own, of the same words
    for name in _MODULES:
        if importlib.util.find_spec(f"{package}.{name}") is not None:
            yield from getattr(importlib.import_module(f"{package}.{name}"), "CONTROLS", ())
