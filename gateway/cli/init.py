"""`gateway init`: an installation is made, or completed; what is there stays as it is."""

from __future__ import annotations

import shlex

import click

from gateway import initialise, settings
from gateway.cli import hints, place, show
from signing import issue

_EPILOG = show.examples(
    "gateway init",
    "gateway --data /srv/gateway init",
    "gateway --data /srv/gateway init --database postgresql://gateway@db.example/gateway",
)


@click.command(epilog=_EPILOG)
@click.option(
    "--suite",
    type=click.Choice(list(issue.KEY_KINDS)),
    default=initialise.DEFAULT_SUITE,
    show_default=True,
    help="Kind of the key that signs results.",
)
@click.option("--database", help="URL of a PostgreSQL database; left out, the embedded SQLite is used.")
@show.json_option
@place.pass_place
def command(where: place.Place, suite: str, database: str | None, *, as_json: bool) -> None:
    """Make an installation: folders, settings file, key, database schema.

    Run it again after every upgrade: it brings the database schema to the new release and changes nothing else. It
    never overwrites a key or a settings file.
    """
    before = where.load()
    conf = where.load(database=database)
    if database and (before.data / settings.FILE).exists() and before.database != database:
        raise click.UsageError(f"{before.data / settings.FILE} exists: set the database there")
    steps: list[initialise.Step] = []
    chosen = {"database": database} if database else {}
    initialise.initialise(conf, suite=suite, chosen=chosen, progress=steps.append)
    if as_json:
        show.line(steps)
        return
    for step in steps:
        click.echo(f"{'made' if step.made else 'kept':4}  {step.what:8}  {step.where}")
    click.echo(_next(conf))


def _next(conf: settings.Settings) -> str:
    program = f"{hints.program()} --data {shlex.quote(str(conf.data))}"
    return (
        f"\nNext, each as {program} …\n"
        "  org add, system add, grant add   who may send, and for whom\n"
        "  trust add                        whose certificates are believed: no package is accepted without one\n"
        "  grant house add                  on which houses: none unless granted (setting house_basis)\n"
        "  serve                            then it runs"
    )
