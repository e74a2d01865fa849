"""The file store as its clients speak to it: small files whole, larger ones in parts (protocol §7.1).

A package names a file by `AttachmentGUID`, and proves what is in it by `AttachmentHASH`: both come from here.
"""

from __future__ import annotations

import base64
import dataclasses
import email.header
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from gateway.client import errors, transport
from gateway.client.stand import Stand
from signing import digests
from signing import errors as signing_errors
from signing.gost import selection

PREFIX: Final = "/ext-bus-file-store-service/rest"
PART: Final = 5_242_880
"""Bytes of a part, and of the largest file that goes whole."""


@dataclasses.dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that the store has."""

    name: str
    guid: str
    """AttachmentGUID."""
    digest: str
    """AttachmentHASH: ГОСТ Р 34.11-94 with CryptoPro's substitution, lower-case hex (protocol §7.3)."""
    length: int
    """Bytes."""


def upload(stand: Stand, context: str, file: Path, *, timeout: float = 60.0) -> Uploaded:
    """Upload a file in the name of the stand's organisation; it is read piece by piece.

    `timeout`: seconds for one request. Raises Unsendable where the file cannot be read or is empty, Unreachable, and
    Fault with the name of the error (protocol §7.2) where the store refuses.
    """
    store = _Store(stand, context, timeout)
    digest = _gost94()
    try:
        length = file.stat().st_size
        if not length:
            raise errors.Unsendable(f"{file} is empty: the store takes no empty files")
        with file.open("rb") as opened:
            pieces = iter(lambda: opened.read(PART), b"")
            guid = ""
            for number, piece in enumerate(pieces, 1):
                digest.update(piece)
                if length <= PART:
                    guid = store.whole(file.name, piece)
                    break
                guid = guid or store.begin(file.name, length)
                store.part(guid, number, piece)
    except OSError as error:
        raise errors.Unsendable(f"{file} cannot be read: {error.strerror}") from error
    if length > PART:
        store.finish(guid)
    return Uploaded(file.name, guid, digest.digest().hex(), length)


class _Store:
    """The requests of one context."""

    def __init__(self, stand: Stand, context: str, timeout: float) -> None:
        self._stand = stand
        self._base = f"{stand.url.rstrip('/')}{PREFIX}/{context}"
        self._timeout = timeout

    def whole(self, name: str, data: bytes) -> str:
        return self._id(self._ask("PUT", "/", data, {"X-Upload-Filename": _word(name), **_md5(data)}))

    def begin(self, name: str, length: int) -> str:
        parts = -(-length // PART)
        said = {
            "X-Upload-Filename": _word(name),
            "X-Upload-Length": str(length),
            "X-Upload-Part-Count": str(parts),
        }
        return self._id(self._ask("POST", "/?upload", b"", said))

    def part(self, guid: str, number: int, data: bytes) -> None:
        self._ask("PUT", f"/{guid}", data, {"X-Upload-Partnumber": str(number), **_md5(data)})

    def finish(self, guid: str) -> None:
        self._ask("POST", f"/{guid}?completed", b"", {})

    def _ask(self, method: str, end: str, body: bytes, said: Mapping[str, str]) -> transport.Answer:
        headers = {
            "Content-Type": "application/octet-stream",
            "X-Upload-OrgPPAGUID": self._stand.org_ppa_guid,
            **said,
        }
        user, password = self._stand.user, self._stand.password
        url = f"{self._base}{end}"
        answer = transport.ask(method, url, body, headers, user=user, password=password, timeout=self._timeout)
        if answer.status >= 300:  # noqa: PLR2004  # what follows the successes of HTTP
            code, text = answer.headers.get("X-Upload-Error", ""), answer.body.decode(errors="replace").strip()
            raise errors.Fault(code, text or f"HTTP {answer.status}", answer.status)
        return answer

    @staticmethod
    def _id(answer: transport.Answer) -> str:
        # Some servers tell the id in Location alone (protocol §7.1).
        told = answer.headers.get("X-Upload-UploadID", "") or answer.headers.get("Location", "").rpartition("/")[2]
        if not told:
            raise errors.Unreachable("the store does not say under which id it has the file")
        return told


def _md5(data: bytes) -> dict[str, str]:
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    return {"Content-MD5": base64.b64encode(digest).decode()}


def _word(name: str) -> str:
    return name if name.isascii() else email.header.Header(name, "utf-8").encode(linesep="")


def _gost94() -> digests.Hash:
    try:
        backend = selection.choose()
    except signing_errors.BackendUnavailable as error:
        raise errors.Unsendable(f"AttachmentHASH cannot be computed: {error}") from error
    assert backend is not None  # noqa: S101  # only `off` gives none
    return backend.hash("gost94")
