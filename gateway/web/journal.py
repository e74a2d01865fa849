"""What others see of the journal: checkpoint, certificate and tiles for everybody, a receipt for the message's sender.

Checkpoints and tiles are hashes alone (C2SP tlog-tiles under the prefix /journal); docs/journal.md.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from typing import Final

from gateway import clock, errors, installation
from gateway.intake import guard, identity
from gateway.journal import notes, publishing, receipt
from gateway.journal.checkpoint import Checkpoint
from gateway.web.response import TEXT, Response
from signing import errors as signing_errors
from signing import issue
from signing.certificates import read
from storage import checkpoints, directory, merkle, packages, tree
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.web")

PREFIX: Final = "/journal/"
GAP: Final = dt.timedelta(seconds=1)
"""Between two checkpoints that are made because somebody has asked for a receipt."""

_NOW: Final = dt.timedelta()
_TILE: Final = re.compile(r"tile/([0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FOR_EVER: Final = ("Cache-Control", "public, max-age=31536000, immutable")
_NOT_KEPT: Final = ("Cache-Control", "no-cache")
_PRIVATE: Final = ("Cache-Control", "no-store")
_OCTETS: Final = "application/octet-stream"


class JournalPages:
    """Answers what is asked under `PREFIX` for one opened installation; safe for threads."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._identity = identity.Identity(house.database, house.settings)

    def answer(self, environ: guard.Environ) -> Response:
        """Return the answer to one GET; nothing that is raised on purpose passes."""
        asked = environ.get("PATH_INFO", "").removeprefix(PREFIX)
        try:
            if asked.startswith("receipt/"):
                return self._receipt(environ, asked.removeprefix("receipt/").strip().lower())
            return self._public(asked)
        except guard.HttpRefused as refused:
            return Response(refused.status, TEXT, f"{refused.detail}\n".encode(), refused.code)
        except (errors.GatewayError, signing_errors.SigningError, storage_errors.StorageError, ValueError) as error:
            log.error("journal not shown", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # no defect
            return _later("журнал временно недоступен, повторите позже", 10)

    def _public(self, asked: str) -> Response:
        with self._house.database.read() as connection:
            last = checkpoints.last(connection)
            if last is None:
                return _nothing("контрольных точек журнала ещё нет")
            if asked == "checkpoint":
                return Response("200 OK", TEXT, last.note.encode(), lines=(_NOT_KEPT,))
            if asked == "certificate.pem":
                pem = issue.pem(read(last.certificate))
                return Response("200 OK", "application/x-pem-file", pem, lines=(_NOT_KEPT,))
            found = _TILE.fullmatch(asked)
            if found is None:
                return _nothing("нет такой страницы журнала")
            level, number = int(found[1]), int(found[2].replace("x", "").replace("/", ""))
            width = int(found[3] or tree.WIDTH)
            # One address for one tile, and nothing beyond what is signed.
            if publishing.tile_path(level, number, width) != asked or width > tree.width(level, number, last.size):
                return _nothing("нет такого тайла журнала")
            return Response("200 OK", _OCTETS, merkle.tile(connection, level, number, width), lines=(_FOR_EVER,))

    def _receipt(self, environ: guard.Environ, message: str) -> Response:
        system = self._identity.authenticate(self._identity.credentials(environ))
        if not _GUID.fullmatch(message):
            return _nothing("такого принятого сообщения нет")
        house = self._house
        with house.database.read() as connection:
            found = packages.named(connection, message)
            last = checkpoints.last(connection)
        own = [package for package in found if self._may_see(system, package)]
        if len(own) != 1:
            several = "таких сообщений несколько, укажите MessageGUID из подтверждения о приёме"
            return _nothing(several if own else "такого принятого сообщения нет")
        if (
            last is not None
            and last.size <= own[0].entry_index
            and _NOW <= clock.now() - Checkpoint.read(notes.parse(last.note)).at < GAP
        ):
            return _later("контрольная точка, которая охватит сообщение, будет через секунду", 1)
        made = receipt.make(house.database, house.key, house.settings, own[0])
        return Response("200 OK", "application/json", made, lines=(_PRIVATE,))

    def _may_see(self, system: directory.System, package: packages.Package) -> bool:
        """Tell whether a message is the system's own: its organisation has granted it, or it has sent for none."""
        if not package.organisation:
            return package.system == system.login
        try:
            self._identity.authorise(system, package.organisation)
        except errors.Rejected:
            return False
        return True


def _nothing(text: str) -> Response:
    return Response("404 Not Found", TEXT, f"{text}\n".encode())


def _later(text: str, seconds: int) -> Response:
    return Response("503 Service Unavailable", TEXT, f"{text}\n".encode(), lines=(("Retry-After", str(seconds)),))
