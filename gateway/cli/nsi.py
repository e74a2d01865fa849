"""`gateway nsi`: the common dictionaries of the installation, those that came with it and those that it has loaded."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from gateway import clock
from gateway.cli import outcome, place, show
from gateway.families import api
from gateway.families.nsi import builtin, csv_file, installed, loading, reading
from storage import database, directory, numbers, registry


@click.group("nsi")
def command() -> None:
    """Dictionaries (НСИ) to which packages refer by code and GUID.

    The gateway comes with those that its families need (docs/dictionaries.md); an installation can load others, and
    take over the GUIDs of ГИС ЖКХ. What organisations keep themselves (1, 51, 59 and others) comes by their packages.
    """


@command.command(
    epilog=show.examples(
        "gateway nsi load dictionary-22.csv",
        "gateway nsi load getStateResult.xml",
        "gateway nsi load page-1.xml page-2.xml --name 'Субъекты Российской Федерации'",
    )
)
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option("--name", help="Name of the dictionary: messages of ГИС ЖКХ do not have it.")
@click.option("--group", type=click.Choice(["NSI", "NSIRAO"]), help="Its group.  [default: as before, or NSI]")
@click.option("--check", "only_check", is_flag=True, help="Say what would change, and change nothing.")
@show.json_option
@place.pass_place
def load(
    where: place.Place, files: tuple[Path, ...], name: str | None, group: str | None, *, only_check: bool, as_json: bool
) -> None:
    """Load dictionaries from FILES: CSV, or messages of ГИС ЖКХ; pages of one dictionary together.

    A dictionary is replaced as a whole. Entries that the files do not have are no longer actual, and never deleted. A
    bad file is refused whole, with the line. Running servers and workers see the new dictionary at the next package.
    """
    found = loading.collect((str(file), file.read_bytes()) for file in files)
    if name is not None:
        if len(found) > 1:
            raise click.UsageError("--name names one dictionary, and the files hold several")
        found[0].name = reading.name_of("--name", 0, name)
    places = ", ".join(map(str, files))
    with where.database() as db:
        told = _load(db, places, found, group, only_check=only_check)
    if as_json:
        show.line(told)
        return
    for each in told:
        click.echo(_sentence(each, only_check=only_check))


@command.command("list", epilog=show.examples("gateway nsi list", "gateway nsi list --json"))
@show.json_option
@place.pass_place
def list_(where: place.Place, *, as_json: bool) -> None:
    """List the dictionaries: how many entries each has, and where it comes from."""
    with _dictionaries(where) as view:
        found = [_fact(view, number) for number in view.numbers()]
    if as_json:
        show.line(found)
        return
    columns = ("registry_number", "group", "entries", "origin", "name")
    rows = [[str(each[column]) for column in columns] for each in found]
    show.table(("number", "group", "entries", "origin", "name"), rows, empty="no dictionary")


@command.command("show", epilog=show.examples("gateway nsi show 22", "gateway nsi show 22 --csv > 22.csv"))
@click.argument("number", type=click.IntRange(min=1))
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, as `gateway nsi load` reads it.")
@show.json_option
@place.pass_place
def show_(where: place.Place, number: int, *, as_csv: bool, as_json: bool) -> None:
    """Show the entries of a dictionary: code, GUID, whether it is actual, name."""
    with _dictionaries(where) as view:
        found = view.dictionary(number)
    if found is None:
        raise outcome.Stop(f"there is no dictionary {number}: gateway nsi list")
    if as_csv:
        click.echo(csv_file.written([found]), nl=False)
    elif as_json:
        show.line({**_about(found), "items": [_plain(item) for item in found.items.values()]})
    else:
        click.echo(f"{found.number}. {found.name}")
        rows = [(item.code, item.guid, "" if item.actual else "no", item.name) for item in found.items.values()]
        show.table(("code", "GUID", "actual", "name"), rows, empty="no entry")


@contextmanager
def _dictionaries(where: place.Place) -> Iterator[installed.View]:
    with where.database() as db, db.read() as connection:
        yield installed.Installed().view(registry.Registry(connection, numbers.Numbers(db)))


def _load(
    db: database.Database,
    places: str,
    found: tuple[reading.Collected, ...],
    group: str | None,
    *,
    only_check: bool,
) -> list[loading.Loaded]:
    with db.read() as connection:
        unit = registry.Registry(connection, numbers.Numbers(db))
        view = installed.Installed().view(registry.Registry(connection, numbers.Numbers(db)))
        told = [_put(places, each, view.dictionary(each.number), group, unit) for each in found]
    if unit.changes and not only_check:
        load_guid, now = clock.new_guid(), clock.now()
        with db.write() as connection:
            registry.apply(connection, unit, organisation=loading.ADMINISTRATION, message=load_guid, at=now)
            for one in (each for each in told if each.is_change):
                facts = {**dataclasses.asdict(one), "load": load_guid}
                directory.record_dictionary(connection, facts, now, loading.objects_of(one.registry_number, unit))
    return told


def _put(
    places: str, read: reading.Collected, before: api.Dictionary | None, group: str | None, unit: registry.Registry
) -> loading.Loaded:
    new = loading.dictionary(read, before, group)
    loading.check(places, new)
    return loading.put(new, before, unit)


def _sentence(told: loading.Loaded, *, only_check: bool) -> str:
    head = f"dictionary {told.registry_number} «{told.name}»: "
    if not told.is_change:
        return f"{head}nothing changed"
    counts = f"{told.added} added, {told.changed} changed, {told.ended} no longer actual"
    return f"{head}{'would have' if only_check else 'has'} {told.entries} actual ({counts})"


def _about(found: api.Dictionary) -> dict[str, object]:
    return {"registry_number": found.number, "group": found.group, "name": found.name, "modified_at": found.modified_at}


def _fact(view: installed.View, number: int) -> dict[str, str | int]:
    found = view.dictionary(number)
    if found is None:
        raise LookupError(number)
    origin = "gateway" if found is builtin.dictionary(number) else f"loaded {show.moment(found.modified_at)}"
    entries = sum(item.actual for item in found.items.values())
    return {"registry_number": number, "group": found.group, "entries": entries, "origin": origin, "name": found.name}


def _plain(item: api.Item) -> dict[str, object]:
    return {"code": item.code, "guid": item.guid, "name": item.name, "actual": item.actual, "parent": item.parent}
