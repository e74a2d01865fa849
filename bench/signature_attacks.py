"""Measures what it costs to refuse each attack of samples/hostile/signatures, each in a process of its own.

    python bench/signature_attacks.py                 prints docs/signature-attacks.md
    python bench/signature_attacks.py --write         writes it there
    python bench/signature_attacks.py NAME...         measures these attacks alone

Processor time and memory of the judgement, above what the process held with the parsed message in its hands; the parse
is measured apart. Exits with 1 where a message under a megabyte costs more than 100 ms or 64 MB, or another reason is
given. What its sender has signed himself has to be canonicalised before it can be refused: it may cost three times what
libxml2 alone needs for that.
"""

from __future__ import annotations

import argparse
import ctypes
import dataclasses
import gc
import io
import json
import os
import re
import sys
import time
import traceback
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Self

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from lxml import etree  # noqa: E402  # after the path

from signing import policy  # noqa: E402  # the checkout is the path, installed or not
from signing.gost import selection  # noqa: E402
from signing.verdict import Reason  # noqa: E402
from tests.signature_attacks import cases, families, message  # noqa: E402

PAGE: Final = ROOT / "docs" / "signature-attacks.md"
MOST_MS: Final = 100
MOST_MB: Final = 64
UNDER: Final = 1_000_000
"""Octets of a message for which the two limits hold."""
REPEAT: Final = 9
_MB: Final = 2**20
_LIBC: Final = ctypes.CDLL(None)


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """What one message cost: the least of a few processes, since what others do on the machine only adds to it."""

    size: int
    """Octets of the message."""
    parse_ms: float
    parse_mb: float
    judge_ms: float
    judge_mb: float
    limit_ms: float
    """What libxml2 alone needs for the canonical form of the request; zero where none had to be made."""
    reason: str | None

    @property
    def is_costly(self) -> bool:
        """Whether it costs more than a message of its size may."""
        most_ms = max(MOST_MS, 3 * self.limit_ms)
        return self.size < UNDER and (self.judge_ms > most_ms or self.judge_mb > MOST_MB)


def measure(case: cases.Case) -> Measured:
    """Judge the message in fresh copies of this process."""
    runs = [_apart(case)]
    while len(runs) < REPEAT and min(run["judge_ms"] for run in runs) > MOST_MS / 10:
        runs.append(_apart(case))
    least = {name: min(run[name] for run in runs) for name in runs[0] if name != "reason"}
    return Measured(**least, reason=runs[0]["reason"])


def _apart(case: cases.Case) -> dict[str, Any]:
    """Fork, and read what the child found out; raises RuntimeError where it found nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.write(writing, json.dumps(_judge(case)).encode())
            status = 0
        except Exception:  # noqa: BLE001 - the child must never return
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123 - a descriptor
        found = pipe.read()
    if os.waitpid(child, 0)[1]:
        raise RuntimeError(case.name)
    return dict(json.loads(found))


def _judge(case: cases.Case) -> dict[str, Any]:
    octets = case.octets()
    with _cost() as parsing:
        root = message.parse(octets)
    element = cases.place(root, case.expected["element"])
    with _cost() as judging:
        verdict = cases.verify(element, POLICY, case.at)
    with _cost() as limit:
        if verdict.failure and verdict.failure.reason is Reason.PAYLOAD_DIGEST:
            etree.ElementTree(element).write_c14n(io.BytesIO(), exclusive=True, with_comments=False)
    return {
        "size": len(octets),
        "limit_ms": limit.ms,
        "parse_ms": parsing.ms,
        "parse_mb": parsing.mb,
        "judge_ms": judging.ms,
        "judge_mb": judging.mb,
        "reason": verdict.failure.reason.value if verdict.failure else None,
    }


class _cost:  # noqa: N801 - read as a word of the language
    """Measures what happens inside of it."""

    ms = 0.0
    mb = 0.0

    def __enter__(self) -> Self:
        gc.collect()
        _LIBC.malloc_trim(0)  # otherwise memory that was freed before is used again, and nothing is seen to grow
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        self._held, self._started = _memory("VmRSS"), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.ms = (time.process_time() - self._started) * 1000
        self.mb = max(_memory("VmHWM") - self._held, 0.0)


def _memory(name: str) -> float:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found, name  # noqa: S101  # Linux has both
    return int(found[1]) / 1024


_HEAD: Final = """# Attacks on signatures

