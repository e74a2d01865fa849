"""Exit codes, and how what went wrong is told: one sentence on standard error, never a trace (gateway --help).

0 done   1 bad or refused   2 called wrongly   3 not ready or not reachable
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Final

import click

from gateway import errors, settings
from gateway.client import errors as client_errors
from gateway.contracts import errors as contract_errors
from gateway.families.nsi import errors as nsi_errors
from gateway.journal import errors as journal_errors
from gateway.trust import errors as trust_errors
from signing import errors as signing_errors
from storage import errors as storage_errors

BAD: Final = 1
USAGE: Final = 2
NOT_READY: Final = 3

_EXIT_CODES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (settings.SettingsError, USAGE),
    (client_errors.Unreachable, NOT_READY),
    (client_errors.NotFinished, NOT_READY),
    (client_errors.ClientError, BAD),
    (contract_errors.ContractError, BAD),
    (journal_errors.Unreachable, NOT_READY),
    (journal_errors.JournalError, BAD),
    (trust_errors.TrustError, BAD),
    (nsi_errors.BadDictionary, BAD),
    (errors.Rejected, BAD),
    (errors.Unavailable, NOT_READY),
    (signing_errors.SigningError, BAD),
    (storage_errors.NotReady, NOT_READY),
    (storage_errors.NotInitialised, NOT_READY),
    (storage_errors.StorageError, BAD),
)
"""The first that fits decides. Whatever is not here is a defect of ours, and shows its trace."""


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
    except tuple(kind for kind, _ in _EXIT_CODES) as error:
        raise Stop(str(error), exit_code_of(error)) from error


def exit_code_of(error: Exception) -> int:
    """Return the exit code that `error` means."""
    return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), BAD)
