"""`gateway demo month`: the first month of a management company, in a minute and without any preparation."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from gateway import client, demo, month
from gateway.cli import demo_shown, hints, outcome, show, stopping

_GOOD = click.style("✓", fg="green")
_BAD = click.style("✗", fg="red")


@click.command(
    "month",
    epilog=show.examples("gateway demo month", "gateway demo month --save letters    keeps every message as a file"),
)
@click.option("--keep", is_flag=True, help="Leave the gateway running at the end, until Ctrl-C.")
@click.option(
    "--save",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every message as it is sent, and every result as it comes, into this folder.",
)
@click.pass_context
def command(ctx: click.Context, save: Path | None, *, keep: bool) -> None:
    """Play the first month of a management company (УО), and compare what comes back with what was sent.

    Dictionaries, services of its own, the contract, a house with 100 flats, 100 accounts, corrections, closings,
    exports: signed packages over real HTTP, on a stand where a contract is the basis for a house. The messages are
    templates in samples/month, to be read and used. Exit code 0 when everything came out as expected.
    """
    keep = keep or bool(ctx.parent and ctx.parent.params.get("keep"))
    began = time.perf_counter()
    demo_shown.say("Starting a throwaway gateway, on which a contract is the basis for work with a house …")
    with stopping.orderly(), demo.running(["--house-basis", "contract"]) as served:
        click.echo(f"It listens on {served.url} after {time.perf_counter() - began:.1f} s.\n")
        office = month.Office(served, save=save)
        surprises = _play(office)
        click.echo(f"{office.sent} packages were sent and answered.")
        demo_shown.sum_up(surprises, time.perf_counter() - began)
        if save is not None:
            click.echo(f"The messages and their results are in {save}.")
        if keep:
            contract = hints.sample("place-contract-with-owners", "agreements")
            house = hints.sample("create-apartment-house")
            demo_shown.keep(served, "Go on with a second house, its contract first", f"{contract} {house}")
    sys.exit(outcome.BAD if surprises else 0)


def _play(office: month.Office) -> list[str]:
    """Play the month and print it; return what was not as expected, which ends it."""
    for number, step in enumerate(month.STEPS, 1):
        demo_shown.say(f"{number:2}. {step.title}")
        try:
            for line in step.play(office):
                mark, text = (_BAD, line[1:].lstrip()) if line.startswith("✗") else (_GOOD, line)
                click.echo(f"    {mark} {text}")
        except (month.Surprise, client.Fault) as error:
            differences = error.differences if isinstance(error, month.Surprise) else (f"refused: {error}",)
            for difference in differences:
                click.echo(f"    {_BAD} {click.style(difference, fg='red')}")
            click.echo("\nThe month ends here: what comes later stands on this.")
            return [f"{step.title}: {difference}" for difference in differences]
        click.echo("")
    return []
