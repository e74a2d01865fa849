"""What the clients of an installation know: what they sent, and what they were promised; nothing of it may change."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from gateway.settings import Settings
from tests.fault import invariants
from tests.fault.nursery import Child


@dataclasses.dataclass(slots=True)
class Ledger:
    """One installation in a folder, and everything that its processes have said."""

    folder: Path
    settings: Settings
    sent: dict[str, bytes]
    """Packages by the names of their files."""
    acknowledged: dict[str, str] = dataclasses.field(default_factory=dict)
    """MessageGUIDs by the names of the files."""
    fetched: dict[str, str] = dataclasses.field(default_factory=dict)
    """Digests of results by MessageGUID."""
    parts: set[str] = dataclasses.field(default_factory=set)
    """Numbers of the parts of the long file that were promised to be kept."""
    files: dict[str, set[str]] = dataclasses.field(default_factory=lambda: {"whole": set(), "completed": set()})
    """Ids of files."""

    def run(self, nursery, name: str, *, point: str = "") -> Child:
        """Let a process do its work, killed or not, and take note of what it says."""
        child = nursery.run(name, self.folder, self.settings.database, point=point)
        self.hear(child)
        return child

    def hear(self, child: Child) -> None:
        for name, guid in child.said("acknowledged"):
            assert self.acknowledged.setdefault(name, guid) == guid, f"{name} has another acknowledgement now"
        for guid, digest in child.said("fetched"):
            assert self.fetched.setdefault(guid, digest) == digest, f"{guid} has another result now"
        for (number,) in child.said("part"):
            assert number not in self.parts, f"part {number} was promised, and asked for again"
            self.parts.add(number)
        for word, ids in self.files.items():
            ids.update(id_ for (id_,) in child.said(word))

    def seen(self) -> list[invariants.Acknowledged]:
        return [invariants.Acknowledged(self.sent[name], guid) for name, guid in self.acknowledged.items()]

    def check(self, *, finished: bool = False, replay: bool = True) -> None:
        """Raise Broken unless the invariants hold; `finished`: no work may be left."""
        invariants.check(self.settings, self.seen(), finished=finished, replay=replay)
        if finished:
            assert self.acknowledged.keys() == self.sent.keys()
