"""`gateway sign`: one document of an exchange, signed where the wire has its signature."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from lxml import etree

from gateway import clock, signatures, xml
from gateway.audit import examination
from gateway.cli import outcome, place, show
from gateway.client import message
from signing import issue, xades
from signing.signer import Signer

_EPILOG = show.examples(
    "gateway sign request.xml --output signed.xml",
    "gateway sign request.xml --key uk.key --certificate uk.crt > signed.xml",
    "gateway sign request.xml --key 'pkcs11:token=uk;object=signing?module-path=/usr/lib/softhsm/libsofthsm2.so'",
)


@click.command(epilog=_EPILOG)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", help="Private key, PEM, or a PKCS #11 URI of a token.  [default: the installation's]")
@click.option(
    "--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Its certificate, PEM or DER; a token may have it itself.",
)  # fmt: skip
@click.option(
    "--output", "-o", type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, replaced if it is there.  [default: standard output]",
)  # fmt: skip
@place.pass_place
def command(where: place.Place, file: Path, key: str | None, certificate: Path | None, output: Path | None) -> None:
    """Sign FILE: the request or result in the Body of an envelope, or a document that stands alone.

    The signature is laid out as ГИС ЖКХ has it (XAdES-BES, enveloped) and made where the element stands: an element
    that is taken to another envelope afterwards has to be signed again there. A signed document is not signed twice.

    The password of a key, or the PIN of a token, is read from GATEWAY_KEY_PASSWORD.
    """
    try:
        root = xml.parse(file.read_bytes())
    except xml.NotXML as error:
        raise outcome.Stop(f"{file} is no document that can be signed: {error}") from error
    element = examination.signed_element(root)
    if element is None:
        raise outcome.Stop(f"{file}: the envelope has not exactly one element in one Body")
    xades.sign(element, _signer(where, key, certificate), at=clock.now().astimezone(clock.MOSCOW))
    signed = message.serialise(root)
    if output is None:
        sys.stdout.buffer.write(signed)
        return
    with outcome.writing(output):
        issue.write_atomically(output, signed, mode=0o644, replace=True)
    click.echo(f"signed {etree.QName(element).localname}: {output}")


def _signer(where: place.Place, key: str | None, certificate: Path | None) -> Signer:
    if key is None and certificate is None:
        return signatures.load_key(where.need())
    if key is None:
        raise click.UsageError("--certificate needs --key")
    return signatures.open_key(key, certificate, where.load())
