"""`gateway grant`: which information system acts for which organisation, and which organisation on which house."""

from __future__ import annotations

import click

from gateway import clock
from gateway.cli import place, show, values
from storage import directory

_organisation = click.argument("organisation", type=values.GUID)
_houses = click.argument("houses", type=values.GUID, nargs=-1, required=True)


@click.group("grant")
def command() -> None:
    """Rights of systems and organisations. Running servers notice every change at the next request."""


@command.command(epilog=show.examples("gateway grant add 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90 billing"))
@_organisation
@click.argument("login")
@place.pass_place
def add(where: place.Place, organisation: str, login: str) -> None:
    """Let the system LOGIN act for the ORGANISATION (its orgPPAGUID)."""
    with where.database() as db, db.write() as connection:
        directory.grant(connection, organisation, login, clock.now())
    click.echo(f"granted: {login} acts for {organisation}")


@command.command("list", epilog=show.examples("gateway grant list", "gateway grant list --all --json"))
@click.option("--all", "ended", is_flag=True, help="Show grants that were taken back too.")
@show.json_option
@place.pass_place
def list_(where: place.Place, *, ended: bool, as_json: bool) -> None:
    """List who acts for whom, since when."""
    with where.database() as db, db.read() as connection:
        found = [each for each in directory.grants(connection) if ended or each.revoked_at is None]
        names = {each.guid: each.name for each in directory.organisations(connection)}
    if as_json:
        show.line(found)
        return
    rows = [
        (each.system, each.organisation, names.get(each.organisation, ""), show.moment(each.since), _end(each))
        for each in found
    ]
    show.table(("system", "organisation", "name", "since", "until"), rows, empty="no grant yet: gateway grant add")


@command.command(epilog=show.examples("gateway grant remove 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90 billing"))
@_organisation
@click.argument("login")
@place.pass_place
def remove(where: place.Place, organisation: str, login: str) -> None:
    """Take the right to act for the ORGANISATION back from the system LOGIN."""
    with where.database() as db, db.write() as connection:
        directory.revoke(connection, organisation, login, clock.now())
    click.echo(f"taken back: {login} no longer acts for {organisation}")


@command.group("house")
def house() -> None:
    """Houses that an organisation has a basis for, a contract or a charter (setting house_basis = granted)."""


@house.command(
    "add", epilog=show.examples("gateway grant house add 0f6a1c52-… a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101 b1f0c7e2-…")
)
@_organisation
@_houses
@place.pass_place
def house_add(where: place.Place, organisation: str, houses: tuple[str, ...]) -> None:
    """Give the ORGANISATION a basis for the HOUSES (their FIASHouseGuid): all of them, or none if one is wrong."""
    now = clock.now()
    with where.database() as db, db.write() as connection:
        for guid in houses:
            directory.grant_house(connection, organisation, guid, now)
    click.echo(f"granted: {show.counted(len(houses), 'house')} to {organisation}")


@house.command("list", epilog=show.examples("gateway grant house list 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"))
@_organisation
@show.json_option
@place.pass_place
def house_list(where: place.Place, organisation: str, *, as_json: bool) -> None:
    """List the houses that the ORGANISATION was given a basis for."""
    with where.database() as db, db.read() as connection:
        found = directory.houses(connection, organisation)
    if as_json:
        show.line(found)
        return
    for guid in found:
        click.echo(guid)


@house.command(
    "remove", epilog=show.examples("gateway grant house remove 0f6a1c52-… a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101")
)
@_organisation
@_houses
@place.pass_place
def house_remove(where: place.Place, organisation: str, houses: tuple[str, ...]) -> None:
    """Take the basis for the HOUSES back; what was imported stays."""
    now = clock.now()
    with where.database() as db, db.write() as connection:
        for guid in houses:
            directory.revoke_house(connection, organisation, guid, now)
    click.echo(f"taken back: {show.counted(len(houses), 'house')} of {organisation}")


def _end(grant: directory.Grant) -> str:
    return show.moment(grant.revoked_at)
