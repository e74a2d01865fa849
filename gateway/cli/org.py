"""`gateway org`: organisations of the installation, data providers and operators of information systems."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

import click

from gateway import clock
from gateway.cli import outcome, place, show, values
from storage import directory

ROLES: Final = (
    *("УО", "РСО", "ОМС", "ТСЖ", "ЕСП", "ОИС"),
    *("ТСН", "ЖСК", "ЖК", "Кооператив", "ОГВ", "РОКР", "РКЦ", "РЦ", "РО ТКО", "ТКО"),
    *("Банк", "ОПП", "Субагент"),
)
"""Kinds of data providers, those first that a sandbox has, and the operator of an information system (ОИС)."""


@click.group("org")
def command() -> None:
    """Organisations: data providers, and operators of information systems.

    An organisation is known by its orgPPAGUID, the identifier that packages carry in their header. Its certificate is
    recognised by the ОГРН and the ИНН: those that both know must agree, and one of them must be there. A certificate
    that has neither can be pinned: gateway trust add --org.
    """


@command.command(
    epilog=show.examples(
        "gateway org add 'УК „Пример“' --ogrn 1020000000019 --role УО",
        "gateway org add 'УК „Пример“' --ogrn 1020000000019 --inn 7700000009 --role УО",
        "gateway org add 'УК „Пример“' --ogrn 1020000000019 --role УО --guid 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90",
    )
)
@click.argument("name")
@click.option("--ogrn", type=values.OGRN, required=True, help="ОГРН, or ОГРНИП of a sole trader; it is checked.")
@click.option("--inn", type=values.INN, help="ИНН; it is checked. Certificates without an ОГРН are recognised by it.")
@click.option("--role", required=True, help=f"{', '.join(ROLES)}; another one is taken with a warning.")
@click.option("--kpp", help="КПП, for a branch.")
@click.option("--force", is_flag=True, help="Add it although another one has this ОГРН and КПП.")
@click.option("--guid", type=values.GUID, help="orgPPAGUID, where ГИС ЖКХ has given one; left out, a new one is made.")
@show.json_option
@place.pass_place
def add(
    where: place.Place,
    name: str,
    ogrn: str,
    inn: str | None,
    role: str,
    kpp: str | None,
    guid: str | None,
    *,
    force: bool,
    as_json: bool,
) -> None:
    """Add an organisation; prints its orgPPAGUID."""
    _warn_of(role)
    new = directory.Organisation(guid=guid or clock.new_guid(), ogrn=ogrn, name=name, role=role, kpp=kpp, inn=inn)
    _check_numbers(new)
    with where.database() as db, db.write() as connection:
        if not force:
            _refuse_twin(directory.organisations(connection), new)
        directory.add_organisation(connection, new, clock.now())
    if as_json:
        show.line(new)
    else:
        click.echo(new.guid)


@command.command("list", epilog=show.examples("gateway org list", "gateway org list --json"))
@show.json_option
@place.pass_place
def list_(where: place.Place, *, as_json: bool) -> None:
    """List the organisations with their roles and numbers."""
    with where.database() as db, db.read() as connection:
        found = directory.organisations(connection)
    if as_json:
        show.line(found)
        return
    rows = [(each.role, each.guid, each.ogrn, each.inn or "", each.name) for each in found]
    show.table(("role", "orgPPAGUID", "ОГРН", "ИНН", "name"), rows, empty="no organisation yet: gateway org add")


@command.command("show", epilog=show.examples("gateway org show 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"))
@click.argument("guid", type=values.GUID)
@show.json_option
@place.pass_place
def show_(where: place.Place, guid: str, *, as_json: bool) -> None:
    """Show one organisation: who acts for it, and for which houses it has a basis."""
    with where.database() as db, db.read() as connection:
        found = directory.organisation(connection, guid)
        houses = directory.houses(connection, guid)
        systems = [each.system for each in directory.grants(connection) if _is_open(each, guid)]
        operated = [each.login for each in directory.systems(connection) if each.operator == guid]
    if found is None:
        raise outcome.Stop(f"there is no organisation {guid}")
    if as_json:
        show.line({**dataclasses.asdict(found), "systems": systems, "operates": operated, "houses": houses})
        return
    show.facts(
        (
            ("orgPPAGUID", found.guid),
            ("name", found.name),
            ("role", found.role),
            ("ОГРН", found.ogrn),
            ("ИНН", found.inn or ""),
            ("КПП", found.kpp or ""),
            ("systems that act for it", ", ".join(systems)),
            ("systems that it operates", ", ".join(operated)),
            ("houses granted", "\n".join(houses)),
        )
    )


@command.command(epilog=show.examples("gateway org change 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90 --role ТСЖ"))
@click.argument("guid", type=values.GUID)
@click.option("--name", help="New name.")
@click.option("--ogrn", type=values.OGRN, help="New ОГРН or ОГРНИП.")
@click.option("--inn", type=values.INN, help="New ИНН.")
@click.option("--role", help="New role.")
@click.option("--kpp", help="New КПП.")
@place.pass_place
def change(where: place.Place, /, guid: str, **changes: str | None) -> None:
    """Change what is known of an organisation; what is not given stays. Running servers notice at once."""
    given = {name: value for name, value in changes.items() if value is not None}
    _warn_of(given.get("role"))
    if not given:
        raise click.UsageError("nothing to change: name one of --name, --ogrn, --inn, --role, --kpp")
    with where.database() as db, db.write() as connection:
        found = directory.organisation(connection, guid)
        if found is None:
            raise outcome.Stop(f"there is no organisation {guid}")
        new = dataclasses.replace(found, **given)
        _check_numbers(new)
        directory.change_organisation(connection, new, clock.now())
    click.echo(f"changed {guid}")


def _refuse_twin(there: Iterable[directory.Organisation], new: directory.Organisation) -> None:
    """Refuse the second organisation with the same numbers: packages would name one, and rights belong to the other."""
    for known in there:
        if (known.ogrn, known.kpp) == (new.ogrn, new.kpp):
            numbers = f"ОГРН {new.ogrn}" + (f" and КПП {new.kpp}" if new.kpp else "")
            raise outcome.Stop(f"«{known.name}» has {numbers} already: it is {known.guid}; --force adds another one")


def _check_numbers(of: directory.Organisation) -> None:
    expected = values.INN_DIGITS.get(len(of.ogrn))
    if of.inn is not None and len(of.inn) != expected:
        number = "ОГРН" if len(of.ogrn) == values.OGRN_DIGITS else "ОГРНИП"
        raise click.UsageError(f"an ИНН of {expected} digits goes with an {number}: {of.inn} has {len(of.inn)}")


def _warn_of(role: str | None) -> None:
    if role is not None and role not in ROLES:
        click.echo(f"Warning: {role!r} is none of the known roles: {', '.join(ROLES)}", err=True)


def _is_open(grant: directory.Grant, organisation: str) -> bool:
    return grant.organisation == organisation and grant.revoked_at is None
