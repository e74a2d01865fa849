"""Measures bad input: every message of samples/hostile against a whole installation, each in a process of its own.

    python bench/bad_input.py                 prints docs/bad-input.md
    python bench/bad_input.py --write         writes it there
    python bench/bad_input.py --named         measures what standard input names, prints what came out as lines of JSON

Memory is what the process needed above what it held with the message already in its hands, at its highest.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import logging
import os
import re
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NoReturn

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from storage import journal, verification  # noqa: E402  # the checkout is the path, installed or not
from tests import hostile, samples  # noqa: E402
from tests import stand as stands  # noqa: E402

PAGE: Final = ROOT / "docs" / "bad-input.md"
_MB: Final = 2**20


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """What one message did to an installation that had already taken a good one."""

    name: str
    size: int
    """Bytes of the message."""
    status: int
    code: str | None
    text: str
    answer: int
    """Bytes of the answer."""
    seconds: float
    memory: float
    """MB above what was held before, at the highest."""
    journaled: tuple[str, ...]
    """Codes of the entries that it left."""
    good_after: bool
    """Whether a good package was accepted afterwards, and the journal's chain holds."""


def measure(case: hostile.Case, folder: Path) -> Measured:
    """Send one message to a fresh installation in `folder` and look what it cost."""
    logging.disable(logging.CRITICAL)
    stand = stands.Stand(folder, signature="optional")
    assert stand.send(samples.EXPORT).status == 200  # noqa: S101  # nothing is measured before everything is warm
    body = case.body()
    before = _memory("VmRSS")
    # The mark of ru_maxrss survives exec and would show the parent's: this one belongs to us and can be lowered.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    started = time.perf_counter()
    answer = case.send(stand, body)
    seconds, memory = time.perf_counter() - started, _memory("VmHWM") - before
    hostile.check_answer(answer)
    codes = tuple(_refusals(stand))
    good_after = stand.send(samples.EXPORT).status == 200 and _is_chained(stand)
    stand.close()
    text = (answer.text or "").partition("\n")[0]
    return Measured(
        case.name, len(body), answer.status, answer.code, text, len(answer.body), seconds, memory, codes, good_after
    )


class Bench:
    """A process that has loaded all that a measurement needs, and measures each message in a fork of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def measure(self, name: str) -> Measured:
        """Measure one message; raises RuntimeError where its process fails, which says why on standard error."""
        assert self._process.stdin  # noqa: S101  # they are pipes
        assert self._process.stdout  # noqa: S101
        print(name, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line.strip():
            raise RuntimeError(f"{name} was not measured")
        found: dict[str, Any] = json.loads(line)
        return Measured(**{**found, "journaled": tuple(found["journaled"])})


@contextlib.contextmanager
def bench() -> Iterator[Bench]:
    """Start a bench, and end it with the block."""
    command = [sys.executable, str(Path(__file__)), "--named"]
    # Whoever leaves the block closes its standard input, which ends it.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Bench(process)


def _measure_the_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        # What is loaded, compiled and made once for a process is so before it forks.
        warm = stands.Stand(Path(folder))
        warm.send(samples.EXPORT)
        warm.close()
        for number, line in enumerate(sys.stdin):
            child = os.fork()
            if not child:
                _measure_and_leave(line.strip(), Path(folder, str(number)))
            if os.waitpid(child, 0)[1]:
                print(flush=True)


def _measure_and_leave(name: str, folder: Path) -> NoReturn:
    """Print what came of one message and end the process, whose parent cleans up for both."""
    code = 1
    try:
        case = next(case for case in hostile.cases() if case.name == name)
        print(json.dumps(dataclasses.asdict(measure(case, folder))), flush=True)
        code = 0
    except BaseException:  # noqa: BLE001  # told, and the exit code says it too
        traceback.print_exc()
    finally:
        os._exit(code)


def page(measurements: Iterator[Measured]) -> str:
    """Return the page: what was sent, what came back, what it cost."""
    found = {one.name: one for one in measurements}
    parts = [_HEAD]
    for title, belongs in _SECTIONS:
        rows = [_row(case, found[case.name]) for case in hostile.cases() if belongs(case)]
        parts += [f"\n## {title}\n", _COLUMNS, *rows]
    parts += ["\n## Wrong messages\n", _WRONG, *_wrong()]
    return "\n".join(parts) + "\n"


_HEAD: Final = """# Bad input

What strangers may send, what they are answered, and what it costs.
Written by `python bench/bad_input.py --write`; the messages are those of `samples/hostile` and `samples/invalid`.
Tests hold status, code, text, journal entry and the bound of memory (promise P15).
The figures are of one run on one shared core; memory is what the answer needed beside the message itself.
After each of them the same installation accepts a good package, and its journal is whole."""
_COLUMNS: Final = """| what | MB | HTTP | code | what the sender reads | journal | s | MB used |
|---|---:|---:|---|---|---|---:|---:|"""
_WRONG: Final = """These cost no more than good ones.

| sample | HTTP | code | what the sender reads | journal |
|---|---:|---|---|---|"""
_SECTIONS: Final = (
    ("HTTP", lambda case: not case.is_made and "http" in case.expected),
    ("Bytes and markup", lambda case: not case.is_made and "http" not in case.expected),
    ("Size", lambda case: case.is_made),
)


def _row(case: hostile.Case, one: Measured) -> str:
    return (
        f"| {case.expected['about']} | {_megabytes(one.size)} | {one.status} | {one.code or '–'} | {_cell(one.text)} "
        f"| {', '.join(one.journaled) or '–'} | {one.seconds:.2f} | {max(one.memory, 0):.0f} |"
    )


def _wrong() -> Iterator[str]:
    """Yield a row for every message that is refused at once because of what it says, as its manifest has it."""
    root = ROOT / "samples"
    for path in sorted((root / "invalid").rglob("*.expected.json")):
        expected = json.loads(path.read_text(encoding="utf-8"))
        if "status" in expected:
            name = str(path.relative_to(root)).removesuffix(".expected.json")
            entry = expected["code"] if expected["journaled"] else "–"
            yield f"| {name} | {expected['status']} | {expected['code']} | …{_cell(expected['text'])}… | {entry} |"


def _cell(text: str) -> str:
    cut = text if len(text) <= 110 else f"{text[:110]}…"
    return re.sub(r"([|<>*_\[\]])", r"\\\1", cut) or "–"


def _megabytes(size: int) -> str:
    return f"{size / _MB:.1f}" if size >= _MB / 10 else "0"


def _memory(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found, name  # noqa: S101  # Linux has both
    return int(found[1]) / 1024


def _refusals(stand: stands.Stand) -> Iterator[str]:
    with stand.house.database.read() as connection:
        for entry in journal.entries(connection):
            if entry.kind == journal.Kind.PACKAGE_REFUSED:
                yield str(entry.facts["code"])


def _is_chained(stand: stands.Stand) -> bool:
    with stand.house.database.read() as connection:
        return not list(verification.verify(connection))


def _all() -> Iterator[Measured]:
    with bench() as opened:
        for case in hostile.cases():
            print(case.name, file=sys.stderr, flush=True)
            yield opened.measure(case.name)


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--named", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if arguments.named:
        _measure_the_named()
    elif arguments.write:
        PAGE.write_text(page(_all()), encoding="utf-8")
    else:
        print(page(_all()), end="")


if __name__ == "__main__":
    main()
