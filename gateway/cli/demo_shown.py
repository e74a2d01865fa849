"""What the demonstrations have in common: how they begin a paragraph, how they end, and how they stay."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import click

from gateway import client, stand
from gateway.cli import hints, show


def say(text: str) -> None:
    """Print the title of a paragraph."""
    click.secho(text, bold=True)


def sum_up(surprises: Sequence[str], seconds: float) -> None:
    """Print whether everything came out as expected, and what did not."""
    if surprises:
        click.secho(f"{len(surprises)} answers were not as expected:", fg="red", bold=True)
        for surprise in surprises:
            click.echo(f"  {surprise}")
        return
    click.secho(f"Everything came out as expected, in {seconds:.1f} s.", fg="green", bold=True)


def keep(served: client.Stand, invitation: str, messages: str) -> None:
    """Tell how to go on, for example with these files, and stay until the user stops it."""
    file = Path(served.data) / stand.FILE
    again = f"{hints.program()} send {messages} --stand {file} --wait"
    try:
        click.echo("")
        show.facts(
            (("address", served.url), ("WSDL", served.wsdl), ("user", served.user), ("password", served.password))
        )
        click.echo(f"\n{invitation}:\n  {again}\nCtrl-C stops it.")
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        click.echo("\nStopped.")
