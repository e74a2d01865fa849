"""`gateway contracts`: which services and operations are served, and official packs to serve more."""

from __future__ import annotations

from pathlib import Path

import click

from gateway import wire
from gateway.cli import contract_names, contracts_diff, contracts_sample, place, show
from gateway.contracts import model, packs
from gateway.families import handlers


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
    """List packs and their services; without an installation, the built-in ones."""
    known = where.contracts(pack_paths)
    if as_json:
        show.line([_service(pack, service) for pack in known.packs for service in pack.services.values()])
        return
    for pack in known.packs:
        count = sum(len(service.operations) for service in pack.services.values())
        size = f"{show.counted(len(pack.services), 'service')}, {show.counted(count, 'operation')}"
        click.secho(f"{pack.id}  {pack.title}  ({size})", bold=True)
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
        "gateway contracts install hcs-wsdl-xsd-v.16.3.0.0.zip", "gateway contracts install ./pack-folder"
    )
)
@click.argument("sources", type=click.Path(exists=True, path_type=Path), nargs=-1, required=True, metavar="PATH...")
@place.pass_place
def install(where: place.Place, sources: tuple[Path, ...]) -> None:
    """Install official contract packs, folders or zips; every schema is compiled before anything is stored.

    What was installed before stays in force beside them, and whatever goes wrong. A running server reads packs when
    it starts again.
    """
    conf = where.need()
    done: list[model.Pack] = []
    with click.progressbar(sources, label="Checking and installing") as bar:
        done.extend(packs.install(source, conf.packs) for source in bar)
    for pack in done:
        click.echo(f"installed {pack.id}: {pack.title}, {show.counted(len(pack.services), 'service')}")


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
