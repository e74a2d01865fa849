"""A process that executes an installation's packages with a family that breaks, or orders those that failed again.

`python -m tests.fault.breaker FOLDER break` lets every handler of the stored packages fail; `… retry` orders every
failed package again and executes what waits. It is killed at a named point.
"""

from __future__ import annotations

import sys
from pathlib import Path
from unittest import mock

from gateway import clock
from gateway.families import handlers
from gateway.settings import Settings
from storage import unfinished, work
from tests import stand as stands


def _broken(_task: object, _registry: object) -> None:
    raise ZeroDivisionError


def main(folder: Path, what: str) -> None:
    opened = stands.Reopened(Settings(data=folder / "data", house_basis="open", min_free=0, lease=0))
    if what == "break":
        with mock.patch.dict(handlers.HANDLERS, dict.fromkeys(handlers.HANDLERS, _broken)):
            opened.work()
    else:
        with opened.house.database.read() as connection:
            failed = [each.package.message_guid for each in unfinished.failed(connection)]
        for guid in failed:
            with opened.house.database.write(point="retry") as connection:
                work.retry(connection, guid, clock.now())
        opened.work()
    opened.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
