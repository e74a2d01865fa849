"""`gateway journal`: the subcommands are modules of their own."""

from __future__ import annotations

import click

from gateway.cli import journal_replay, journal_search

command = click.Group("journal", help="The journal: what was taken in, refused, made and changed, entry by entry.")
command.add_command(journal_search.command)
command.add_command(journal_replay.command)
