"""The trial of a pack from outside: a process of its own reads, checks and stores it, within limits.

What a pack costs is only known when it is read: archives that unfold, schemas that multiply, content models that
libxml2 expands, and nothing can interrupt libxml2. So the process has limits of time and memory that the system keeps,
and whatever becomes of it, the process that asked goes on.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.contracts import errors, loader, schema, stored, tree

MAX_SECONDS: Final = 10
"""Processor time; the official packs take 0.5 s, the start of the process included."""
MAX_MEMORY: Final = 512 * 2**20
"""Address space in bytes; the official packs take 80 MB, of which 30 MB are the process itself."""
MAX_WAIT: Final = 60
"""Seconds by the clock: a disk or a share that does not answer takes no processor time."""

_PACK: Final = "pack"
_SCRATCH: Final = "scratch"
_LARGER: Final = f"takes more than {MAX_MEMORY // 2**20} MB of memory to check"


def run(source: Path, staging: Path, *, held: Sequence[int] = ()) -> Path:
    """Check the pack in a folder or zip archive, and return the folder inside `staging` where it is stored whole.

    `staging` is an empty folder that the caller removes; `held` are descriptors that the process has to keep open, so
    that a lock lasts as long as anybody writes. Raises ContractError with file and reason.
    """
    scratch = staging / _SCRATCH
    scratch.mkdir()
    try:
        done = subprocess.run(  # noqa: S603  # our own module
            [
                sys.executable,
                "-P",
                "-m",
                __name__,
                str(source.absolute()),
                str((staging / _PACK).absolute()),
                str(MAX_SECONDS),
            ],
            env={**os.environ, "TMPDIR": str(scratch.absolute())},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            pass_fds=held,
            timeout=MAX_WAIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise errors.ContractError("", f"takes more than {MAX_WAIT} s to check") from None
    except OSError as error:
        raise errors.ContractError("", f"the pack cannot be checked: {error.strerror}") from error
    if done.returncode == -signal.SIGXCPU:
        raise errors.ContractError("", f"takes more than {MAX_SECONDS} s of processor time to check")
    if done.returncode == -signal.SIGKILL:
        # Only a system that is short of memory does this: the limit above comes first with a signal of its own.
        raise errors.ContractError("", _LARGER)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise errors.ContractError("", f"the check broke down (exit code {done.returncode}) {said}".rstrip())
    verdict = json.loads(done.stdout)
    if verdict:
        raise errors.ContractError(*verdict)
    return staging / _PACK


def judge(source: Path, folder: Path) -> None:
    """Check a pack and store it in `folder`, in this process; raises ContractError.

    It can serve if every WSDL is read and every schema compiles.
    """
    try:
        pack = loader.load(tree.read(source))
        schema.Schemas(width=1).warm([pack])
        stored.store(pack, folder)
    except MemoryError:
        raise errors.ContractError("", _LARGER) from None
    except RecursionError:
        raise errors.ContractError("", "has types, groups or references too deep inside each other") from None
    except OSError as error:
        raise errors.ContractError("", f"the pack cannot be stored: {error.strerror}") from error


def _limit(kind: int, soft: int, hard: int) -> None:
    _, most = resource.getrlimit(kind)
    if most != resource.RLIM_INFINITY:
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(kind, (soft, hard))


def _main(source: str, folder: str, seconds: str) -> None:
    _limit(resource.RLIMIT_CPU, int(seconds), int(seconds) + 1)
    _limit(resource.RLIMIT_AS, MAX_MEMORY, MAX_MEMORY)
    _limit(resource.RLIMIT_CORE, 0, 0)
    verdict: tuple[str, str] | None = None
    try:
        judge(Path(source), Path(folder))
    except errors.ContractError as error:
        verdict = error.file, error.reason
    sys.stdout.write(json.dumps(verdict))


if __name__ == "__main__":
    _main(*sys.argv[1:])
