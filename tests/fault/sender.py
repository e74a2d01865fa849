"""A process that sends stored packages to an installation and executes them; it is killed at a named point.

`python -m tests.fault.sender FOLDER` prints `acknowledged <file> <MessageGUID>` for each answer that left, at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.settings import Settings
from tests import stand as stands


def main(folder: Path) -> None:
    opened = stands.Reopened(Settings(data=folder / "data", house_basis="open", min_free=0, lease=0))
    for file in sorted(folder.glob("*.xml")):
        print("acknowledged", file.name, opened.post(file.read_bytes()).message_guid, flush=True)
    opened.work()
    opened.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
