"""What an attack is, and the folder that holds the corpus: NAME.xml, and beside it NAME.expected.json."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from tests.signature_attacks import message
from tests.signature_attacks.message import Draft

FOLDER = resources.files("samples") / "hostile" / "signatures"
AT = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
"""The moment as of which the corpus is judged."""

Change = Callable[[Draft], bytes | None]
"""Changes a draft in place, or returns the bytes that are sent instead."""
Base = Callable[[], Draft]

ANYBODY, HOLDER, AUTHORITY = "anybody", "holder", "authority"
"""Who can make it: whoever saw a good message, whoever holds a certificate, or a careless authority."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One message and what has to become of it."""

    name: str
    family: str
    about: str
    reason: str | None
    """Why the element that could be taken for the request is refused; None for a good message."""
    make: Callable[[], bytes]
    by: str = ANYBODY
    element: str = message.REQUEST
    """Where that element stands, seen from the Envelope; the prefixes are those of `message.NS`."""
    also: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    """Other elements that could be taken for it, by place, each with its reason. None: the signature there is good,
    because the element there is the one that was signed, wherever it was put."""
    stored: bool = True
    """False where it is too large to be made for nothing."""

    @property
    def judged(self) -> dict[str, str | None]:
        """Reason by place of every element that has to be judged."""
        return {self.element: self.reason, **self.also}

    def manifest(self, *, stored: bool) -> str:
        """NAME.expected.json."""
        facts: dict[str, Any] = {"about": self.about, "attack": self.family, "by": self.by, "reason": self.reason}
        facts |= {"at": AT.isoformat(), "element": self.element}
        facts |= {"also": dict(self.also)} if self.also else {}
        facts |= {} if stored else {"make": self.name}
        return json.dumps(facts, ensure_ascii=False, indent=2) + "\n"


class Family:
    """Attacks of one kind, in the order in which they are written."""

    def __init__(self, name: str, about: str, base: Base = message.good) -> None:
        self.name, self.about = name, about
        self.attacks: list[Attack] = []
        self._base = base

    def stranger(self, reason: str | None, about: str, **more: Any) -> Callable[[Change], Change]:
        """Register a change of a sealed message: what anybody can do who sees one."""
        return lambda change: self.add(_name(change), change, reason, about, **more)

    def holder(self, reason: str | None, about: str, **more: Any) -> Callable[[Change], Change]:
        """Register a change after which the message is sealed again: what the holder of the key can do."""
        return lambda change: self.add(_name(change), change, reason, about, **{"by": HOLDER, **more})

    def add(
        self,
        name: str,
        change: Change,
        reason: str | None,
        about: str,
        *,
        by: str = ANYBODY,
        base: Base | None = None,
        seal: bool | None = None,
        **more: Any,
    ) -> Change:
        """Register an attack; `seal` says whether the message is sealed after the change (by default not: anybody)."""
        start, sealing = base or self._base, by != ANYBODY if seal is None else seal

        def make() -> bytes:
            draft = start()
            octets = change(draft)
            if octets is None:
                octets = (draft.seal() if sealing else draft).octets()
            return octets

        self.attacks.append(Attack(name=name, family=self.name, about=about, reason=reason, make=make, by=by, **more))
        return change


def _name(change: Change) -> str:
    return change.__name__.replace("_", "-")
