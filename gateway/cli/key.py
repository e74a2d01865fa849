"""`gateway key`: keys and certificates for tests, and the installation's own."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from gateway import initialise, signatures
from gateway.cli import outcome, place, show, values
from signing import certificates, issue
from signing.subject import Subject

_SHORT: Final = 16
"""Digits of a fingerprint that tell certificates apart."""


@click.group("key")
def command() -> None:
    """Keys and certificates for tests, and the installation's own.

    Whom the gateway believes is told by `gateway trust`.
    """


@command.command(
    epilog=show.examples(
        "gateway key new uk --ogrn 1020000000019",
        "gateway key new uk --ogrn 1020000000019 --suite p256 --to ./keys --ca ./keys/our-authority",
        "gateway trust add ./keys/our-authority.crt    so that packages signed with it are accepted",
    )
)
@click.argument("name")
@click.option("--ogrn", type=values.OGRN, required=True, help="ОГРН or ОГРНИП in the certificate.")
@click.option("--title", help="Name of the holder in the certificate.  [default: NAME]")
@click.option(
    "--suite",
    type=click.Choice(list(issue.KEY_KINDS)),
    default=initialise.DEFAULT_SUITE,
    show_default=True,
    help="Kind of the key.",
)
@click.option("--days", type=click.IntRange(1), default=365, show_default=True, help="How long it is in force.")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for NAME.key and NAME.crt.  [default: the current one]",
)
@click.option(
    "--ca",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Authority that vouches: its files without .key and .crt; made if missing.  [default: test-ca beside the key]",
)
@show.json_option
def new(
    name: str, ogrn: str, title: str | None, suite: str, days: int, folder: Path, ca: Path | None, *, as_json: bool
) -> None:
    """Make a key for tests, and a certificate of a test authority: NAME.key and NAME.crt.

    Not for work: there the certificates come from an accredited authority. No file is ever overwritten.
    """
    ogrn_, ogrnip = (ogrn, None) if len(ogrn) == values.OGRN_DIGITS else (None, ogrn)
    subject = Subject(common_name=title or name, organization=title or name, ogrn=ogrn_, ogrnip=ogrnip)
    authority = ca or folder / "test-ca"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        above = initialise.authority(authority.parent, suite, name=authority.name)
        key, certificate = initialise.identity(above, suite, subject, days=days).write(folder, name)
    except (OSError, ValueError) as error:
        raise outcome.Stop(f"the key cannot be made: {error}") from error
    paths = {"key": str(key), "certificate": str(certificate), "ca": f"{authority}.crt"}
    if as_json:
        show.line(paths)
    else:
        show.facts(tuple(paths.items()))


@command.command("list", epilog=show.examples("gateway key list", "gateway key list --json"))
@show.json_option
@place.pass_place
def list_(where: place.Place, *, as_json: bool) -> None:
    """List the installation's own certificate, under which results are signed, and the authorities above it."""
    found = certificates.load(signatures.key_paths(where.need())[1])
    if as_json:
        show.line([_described(each) for each in found])
        return
    rows = [(each.name, show.moment(each.not_after), each.fingerprint[:_SHORT]) for each in found]
    show.table(("name", "until", "sha-256"), rows, empty="")


def _described(certificate: certificates.Certificate) -> dict[str, str]:
    return {
        "name": certificate.name,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "sha256": certificate.fingerprint,
    }
