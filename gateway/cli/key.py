"""`gateway key`: keys and certificates for tests, and the authorities that an installation believes."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

import click

from gateway import initialise, signatures
from gateway.cli import outcome, place, show, values
from signing import errors as signing_errors
from signing import issue, trust
from signing.certificates import Certificate
from signing.subject import Subject

_SHORT: Final = 16
"""Digits of a fingerprint that tell certificates apart, in a list and as the name of a file in trust/."""


@click.group("key")
def command() -> None:
    """Keys and certificates for tests, and the authorities whose certificates are believed."""


@command.command(
    epilog=show.examples(
        "gateway key new uk --ogrn 1020000000019",
        "gateway key new uk --ogrn 1020000000019 --suite p256 --to ./keys --ca ./keys/our-authority",
        "gateway key trust ./keys/our-authority.crt    so that packages signed with it are accepted",
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
    numbers = {"ogrn" if len(ogrn) == values.OGRN_DIGITS else "ogrnip": ogrn}
    subject = Subject(common_name=title or name, organization=title or name, **numbers)
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


@command.command("trust", epilog=show.examples("gateway key trust authority.crt", "gateway key trust roots/*.cer"))
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@place.pass_place
def trust_(where: place.Place, files: tuple[Path, ...]) -> None:
    """Believe the authorities in FILES (PEM or DER): packages signed under them are accepted.

    A running server reads them when it starts again.
    """
    folder = where.need().trust
    # All are judged before the first is stored: one wrong file must not leave half of them behind.
    found = [certificate for path in files for certificate in _certificates(path)]
    for certificate in found:
        if not certificate.may_issue:
            raise outcome.Stop(f"«{certificate.name}» is the certificate of a signer, not of an authority")
    for certificate in found:
        target = folder / f"{_fingerprint(certificate)[:_SHORT]}.crt"
        issue.write_atomically(target, issue.pem(certificate), mode=0o644, replace=True)
        click.echo(f"trusted  {certificate.name}  until {show.moment(certificate.not_after)}")
    click.echo("A server that runs reads this when it starts again.")


@command.command("list", epilog=show.examples("gateway key list", "gateway key list --json"))
@show.json_option
@place.pass_place
def list_(where: place.Place, *, as_json: bool) -> None:
    """List the installation's own certificate and the authorities that it believes."""
    conf = where.need()
    own, *_ = trust.load(signatures.key_paths(conf)[1])
    found = [("own", own), *(("trusted", anchor) for anchor in trust.TrustStore.from_folder(conf.trust).anchors)]
    if as_json:
        show.line([_described(use, certificate) for use, certificate in found])
        return
    rows = [(use, each.name, show.moment(each.not_after), _fingerprint(each)[:_SHORT]) for use, each in found]
    show.table(("use", "name", "until", "sha-256"), rows, empty="")


def _certificates(path: Path) -> tuple[Certificate, ...]:
    try:
        return trust.load(path)
    except signing_errors.CertificateUnreadable as error:
        try:
            is_key = b" PRIVATE KEY-----" in path.read_bytes()
        except OSError:
            raise error from None
        what = "it is a private key, its certificate is wanted" if is_key else "PEM or DER is wanted"
        raise outcome.Stop(f"{path} holds no certificate: {what}") from error


def _fingerprint(certificate: Certificate) -> str:
    return hashlib.sha256(certificate.der).hexdigest()


def _described(use: str, certificate: Certificate) -> dict[str, str]:
    return {
        "use": use,
        "name": certificate.name,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "sha256": _fingerprint(certificate),
    }
