"""`gateway journal receipt`: give the proof that a message was accepted, and check one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import click

from gateway import signatures
from gateway.cli import outcome, place, show, values
from gateway.journal import receipt
from signing import issue, trust
from signing.gost import selection
from storage import packages

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "receipt",
    epilog=show.examples(
        "gateway journal receipt 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11 -o receipt.json",
        "gateway journal receipt --check receipt.json --certificate installation.crt",
    ),
)
@click.argument("message", type=values.GUID, required=False)
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to write; else standard output."
)
@click.option("--check", "checked", type=_FILE, help="Check this receipt instead; no installation is needed.")
@click.option(
    "--certificate", type=_FILE, help="With --check: the installation's certificate, from a source you trust."
)
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    message: str | None,
    output: Path | None,
    checked: Path | None,
    certificate: Path | None,
    *,
    as_json: bool,
) -> None:
    """Give the receipt of an accepted MESSAGE, named by its acknowledgement's MessageGUID or by the sender's own.

    It proves to anybody, without this installation, that the message was accepted, when, and with which content. With
    --check it is verified, and what it proves is printed.
    """
    if (message is None) == (checked is None):
        raise click.UsageError("name a message, or a receipt with --check")
    if checked is not None:
        _check(checked, certificate, as_json=as_json)
        return
    made = _made(where, str(message))
    if output is None:
        show.line(json.loads(made)) if as_json else click.echo(made, nl=False)
        return
    with outcome.writing(output):
        issue.write_atomically(output, made, mode=0o644, replace=True)
    if as_json:
        show.line({"file": str(output), "sha256": hashlib.sha256(made).hexdigest(), "size": len(made)})
    else:
        click.echo(f"receipt of {message}: {output}")


def _made(where: place.Place, message: str) -> bytes:
    conf = where.need()
    key = signatures.load_key(conf)
    try:
        with where.database() as db:
            with db.read() as connection:
                found = packages.named(connection, message)
            if not found:
                raise outcome.Stop(f"no accepted message {message}, neither by its own MessageGUID nor by the sender's")
            if len(found) > 1:
                raise outcome.Stop(f"several: {', '.join(each.message_guid for each in found)}")
            return receipt.make(db, key, conf, found[0])
    finally:
        key.close()


def _check(path: Path, certificate: Path | None, *, as_json: bool) -> None:
    believed = trust.load(certificate)[0] if certificate else None
    proved = receipt.check(path.read_bytes(), believed, selection.choose())
    facts = {
        "message_guid": proved.message_guid,
        "requester_guid": proved.requester_guid,
        "accepted_at": proved.accepted_at,
        "request_sha256": proved.sha256,
        "signed_digest": proved.signed,
        "index": proved.index,
        "origin": proved.checkpoint.origin,
        "size": proved.checkpoint.size,
        "signer": proved.signer.name,
        "signer_sha256": proved.signer.fingerprint,
        "signer_given": believed is not None,
    }
    if as_json:
        show.line(facts)
        return
    click.echo(
        "the receipt is good" if believed else "the receipt is good if its certificate is: name it by --certificate"
    )
    told = facts | {"signer_given": None}  # the sentence says it
    show.facts((name.replace("_", " "), "" if value is None else str(value)) for name, value in told.items())
