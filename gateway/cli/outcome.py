"""Exit codes, and how what went wrong is told: one sentence on standard error, never a trace (gateway --help).

0 done   1 bad or refused   2 called wrongly   3 not ready or not reachable
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

BAD: Final = 1
USAGE: Final = 2
NOT_READY: Final = 3

_EXIT_CODES: Final = {
    "gateway.settings.SettingsError": USAGE,
    "gateway.client.errors.Unreachable": NOT_READY,
    "gateway.client.errors.NotFinished": NOT_READY,
    "gateway.client.errors.ClientError": BAD,
    "gateway.contracts.errors.ContractError": BAD,
    "gateway.journal.errors.Unreachable": NOT_READY,
    "gateway.journal.errors.JournalError": BAD,
    "gateway.trust.errors.TrustError": BAD,
    "gateway.families.nsi.errors.BadDictionary": BAD,
    "gateway.errors.Rejected": BAD,
    "gateway.errors.Unavailable": NOT_READY,
    "signing.errors.SigningError": BAD,
    "storage.errors.NotReady": NOT_READY,
    "storage.errors.NotInitialised": NOT_READY,
    "storage.errors.StorageError": BAD,
}
"""By name: whoever raises one of them has loaded it, and whoever asks for --help waits for none of them.

The nearest ancestor that is here decides. What has none is a defect of ours, and shows its trace.
"""


class Stop(click.ClickException):
    """Ends the command with a sentence and an exit code."""

    def __init__(self, text: str, exit_code: int = BAD) -> None:
        super().__init__(text)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares it for the class, and reads it here


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn what is raised on purpose into `Stop`."""
    try:
        yield
    except Exception as error:
        code = _meant(error)
        if code is None:
            raise
        raise Stop(str(error), code) from error


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says of a file or folder that is written into `Stop`."""
    try:
        yield
    except OSError as error:
        raise Stop(f"{path} cannot be written: {error.strerror or error}") from error


def exit_code_of(error: Exception) -> int:
    """Return the exit code that `error` means."""
    code = _meant(error)
    return BAD if code is None else code


def _meant(error: Exception) -> int | None:
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((_EXIT_CODES[name] for name in names if name in _EXIT_CODES), None)
