"""`gateway journal archive`: months of the journal in files that prove themselves, and such files verified."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gateway import clock, signatures
from gateway.cli import place, show, values
from gateway.journal.archiving import checking, making
from gateway.journal.archiving.month import Month
from signing import trust
from signing.gost import selection
from storage import archives, journal, keys
from storage import errors as storage_errors

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    "archive",
    epilog=show.examples(
        "gateway journal archive",
        "gateway journal archive --month 2026-01",
        "gateway journal archive --month 2026-01 --folder /mnt/copies",
        "gateway journal archive --check journal-2026-0*.zip --certificate installation.crt",
    ),
)
@click.option("--month", type=values.MONTH, help="Up to this month, by UTC.  [default: the last one that is over]")
@click.option(
    "-o",
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the files.  [default: that of the setting archive_folder]",
)
@click.option(
    "--check", "is_check", is_flag=True, help="Verify FILES instead, in their order; no installation is needed."
)
@click.option(
    "--certificate", type=_FILE, help="With --check: the installation's certificate, from a source you trust."
)
@click.argument("files", type=_FILE, nargs=-1)
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    month: Month | None,
    folder: Path | None,
    certificate: Path | None,
    files: tuple[Path, ...],
    *,
    is_check: bool,
    as_json: bool,
) -> None:
    """Archive the months of the journal that are over and not archived yet, each into a file journal-YYYY-MM.zip.

    A file has the records of the month, their documents as they are stored, and what proves them. It is verified whole
    before the journal tells of it. Made again, it has the same bytes; a month that is archived is made again where
    --month names it and its file is not in the folder. Nothing leaves the database: that is gateway journal drop.

    With --check archives are verified, and that they follow each other. Where there is an installation, documents that
    its key opens are compared with the records too.
    """
    if is_check:
        if not files or month or folder:
            raise click.UsageError("--check wants files, and neither --month nor --folder")
        _check(where, files, certificate, as_json=as_json)
    elif files or certificate:
        raise click.UsageError("files and --certificate are for --check")
    else:
        _make(where, month, folder, as_json=as_json)


def _make(where: place.Place, month: Month | None, folder: Path | None, *, as_json: bool) -> None:
    conf = where.need()
    key = signatures.load_key(conf)
    count = 0
    try:
        with where.database() as db:
            for each in making.Maker(db, key, conf, folder or conf.archives).make(month, clock.now()):
                _tell(each, as_json=as_json)
                count += 1
    finally:
        key.close()
    if not count and not as_json:
        click.echo("nothing to archive: every month that is over is archived")


def _tell(made: making.Made, *, as_json: bool) -> None:
    archive = made.archive
    if as_json:
        show.line({**_data(archive), "file": str(made.path), "was_there": made.was_there})
        return
    entries = f"entries {archive.start} to {archive.stop - 1}"
    click.echo(f"{archive.month}: {made.path}{' was there' if made.was_there else ''}, {entries}, {archive.size} bytes")
    click.echo(f"{'':>7}  SHA-256 {archive.sha256}")


def _data(archive: archives.Archive) -> dict[str, Any]:
    return {name: getattr(archive, name) for name in ("month", "start", "stop", "sha256", "size")}


def _check(where: place.Place, files: tuple[Path, ...], certificate: Path | None, *, as_json: bool) -> None:
    believed = trust.load(certificate)[0] if certificate else None
    backend = selection.choose()
    proved = []
    with _opener(where) as opener:
        for file in files:
            proved.append(checking.check(file, believed, backend, opener))
            checking.check_order(proved)
            _tell_checked(proved[-1], as_json=as_json)
    if not as_json:
        one = len(proved) == 1
        good = "the archive is good" if one else f"the {len(proved)} archives are good, and follow each other"
        click.echo(
            good if believed else f"{good}, if {'its' if one else 'their'} certificate is: name it by --certificate"
        )


def _tell_checked(proved: checking.Proved, *, as_json: bool) -> None:
    manifest = proved.manifest
    facts = {
        "file": str(proved.path),
        "month": str(manifest.month),
        "origin": manifest.origin,
        "start": manifest.start,
        "stop": manifest.stop,
        "payloads": manifest.payloads,
        "not_opened": proved.closed,
        "erased": len(manifest.erased),
        "sha256": proved.sha256,
        "checkpoint": proved.checkpoint.size,
        "signer": proved.signer.name,
        "signer_sha256": proved.signer.fingerprint,
    }
    if as_json:
        show.line(facts)
    else:
        show.facts((name.replace("_", " "), str(value)) for name, value in facts.items())
        click.echo("")


@contextlib.contextmanager
def _opener(where: place.Place) -> Iterator[checking.Opener]:
    """Give what opens sealed documents: the keys of the installation, where there is one."""
    if where.installed is None:
        yield lambda _role, _stored: None
        return
    with where.database() as db, db.read() as connection:

        def opened(role: str, stored: bytes) -> bytes | None:
            wrapped = keys.beside(connection, stored)
            try:
                return wrapped and journal.unpack(keys.opened(db.keyring, role, stored, wrapped))
            except storage_errors.KeyMissing:
                return None

        yield opened
