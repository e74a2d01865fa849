"""The correspondence of a story: how many messages there were, and their files for whoever wants to read them."""

from __future__ import annotations

import dataclasses
from pathlib import Path


@dataclasses.dataclass(slots=True)
class Letters:
    """Numbers messages; where there is a folder, it gets each as it is sent, and each result as it comes."""

    folder: Path | None = None
    """Made when the first message is kept."""
    count: int = 0
    """Messages that were sent."""

    def sent(self, name: str, envelope: bytes) -> str:
        """Note a message that is being sent; return its number and name."""
        self.count += 1
        numbered = f"{self.count:02}-{name}"
        self._keep(f"{numbered}.request.xml", envelope)
        return numbered

    def answered(self, numbered: str, result: bytes) -> None:
        """Note its result."""
        self._keep(f"{numbered}.result.xml", result)

    def _keep(self, file: str, data: bytes) -> None:
        if self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / file).write_bytes(data)
