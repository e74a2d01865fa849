"""Memory that the judgement of a signed message needs: `growth(what, message, small, authority)` in bytes.

Measured in a process of its own that holds the message and has judged a small one, so that neither the message nor
what is loaded once is counted: the highest resident size, less the one before. Linux only.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the process of its own starts here

from bench import judges  # noqa: E402  # after the path
from signing import trust  # noqa: E402


def growth(what: str, message: Path, small: Path, authority: Path) -> int:
    """Return the bytes that one of `WHAT` needs at its highest."""
    command = [sys.executable, __file__, what, str(message), str(small), str(authority)]
    return int(subprocess.run(command, check=True, capture_output=True).stdout)


def _parse(raw: bytes, _authority: Path) -> Callable[[], object]:
    return lambda: judges.parse(raw)


def _verify(raw: bytes, authority: Path) -> Callable[[], object]:
    root, store = judges.parse(raw), trust.TrustStore(trust.load(authority))
    return lambda: judges.check(root, store)


WHAT: Final[Mapping[str, Callable[[bytes, Path], Callable[[], object]]]] = {
    "parse": _parse,
    "verify": _verify,
    "parse + verify": judges.ours,
    "signxml": judges.by_signxml,
}
"""The tree alone, the verdict on a tree that is there, both, and a peer's whole judgement."""


def _measure(what: str, message: Path, small: Path, authority: Path) -> int:
    raw = message.read_bytes()
    WHAT[what](small.read_bytes(), authority)()
    return highest(WHAT[what](raw, authority))


def highest(run: Callable[[], object]) -> int:
    """Return how many bytes more than before this process holds at its highest while `run` runs."""
    ctypes.CDLL(None).malloc_trim(0)  # room that was left free before would hide growth
    before = _status("VmRSS")
    # The mark of ru_maxrss survives exec and would show the parent's: this one belongs to us and can be lowered.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    kept = run()
    mark = _status("VmHWM")
    del kept
    return max(mark - before, 0)


def _status(name: str) -> int:
    found = re.search(rf"{name}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    assert found, name  # noqa: S101  # Linux has both
    return int(found[1]) * 1024


if __name__ == "__main__":
    print(_measure(sys.argv[1], *map(Path, sys.argv[2:])))
