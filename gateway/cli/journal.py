"""`gateway journal`: the group; each command has a module of its own, loaded when it is asked for."""

from __future__ import annotations

from typing import Final

import click

from gateway.cli import lazy

_COMMANDS: Final = (
    "archive",
    "checkpoint",
    "drop",
    "epoch",
    "erase",
    "evidence",
    "receipt",
    "replay",
    "search",
    "verify",
    "witness",
)


class _Journal(lazy.Group):
    modules = {name: f"gateway.cli.journal_{name}" for name in _COMMANDS}  # noqa: RUF012  # see lazy.Group


@click.group("journal", cls=_Journal)
def command() -> None:
    """Search the journal, verify, replay and archive it, erase from it, and prove what it holds to others."""
