"""What a file is by its content, and whether that is what its extension says (protocol §7.1, list of the album).

A look at the beginning and the end is enough: 64 KB of one and 1 MB of the other, whatever the size of the file.
Text is what has no control characters; a ZIP is an office document by the names in its directory, which stands at its
end.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable
from typing import BinaryIO, Final

from gateway.files import errors, names
from gateway.files.errors import FileError

UNKNOWN_MEDIA_TYPE: Final = "application/octet-stream"
_HEAD: Final = 64 * 1024
_TAIL: Final = 2**20
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ODF: Final = "application/vnd.oasis.opendocument"
_SUN: Final = "application/vnd.sun.xml"


@dataclasses.dataclass(frozen=True, slots=True)
class Type:
    """What an extension promises."""

    media_type: str
    kinds: frozenset[str]
    """Names of the contents that may stand under it."""


def _type(media_type: str, *kinds: str) -> Type:
    return Type(media_type, frozenset(kinds))


_ARCHIVES: Final = ("zip", "docx", "xlsx", "odt", "ods", "odp", "odf", "sxc", "sxw")
TYPES: Final = {
    "pdf": _type("application/pdf", "pdf"),
    "docx": _type(_WORD, "docx"),
    "doc": _type("application/msword", "ole"),
    "rtf": _type("application/rtf", "rtf"),
    "txt": _type("text/plain", "text", "pem", "rtf"),
    "csv": _type("text/csv", "text"),
    "xls": _type("application/vnd.ms-excel", "ole"),
    "xlsx": _type(_SHEET, "xlsx"),
    "jpeg": _type("image/jpeg", "jpeg"),
    "jpg": _type("image/jpeg", "jpeg"),
    "bmp": _type("image/bmp", "bmp"),
    "tif": _type("image/tiff", "tiff"),
    "tiff": _type("image/tiff", "tiff"),
    "gif": _type("image/gif", "gif"),
    "png": _type("image/png", "png"),
    "zip": _type("application/zip", *_ARCHIVES),
    "rar": _type("application/vnd.rar", "rar"),
    "odt": _type(f"{_ODF}.text", "odt"),
    "ods": _type(f"{_ODF}.spreadsheet", "ods"),
    "odp": _type(f"{_ODF}.presentation", "odp"),
    "odf": _type(f"{_ODF}.formula", "odf"),
    "sxw": _type(f"{_SUN}.writer", "sxw"),
    "sxc": _type(f"{_SUN}.calc", "sxc"),
    "sig": _type("application/pkcs7-signature", "der", "pem", "text"),
}
"""By extension. What is not here an administrator may allow, and nobody can recognise."""

_ZIP: Final = re.compile(rb"PK(?:\x03\x04|\x05\x06)")
_MIMETYPE: Final = re.compile(rb"PK\x03\x04.{26}mimetype(application/[a-z.\-]+)", re.DOTALL)
_MEMBERS: Final = re.compile(rb"PK\x01\x02.{42}(word|xl)/", re.DOTALL)
_DER: Final = re.compile(rb"0[\x80-\x84].*", re.DOTALL)
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_BYTE_ORDERS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BY_MIMETYPE: Final = {
    TYPES[extension].media_type.encode(): extension for extension in ("odt", "ods", "odp", "odf", "sxw", "sxc")
}
_STARTS: Final = (
    ("ole", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ("rtf", b"{\\rtf"),
    ("jpeg", b"\xff\xd8\xff"),
    ("tiff", b"II*\0"),
    ("tiff", b"MM\0*"),
    ("gif", b"GIF87a"),
    ("gif", b"GIF89a"),
    ("png", b"\x89PNG\r\n\x1a\n"),
    ("rar", b"Rar!\x1a\x07"),
    ("pem", b"-----BEGIN "),
)


def media_type(name: str) -> str:
    """Return the media type of a file of this name."""
    known = TYPES.get(names.extension(name))
    return known.media_type if known else UNKNOWN_MEDIA_TYPE


def check(name: str, file: BinaryIO) -> None:
    """Make sure that a file is what the extension of its name says.

    Raises FileError: DetectionException where nobody knows what it is, ExtensionException where it is something else.
    """
    promised = TYPES.get(names.extension(name))
    if promised is None:
        return
    found = kind(file)
    if found is None:
        raise FileError(errors.DETECTION, "по содержимому не удалось определить тип файла")
    if found not in promised.kinds:
        raise FileError(errors.EXTENSION, f"содержимое файла ({found}) не соответствует его расширению")


def kind(file: BinaryIO) -> str | None:
    """Return the name of what a file is, or None."""
    head = file.read(_HEAD)
    file.seek(0, os.SEEK_END)
    file.seek(max(file.tell() - _TAIL, 0))
    tail = file.read(_TAIL)
    return next((name for name, start in _STARTS if head.startswith(start)), None) or _further(head, tail)


def _further(head: bytes, tail: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:  # where readers look for it
        return "pdf"
    if _ZIP.match(head):
        return _archive(head, tail)
    tests: tuple[tuple[str, Callable[[bytes], object]], ...] = (
        ("bmp", lambda start: start.startswith(b"BM") and start[6:10] == bytes(4)),
        ("text", _is_text),
        ("der", _DER.fullmatch),
    )
    return next((name for name, test in tests if test(head)), None)


def _archive(head: bytes, tail: bytes) -> str:
    mimetype = _MIMETYPE.match(head)
    if mimetype is not None:
        # What follows the stored word is the next member, which begins with PK.
        return _BY_MIMETYPE.get(mimetype[1], "zip")
    member = _MEMBERS.search(tail)
    if member is None:
        return "zip"
    return "docx" if member[1] == b"word" else "xlsx"


def _is_text(head: bytes) -> bool:
    encoding = _BYTE_ORDERS.get(head[:2])
    if encoding is None:
        return _CONTROL.search(head) is None
    # Half a letter may stand at the end of the piece.
    return _CONTROL.search(head.decode(encoding, "ignore").encode()) is None
