"""What the journal last said of things outside of the database: contract packs, the key, who is believed.

Rows (what, name, SHA-256), changed with the entry that says so. Whoever finds something else in force tells the
journal.
"""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from typing import Final

import sqlalchemy as sa

from storage import journal, tables

MANIFEST: Final = "manifest"
CERTIFICATE: Final = "certificate"
"""Roles of payloads."""


class What(enum.StrEnum):
    """What can be in force."""

    CONTRACT = "contract"
    """By the id of the pack; SHA-256 of its manifest."""
    KEY = "key"
    """The installation's; one, without a name; SHA-256 of its certificate."""
    CERTIFICATE = "certificate"
    """By `believed`; SHA-256 of it."""
    CRL = "crl"
    """By its SHA-256; lists are only added."""


def known(connection: sa.Connection, what: What) -> dict[str, str]:
    """Return what the journal says is in force: SHA-256 by name."""
    return {row.name: row.sha256 for row in connection.execute(_KNOWN, {"what": what.value})}


def believed(sha256: str, owner: str | None) -> str:
    """Return the name of a certificate that is believed, for its owner alone or, without one, for everybody."""
    return f"{owner or ''}/{sha256}"


def install_contract(
    connection: sa.Connection, pack: str, manifest: bytes, facts: journal.Facts, at: dt.datetime
) -> bool:
    """Tell the journal that a pack is in force, unless it has said so; `manifest` is its list of files and digests.

    `connection` comes from `Database.write()`, as of all that follow.
    """
    payload = journal.Payload(MANIFEST, manifest)
    before = known(connection, What.CONTRACT).get(pack)
    if before == payload.sha256:
        return False
    told = {**facts, "pack": pack, "sha256": payload.sha256, "sha256_before": before}
    journal.append(connection, [journal.Event(journal.Kind.CONTRACT_INSTALLED, at, None, told, (payload,))])
    _set(connection, What.CONTRACT, pack, payload.sha256)
    return True


def remove_contract(connection: sa.Connection, pack: str, facts: journal.Facts, at: dt.datetime) -> None:
    """Tell the journal that a pack is no longer in force."""
    told = {**facts, "pack": pack, "sha256_before": known(connection, What.CONTRACT).get(pack)}
    journal.append(connection, [journal.Event(journal.Kind.CONTRACT_REMOVED, at, None, told)])
    _drop(connection, What.CONTRACT, pack)


def change_key(connection: sa.Connection, certificate: bytes, facts: journal.Facts, at: dt.datetime) -> bool:
    """Tell the journal under which certificate (DER) the installation signs, unless it has said so."""
    sha256, before = hashlib.sha256(certificate).hexdigest(), known(connection, What.KEY).get("")
    if before == sha256:
        return False
    told = {**facts, "certificate_sha256": sha256, "sha256_before": before}
    payload = journal.Payload(CERTIFICATE, certificate)
    journal.append(connection, [journal.Event(journal.Kind.KEY_CHANGED, at, None, told, (payload,))])
    _set(connection, What.KEY, "", sha256)
    return True


def change_trust(connection: sa.Connection, change: str, facts: journal.Facts) -> None:
    """Keep what an entry of a change of trust says."""
    sha256, owner = str(facts["sha256"]), facts.get("organisation")
    name = believed(sha256, str(owner) if owner else None)
    if change == "trust-added":
        _set(connection, What.CERTIFICATE, name, sha256)
    elif change == "trust-removed":
        _drop(connection, What.CERTIFICATE, name)
    else:
        _set(connection, What.CRL, sha256, sha256)


_TABLE: Final = tables.in_force
_PLACE: Final = (_TABLE.c.what == sa.bindparam("kind"), _TABLE.c.name == sa.bindparam("place"))
_KNOWN: Final = sa.select(_TABLE.c.name, _TABLE.c.sha256).where(_TABLE.c.what == sa.bindparam("what"))
_DROP: Final = sa.delete(_TABLE).where(*_PLACE)
_ADD: Final = sa.insert(_TABLE)


def _set(connection: sa.Connection, what: What, name: str, sha256: str) -> None:
    _drop(connection, what, name)
    connection.execute(_ADD, {"what": what.value, "name": name, "sha256": sha256})


def _drop(connection: sa.Connection, what: What, name: str) -> None:
    connection.execute(_DROP, {"kind": what.value, "place": name})
