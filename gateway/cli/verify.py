"""`gateway verify`: the signature of any document of an exchange, judged for people and for scripts."""

from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from gateway import clock, initialise, settings, signatures
from gateway.audit import examination, wording
from gateway.cli import outcome, place, show, values
from signing import certificates, revocation, trust, trust_folder
from signing.verdict import Conclusion

_EPILOG = show.examples(
    "gateway verify result.xml",
    "gateway verify --ca root.cer --ca issuing.crt package.xml",
    "gateway verify --ca root.cer --crl issuing.crl --at 2026-03-31T12:00:00+03:00 archive/ --json > verdicts.jsonl",
    "gateway verify --second-opinion --ca root.cer package.xml",
)
_COLOURS: Final = {Conclusion.VALID.value: "green", Conclusion.INVALID.value: "red"}
_DOCUMENTS: Final = "*.xml"
_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(epilog=_EPILOG)
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--ca", "anchors", type=_file, multiple=True,
    help="Authority to believe, PEM or DER; the certificate of a signer is believed as it is. Repeatable.  "
    "[default: those of the installation]",
)  # fmt: skip
@click.option("--crl", "lists", type=_file, multiple=True, help="Revocation list, PEM or DER. Repeatable.")
@click.option(
    "--at", type=values.MOMENT,
    help="Time as of which certificates are judged, ISO 8601 (without a zone: Moscow time); "
    "`signing`: when each signer says that it signed.  [default: now]",
)  # fmt: skip
@click.option("--second-opinion", is_flag=True, help="Ask another implementation too; tell where it disagrees.")
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    files: tuple[Path, ...],
    anchors: tuple[Path, ...],
    lists: tuple[Path, ...],
    at: dt.datetime | str | None,
    *,
    second_opinion: bool,
    as_json: bool,
) -> None:
    """Judge the signatures of FILES: SOAP envelopes, or requests and results that stand alone; of a folder every *.xml.

    A signature is valid, invalid, or indeterminate: then it holds, but who signed or whether the certificate was in
    force cannot be confirmed. Packages that were good on their day stay good with --at, although their certificates
    have expired since. Old signatures (ГОСТ Р 34.10-2001) are judged too.

    Exit code 1 when any signature is not valid, or a second opinion disagrees.
    """
    conf = where.installed
    examiner = examination.Examiner(
        policy=signatures.audit(conf or where.load()),
        trust=_trust(conf, anchors, lists),
        now=at if isinstance(at, dt.datetime) else clock.now(),
        by_signing_time=at == values.SIGNING,
        second_opinion=second_opinion,
    )
    counted: Counter[str] = Counter()
    good = True
    for found in _examined(examiner, files):
        show.line(examination.plain(found)) if as_json else _tell(found, examiner)
        counted[found.verdict] += 1
        good = good and found.good
    if not as_json and counted.total() > 1:
        click.echo(", ".join(f"{wording.HEADINGS[verdict]}: {counted[verdict]}" for verdict in wording.HEADINGS))
    sys.exit(0 if good else outcome.BAD)


def _examined(examiner: examination.Examiner, files: tuple[Path, ...]) -> Iterator[examination.Examination]:
    """Examine one after another, and go on after what cannot be read."""
    for path in _documents(files):
        try:
            data = path.read_bytes()
        except OSError as error:
            yield examiner.unreadable(str(path), error.strerror or str(error))
            continue
        yield examiner.examine(str(path), data)


def _documents(files: tuple[Path, ...]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(found for found in path.rglob(_DOCUMENTS) if found.is_file())
        else:
            yield path


def _trust(conf: settings.Settings | None, anchors: tuple[Path, ...], lists: tuple[Path, ...]) -> trust.TrustStore:
    """Return whom to believe: those that were named, or else those of the installation, and itself for its results."""
    named = [certificate for path in anchors for certificate in certificates.load(path)]
    given = [trust_folder.load_list(path) for path in lists]
    if named or conf is None:
        return trust.TrustStore.believing(named, lists=revocation.RevocationLists(given))
    kept = trust.TrustStore.from_folder(conf.trust, past=True)
    own = [each for path in _own(conf) if path.exists() for each in certificates.load(path)]
    return trust.TrustStore.believing(
        (*kept.anchors, *own),
        pinned=kept.pinned,
        lists=revocation.RevocationLists((*kept.lists.all, *given)),
        revocation=conf.revocation,
    )


def _own(conf: settings.Settings) -> tuple[Path, ...]:
    return conf.keys / f"{initialise.AUTHORITY}.crt", signatures.key_paths(conf)[1]


def _tell(found: examination.Examination, examiner: examination.Examiner) -> None:
    word = click.style(wording.heading(found), fg=_COLOURS.get(found.verdict, "yellow"), bold=True)
    click.echo(f"{found.file}: {word}")
    show.facts((f"  {name}", value) for name, value in wording.facts(found, examiner.policy))
    for sentence in wording.sentences(found):
        click.echo(f"  {sentence}")
    click.echo()
