"""One thing that happens in a story."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from gateway.stories.office import Office

Whose = TypeVar("Whose", bound=Office)


@dataclasses.dataclass(frozen=True, slots=True)
class Step(Generic[Whose]):
    """One thing that happens in a story."""

    title: str
    play: Callable[[Whose], Iterator[str]]
    """Yields lines for a reader as they come true, with ✗ before a refusal that was meant.

    Raises Surprise, and ClientError where the stand refuses a message at once or does not answer.
    """
