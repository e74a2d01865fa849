"""The virus scanner, if there is one: clamd over TCP or a unix socket, asked by INSTREAM (clamd(8)).

Off, unless the setting `virus_scanner` names one. When it is on, nothing becomes a file that it has not called clean.
"""

from __future__ import annotations

import logging
import socket
import struct
import urllib.parse
from typing import BinaryIO, Final

from gateway import settings
from gateway.files import blobs, errors
from gateway.files.errors import FileError

log: Final = logging.getLogger("gateway.files")

_PORT: Final = 3310
_SECONDS: Final = 60.0
"""How long a single step may take: connecting, sending a piece, waiting for the verdict."""
_LONGEST: Final = 4096
"""Bytes of an answer; a longer one is none."""


class NotChecked(Exception):  # as the family: named for what happened
    """The scanner cannot be reached, or says nothing that can be understood."""


def check(file: BinaryIO, conf: settings.Settings) -> None:
    """Have a file looked at, if a scanner is set.

    Raises FileError: FileVirusInfectionException for an infected one, FileVirusNotCheckedException where the scanner is
    away, refuses the file (a limit of its own, for example) or answers with something else.
    """
    if not conf.virus_scanner:
        return
    try:
        found = _ask(file, conf.virus_scanner)
    except (NotChecked, OSError) as error:
        log.error("files cannot be scanned", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # no defect: no trace
        raise FileError(errors.NOT_CHECKED, "проверка файла на вирусы не выполнена, повторите позже") from error
    if found:
        log.warning("virus found", extra={"facts": {"virus": found}})
        raise FileError(errors.INFECTED, f"файл заражён: {found}")


def _ask(file: BinaryIO, address: str) -> str:
    """Return the name of the virus, empty for a clean file; raises NotChecked and OSError."""
    with _connected(address) as connection:
        try:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(blobs.PIECE):
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # It has said why before it closed: a limit of its own, as a rule.
            log.info("scanner closed before the end")
        answer = _answer(connection)
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise NotChecked(f"the scanner says {answer!r}")


def _answer(connection: socket.socket) -> str:
    answer = bytearray()
    while len(answer) < _LONGEST and not answer.endswith(b"\0"):
        piece = connection.recv(_LONGEST)
        if not piece:
            break
        answer += piece
    return answer.rstrip(b"\0\n").decode("ascii", "replace")


def _connected(address: str) -> socket.socket:
    parsed = urllib.parse.urlsplit(address)
    if parsed.scheme == "unix":
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(_SECONDS)
            connection.connect(parsed.path)
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parsed.hostname or "", parsed.port or _PORT), _SECONDS)
