"""Groups whose commands are loaded when they are asked for: none waits for what another one has to load."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import ClassVar

import click


class Group(click.Group):
    """Finds each command, an object `command`, in the module that `modules` names for it."""

    modules: ClassVar[Mapping[str, str]]

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order of `modules`."""
        del ctx
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None where there is none of this name."""
        del ctx
        if cmd_name not in self.modules:
            return None
        command: click.Command = importlib.import_module(self.modules[cmd_name]).command
        return command