What strangers may do to a signed message, why it is refused, and what refusing it costs.
Written by `python bench/signature_attacks.py --write`; the messages are those of `samples/hostile/signatures`, made by
`python -m tests.signature_attacks`. Tests hold reason and bytes of each.

`by` says who can make such a message: `anybody` who has seen a good one, the `holder` of a certificate, or a careless
`authority`. The reason is that of the verdict under the strict policy, the first check that fails. Where the genuine
signed element was put elsewhere, its own signature may still be good there: a verdict speaks of the element that was
judged, and the gateway reads nothing else.

ms and MB are processor time and memory of the judgement on one shared core, beside the parsed message; `parse` is what
its parse had cost before. Bounds for messages under a megabyte: 100 ms and 64 MB. What a sender has signed himself and
what was changed afterwards has to be canonicalised before it is refused, like every good message: there the bound is
three times what libxml2 alone needs for that.

They are true attacks: of these messages xmlsec1 takes more than two hundred. It verifies signatures, and leaves to its
caller what was signed, by which kind of key, and for what the certificate was issued."""
_COLUMNS: Final = """| attack | what it is | by | reason | KB | parse ms | ms | MB |
|---|---|---|---|---:|---:|---:|---:|"""


def page(found: dict[str, Measured]) -> str:
    """Return the page: a section for each family of which something was measured."""
    parts = [_HEAD, "\n" + _worst(found)]
    for family in families.FAMILIES:
        rows = [_row(attack, found[attack.name]) for attack in family.attacks if attack.name in found]
        if rows:
            parts += [f"\n## {family.name.capitalize()}\n\n{family.about}\n", _COLUMNS, *rows]
    return "\n".join(parts) + "\n"


def _worst(found: dict[str, Measured]) -> str:
    small = {name: one for name, one in found.items() if one.size < UNDER}
    if not small:
        return ""
    slowest, largest = (
        max(small, key=lambda name: small[name].judge_ms),
        max(small, key=lambda name: small[name].judge_mb),
    )
    return (
        f"{len(found)} messages. The slowest of those under a megabyte: `{slowest}`, {small[slowest].judge_ms:.0f} ms. "
        f"The largest: `{largest}`, {small[largest].judge_mb:.0f} MB."
    )


def _row(attack: families.Attack, one: Measured) -> str:
    about = re.sub(r"([|<>*_\[\]])", r"\\\1", attack.about)
    return (
        f"| {attack.name} | {about} | {attack.by} | {attack.reason} | {one.size / 1000:.0f} | {one.parse_ms:.1f} "
        f"| {one.judge_ms:.1f} | {one.judge_mb:.0f} |"
    )


def _warm() -> None:
    """Judge the good messages: nothing is measured before everything is loaded, and nothing of them is remembered."""
    for case in cases.cases():
        if case.expected["reason"] is None:
            verdict = cases.verify(cases.place(message.parse(case.octets()), message.REQUEST), POLICY, case.at)
            assert verdict.good, case.name  # noqa: S101  # nothing would be measured
    cases.forget()


def _measured(names: Sequence[str]) -> Iterator[tuple[str, Measured]]:
    chosen: Iterable[cases.Case] = [case for case in cases.cases() if case.expected["attack"] != "good"]
    for case in chosen:
        if not names or case.name in names or case.expected["attack"] in names:
            one = measure(case)
            if one.reason != case.expected["reason"]:
                print(f"{case.name}: {one.reason}, not {case.expected['reason']}", file=sys.stderr)
            if one.is_costly:
                print(
                    f"{case.name}: {one.judge_ms:.0f} ms ({one.limit_ms:.0f}), {one.judge_mb:.0f} MB", file=sys.stderr
                )
            yield case.name, one


POLICY: Final = policy.strict(selection.choose())


def main() -> int:
    """Measure, print or write, and return 1 where something costs too much or gets another reason."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="attacks or families; all where none is given")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    _warm()
    found = dict(_measured(arguments.names))
    if arguments.write and not arguments.names:
        PAGE.write_text(page(found), encoding="utf-8")
    else:
        print(page(found), end="")
    reasons = {attack.name: attack.reason for attack in families.ATTACKS}
    return int(any(one.is_costly or one.reason != reasons[name] for name, one in found.items()))


if __name__ == "__main__":
    sys.exit(main())
