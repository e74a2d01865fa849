"""The contracts in force in one process; packs come and go while it works.

What is in force is one immutable value. A request and a worker's turn take it once and keep it to their end, so nothing
that was begun sees a change; the last one who has it lets go of what was compiled for it. Another value takes its place
only when it is complete, and a damaged pack changes nothing: the sound ones stay, and so does one whose files are
damaged while it is in force.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from gateway import errors as gateway_errors
from gateway import watch
from gateway.contracts import builtin, catalogue, errors, model, packs, schema

log: Final = logging.getLogger("gateway.contracts")


@dataclasses.dataclass(frozen=True, slots=True)
class Contracts:
    """What is in force: which packs, and what is compiled for them."""

    catalogue: catalogue.Catalogue
    schemas: schema.Schemas

    def service(self, pack_id: str, path: str) -> tuple[model.Pack, model.Service]:
        """Return the pack that judged a package and its service; the newest one at the path if it is gone since.

        Raises UnknownPath where no pack serves the path any more.
        """
        served = self.catalogue.services(path)
        return next((pair for pair in served if pair[0].id == pack_id), served[0])


Follower: TypeAlias = Callable[[Contracts], None]


class Force:
    """The built-in contract and the sound ones among the installed packs, followed as they change."""

    def __init__(self, folder: Path, *, strict: bool = False, warm: bool = False) -> None:
        """`folder`: of the installed packs; `warm`: every schema is compiled before it is in force.

        Raises Unavailable where the folder cannot be read.
        """
        self._folder = folder
        self._strict = strict
        self._warm = warm
        self._turn = threading.Lock()
        self._followers: list[Follower] = []
        self._stamp: frozenset[tuple[str, int]] = frozenset()
        self._told: frozenset[str] = frozenset()
        self.damaged: tuple[errors.ContractError, ...] = ()
        """Why packs that are installed are not as they were: what was found last."""
        self.now = Contracts(catalogue.Catalogue(()), schema.Schemas())
        """What is in force; whoever reads it twice may find two values."""
        with _readable():
            self._read()

    def follow(self, follower: Follower) -> None:
        """Call `follower` with what is in force, now and before each change of it."""
        with self._turn:
            follower(self.now)
            self._followers.append(follower)

    def having(self, pack_id: str) -> Contracts:
        """Return what is in force, looked for again where it lacks this pack: another process may be ahead."""
        if self.now.catalogue.pack(pack_id) is None:
            self.refresh()
        return self.now

    def refresh(self) -> bool:
        """Take in what was installed and let go of what was removed; True where that changed anything.

        Costs a listing of the folder where nothing came or went. Raises Unavailable where it cannot be read; then
        everything stays as it is.
        """
        with self._turn, _readable():
            if packs.stamp(self._folder) == self._stamp:
                return False
            self._read()
            self._tell()
            return True

    def watch(self, stop: threading.Event, changed: Callable[[], None]) -> None:
        """Refresh once a second until `stop` is set; `changed` is called after each change."""
        with self._turn:
            self._tell()
        watch.follow(stop, self.refresh, changed, log=log, failure="contracts cannot be read")

    def _read(self) -> None:
        stamp, found = self._survey()
        # What was in force stays the very same value: what is compiled for it is shared, and it is in memory once.
        known = {pack: pack for pack in self.now.catalogue.packs}
        installed = [known.get(pack, pack) for pack in (*found.packs, *self._kept(found.packs, stamp))]
        schemas = self.now.schemas.only(known)
        broken = self._broken(installed, schemas) if self._warm else {}
        sound = [builtin.pack(), *(pack for pack in installed if pack not in broken)]
        now = Contracts(catalogue.Catalogue(sound, strict=self._strict), schemas.only(sound))
        for follower in self._followers:
            follower(now)
        self.now, self._stamp, self.damaged = now, stamp, (*found.damaged, *broken.values())

    def _survey(self) -> tuple[frozenset[tuple[str, int]], packs.Survey]:
        """Return what is installed at one moment: nothing came or went while it was read."""
        stamp = packs.stamp(self._folder)
        while True:
            found, before, stamp = packs.survey(self._folder), stamp, packs.stamp(self._folder)
            if before == stamp:
                return stamp, found

    def _kept(self, found: Iterable[model.Pack], stamp: frozenset[tuple[str, int]]) -> list[model.Pack]:
        """Return the packs in force that are still installed and no longer sound."""
        there = {name for name, _ in stamp} - {pack.version for pack in found}
        return [
            pack for pack in self.now.catalogue.packs if pack.origin is model.Origin.INSTALLED and pack.version in there
        ]

    def _tell(self) -> None:
        log.info("contracts in force", extra={"facts": {"packs": [pack.id for pack in self.now.catalogue.packs]}})
        reasons = {str(error) for error in self.damaged}
        for reason in sorted(reasons - self._told):
            log.error("contract pack damaged", extra={"facts": {"reason": reason}})
        self._told = frozenset(reasons)

    @staticmethod
    def _broken(installed: Iterable[model.Pack], schemas: schema.Schemas) -> dict[model.Pack, errors.ContractError]:
        """Compile everything; return the packs whose schemas do not compile, with the reason."""
        schemas.warm([builtin.pack()])
        broken: dict[model.Pack, errors.ContractError] = {}
        for pack in installed:
            try:
                schemas.warm([pack])
            except errors.ContractError as error:
                broken[pack] = error
        return broken


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise gateway_errors.Unavailable(f"the contract packs cannot be read: {error.strerror}") from error
