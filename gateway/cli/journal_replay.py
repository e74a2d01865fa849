"""`gateway journal replay`: what the journal tells of, done again beside the installation and compared with it."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from gateway import clock
from gateway.cli import journal_filters, outcome, place, show
from gateway.contracts import model
from gateway.journal import selection
from gateway.journal.replay import engine, live, page, text
from gateway.journal.replay.report import Question
from storage import journal


@click.command(
    "replay",
    epilog=show.examples(
        "gateway journal replay",
        "gateway journal replay --from 2026-03-01 --to 2026-04-01 -o march.html",
        "gateway journal replay --organisation 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90 --now",
        "gateway journal replay --contract 16.3.0.0 --json",
    ),
)
@journal_filters.options
@click.option("--now", "today", is_flag=True, help="Judge by today's trust and contracts; nothing is executed.")
@click.option("--contract", metavar="VERSION", help="Judge by this contract pack; nothing is executed.")
@click.option(
    "--rules",
    type=click.Choice(["own", "current"]),
    default="own",
    show_default=True,
    help="Whether rules of another release explain a difference, or are what is asked about.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the report as an HTML page (in Russian).",
)
@click.option(
    "--registry",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep the rebuilt registry in this folder, which is new or empty.  [default: it is thrown away]",
)
@show.json_option
@place.pass_place
def command(
    where: place.Place,
    chosen: journal_filters.Chosen,
    contract: str | None,
    rules: str,
    output: Path | None,
    folder: Path | None,
    *,
    today: bool,
    as_json: bool,
) -> None:
    """Judge and execute again what the journal tells of, in a registry of its own, and compare.

    Every verdict and every result is compared with the recorded one, and the rebuilt registry with the live one. The
    installation is only read, and may be running. With options that choose, all is replayed and the chosen is told.

    Exit code 1 where something differs and nothing explains it.
    """
    if output is not None and not output.absolute().parent.is_dir():
        raise outcome.Stop(f"{output} cannot be written: there is no folder {output.absolute().parent}")
    with live.opened(where.need()) as opened, _place_for(folder) as empty:
        if contract is not None:
            contract = _pack(opened, contract).id
        question = Question(
            selection.Selection(chosen.query), today=today, contract=contract, current_rules=rules == "current"
        )
        with _progress(journal.size(opened.connection), hidden=as_json) as progress:
            report = engine.Replay(opened, empty, question, progress).run()
    if not report.counts and not chosen.query.is_empty:
        raise outcome.Stop("no entry of the journal fits")
    if output is not None:
        words = ("Выбраны записи: " + "; ".join(chosen.words) + ".") if chosen.words else "Проверен весь журнал."
        with outcome.writing(output):
            output.write_text(page.written(report, at=clock.now(), question=words), "utf-8")
    if as_json:
        show.line(text.data(report))
    else:
        for line in text.lines(report):
            click.echo(line)
    sys.exit(0 if report.is_good else outcome.BAD)


def _pack(opened: live.Live, wanted: str) -> model.Pack:
    packs = opened.contracts.catalogue.packs
    found = next((pack for pack in packs if wanted in (pack.id, pack.version)), None)
    if found is None:
        raise outcome.Stop(f"there is no contract pack {wanted}; there are: {', '.join(pack.id for pack in packs)}")
    return found


@contextlib.contextmanager
def _place_for(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="hcs-gateway-replay-") as made:
            yield Path(made)
        return
    with outcome.writing(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise click.UsageError(f"{folder} is not empty: a registry is rebuilt from nothing")
    yield folder


@contextlib.contextmanager
def _progress(size: int, *, hidden: bool) -> Iterator[Callable[[int], None]]:
    shown = not hidden and sys.stderr.isatty()
    if not shown:
        yield lambda _: None
        return
    with click.progressbar(length=size, label="replaying", file=sys.stderr) as bar:
        yield lambda _: bar.update(1)
