"""`gateway demo month`, `gateway demo quarter`: stories, each played in a minute and without any preparation."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from gateway import client, demo, stories
from gateway.cli import demo_shown, hints, outcome, show, stopping
from gateway.stories import month, quarter

_GOOD: Final = click.style("✓", fg="green")
_BAD: Final = click.style("✗", fg="red")


@dataclasses.dataclass(frozen=True, slots=True)
class _Story:
    name: str
    """Of its command, and of the folder of its messages in `samples`."""
    steps: Sequence[stories.Step[Any]]
    office: type[stories.Office]
    stand: tuple[str, ...]
    """Options of the sandbox on which it is played."""
    setting: str
    """What is special about that sandbox."""
    about: str
    """What its command says of it."""
    invitation: str
    """What whoever keeps the stand can do next, …"""
    messages: str
    """… and with which files."""


_STORIES: Final = (
    _Story(
        name="month",
        steps=month.STEPS,
        office=stories.Office,
        stand=("--house-basis", "contract"),
        setting="on which a contract is the basis for work with a house",
        about="""Play the first month of a management company (УО), and compare what comes back with what was sent.

Dictionaries, services of its own, the contract, a house with 100 flats, 100 accounts, corrections, closings, exports:
signed packages over real HTTP, on a stand where a contract is the basis for a house. The messages are templates in
samples/month, to be read and used. Exit code 0 when everything came out as expected.""",
        invitation="Go on with a second house, its contract first",
        messages=f"{hints.sample('place-contract-with-owners', 'agreements')} {hints.sample('create-apartment-house')}",
    ),
    _Story(
        name="quarter",
        steps=quarter.STEPS,
        office=quarter.Company,
        stand=("--house-basis", "contract"),
        setting="on which a contract is the basis for work with a house",
        about="""Play a quarter of a management company (УО), and compare what comes back with what was sent.

Meters are installed and read for three months, one is replaced; payment documents are placed, corrected, paid through a
bank, acknowledged and withdrawn; owners meet, and their protocol is placed with its scan: signed packages over real
HTTP, and a file in the file store. The messages are templates in samples/quarter and samples/month, to be read and
used. Exit code 0 when everything came out as expected.""",
        invitation="Go on with a second house, its contract first",
        messages=f"{hints.sample('place-contract-with-owners', 'agreements')} {hints.sample('create-apartment-house')}",
    ),
)


def commands() -> list[click.Command]:
    """Return the command of each story."""
    return [_command(story) for story in _STORIES]


def _command(story: _Story) -> click.Command:
    told = f"gateway demo {story.name}"
    examples = show.examples(told, f"{told} --save letters    keeps every message as a file")

    @click.command(story.name, help=story.about, epilog=examples)
    @click.option("--keep", is_flag=True, help="Leave the gateway running at the end, until Ctrl-C.")
    @click.option(
        "--save",
        type=click.Path(file_okay=False, path_type=Path),
        help="Write every message as it is sent, and every result as it comes, into this folder.",
    )
    @click.pass_context
    def command(ctx: click.Context, save: Path | None, *, keep: bool) -> None:
        _show(story, save, keep=keep or bool(ctx.parent and ctx.parent.params.get("keep")))

    return command


def _show(story: _Story, save: Path | None, *, keep: bool) -> None:
    began = time.perf_counter()
    demo_shown.say(f"Starting a throwaway gateway, {story.setting} …")
    with stopping.orderly(), demo.running(story.stand) as served:
        click.echo(f"It listens on {served.url} after {time.perf_counter() - began:.1f} s.\n")
        letters = stories.Letters(save)
        office = story.office(served, letters=letters)
        surprises = _play(story, office)
        click.echo(f"{letters.count} packages were sent and answered.")
        demo_shown.sum_up(surprises, time.perf_counter() - began)
        if save is not None:
            click.echo(f"The messages and their results are in {save}.")
        if keep:
            demo_shown.keep(served, story.invitation, story.messages)
    sys.exit(outcome.BAD if surprises else 0)


def _play(story: _Story, office: stories.Office) -> list[str]:
    """Play a story and print it; return what was not as expected, which ends it."""
    for number, step in enumerate(story.steps, 1):
        demo_shown.say(f"{number:2}. {step.title}")
        try:
            for line in step.play(office):
                mark, text = (_BAD, line[1:].lstrip()) if line.startswith("✗") else (_GOOD, line)
                click.echo(f"    {mark} {text}")
        except (stories.Surprise, client.Fault) as error:
            differences = error.differences if isinstance(error, stories.Surprise) else (f"refused: {error}",)
            for difference in differences:
                click.echo(f"    {_BAD} {click.style(difference, fg='red')}")
            click.echo(f"\nThe {story.name} ends here: what comes later stands on this.")
            return [f"{step.title}: {difference}" for difference in differences]
        click.echo("")
    return []
