"""Names of files as HTTP carries them: RFC 2047 encoded words around letters that are not ASCII (protocol §7.1)."""

from __future__ import annotations

import email.errors
import email.header
from typing import Final

from gateway.files import errors
from gateway.files.errors import FileError

LONGEST: Final = 1024
"""Characters of a name, as of AttachmentType/Name in the contract."""
_FORBIDDEN: Final = frozenset('<>?:|*%\\"')
_SHOWN: Final = '< > ? : | * % \\ "'


def read(header: str) -> str:
    """Return the name in an X-Upload-Filename header; raises FileError (FieldValidationException)."""
    name = _decoded(header.strip())
    if not name:
        raise FileError(errors.FIELD, "не указано имя файла (X-Upload-Filename)")
    if len(name) > LONGEST:
        raise FileError(errors.FIELD, f"имя файла длиннее {LONGEST} символов")
    if any(letter in _FORBIDDEN or not letter.isprintable() for letter in name):
        raise FileError(errors.FIELD, f"в имени файла недопустимы символы {_SHOWN} и управляющие")
    return name


def write(name: str) -> str:
    """Return a name as a header: itself where it is ASCII, encoded words otherwise."""
    if name.isascii():
        return name
    return email.header.Header(name, "utf-8").encode(linesep="")


def extension(name: str) -> str:
    """Return what stands behind the last dot of a name, lower case; empty where there is no dot."""
    _, dot, end = name.rpartition(".")
    return end.lower() if dot else ""


def _decoded(header: str) -> str:
    try:
        # WSGI gives octets as Latin-1; some clients send UTF-8 as it is.
        plain = header.encode("latin-1").decode()
    except UnicodeError:
        plain = header
    try:
        return str(email.header.make_header(email.header.decode_header(plain)))
    except (email.errors.HeaderParseError, LookupError, UnicodeError) as error:
        raise FileError(errors.FIELD, "имя файла (X-Upload-Filename) не читается по RFC 2047") from error
