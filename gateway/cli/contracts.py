"""`gateway contracts`: which services and operations are served, and official packs to serve more."""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
from collections.abc import Iterator
from pathlib import Path

import click

from gateway import clock, wire
from gateway.cli import contract_names, contracts_diff, contracts_sample, outcome, place, show
from gateway.contracts import builtin, errors, model, packs, tree
from gateway.families import handlers
from gateway.journal import noticing
from storage import database, in_force


@click.group("contracts")
def command() -> None:
    """Contracts: services, operations and versions that are served."""


@command.command(
    "list", epilog=show.examples("gateway contracts list", "gateway contracts list --pack hcs-wsdl-xsd.zip")
)
@place.pack_option
@show.json_option
@place.pass_place
def list_(where: place.Place, pack_paths: tuple[Path, ...], *, as_json: bool) -> None:
    """List packs and their services; without an installation, the built-in ones.

    Damaged packs are not in force; they are told on standard error, with the reason.
    """
    known = where.contracts(pack_paths)
    if as_json:
        show.line([_service(pack, service) for pack in known.packs for service in pack.services.values()])
        return
    for pack in known.packs:
        click.secho(f"{pack.id}  {pack.title}  ({_size(pack)})", bold=True)
        rows = [(each.short_name, str(len(each.operations)), each.path) for each in pack.services.values()]
        show.table(("service", "operations", "path"), rows, empty="no service")
        click.echo("")


