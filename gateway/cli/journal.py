"""`gateway journal`: the group; each command has a module of its own."""

from __future__ import annotations

import click

from gateway.cli import (
    journal_checkpoint,
    journal_erase,
    journal_receipt,
    journal_replay,
    journal_search,
    journal_witness,
)


@click.group("journal")
def command() -> None:
    """Search the journal, replay it, erase from it, and prove what it holds: checkpoints, receipts, a witness."""


command.add_command(journal_search.command)
command.add_command(journal_replay.command)
command.add_command(journal_checkpoint.command)
command.add_command(journal_receipt.command)
command.add_command(journal_witness.command)
command.add_command(journal_erase.command)
