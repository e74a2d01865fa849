"""`gateway demo`: the gateway at work, in a minute and without any preparation."""

from __future__ import annotations

import collections
import sys
import time

import click

from gateway import client, demo, wire
from gateway.cli import demo_shown, demo_story, hints, outcome, show, stopping

_GOOD = click.style("✓", fg="green")
_BAD = click.style("✗", fg="red")


@click.group("demo", invoke_without_command=True, epilog=show.examples("gateway demo", "gateway demo --keep"))
@click.option("--keep", is_flag=True, help="Leave the gateway running at the end, until Ctrl-C.")
@click.pass_context
def command(ctx: click.Context, *, keep: bool) -> None:
    """Show the gateway at work: start a throwaway one, send the samples, print what comes back.

    Signed packages go over real HTTP, from houses that are created and changed to mistakes that are answered with
    their code. Exit code 0 when everything came out as the samples expect. `gateway demo month` tells a longer story.
    """
    if ctx.invoked_subcommand is not None:
        return
    began = time.perf_counter()
    demo_shown.say("Starting a throwaway gateway: embedded database, seven organisations, each with a key of its own …")
    with stopping.orderly(), demo.running() as served:
        click.echo(f"It listens on {served.url} after {time.perf_counter() - began:.1f} s.\n")
        surprises = _play(served)
        demo_shown.sum_up(surprises, time.perf_counter() - began)
        if keep:
            demo_shown.keep(
                served,
                "Ask for a house that was created, or send a file of your own",
                hints.sample("export-house-15.10.0.0"),
            )
    sys.exit(outcome.BAD if surprises else 0)


for _story in demo_story.commands():
    command.add_command(_story)


def _play(served: client.Stand) -> list[str]:
    """Play every sample and print it; return what was not as expected."""
    player = demo.Player(served)
    names = {each.role: each.name for each in served.organisations}
    surprises = []
    for number, sample in enumerate(demo.story(), 1):
        demo_shown.say(f"{number:2}. {_title(sample)}")
        played = player.play(sample)
        size = f"{played.size / 1000:.1f} KB"
        click.echo(f"    {names[sample.role]} sends {size}, {1000 * played.seconds:.0f} ms")
        _answer(played)
        if played.surprise:
            surprises.append(f"{sample.name}: {played.surprise}")
            click.secho(f"    not as expected: {played.surprise}", fg="red")
        click.echo("")
    return surprises


def _title(sample: demo.Sample) -> str:
    words = sample.name.replace("-", " ")
    if sample.is_tampered:
        return f"{words.capitalize()}, changed by somebody after it was signed"
    return f"A mistake on purpose, {words}" if sample.code else words.capitalize()


def _answer(played: demo.Played) -> None:
    if played.fault is not None:
        click.echo(f"    {_BAD} refused       {click.style(played.fault.code, bold=True)}  {played.fault.text}")
    if played.ack is None or played.result is None:
        return
    click.echo(f"    {_GOOD} acknowledged  {played.ack.message_guid}  {played.ack.operation}")
    signed = "signed by the gateway" if played.is_signed else "without a valid signature"
    click.echo(f"    {_GOOD if played.is_signed else _BAD} result        {signed}")
    _imported(played)
    for export in played.result.exports:
        click.echo(f"      {_GOOD} {export.branch}: {_content(export)}")
    if played.result.problem is not None:
        click.echo(f"      {_BAD} {played.result.problem.code}  {played.result.problem.text}")


def _imported(played: demo.Played) -> None:
    """Print accepted objects, a line for each kind, then each refused one with its reasons."""
    assert played.result is not None  # noqa: S101  # for mypy: the caller has looked
    kinds = demo.objects(played.request)
    accepted = collections.defaultdict(list)
    for each in played.result.outcomes:
        if not each.problems:
            accepted[kinds.get(each.transport_guid, each.transport_guid)].append(each.unique_number)
    for kind, numbers in accepted.items():
        known = ", ".join(filter(None, numbers))
        click.echo(f"      {_GOOD} {len(numbers):2} {kind:32} {known}".rstrip())
    for each in played.result.outcomes:
        for problem in each.problems:
            kind = kinds.get(each.transport_guid, each.transport_guid)
            click.echo(f"      {_BAD}  1 {kind:32} {click.style(problem.code, bold=True)}  {problem.text}")


def _content(export: client.Export) -> str:
    """Return what an exported object holds: how many blocks of which name, two levels deep."""
    blocks = [block for child in export.element for block in child if len(block)]
    counted = collections.Counter(wire.local(block.tag) for block in blocks)
    return ", ".join(f"{count} {name}" for name, count in counted.items()) or f"{len(export.element)} elements"
