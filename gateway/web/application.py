"""The WSGI application (PEP 3333): SOAP paths, WSDL and schemas as files, health, readiness, metrics."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from gateway import errors, installation
from gateway.contracts import errors as contract_errors
from gateway.contracts import model, publish
from gateway.intake import guard
from gateway.soap import application
from gateway.web import endpoint, metrics
from gateway.web.response import TEXT, XML, Response, fault
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.web")

StartResponse: TypeAlias = Callable[[str, list[tuple[str, str]]], Any]

_HOST: Final = re.compile(r"[A-Za-z0-9.\-_\[\]:]{1,255}")


class Web:
    """One opened installation behind WSGI; call it as the application."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._endpoint = endpoint.Endpoint(house)
        self._services = {
            path: application.SoapService(path, _operations(house, path), self._endpoint.reply)
            for path in house.contracts.paths
        }

    def __call__(self, environ: guard.Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        started = time.perf_counter()
        response = self._route(environ)
        start_response(response.status, response.headers())
        seconds = time.perf_counter() - started
        _count(response, seconds)
        if environ["REQUEST_METHOD"] == "POST":
            self._log(environ, response, seconds)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _route(self, environ: guard.Environ) -> Response:
        path = environ.get("PATH_INFO", "")
        is_get = environ["REQUEST_METHOD"] in ("GET", "HEAD")
        service = self._services.get(path)
        if service is None:
            return self._page(path) if is_get else _nowhere()
        query, _, pack_id = environ.get("QUERY_STRING", "").partition("=")
        if is_get and query.lower() == "wsdl":
            return self._wsdl(path, pack_id, base_url(environ))
        return self._endpoint.answer(service, environ)

    def _wsdl(self, path: str, pack_id: str, address: str) -> Response:
        """Return the WSDL of the newest pack, or of the one that is asked for: `?wsdl=15.12.0.0`."""
        for pack, described in self._house.contracts.services(path):
            if pack_id in ("", pack.id):
                return Response("200 OK", XML, publish.wsdl(pack, described, address))
        return _nowhere()

    def _page(self, path: str) -> Response:
        if path == "/healthz":
            return Response("200 OK", TEXT, b"ok\n")
        if path == "/readyz":
            return self._ready()
        if path == "/metrics":
            return Response("200 OK", metrics.MEDIA_TYPE, metrics.exposition(self._house))
        return self._contract_file(path)

    def _contract_file(self, path: str) -> Response:
        _, folder, rest = path.partition("/contracts/")
        pack_id, _, file = rest.partition("/")
        pack = self._house.contracts.pack(pack_id) if folder else None
        if pack is None:
            return _nowhere()
        try:
            return Response("200 OK", XML, publish.file(pack, file))
        except contract_errors.UnknownFile:
            return _nowhere()

    def _log(self, environ: guard.Environ, response: Response, seconds: float) -> None:
        path = environ.get("PATH_INFO", "")
        facts = {
            # A path that nobody serves is a stranger's text.
            "path": path if path in self._services else None,
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


def _operations(house: installation.Installation, path: str) -> list[model.Operation]:
    """Return the operations at a path in any pack; which pack judges is decided by the version declared."""
    return [operation for _, service in house.contracts.services(path) for operation in service.operations.values()]


def _count(response: Response, seconds: float) -> None:
    try:
        metrics.observe(response, seconds)
    except Exception:  # whatever it is: the package may be accepted by now, and its sender has to hear of it
        log.exception("not counted")


def _nowhere() -> Response:
    return fault("404 Not Found", errors.PATH_UNKNOWN, errors.code(errors.PATH_UNKNOWN).text)
