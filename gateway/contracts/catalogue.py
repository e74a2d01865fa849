"""Several packs at once: which services stand at a path, and which pack judges a package.

The newest pack that supports the declared version wins; of a built-in and an installed pack of one version the
installed one. A catalogue never changes: to install or remove a pack means to make another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from gateway.contracts import errors, model

Candidate: TypeAlias = tuple[model.Pack, model.Service, model.Operation]


class Catalogue:
    """The packs in force, newest first."""

    def __init__(self, packs: Iterable[model.Pack], *, strict: bool = False) -> None:
        """`strict`: a free `base:version` takes only the values that the contract lists (protocol §4.5)."""
        self.packs: Final = tuple(sorted(packs, key=_rank, reverse=True))
        self._strict = strict
        self._services: dict[str, list[tuple[model.Pack, model.Service]]] = {}
        for pack in self.packs:
            for service in pack.services.values():
                self._services.setdefault(service.path, []).append((pack, service))

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path with a service, in order."""
        return tuple(sorted(self._services))

    def pack(self, id_: str) -> model.Pack | None:
        """Return the pack with this id, None where it is not in force."""
        return next((pack for pack in self.packs if pack.id == id_), None)

    def services(self, path: str) -> tuple[tuple[model.Pack, model.Service], ...]:
        """Return the services at a path, of the newest pack first; raises UnknownPath."""
        if path not in self._services:
            raise errors.UnknownPath(path)
        return tuple(self._services[path])

    def find(self, path: str, element: str) -> tuple[Candidate, ...]:
        """Return every operation with this request element (Clark name), of the newest pack first.

        Raises UnknownPath or UnknownOperation.
        """
        found = tuple(_matching(self.services(path), element))
        if not found:
            raise errors.UnknownOperation(path, element)
        return found

    def choose(self, path: str, element: str, version: str | None) -> Candidate:
        """Return the operation that a package means by path, request element and declared `base:version`.

        Without a version the newest pack judges: a getState has none, and where one is missing the schema says so.
        Raises UnknownPath, UnknownOperation or UnknownVersion.
        """
        candidates = self.find(path, element)
        for candidate in candidates:
            operation = candidate[2]
            versioned = operation.kind is model.OperationKind.SUBMIT
            if version is None or not versioned or operation.versions.accepts(version, strict=self._strict):
                return candidate
        supported = {each for candidate in candidates for each in candidate[2].versions.supported}
        raise errors.UnknownVersion(element, version or "", tuple(sorted(supported, key=model.number)))


def _matching(services: Iterable[tuple[model.Pack, model.Service]], element: str) -> Iterator[Candidate]:
    for pack, service in services:
        operation = service.operations.get(element)
        if operation is not None:
            yield pack, service, operation


def _rank(pack: model.Pack) -> tuple[tuple[int, ...], bool]:
    return model.number(pack.version), pack.origin is model.Origin.INSTALLED
