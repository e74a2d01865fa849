"""`gateway journal verify`: everything that the journal holds computed anew, and compared."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click

from gateway import errors
from gateway.cli import outcome, place, show
from gateway.journal.verifying import engine
from gateway.journal.verifying.question import Name, NoSuchEntries, Question, Report, Stage
from signing import trust
from storage import verification

SHOWN: Final = 50
"""Faults that are printed for people; --json has more."""
INTERRUPTED: Final = 130
"""Exit code after Ctrl-C: it says nothing of the journal, which 1 would."""


@click.command(
    "verify",
    epilog=show.examples(
        "gateway journal verify",
        "gateway --data /mnt/copy journal verify --chain --jobs 8",
        "gateway journal verify --from 81000 --to 82000 --json",
        "gateway journal verify --certificate installation.crt",
    ),
)
@click.option(
    "--chain", "chain_only", is_flag=True, help="Only records, tree, payloads and checkpoints: no key is read."
)
@click.option("--from", "start", type=click.IntRange(0), default=0, metavar="N", help="The first entry, by index.")
@click.option(
    "--to", "stop", type=click.IntRange(0), metavar="N", help="The entry before which to end.  [default: none]"
)
@click.option(
    "--jobs", type=click.IntRange(1, 256), default=os.cpu_count() or 1, show_default="cores", help="Processes at once."
)
@click.option(
    "--certificate",
    "certificates",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="The installation's certificate, from a source you trust; repeat it for each key that it has had. Without it "
    "the stored certificates are believed, and named.",
)
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    start: int,
    stop: int | None,
    jobs: int,
    certificates: tuple[Path, ...],
    *,
    chain_only: bool,
    as_json: bool,
) -> None:
    """Verify the journal: compute everything in it anew, and name the first entry that is not what was written.

    Stages: chain (records, tree, payloads), checkpoints (signed, and of this journal), packages (what the journal makes
    of them), results (signed, and to their messages), replay (verdicts and results made again). The installation may be
    running, stopped, or a copy that cannot be written; it is only read.

    Exit code 1 where anything is wrong, 3 where it cannot be read, or not all of it.
    """
    believed = tuple(each for path in certificates for each in trust.load(path))
    question = Question(start, stop, jobs, chain_only=chain_only, believed=believed)
    try:
        conf = where.load() if chain_only else where.need()
    except errors.Unavailable as error:
        raise outcome.Stop(f"{error}; a copy without its keys is verified by --chain", outcome.NOT_READY) from error
    try:
        report = engine.verify(conf, question, _progress, (lambda _: None) if as_json else _tell)
    except NoSuchEntries as error:
        raise click.UsageError(f"there are no such entries: {error}") from error
    except KeyboardInterrupt:
        raise outcome.Stop("interrupted: what was not told is not verified", INTERRUPTED) from None
    show.line(_data(report)) if as_json else _end(report)
    if report.away is not None and not report.faults:
        raise outcome.Stop(f"not everything could be verified: {report.away}", outcome.NOT_READY)
    sys.exit(0 if report.is_good else outcome.BAD)


def _tell(stage: Stage) -> None:
    counted = ", ".join(f"{number} {what}" for what, number in stage.counts.items())
    found = len(stage.faults) + stage.more
    if not stage.counts and not found:
        counted, good = "nothing", click.style("not done", fg="yellow")
    else:
        good = click.style("well", fg="green")
    verdict = click.style(show.counted(found, "fault"), fg="red") if found else good
    click.echo(f"{stage.name:<12} {counted}: {verdict}")
    for note in stage.notes:
        click.echo(f"{'':<12} {note}")


def _end(report: Report) -> None:
    part = (
        "" if (report.start, report.stop) == (0, report.size) else f", asked about {report.start} up to {report.stop}"
    )
    click.echo(f"journal      {show.counted(report.size, 'entry').replace('entrys', 'entries')}{part}")
    show.facts([("head", report.head or ""), ("root", report.root or "")])
    for name, fault in report.faults[:SHOWN]:
        click.echo(f"entry {fault.index}: {fault.what} ({name})")
    hidden = sum(len(stage.faults) + stage.more for stage in report.stages) - SHOWN
    if hidden > 0:
        click.echo(f"… and {show.counted(hidden, 'fault')} more")


def _data(report: Report) -> dict[str, Any]:
    return {
        "good": report.is_good,
        "away": report.away,
        "size": report.size,
        "from": report.start,
        "to": report.stop,
        "head": report.head,
        "root": report.root,
        "began": report.began,
        "ended": report.ended,
        "first": report.faults[0][1].index if report.faults else None,
        "stages": [
            {
                "stage": stage.name,
                "counts": stage.counts,
                "notes": stage.notes,
                "faults": len(stage.faults) + stage.more,
            }
            for stage in report.stages
        ],
        "faults": [_plain(name, fault) for name, fault in report.faults],
    }


def _plain(name: Name, fault: verification.Fault) -> dict[str, Any]:
    return {"index": fault.index, "what": fault.what, "stage": name}


@contextlib.contextmanager
def _progress(name: Name, length: int) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=f"{name:<12}", file=sys.stderr) as bar:
        yield bar.update
