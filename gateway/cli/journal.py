"""`gateway journal`: the group; each command has a module of its own, loaded when it is asked for."""

from __future__ import annotations

import importlib
from typing import Final

import click

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


class _Journal(click.Group):
    """Finds commands by name in the modules beside this one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in _COMMANDS:
            return None
        # Imported here: a search should not wait for what a replay has to load.
        command: click.Command = importlib.import_module(f"gateway.cli.journal_{cmd_name}").command
        return command


@click.group("journal", cls=_Journal)
def command() -> None:
    """Search the journal, verify, replay and archive it, erase from it, and prove what it holds to others."""