@command.command(
    "show",
    epilog=show.examples(
        "gateway contracts show house-management", "gateway contracts show house-management/importHouseUOData"
    ),
)
@click.argument("name", metavar="SERVICE[/OPERATION]")
@place.pack_option
@show.json_option
@place.pass_place
def show_(where: place.Place, name: str, pack_paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Show the operations of a service, or all about one of them.

    SERVICE is the name in gateway contracts list, or a path. An operation that is executed here is marked so; the
    others are accepted, kept and acknowledged.
    """
    service_name, operation_name = contract_names.split(name)
    found = contract_names.find(where.contracts(pack_paths), service_name, operation_name)
    if as_json:
        show.line([_operation(*each) for each in found])
    elif operation_name:
        for each in found:
            show.facts(tuple((key, _text(value)) for key, value in _operation(*each).items()))
    else:
        rows = [
            (pack.id, each.name, wire.local(each.request), ", ".join(each.versions.supported), _executed(each))
            for pack, _, each in found
        ]
        titles = ("pack", "operation", "request element", "versions", "here")
        # Which pack it is only matters where there are several.
        first = 1 if len({row[0] for row in rows}) == 1 else 0
        show.table(titles[first:], [row[first:] for row in rows], empty="no operation")


@command.command(
    epilog=show.examples(
        "gateway contracts install hcs-wsdl-xsd-v.16.3.0.0.zip",
        "gateway contracts install ./pack-folder",
        "gateway contracts install --check *.zip",
    )
)
@click.argument("sources", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True, metavar="PATH...")
@click.option("--check", "check_only", is_flag=True, help="Check the packs and store nothing; needs no installation.")
@place.pass_place
def install(where: place.Place, sources: tuple[Path, ...], *, check_only: bool) -> None:
    """Install official contract packs, folders or zips; every schema is compiled before anything is stored.

    A pack that cannot serve is refused whole, with the reason, and the others go on. What was installed before stays
    in force beside them. A running server takes the pack in by itself, within seconds. The journal tells of each; a
    pack of which it cannot be told is not installed.
    """
    refused = 0
    with contextlib.nullcontext() if check_only else where.database() as db:
        for source in sources:
            try:
                click.echo(_check(source) if db is None else _install(source, where.need().packs, db))
            except errors.ContractError as error:
                refused += 1
                click.echo(f"Error: {source}: {error}", err=True)
    if refused:
        raise outcome.Stop(f"{show.counted(refused, 'pack')} of {len(sources)} refused; nothing of them is stored")


@command.command(epilog=show.examples("gateway contracts remove 15.12.0.0"))
@click.argument("versions", nargs=-1, required=True, metavar="VERSION...")
@place.pass_place
def remove(where: place.Place, versions: tuple[str, ...]) -> None:
    """Remove installed contract packs, sound or damaged; the built-in one stays.

    Packages of that version that were accepted and wait for execution are executed and answered by the newest contract
    that serves the same address; where none does, they wait until the pack is installed again. A running server lets
    the pack go by itself, within seconds. The journal tells of each.
    """
    into = where.need().packs
    with where.database() as db:
        for version in versions:
            if version == builtin.pack().id:
                raise outcome.Stop(f"{version} is the built-in contract, which cannot be removed")
            packs.remove(version, into, functools.partial(_removed, db))
            click.echo(f"removed {version}; its files are gone, what was accepted under it stays")


@command.command(epilog=show.examples("gateway contracts verify", "gateway contracts verify 16.3.0.0"))
@click.argument("versions", nargs=-1, metavar="[VERSION...]")
@place.pass_place
def verify(where: place.Place, versions: tuple[str, ...]) -> None:
    """Compare installed packs with what was installed: tell every one that has a file changed, missing or added.

    Exit code 1 when any is damaged. A pack with a changed or missing file is not in force: remove it, then install it
    again. An added file is none of the pack's and changes nothing.
    """
    into = where.need().packs
    known = packs.versions(into)
    for version in versions:
        if version not in known:
            raise outcome.Stop(f"no pack {version} is installed")
    damaged = 0
    for version in versions or known:
        try:
            click.echo(f"{version}  sound: {_size(packs.verify(into / version))}")
        except errors.ContractError as error:
            damaged += 1
            click.echo(f"{version}  damaged: {error}")
    if not known:
        click.echo("no pack is installed; the built-in contract is part of the program")
    if damaged:
        raise outcome.Stop(f"{show.counted(damaged, 'pack')} damaged")


def _check(source: Path) -> str:
    pack = packs.check(source)
    return f"{pack.id} can be installed: {pack.title}, {_size(pack)}"


def _install(source: Path, into: Path, db: database.Database) -> str:
    before = packs.versions(into)
    pack = packs.install(source, into, functools.partial(_installed, db))
    if pack.version in before:
        return f"{pack.id} is already installed, nothing has changed"
    return f"installed {pack.id}: {pack.title}, {_size(pack)}"


@contextlib.contextmanager
def _installed(db: database.Database, pack: model.Pack) -> Iterator[None]:
    """Tell the journal of a pack in the transaction of the block: none is judged by it before that is committed."""
    with db.write(point="contracts") as connection:
        facts = {**noticing.facts(pack, noticing.COMMAND), "user": _user()}
        in_force.install_contract(connection, pack.id, tree.listing(pack.files), facts, clock.now())
        yield


@contextlib.contextmanager
def _removed(db: database.Database, pack: str) -> Iterator[None]:
    with db.write(point="contracts") as connection:
        facts = {**noticing.source(noticing.COMMAND), "user": _user()}
        in_force.remove_contract(connection, pack, facts, clock.now())
        yield


def _user() -> str:
    """Name under which the system knows who runs the command."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _size(pack: model.Pack) -> str:
    operations = sum(len(service.operations) for service in pack.services.values())
    parts = (len(pack.services), "service"), (operations, "operation"), (len(pack.files), "file")
    return ", ".join(show.counted(number, noun) for number, noun in parts)


def _service(pack: model.Pack, service: model.Service) -> dict[str, object]:
    operations = [operation.name for operation in service.operations.values()]
    return {"pack": pack.id, "service": service.short_name, "path": service.path, "operations": operations}


def _operation(pack: model.Pack, service: model.Service, operation: model.Operation) -> dict[str, object]:
    return {
        "operation": operation.name,
        "service": service.short_name,
        "pack": pack.id,
        "path": service.path,
        "soap_action": operation.soap_action,
        "header": operation.header.value,
        "request": operation.request,
        "response": operation.response,
        "versions": list(operation.versions.supported),
        "version_required": operation.versions.required,
        "executed": _executed(operation) == "executed",
    }


def _executed(operation: model.Operation) -> str:
    if operation.kind is not model.OperationKind.SUBMIT:
        return "answered"
    return "executed" if operation.request in handlers.HANDLERS else "accepted"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)


command.add_command(contracts_diff.command)
command.add_command(contracts_sample.command)
