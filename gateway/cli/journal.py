"""`gateway journal`: the group; each command has a module of its own."""

from __future__ import annotations

import click

from gateway.cli import journal_checkpoint, journal_receipt, journal_witness


@click.group("journal")
def command() -> None:
    """Prove what the journal holds: checkpoints, receipts, and a witness on another machine (docs/journal.md)."""


command.add_command(journal_checkpoint.command)
command.add_command(journal_receipt.command)
command.add_command(journal_witness.command)
