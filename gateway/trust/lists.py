"""How a revocation list comes into force: one that an authority in the trust folder has signed, and a newer one only.

What it replaces goes to the archive, where it answers for the past: a certificate that has expired is on no newer list.
The archive keeps one list a day of each authority, the last. If the process dies here, the list that was in force still
is, or the new one is; a list is never half there.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from gateway.trust import folder as trusted
from gateway.trust.errors import TrustError
from signing import errors, policy, revocation, trust_folder
from signing.certificates import Certificate
from signing.revocation import RevocationList

_AHEAD: Final = dt.timedelta(hours=1)
"""How far the clock of an authority may be ahead of ours."""
_NAME_DIGITS: Final = 16


class Fate(enum.StrEnum):
    """What became of a list that may come into force."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    """It is the one in force."""
    ARCHIVED = "archived"
    """It is older than the one in force, and kept for the past."""


@dataclasses.dataclass(frozen=True, slots=True)
class Taking:
    """One list, and what became of it."""

    fate: Fate
    authority: Certificate
    found: RevocationList
    sha256: str
    """Of the file, hexadecimal."""


class Keeper:
    """Takes lists into a trust folder, one after another; what is there is read once. Hold `folder.alone` around it."""

    def __init__(self, folder: Path, by: policy.Policy) -> None:
        """`by`: how the lists are verified."""
        self._folder = folder
        self._place = folder / trust_folder.LISTS
        self._policy = by
        self._known: Mapping[trust_folder.File, RevocationList] = {}

    def take(self, data: bytes, *, at: dt.datetime, archive: bool = False) -> Taking:
        """Put the list in `data` into force.

        `archive` keeps one that is older than the one in force; else that is refused. Raises TrustError with the
        reason.
        """
        new = _read(data)
        contents = trust_folder.survey(self._folder, known=self._known)
        self._known = contents.lists
        believed = [each.certificate for each in contents.certificates if each.owner is None]
        authority = _authority(new, believed, self._policy)
        if new.this_update > at + _AHEAD:
            raise TrustError(f"it is dated in the future: {_written(new)}")
        same = {file.path: each for file, each in contents.lists.items() if self._is_same(each, new, authority)}
        current = max(same.values(), key=lambda each: each.order, default=None)
        name = _name(new, authority)
        if current is None or current.order < new.order:
            self._replace(same, data, name)
            fate = Fate.TAKEN
        elif current.order == new.order:
            fate = Fate.UNCHANGED
        elif archive:
            self._archive(new, data, name)
            fate = Fate.ARCHIVED
        else:
            raise TrustError(f"it is older than the one in force: made {_written(new)}, the other {_written(current)}")
        return Taking(fate, authority, new, hashlib.sha256(data).hexdigest())

    def _is_same(self, there: RevocationList, new: RevocationList, authority: Certificate) -> bool:
        """Tell whether a list speaks for the same certificates of the same key."""
        return there.scope == new.scope and there.is_signed_by(authority, self._policy)

    def _replace(self, older: Mapping[Path, RevocationList], data: bytes, name: str) -> None:
        self._place.mkdir(exist_ok=True)
        for path, found in older.items():
            self._archive(found, path.read_bytes(), name)
        target = self._place / f"{name}{trust_folder.LIST_SUFFIX}"
        trusted.write(target, data)
        for path in older:
            if path != target:
                path.unlink()

    def _archive(self, found: RevocationList, data: bytes, name: str) -> None:
        """Keep a list for the past, unless a later one of the same day is there."""
        archive = self._place / trust_folder.ARCHIVE
        archive.mkdir(parents=True, exist_ok=True)
        path = archive / f"{name}-{found.this_update:%Y-%m-%d}{trust_folder.LIST_SUFFIX}"
        try:
            is_later = path.exists() and trust_folder.load_list(path).order > found.order
        except errors.RevocationListUnusable:
            is_later = False
        if not is_later:
            trusted.write(path, data)


def authority_of(found: RevocationList, among: Sequence[Certificate], by: policy.Policy) -> Certificate | None:
    """Return the authority that has signed the list, if it is among these."""
    return next((each for each in among if found.is_signed_by(each, by)), None)


def _read(data: bytes) -> RevocationList:
    try:
        return revocation.read(data)
    except errors.RevocationListUnusable as error:
        raise TrustError(str(error)) from error


def _authority(found: RevocationList, among: Sequence[Certificate], by: policy.Policy) -> Certificate:
    authority = authority_of(found, among, by)
    if authority is not None:
        return authority
    name = found.issuer_name.rfc4514_string()
    if not any(each.subject_name == found.issuer_name for each in among):
        raise TrustError(f"its authority is not trusted (gateway trust add): {name}")
    if by.suite_of_certificate(found.signature_oid) is None:
        raise TrustError(f"it is signed by an algorithm that is not allowed: {found.signature_oid}")
    raise TrustError(f"the authority that is trusted has not signed it, or may not: {name}")


def _name(found: RevocationList, authority: Certificate) -> str:
    """Name of the file: the same for every list that may take the place of this one."""
    points, users, authorities = found.scope
    scope = "\n".join((*sorted(points), str(users), str(authorities)))
    key = authority.spki + authority.subject_name.public_bytes() + scope.encode()
    return hashlib.sha256(key).hexdigest()[:_NAME_DIGITS]


def _written(found: RevocationList) -> str:
    return f"{found.this_update:%Y-%m-%d %H:%M} UTC"
