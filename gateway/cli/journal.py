"""`gateway journal`: the group; each command has a module of its own."""

from __future__ import annotations

import click

from gateway.cli import (
    journal_archive,
    journal_checkpoint,
    journal_drop,
    journal_epoch,
    journal_erase,
    journal_evidence,
    journal_receipt,
    journal_replay,
    journal_search,
    journal_verify,
    journal_witness,
)


@click.group("journal")
def command() -> None:
    """Search the journal, verify, replay and archive it, erase from it, and prove what it holds to others."""


command.add_command(journal_search.command)
command.add_command(journal_verify.command)
command.add_command(journal_replay.command)
command.add_command(journal_checkpoint.command)
command.add_command(journal_receipt.command)
command.add_command(journal_evidence.command)
command.add_command(journal_witness.command)
command.add_command(journal_epoch.command)
command.add_command(journal_erase.command)
command.add_command(journal_archive.command)
command.add_command(journal_drop.command)
