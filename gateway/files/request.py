"""One request to the file store as a value: path, query and headers, judged before any byte of its body.

What there is to ask: protocol §7.1.

Everything here raises FileError: ContextNotFoundException, FileNotFoundException, FieldValidationException,
InvalidSizeException or InvalidPartNumberException.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import re
import urllib.parse
import uuid
from typing import Final

from gateway.files import errors, names
from gateway.files.errors import FileError
from gateway.intake import guard

PREFIX: Final = "/ext-bus-file-store-service/rest"
PART: Final = 5 * 2**20
"""Bytes of every part but the last, and of the largest file that is uploaded whole."""
CONTEXTS: Final = frozenset({
    "homemanagement", "rki", "voting", "inspection", "informing", "bills", "licenses", "agreements", "nsi",
    "disclosure", "capitalrepairprograms", "contentmanagement", "msp", "debtreq",
})  # fmt: skip
_MD5_BYTES: Final = 16
_NUMBER: Final = re.compile(r"[0-9]{1,18}", re.ASCII)
_RANGE: Final = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})", re.ASCII | re.IGNORECASE)


class Action(enum.StrEnum):
    """What is asked for; the words are those of the log."""

    WHOLE = "file-upload"
    BEGIN = "file-begin"
    PART = "file-part"
    FINISH = "file-complete"
    STATUS = "file-status"
    CONTENT = "file-download"


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One request; what its action does not need is left empty."""

    action: Action
    context: str
    organisation: str
    """orgPPAGUID, lower case."""
    id: str = ""
    """uploadID, lower case."""
    name: str = ""
    length: int | None = None
    """Bytes: of the body of WHOLE and PART, None where it is chunked; of the whole file for BEGIN."""
    part_count: int = 1
    number: int = 1
    md5: bytes | None = None


