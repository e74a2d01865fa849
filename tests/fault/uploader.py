"""A process that uploads files to an installation and says what it was promised; it is killed at a named point.

`python -m tests.fault.uploader FOLDER` uploads one file whole and one in parts, going on with what is there already.
"""

from __future__ import annotations

import sys
from pathlib import Path

from gateway.settings import Settings
from tests import stand as stands
from tests.uploads import ARCHIVE, PART, Client, id_of, split

WHOLE = b"whole\n"
LONG = ARCHIVE + bytes(range(256)) * 4 * (PART // 1024) + b"the end"


def main(folder: Path) -> None:
    stand = stands.Reopened(Settings(data=folder / "data", house_basis="open", min_free=0))
    client = Client(stand)
    print("whole", id_of(client.put(WHOLE, "a.txt")), flush=True)
    begun = folder / "begun"
    if not begun.exists():
        begun.write_text(id_of(client.begin(len(LONG), "b.zip")), encoding="ascii")
    id_ = begun.read_text(encoding="ascii")
    there = client.head(id_).headers["X-Upload-Completed-Parts"].split(",")
    for number, piece in enumerate(split(LONG), 1):
        if str(number) not in there:
            assert client.part(id_, piece, number).status == 200
            print("part", number, flush=True)
    if client.head(id_).headers["X-Upload-Completed"] == "false":
        assert client.finish(id_).status == 200
    print("completed", id_, flush=True)
    stand.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
