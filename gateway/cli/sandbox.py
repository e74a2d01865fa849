"""`gateway sandbox`: the stand that integrators lack; one command, one JSON line, gone when it is stopped."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from gateway import initialise, settings, stand
from gateway.cli import hints, place, show, stopping
from gateway.client import Stand
from gateway.web import serve
from signing import issue

_EPILOG = show.examples(
    "gateway sandbox",
    "gateway sandbox --port 8085 --data ./stand",
    "gateway sandbox --json > stand.json &      and then: gateway send house.xml --stand stand.json --wait",
    "gateway sandbox --pack hcs-wsdl-xsd.zip    serves the official contract too",
)


@click.command(epilog=_EPILOG)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the stand in this folder, to go on with it later; left out, it is thrown away at the end.",
)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; left out, a free one.")
@click.option(
    "--pack",
    "pack_paths",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Folder or zip of an official contract pack to serve as well. Repeatable.",
)
@click.option(
    "--suite",
    type=click.Choice(list(issue.KEY_KINDS)),
    default=initialise.DEFAULT_SUITE,
    show_default=True,
    help="Kind of all keys of the stand.",
)
@click.option(
    "--house-basis",
    type=click.Choice(settings.FIELDS["house_basis"].metadata["choices"]),
    default=stand.SETTINGS["house_basis"],
    show_default=True,
    help="What lets an organisation work with a house: nothing, a grant, a contract or charter.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the stand as one line of JSON when it is ready.")
@place.pass_place
def command(
    where: place.Place,
    data: Path | None,
    port: int,
    pack_paths: tuple[Path, ...],
    suite: str,
    house_basis: str,
    *,
    as_json: bool,
) -> None:
    """Start a throwaway gateway with demonstration organisations and their keys, and stay until stopped.

    It accepts unsigned packages (a signature that is there is verified) and, unless --house-basis says otherwise, lets
    every organisation work with every house. Names, ОГРН and orgPPAGUID are the same on every stand; keys and the
    password are new.

    The JSON has: url, user, password, org_ppa_guid, organisations (name, role, ogrn, org_ppa_guid, key, certificate),
    key, certificate, ca, data, wsdl, dictionaries, packs. Keys and certificates are paths of PEM files, dictionaries
    that of a CSV with the codes and GUIDs of the dictionary entries (НСИ) in the samples, packs those of the official
    packs that are served. The same is in stand.json inside the data folder.
    """
    with stopping.orderly(), _folder(data or where.data) as folder:
        chosen = stand.SETTINGS | {"house_basis": house_basis}
        stand.prepare(folder, suite=suite, contract_packs=pack_paths, chosen=chosen)
        conf = settings.load(folder, **chosen, host="127.0.0.1", port=port)
        code = serve.run(conf, on_ready=lambda url: _announce(stand.announce(folder, url), as_json=as_json))
    sys.exit(code)


@contextlib.contextmanager
def _folder(data: Path | None) -> Iterator[Path]:
    if data is not None:
        yield data
        return
    made = Path(tempfile.mkdtemp(prefix="gateway-sandbox-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _announce(served: Stand, *, as_json: bool) -> None:
    if as_json:
        click.echo(served.json())
        return
    file = Path(served.data) / stand.FILE
    click.secho(f"The stand is ready: {served.url}", bold=True)
    show.facts(
        (
            ("WSDL", served.wsdl),
            ("user", served.user),
            ("password", served.password),
            ("orgPPAGUID", served.org_ppa_guid),
            ("key", served.key),
            ("certificate", served.certificate),
            ("everything", f"{file} (JSON)"),
        )
    )
    click.echo("")
    rows = [(each.role, each.org_ppa_guid, each.ogrn, each.name) for each in served.organisations]
    show.table(("role", "orgPPAGUID", "ОГРН", "name"), rows, empty="")
    click.echo(
        "\nTry next, in another terminal:\n"
        f"  curl -s '{served.wsdl}' | head\n"
        f"  {hints.program()} send {hints.sample('create-apartment-house')} --stand {file} --wait\n"
        "Ctrl-C stops it."
    )
