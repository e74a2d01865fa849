"""Makes the golden journal of the release that is checked out: `python -m tests.golden.make 0008`.

Accepted and refused packages, results, checkpoints, and enough entries for a full tile; of its keys only that by
which the packages are sealed leaves it.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
import tarfile
import tempfile
from pathlib import Path

from gateway.journal import publishing
from storage import journal
from tests import samples as texts
from tests import stand as stands

ENTRIES = 270
"""Before the last package."""


def main(name: str) -> None:
    """Write `tests/golden/<name>.tar.xz`."""
    target = Path(__file__).parent / f"{name}.tar.xz"
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        tell(data)
        with contextlib.closing(sqlite3.connect(data / "gateway.db")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        members = {
            "gateway.db": data / "gateway.db",
            "signer.crt": data / "keys" / "installation.crt",
            "keys/data.key": data / "keys" / "data.key",
            "trust/ca.crt": data / "trust" / "ca.crt",
        }
        with tarfile.open(target, "w:xz", preset=9) as archive:
            for inside, path in members.items():
                archive.add(path, inside, filter=_plain)


def unpack(golden: Path, data: Path) -> list[str]:
    """Lay a golden journal into a folder; return the names of its files."""
    with tarfile.open(golden) as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            (data / member.name).parent.mkdir(parents=True, exist_ok=True)
            (data / member.name).write_bytes(content.read())
        return archive.getnames()


def tell(data: Path) -> None:
    """Make an installation with a small story."""
    stand = stands.Stand(data)

    def sign() -> None:
        publishing.make(stand.house.database, stand.house.key, stand.house.settings)

    for text in (texts.HOUSE, texts.EXPORT, texts.HOUSE):
        stand.send(text)
        stand.send(texts.EXPORT, key=None)
        stand.send(texts.EXPORT, key=stands.KEYS[stands.STRANGER])
        stand.work()
        sign()
    facts = {"code": "FMT001300", "place": "", "operation": "importHouseUOData"}
    refused = journal.Event(journal.Kind.PACKAGE_REFUSED, stands.NOW, None, facts)
    with stand.house.database.write() as connection:
        journal.append(connection, [refused] * (ENTRIES - journal.size(connection)))
    stand.send(texts.EXPORT)
    stand.work()
    sign()
    stand.close()


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o644
    return member


if __name__ == "__main__":
    main(sys.argv[1])