def is_ours(path: str) -> bool:
    """Tell whether a path belongs to the file store."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def read(environ: guard.Environ) -> Request:
    """Return the request of a WSGI environment; raises FileError."""
    context, id_ = _place(environ["PATH_INFO"])
    action = _action(environ, has_id=bool(id_))
    common = Request(action, context, _organisation(environ), id_)
    if action is Action.WHOLE:
        return dataclasses.replace(common, name=_name(environ), length=_body(environ), md5=_md5(environ))
    if action is Action.BEGIN:
        length, count = _number(environ, "X-Upload-Length"), _number(environ, "X-Upload-Part-Count")
        return dataclasses.replace(common, name=_name(environ), length=length, part_count=_parts(length, count))
    if action is Action.PART:
        number = _number(environ, "X-Upload-Partnumber")
        return dataclasses.replace(common, number=number, length=_body(environ), md5=_md5(environ))
    return common


def span(environ: guard.Environ, length: int) -> tuple[int, int] | None:
    """Return first and last byte that a Range header asks for, of a file of so many bytes; None means all of it.

    A header that is no single range of bytes does not count (RFC 9110 §14.2). Raises FileError with 416 for one that
    begins behind the end.
    """
    found = _RANGE.fullmatch(environ.get("HTTP_RANGE", "").replace(" ", ""))
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if not first:
        start, end = max(length - int(last), 0), length - 1
    else:
        start, end = int(first), min(int(last), length - 1) if last else length - 1
        if last and int(last) < start:
            return None
    if start > end:
        status = "416 Range Not Satisfiable"
        raise FileError(errors.FIELD, f"диапазон начинается за концом файла, в нём байт {length}", status=status)
    return start, end


def _place(path: str) -> tuple[str, str]:
    context, _, rest = path.removeprefix(PREFIX).strip("/").partition("/")
    if context not in CONTEXTS:
        raise FileError(errors.CONTEXT, f"хранилища с таким именем нет, есть: {', '.join(sorted(CONTEXTS))}")
    if not rest:
        return context, ""
    try:
        return context, _guid(rest)
    except ValueError as error:
        raise FileError(errors.NOT_FOUND, "идентификатор загрузки в адресе не GUID") from error


def _action(environ: guard.Environ, *, has_id: bool) -> Action:
    method = environ["REQUEST_METHOD"]
    query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    asked = {key.lower() for key in query}
    if method == "PUT":
        return Action.PART if has_id else Action.WHOLE
    if method == "HEAD" and has_id:
        return Action.STATUS
    if method == "POST" and "completed" in asked and has_id:
        return Action.FINISH
    if method == "POST" and "upload" in asked and not has_id:
        return Action.BEGIN
    if method == "GET" and "getfile" in asked and has_id:
        return Action.CONTENT
    known = "PUT /хранилище/, POST /хранилище/?upload, PUT, HEAD, POST ?completed, GET ?getfile /хранилище/uploadID"
    if method in ("PUT", "POST", "HEAD", "GET"):
        raise FileError(errors.FIELD, f"по этому адресу такого запроса нет; есть {known}")
    raise FileError(errors.FIELD, f"такого метода нет; есть {known}", status="405 Method Not Allowed")


def _organisation(environ: guard.Environ) -> str:
    new, old = environ.get("HTTP_X_UPLOAD_ORGPPAGUID", ""), environ.get("HTTP_X_UPLOAD_DATAPROVIDER", "")
    given = {value.strip().lower() for value in (new, old) if value.strip()}
    if not given:
        raise FileError(errors.FIELD, "не указан поставщик данных (X-Upload-OrgPPAGUID или X-Upload-Dataprovider)")
    if len(given) > 1:
        raise FileError(errors.FIELD, "X-Upload-OrgPPAGUID и X-Upload-Dataprovider называют разных поставщиков данных")
    try:
        return _guid(given.pop())
    except ValueError as error:
        raise FileError(errors.FIELD, "поставщик данных (X-Upload-OrgPPAGUID) указан не как GUID") from error


def _name(environ: guard.Environ) -> str:
    return names.read(environ.get("HTTP_X_UPLOAD_FILENAME", ""))


def _body(environ: guard.Environ) -> int | None:
    """Return Content-Length; None for a chunked body, which only its MD5 tells to be whole."""
    length = guard.length(environ)
    if length is None and environ.get("CONTENT_LENGTH"):
        raise FileError(errors.FIELD, "Content-Length указан не числом")
    if length is None and "HTTP_CONTENT_MD5" not in environ:
        raise FileError(errors.FIELD, "нужен Content-Length или Content-MD5: без них не видно, всё ли пришло")
    if length == 0:
        raise FileError(errors.SIZE, "тело запроса пустое")
    if length is not None and length > PART:
        raise too_large()
    return length


def too_large() -> FileError:
    """Return the error for a body that is larger than a part may be."""
    return FileError(errors.SIZE, f"за один раз принимается не больше {PART} байт; больший файл передают частями")


def _md5(environ: guard.Environ) -> bytes | None:
    value = environ.get("HTTP_CONTENT_MD5")
    if value is None:
        return None
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FileError(errors.FIELD, "Content-MD5 указан не в base64") from error
    if len(digest) != _MD5_BYTES:
        raise FileError(errors.FIELD, f"Content-MD5 — это base64 от {_MD5_BYTES} байт MD5, а не от записи в hex")
    return digest


def _parts(length: int, count: int) -> int:
    if length == 0:
        raise FileError(errors.SIZE, "файл пустой")
    expected = -(-length // PART)
    if count != expected:
        raise FileError(
            errors.FIELD, f"частей (X-Upload-Part-Count) должно быть {expected}: все, кроме последней, по {PART} байт"
        )
    return count


def _number(environ: guard.Environ, header: str) -> int:
    value = environ.get(f"HTTP_{header.upper().replace('-', '_')}", "").strip()
    if not _NUMBER.fullmatch(value):
        raise FileError(errors.FIELD, f"{header} — обязательное целое число")
    return int(value)


def _guid(text: str) -> str:
    canonical = str(uuid.UUID(text))
    if canonical != text.lower():
        raise ValueError(text)
    return canonical
