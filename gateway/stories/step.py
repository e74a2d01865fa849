"""One thing that happens in a story."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from gateway.stories.office import Office


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens in a story."""

    title: str
    play: Callable[[Office], Iterator[str]]
    """Yields lines for a reader as they come true, with ✗ before a refusal that was meant.

    Raises Surprise, and ClientError where the stand refuses a message at once or does not answer.
    """
