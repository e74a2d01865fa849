"""`gateway send`: messages are wrapped, signed and sent, their results waited for and told."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from gateway import client
from gateway.cli import delivery, outcome, place, show, target
from gateway.client import message

_EPILOG = show.examples(
    "gateway send house.xml --stand stand.json --wait",
    "gateway send *.xml --stand stand.json --as РСО --wait --json",
    "gateway send envelope.xml --stand stand.json             an envelope is sent as it is",
    "gateway send house.xml --url http://127.0.0.1:8080 --user billing --org 0f6a… --key uk.key --certificate uk.crt",
)
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=_EPILOG)
@click.argument("files", type=_file, nargs=-1, required=True, metavar="FILE...")
@target.options
@click.option("--key", type=_file, help="Private key that signs, PEM.")
@click.option("--certificate", type=_file, help="Its certificate, PEM.")
@click.option(
    "--operator-signature", is_flag=True, help="Sign with the key of the system's operator, and say so in the header."
)
@click.option("--unsigned", is_flag=True, help="Do not sign; for stands where signatures are optional.")
@click.option("--resign", is_flag=True, help="Take the request out of its envelope, and wrap and sign it anew.")
@click.option("--path", default="", help="Path of the service, where the request alone does not tell it.")
@place.pack_option
@click.option("--wait", is_flag=True, help="Wait for each result and print it, before the next file is sent.")
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path),
    help="With --wait: write each result element, byte for byte, to MESSAGE_GUID.xml in this folder.",
)  # fmt: skip
@click.option("--timeout", type=click.FloatRange(0), default=60.0, show_default=True, help="Seconds for one result.")
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    /,
    files: tuple[Path, ...],
    stand_file: Path | None,
    role: str | None,
    pack_paths: tuple[Path, ...],
    path: str,
    output: Path | None,
    timeout: float,
    *,
    operator_signature: bool,
    unsigned: bool,
    resign: bool,
    wait: bool,
    as_json: bool,
    **replaced: str | Path | None,
) -> None:
    """Send FILES, one after another, and print what became of them.

    A file is a bare request element, which is wrapped and signed, or a whole SOAP envelope, which is sent byte for
    byte as it is. The service is found by the name of the request element. The official packs that the stand serves
    are known without --pack.

    Exit code 1 when a message or an object in it is refused, 3 when the gateway does not answer or a result does not
    come in time. Files after a refused one are sent all the same.
    """
    if output is not None and not wait:
        raise click.UsageError("--output needs --wait: without it there is no result to write")
    if not resign:
        _leave_envelopes_alone(files, {"as": role, "operator-signature": operator_signature, "unsigned": unsigned,
                                       **{name: replaced[name] for name in ("org", "key", "certificate")}})  # fmt: skip
    stand = target.find(stand_file, role, replaced, by_operator=operator_signature)
    contracts = where.contracts(_packs(stand, pack_paths))
    courier = delivery.Courier(
        via=client.Client(stand, contracts=contracts, signed=not unsigned, by_operator=operator_signature),
        path=path,
        resign=resign,
        wait=timeout if wait else None,
        output=output,
    )
    codes = []
    for report in _delivered(courier, files):
        codes.append(report.exit_code)
        show.line(report.plain()) if as_json else delivery.tell(report)
    sys.exit(max(codes))


def _delivered(courier: delivery.Courier, files: tuple[Path, ...]) -> Iterator[delivery.Report]:
    """Deliver one by one; on a terminal many files get a bar, and what became of them follows after it."""
    if len(files) == 1 or not sys.stderr.isatty():
        yield from map(courier.deliver, files)
        return
    with click.progressbar(files, label="Sending", file=sys.stderr) as bar:
        reports = [courier.deliver(file) for file in bar]
    yield from reports


def _leave_envelopes_alone(files: tuple[Path, ...], given: Mapping[str, object]) -> None:
    """Refuse options that a whole envelope cannot obey: it is sent as it is, and has its sender and signature."""
    named = [f"--{name}" for name, value in given.items() if value]
    for file in files if named else ():
        try:
            is_envelope = message.open_envelope(message.parse(file.read_bytes())) is not None
        except client.Unsendable:
            continue  # told with the others, when its turn comes
        if is_envelope:
            verb = "needs" if len(named) == 1 else "need"
            raise click.UsageError(f"{file} is a whole envelope and sent as it is: {', '.join(named)} {verb} --resign")


def _packs(stand: client.Stand, given: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the packs that the stand serves and those that were named, each once."""
    served = tuple(Path(pack) for pack in stand.packs)
    for pack in served:
        if not pack.exists():
            raise outcome.Stop(
                f"the stand names the contract pack {pack}, which is not there: has the sandbox stopped?"
            )
    return served + tuple(pack for pack in given if pack.resolve() not in {each.resolve() for each in served})
