"""`gateway check`: messages judged as the gateway would judge them; nothing is sent and nothing is stored."""

from __future__ import annotations

import contextlib
import dataclasses
import sys
from pathlib import Path

import click

from gateway import signatures
from gateway.cli import judgement, outcome, place, show
from signing import trust
from signing.certificates import Certificate

_EPILOG = show.examples(
    "gateway check house.xml",
    "gateway check --signature required envelope.xml",
    "gateway check --pack hcs-wsdl-xsd-v.16.3.0.0.zip *.xml --json",
)


@click.command(epilog=_EPILOG)
@click.argument(
    "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True, metavar="FILE..."
)
@place.pack_option
@click.option(
    "--signature",
    type=click.Choice(["required", "optional", "off"]),
    help="What an unsigned envelope is.  [default: the installation's setting, optional without one]",
)
@click.option(
    "--trust",
    "anchors",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Authority to believe, PEM or DER; repeatable.  [default: those of the installation]",
)
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="Most violations of one file.")
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    files: tuple[Path, ...],
    pack_paths: tuple[Path, ...],
    signature: str | None,
    anchors: tuple[Path, ...],
    limit: int,
    *,
    as_json: bool,
) -> None:
    """Judge FILES as the gateway would, and tell everything that is wrong; nothing is sent or stored.

    A file is a whole SOAP envelope or a bare request element. It is judged by its contract version, its schema and
    its signature, if it has one. In an installation its packs, trusted authorities and organisations count; without
    one the built-in contract does, and who issued a certificate is not asked unless --trust says whom to believe.

    Exit code 1 when any file would be refused.
    """
    conf = where.installed
    believed = tuple(certificate for path in anchors for certificate in trust.load(path))
    with contextlib.ExitStack() as stack:
        judge = judgement.Judge(
            contracts=where.contracts(pack_paths),
            mode=signature or (conf.signature if conf else "optional"),
            by=signatures.incoming(conf or where.load()),
            anchors=_anchors(believed, conf.trust if conf else None),
            database=stack.enter_context(where.database()) if conf else None,
            limit=limit,
        )
        found = [judge.judge(str(path), path.read_bytes()) for path in files]
    if as_json:
        show.line([{**dataclasses.asdict(each), "good": each.good} for each in found])
    else:
        for each in found:
            _tell(each)
    sys.exit(0 if all(each.good for each in found) else outcome.BAD)


def _anchors(believed: tuple[Certificate, ...], folder: Path | None) -> trust.TrustStore | None:
    if believed:
        return trust.TrustStore.believing(believed)
    return trust.TrustStore.from_folder(folder) if folder else None


def _tell(found: judgement.Judgement) -> None:
    word = click.style("good", fg="green") if found.good else click.style("bad", fg="red")
    about = " ".join(filter(None, (found.operation, found.version)))
    signed = f"signature {found.signature}" + (f" ({found.signer})" if found.signer else "")
    click.echo(f"{word}  {found.name}  {about or 'unknown operation'}, {signed}")
    for each in found.findings:
        place_ = ", ".join(filter(None, (each.where, f"строка {each.line}" if each.line else "")))
        click.echo(f"      {click.style(each.code, bold=True)}  {each.text}" + (f"  [{place_}]" if place_ else ""))
