"""`gateway contracts sample`: a request that an integrator can fill, sign and send."""

from __future__ import annotations

from pathlib import Path

import click
from lxml import etree

from gateway.cli import contract_names, outcome, place, show
from gateway.contracts import model


@click.command(
    "sample",
    epilog=show.examples(
        "gateway contracts sample importHouseUOData > house.xml",
        "gateway contracts sample bills/importPaymentDocumentData --full",
        "gateway contracts sample exportNsiList --minimal --pack hcs-wsdl-xsd.zip",
    ),
)
@click.argument("name", metavar="[SERVICE/]OPERATION")
@click.option("--minimal", "extent", flag_value="minimal", help="Only what the contract demands.")
@click.option("--full", "extent", flag_value="full", help="Every optional element once, by the longest branches.")
@place.pack_option
@place.pass_place
def command(where: place.Place, name: str, extent: str | None, pack_paths: tuple[Path, ...]) -> None:
    """Print a valid request of an operation, made from its contract.

    Without an option it has what the contract demands and the optional elements that hold a text. Values are only
    examples: the contract accepts them, the business of the operation may not. The sample has no signature: gateway
    send signs it. Of several packs the newest one counts.
    """
    # The component model is heavy to import, and few commands need it.
    from gateway.study import reading
    from gateway.study.samples import decisions, sample

    service_name, operation_name = contract_names.split(name) if "/" in name else ("", name)
    found = contract_names.find(where.contracts(pack_paths), service_name, operation_name)
    pack, service, operation = _meant(found, name)
    declared = reading.component_model(pack, service)
    made = sample.request(declared, pack, operation, decisions.Extent(extent or "usual"))
    click.echo(etree.tostring(made, encoding="unicode"))


def _meant(
    found: list[tuple[model.Pack, model.Service, model.Operation]], name: str
) -> tuple[model.Pack, model.Service, model.Operation]:
    """Return the one of the newest pack; raises Stop where several services have an operation of this name."""
    paths = sorted({service.short_name for _, service, _ in found})
    if len(paths) > 1:
        raise outcome.Stop(f"{name} is an operation of {', '.join(paths)}; say which: {paths[0]}/{name}")
    return found[0]
