"""The door of the file store: REST over HTTP, with the credentials and the grants of SOAP (protocol §7).

Whatever goes wrong is a name in X-Upload-Error and a Russian sentence as plain text, never a trace.
"""

from __future__ import annotations

import email.utils
import logging
from typing import Final

from gateway import clock, errors, installation
from gateway.files import errors as names
from gateway.files import names as file_names
from gateway.files import request, store
from gateway.intake import guard, identity
from gateway.web.response import TEXT, Response
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.web")

_Lines = tuple[tuple[str, str], ...]
_OK: Final = "200 OK"
_REFUSALS: Final = {errors.ORGANISATION_UNKNOWN: names.PROVIDER, errors.SYSTEM_NOT_GRANTED: names.PERMISSION}


class FileStore:
    """Answers the requests under `request.PREFIX` for one opened installation; safe for threads."""

    def __init__(self, house: installation.Installation) -> None:
        self._identity = identity.Identity(house.database, house.settings)
        self._store = store.Store(house)

    def answer(self, environ: guard.Environ) -> Response:
        """Return the answer to one request; nothing is raised."""
        try:
            return self._act(environ)
        except names.FileError as error:
            return _refusal(error.status, error.name, error.detail)
        except guard.HttpRefused as refused:
            is_stranger = refused.code == errors.SYSTEM_UNKNOWN
            return _refusal(refused.status, names.CERTIFICATE if is_stranger else names.SIZE, refused.detail)
        except errors.Rejected as rejected:
            return _refusal(names.BAD_REQUEST, _REFUSALS[rejected.code], rejected.detail)
        except (errors.Unavailable, storage_errors.NotReady) as error:
            log.error("cannot keep files", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # no defect: no trace
            return _refusal(
                names.BAD_REQUEST, names.MAINTENANCE, "приём файлов временно приостановлен, повторите позже"
            )
        except Exception as error:  # noqa: BLE001  # last line of defence: a stranger gets a number, never a trace
            return _defect(error)

    def _act(self, environ: guard.Environ) -> Response:
        system = self._identity.authenticate(self._identity.credentials(environ))
        asked = request.read(environ)
        self._identity.authorise(system, asked.organisation)
        body = environ["wsgi.input"]
        action = request.Action
        match asked.action:
            case action.WHOLE:
                return _begun(asked, self._store.whole(asked, body, system.login))
            case action.BEGIN:
                return _begun(asked, self._store.begin(asked))
            case action.PART:
                self._store.part(asked, body)
                return _done(asked)
            case action.FINISH:
                self._store.finish(asked, system.login)
                return _done(asked, ("Connection", "close"))
            case action.STATUS:
                return self._status(asked)
            case action.CONTENT:
                return self._content(asked, environ)

    def _status(self, asked: request.Request) -> Response:
        file, numbers = self._store.status(asked)
        return _done(
            asked,
            ("X-Upload-Filename", file_names.write(file.name)),
            ("X-Upload-Length", str(file.length)),
            ("X-Upload-Completed-Parts", ",".join(map(str, numbers))),
            ("X-Upload-Completed", "false" if file.completed_at is None else "true"),
        )

    def _content(self, asked: request.Request, environ: guard.Environ) -> Response:
        file = self._store.file(asked)
        span = request.span(environ, file.length)
        first, last = span or (0, file.length - 1)
        lines: _Lines = (
            ("Last-Modified", email.utils.format_datetime(file.completed_at or file.created_at, usegmt=True)),
            ("X-Upload-FileGUID", file.id),
            ("Accept-Ranges", "bytes"),
        )
        if span:
            lines += (("Content-Range", f"bytes {first}-{last}/{file.length}"),)
        return Response(
            "206 Partial Content" if span else _OK,
            file.media_type,
            lines=lines,
            operation=asked.action,
            stream=self._store.content(file, first, last - first + 1),
            length=last - first + 1,
        )


def _begun(asked: request.Request, id_: str) -> Response:
    # Clients of one kind read the last part of Location, clients of another kind the header of its own.
    return _done(asked, ("Location", f"{request.PREFIX}/{asked.context}/{id_}"), ("X-Upload-UploadID", id_))


def _done(asked: request.Request, *lines: tuple[str, str]) -> Response:
    return Response(_OK, TEXT, lines=lines, operation=asked.action)


def _refusal(status: str, name: str, text: str) -> Response:
    return Response(status, TEXT, f"{text}\n".encode(), name, lines=(("X-Upload-Error", name),))


def _defect(error: Exception) -> Response:
    incident = clock.new_guid()
    log.error("defect", exc_info=error, extra={"facts": {"incident": incident}})
    text = errors.code(errors.EXCHANGE_FAILED).text.format(incident=incident)
    return Response("500 Internal Server Error", TEXT, f"{text}\n".encode(), errors.EXCHANGE_FAILED)
