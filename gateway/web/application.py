"""The WSGI application (PEP 3333): SOAP paths, file store, WSDL and schemas, journal, health, metrics."""

from __future__ import annotations

import dataclasses
import logging
import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from gateway import errors, installation
from gateway.contracts import errors as contract_errors
from gateway.contracts import force, publish
from gateway.files import request
from gateway.intake import guard
from gateway.soap import application
from gateway.web import endpoint, file_store, journal, metrics
from gateway.web.response import TEXT, XML, Response, fault
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.web")

StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], Any]

_HOST: Final = re.compile(r"[A-Za-z0-9.\-_\[\]:]{1,255}")


@dataclasses.dataclass(frozen=True, slots=True)
class _Served:
    """What one request sees of the contracts, from its beginning to its end."""

    contracts: force.Contracts
    services: Mapping[str, application.SoapService]
    """By path."""


class Web:
    """One opened installation behind WSGI; call it as the application."""

    _served: _Served

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._endpoint = endpoint.Endpoint(house)
        self._files = file_store.FileStore(house)
        self._journal = journal.JournalPages(house)
        house.force.follow(self._serve)

    def __call__(self, environ: guard.Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        served = self._served
        is_file = request.is_ours(environ.get("PATH_INFO", ""))
        response = self._files.answer(environ) if is_file else self._route(environ, served)
        start_response(response.status, response.headers())
        seconds = time.perf_counter() - started
        _count(response, seconds)
        if is_file or environ["REQUEST_METHOD"] == "POST":
            self._log(environ, response, seconds, served)
        if response.stream is not None:
            return response.stream
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _serve(self, contracts: force.Contracts) -> None:
        paths = contracts.catalogue.paths
        services = {path: application.SoapService(path, contracts, self._endpoint.reply) for path in paths}
        self._served = _Served(contracts, services)

    def _route(self, environ: guard.Environ, served: _Served) -> Response:
        path = environ.get("PATH_INFO", "")
        is_get = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        service = served.services.get(path)
        if service is None and is_get and path.startswith(journal.PREFIX):
            return self._journal.answer(environ)
        if service is None:
            return self._page(path, served) if is_get else _nowhere()
        query, _, pack_id = environ.get("QUERY_STRING", "").partition("=")
        if is_get and query.lower() == "wsdl":
            return _wsdl(served, path, pack_id, base_url(environ))
        return self._endpoint.answer(service, environ)

    def _page(self, path: str, served: _Served) -> Response:
        if path == "/healthz":
            return Response("200 OK", TEXT, b"ok\n")
        if path == "/readyz":
            return self._ready()
        if path == "/metrics":
            return Response("200 OK", metrics.MEDIA_TYPE, metrics.exposition(self._house))
        return _contract_file(served, path)

    @staticmethod
    def _log(environ: guard.Environ, response: Response, seconds: float, served: _Served) -> None:
        path = environ.get("PATH_INFO", "")
        facts = {
            # A path that nobody serves is a stranger's text.
            "path": path if path in served.services else None,
            "operation": response.operation or None,
            "status": int(response.status[:3]),
            "code": response.code or None,
            "ms": round(seconds * 1000, 1),
            "bytes": guard.length(environ),
        }
        log.info("answered", extra={"facts": facts})

    def _ready(self) -> Response:
        try:
            self._house.check_ready()
            self._house.database.ping()
        except (errors.Unavailable, storage_errors.StorageError) as error:
            log.warning("not ready", extra={"facts": {"reason": str(error)}})
            # A stranger may ask: where the database stands and who may use it is for the log alone.
            reason = str(error) if isinstance(error, errors.Unavailable) else "the database is not ready"
            return Response("503 Service Unavailable", TEXT, f"{reason}\n".encode())
        return Response("200 OK", TEXT, b"ready\n")


def base_url(environ: guard.Environ) -> str:
    """Return the address under which the caller has reached us; behind a proxy, as the proxy tells it."""
    scheme = "https" if environ.get("HTTP_X_FORWARDED_PROTO") == "https" else environ["wsgi.url_scheme"]
    host = environ.get("HTTP_HOST", "")
    if not _HOST.fullmatch(host):
        host = f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{scheme}://{host}"


def _wsdl(served: _Served, path: str, pack_id: str, address: str) -> Response:
    """Return the WSDL of the newest pack, or of the one that is asked for: `?wsdl=15.12.0.0`."""
    for pack, described in served.contracts.catalogue.services(path):
        if pack_id in ("", pack.id):
            return Response("200 OK", XML, publish.wsdl(pack, described, address))
    return _nowhere()


def _contract_file(served: _Served, path: str) -> Response:
    _, folder, rest = path.partition("/contracts/")
    pack_id, _, file = rest.partition("/")
    pack = served.contracts.catalogue.pack(pack_id) if folder else None
    if pack is None:
        return _nowhere()
    try:
        return Response("200 OK", XML, publish.file(pack, file))
    except contract_errors.UnknownFile:
        return _nowhere()


def _count(response: Response, seconds: float) -> None:
    try:
        metrics.observe(response, seconds)
    except Exception:  # whatever it is: the package may be accepted by now, and its sender has to hear of it
        log.exception("not counted")


def _nowhere() -> Response:
    return fault("404 Not Found", errors.PATH_UNKNOWN, errors.code(errors.PATH_UNKNOWN).text)
