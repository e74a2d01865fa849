"""What changes outside of the database is told to the journal by whoever notices: packs, the key, who is believed.

The commands tell of what they do themselves, and hold the lock of the folder until that is committed. What remains is
what an administrator did by hand, or a new release brought: one process of a host compares what is in force with what
the journal said last, when it starts and whenever a folder has changed.
"""

from __future__ import annotations

import hashlib
import logging
import socket
import threading
from collections.abc import Mapping
from typing import Final

import gateway
from gateway import clock, installation, watch
from gateway.contracts import model, packs, tree
from gateway.trust import folder as trusted
from signing import certificates, trust_folder
from signing.revocation import RevocationList
from storage import directory, in_force, journal
from storage.in_force import What

log: Final = logging.getLogger("gateway.journal")

COMMAND: Final = "command"
"""An entry was written by the command that has done it."""
FOLDER: Final = "folder"
"""It was found to be so."""
FIRST_LOOK: Final = "first-look"
"""It was found by the first look of all: since when it has been so, nobody knows."""

_RETRY: Final = 10.0
"""Seconds until another look at a lock that is taken."""


def run(house: installation.Installation, stop: threading.Event) -> None:
    """Look once a second until `stop` is set, one process of a host at a time."""
    while not stop.is_set():
        with watch.alone(house.settings.data / "notice.lock") as is_ours:
            if is_ours:
                watch.follow(stop, Look(house).refresh, lambda: None, log=log, failure="changes not journaled")
        stop.wait(_RETRY)


class Look:
    """Compares what is in force with what the journal says, as often as a folder has changed."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._stamp: object = None
        self._lists: Mapping[trust_folder.File, RevocationList] = {}

    def refresh(self) -> bool:
        """Tell the journal what is new; False where no folder has changed, which costs a listing of them."""
        if self._look() == self._stamp:
            return False
        conf = self._house.settings
        conf.packs.mkdir(exist_ok=True)
        with packs.alone(conf.packs), trusted.alone(conf.trust):
            stamp = self._look()
            self._house.force.refresh()
            contents = trust_folder.survey(conf.trust, known=self._lists)
            self._tell(contents)
            self._stamp, self._lists = stamp, contents.lists
        return True

    def _look(self) -> object:
        conf = self._house.settings
        return packs.stamp(conf.packs), trust_folder.stamp(conf.trust)

    def _tell(self, contents: trust_folder.Contents) -> None:
        with self._house.database.write(point="notice") as connection:
            # The key is told by looks alone: without it there was none.
            by = FOLDER if in_force.known(connection, What.KEY) else FIRST_LOOK
            _tell_key(connection, self._house, by)
            _tell_packs(connection, self._house.contracts.catalogue.packs, by)
            if not contents.damaged:  # then nothing of the change is in force either
                _tell_certificates(connection, contents, by)
                _tell_lists(connection, contents, by)


def facts(pack: model.Pack, by: str) -> journal.Facts:
    """Return what the journal shall know of a pack that has come, besides its id and its digest."""
    return {**source(by), "version": pack.version, "title": pack.title, "origin": pack.origin.value}


def source(by: str) -> dict[str, journal.Fact]:
    """Return where an entry comes from."""
    return {"by": by, "node": socket.gethostname(), "release": gateway.__version__}


def _tell_key(connection: directory.Connection, house: installation.Installation, by: str) -> None:
    found = certificates.read(house.key.certificate)
    told = {
        **source(by),
        "certificate_serial": f"{found.serial:x}",
        "subject": found.name,
        "not_before": found.not_before.isoformat(),
        "not_after": found.not_after.isoformat(),
        "algorithm": house.key.suite.uri,
    }
    in_force.change_key(connection, found.der, told, clock.now())


def _tell_packs(connection: directory.Connection, found: tuple[model.Pack, ...], by: str) -> None:
    there = {pack.id: pack for pack in found}
    for gone in sorted(in_force.known(connection, What.CONTRACT).keys() - there.keys()):
        in_force.remove_contract(connection, gone, source(by), clock.now())
    for pack in found:
        in_force.install_contract(connection, pack.id, tree.listing(pack.files), facts(pack, by), clock.now())


def _tell_certificates(connection: directory.Connection, contents: trust_folder.Contents, by: str) -> None:
    there = {in_force.believed(each.certificate.fingerprint, each.owner): each for each in contents.certificates}
    known = in_force.known(connection, What.CERTIFICATE)
    for name in sorted(known.keys() - there.keys()):
        told = {**source(by), "sha256": known[name], "organisation": name.partition("/")[0] or None}
        directory.record_trust(connection, "trust-removed", told, clock.now())
    for name in sorted(there.keys() - known.keys()):
        found = there[name].certificate
        told = {**source(by), "sha256": found.fingerprint, "organisation": there[name].owner}
        payload = journal.Payload(in_force.CERTIFICATE, found.der)
        directory.record_trust(connection, "trust-added", told, clock.now(), payload)


def _tell_lists(connection: directory.Connection, contents: trust_folder.Contents, by: str) -> None:
    known = in_force.known(connection, What.CRL)
    for file, found in contents.lists.items():
        data = file.path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in known:
            continue
        told = {
            **source(by),
            "fate": "found",
            "sha256": sha256,
            "this_update": found.this_update.isoformat(),
            "revoked": len(found),
        }
        directory.record_trust(connection, "crl-updated", told, clock.now(), journal.Payload("crl", data))
