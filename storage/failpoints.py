"""Named places where a test can make this process fail as the real world does: killed, broken, disk full.

`POINTS` is the catalogue of the names. `GATEWAY_FAILPOINT=name:action[:n]` acts at the n-th passage of the point,
without a number at every one; the actions are `kill` (SIGKILL to itself), `raise` (FailPoint) and `enospc` (OSError,
disk full). Without the variable a point costs one look into the environment.
"""

from __future__ import annotations

import collections
import errno
import os
import signal
import threading
from collections.abc import Mapping
from typing import Final

VARIABLE: Final = "GATEWAY_FAILPOINT"
POINTS: Final[Mapping[str, str]] = {
    # Intake.
    "endpoint.read": "the request was read, and nothing judged",
    "pipeline.judged": "the package passed every check, and nothing is stored",
    "journal.before-commit": "a batch of packages is in the transaction",
    "journal.after-commit": "the batch is stored, and no sender was told",
    "endpoint.before-reply": "the answer is made, and has not left",
    # Whatever appends to the journal.
    "append.entries": "the records are in the transaction, without their payloads",
    "append.payloads": "the payloads too, and no tile of the tree",
    "append.tiles": "all that belongs to the entries is in the transaction",
    "mark.before-write": "the entries are stored, and the mark beside the database is behind them",
    # Exchange.
    "worker.claimed": "a worker has the package, and has not begun",
    "worker.executed": "the run is over, and nothing of it is stored",
    "finish.applied": "the changes of the registry are in the transaction, without the result",
    "finish.before-commit": "the changes and the result are in the transaction",
    "finish.after-commit": "the result is stored",
    "fail.before-commit": "the failure of a run is in the transaction",
    "fail.after-commit": "the failure is stored, and its package parked",
    "retry.before-commit": "the order to run again is in the transaction",
    "retry.after-commit": "the package is on the work list again",
    # What was changed by hand, and by order.
    "notice.before-commit": "changes outside of the database are in the transaction",
    "notice.after-commit": "the journal tells of them",
    "contracts.before-commit": "a pack has come or gone, and so it is in the transaction",
    "contracts.after-commit": "the journal tells of the pack",
    "epoch.before-commit": "that the database was restored is in the transaction",
    "epoch.after-commit": "the journal tells of the restored database",
    "erase.before-commit": "the erasure and the end of the key are in the transaction",
    "erase.after-commit": "the key is gone, and its bytes are still to be overwritten",
    # Archives.
    "archive.write": "a record or a document is in the draft of an archive",
    "archive.before-rename": "the draft is verified, without its name",
    "archive.after-rename": "the archive has its name, and the journal does not tell of it",
    "archive.before-commit": "that it was made is in the transaction",
    "archive.after-commit": "the journal tells of the archive",
    "drop-order.before-commit": "the order to drop is in the transaction",
    "drop-order.after-commit": "the journal tells of the order, and all documents are there",
    "drop.before-commit": "the end of a page of documents is in the transaction",
    "drop.after-commit": "the page is gone, and others are still there",
    # Results.
    "result.signed": "the result is signed, and nothing of the run stored",
    "result.fetched": "the stored result was read for its sender, and has not left",
    # Checkpoints.
    "checkpoint.signed": "the checkpoint is signed, and not stored",
    "checkpoint.before-commit": "it is in the transaction",
    "checkpoint.after-commit": "it is stored, and not published",
    "checkpoint.before-publish": "its tiles are in the folder, and it is not",
    "checkpoint.after-publish": "it is in the folder",
    # Files.
    "files.received": "a part is in the draft",
    "files.before-rename": "the draft is on the disk, without its name",
    "files.removed": "a blob that nothing names is gone, and the turn still held",
    "file-part.before-commit": "the part is in the transaction",
    "file-part.after-commit": "the part is promised, and its sender not told",
    "file.before-commit": "the whole file and its entry are in the transaction",
    "file.after-commit": "the file is promised, and its sender not told",
    "file-expire.before-commit": "the end of overdue uploads is in the transaction",
    "file-expire.after-commit": "they have ended, and their blobs are still there",
    # Health.
    "ping.before-commit": "the heartbeat is in the transaction",
}
"""Every point by its name, with what is so when it is passed; docs/faults.md says how they are used."""

_passages: collections.Counter[str] = collections.Counter()
_counting: Final = threading.Lock()


class FailPoint(RuntimeError):
    """Raised by the action `raise`: stands for a defect of our own at this place."""


def reach(name: str) -> None:
    """Fail here if the environment asks for it; raises ValueError for an action that does not exist."""
    spec = os.environ.get(VARIABLE)
    if not spec:
        return
    wanted, _, rest = spec.partition(":")
    if wanted != name:
        return
    action, _, nth = rest.partition(":")
    with _counting:
        _passages[name] += 1
        due = not nth or _passages[name] == int(nth)
    if due:
        _act(action, name)


def forget() -> None:
    """Begin to count passages anew."""
    with _counting:
        _passages.clear()


def _act(action: str, name: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise FailPoint(name)
    elif action == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    else:
        raise ValueError(f"{VARIABLE}: no such action: {action!r}")
