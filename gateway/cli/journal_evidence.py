"""`gateway journal evidence`: a bundle by which an auditor verifies one package years later, with stock tools."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from pathlib import Path

import click

from gateway import settings, signatures
from gateway.cli import outcome, place, show, values
from gateway.journal.evidence import asic as containers
from gateway.journal.evidence import bundle, case, container, naming, proofs
from gateway.journal.replay import live
from signing import certificates, issue, signer
from storage import database, journal
from storage import errors as storage_errors


@click.command(
    "evidence",
    epilog=show.examples(
        "gateway journal evidence 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11 -o evidence.zip",
        "gateway journal evidence 81345 -o refused.zip",
        "gateway journal evidence 3f0e7a54-0d53-4b2e-8a3c-6f1f1f2b9d11 --asic -o evidence.asice",
    ),
)
@click.argument("message", type=values.MESSAGE)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write; only you may read it.",
)
@click.option("--asic", is_flag=True, help="As a container of ASiC-E, signed by the installation's key.")
@click.option("--with-schema", is_flag=True, help="Put in the files of the contract, too, not only their SHA-256.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@show.json_option
@place.pass_place
def command(
    where: place.Place, message: str | int, output: Path, *, asic: bool, with_schema: bool, force: bool, as_json: bool
) -> None:
    """Write what proves a package and its result to anybody, without this installation: a zip with a README.

    MESSAGE is the MessageGUID of the acknowledgement or of the sender, or the index of an entry of the journal: refused
    packages have no other name of ours. `gateway journal search` tells them. The package itself is inside, with the
    personal data that it may hold.
    """
    if output.exists() and not force:
        raise outcome.Stop(f"{output} is there already: name another file, or write over it with --force")
    conf = where.need()
    with where.database() as db:
        indexes = _indexes(db, message)
        proofs.cover(db, conf, indexes[-1], lambda: signatures.load_key(conf))
    made = _made(conf, indexes, asic=asic, with_schema=with_schema)
    data = container.zipped(made.files, made.at)
    with outcome.writing(output):
        issue.write_atomically(output, data, mode=0o600, replace=force)
    sha256 = hashlib.sha256(data).hexdigest()
    if as_json:
        show.line({"file": str(output), "sha256": sha256, "size": len(data), "records": indexes, "absent": made.absent})
    else:
        click.echo(f"evidence of {message}: {output}, {show.counted(len(made.files), 'file')}, SHA-256 {sha256}")
        for role, reason in made.absent.items():
            click.echo(f"the {role} is not in it: {reason}")


def _indexes(db: database.Database, message: str | int) -> list[int]:
    """Return where the records of the one package are that MESSAGE names."""
    try:
        with db.read() as connection:
            if isinstance(message, int):
                entry = naming.by_index(connection, message)
                found = [entry] if entry else []
            else:
                found = naming.by_guid(connection, message)
            if len(found) == 1:
                return case.indexes(connection, found[0])
    except storage_errors.NotFound as error:
        raise outcome.Stop(f"{error} in the journal") from error
    except ValueError as error:
        raise outcome.Stop(f"the journal is damaged: {error}; gateway journal verify tells more") from error
    if isinstance(message, int):
        raise outcome.Stop(f"entry {message} tells of no package")
    if not found:
        raise outcome.Stop(f"no package {message}, accepted or refused, by its own MessageGUID or by the sender's")
    told = "\n".join(f"  {each.index}  {show.moment(each.at)}  {_verdict(each)}" for each in found)
    raise outcome.Stop(f"{message} names several packages: choose one by the index of its entry\n{told}")


def _verdict(entry: journal.Entry) -> str:
    if entry.kind == journal.Kind.PACKAGE_REFUSED:
        return f"refused {entry.facts.get('code')}"
    return f"accepted {entry.message}"


def _made(conf: settings.Settings, indexes: list[int], *, asic: bool, with_schema: bool) -> bundle.Bundle:
    with contextlib.ExitStack() as stack:
        key: signer.Signer | None = None
        if asic:
            key = signatures.load_key(conf)
            stack.callback(key.close)
        opened = stack.enter_context(live.opened(conf))
        shown = certificates.read(key.certificate) if key else None
        try:
            made = bundle.make(opened, indexes, signatures.audit(conf), with_schema=with_schema, signer=shown)
        except (live.Damaged, ValueError) as error:
            raise outcome.Stop(f"the journal is damaged: {error}; gateway journal verify tells more") from error
        if key is None:
            return made
        return dataclasses.replace(made, files=containers.contained(made.files, key, made.sealed_at))
