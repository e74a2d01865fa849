"""ГОСТ Р 34.11-94 of files, as AttachmentHASH has it (protocol §7.3): CryptoPro's substitution, the whole file, hex.

OpenSSL's engine hashes some twenty megabytes a second and lets other threads run meanwhile; Python alone is seventy
times slower. So it is computed once, after a file is complete, and kept.
"""

from __future__ import annotations

import threading
from typing import BinaryIO

from gateway import errors, settings
from gateway.files import blobs
from signing import errors as signing_errors
from signing.gost import selection


class Stopped(errors.GatewayError):
    """The process is told to stop in the middle of a large file."""


def gost94(file: BinaryIO, conf: settings.Settings, stop: threading.Event) -> str:
    """Return the digest of a file, lower-case hex; raises Stopped, and Unavailable where nothing can compute it."""
    # `off` is about signatures.
    wanted = selection.AUTO if conf.gost_backend == selection.OFF else conf.gost_backend
    try:
        backend = selection.choose(wanted)
    except signing_errors.BackendUnavailable as error:
        raise errors.Unavailable(str(error)) from error
    assert backend is not None  # noqa: S101  # only `off` gives none
    running = backend.hash("gost94")
    while piece := file.read(blobs.PIECE):
        if stop.is_set():
            raise Stopped
        running.update(piece)
    return running.digest().hex()
