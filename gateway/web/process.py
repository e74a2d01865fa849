"""One web process: the opened installation behind the HTTP server, until it is told to stop.

`python -m gateway.web.process LISTENER LIFELINE`, both open descriptors, settings from the environment. Idle
connections and slow headers cost no thread, they wait in the server (granian); slow bodies of known senders each hold
one of many; and at most `threads` requests are worked on at the same time. Why granian: docs/server.md.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import resource
import sys
import threading
from collections.abc import Iterable
from typing import Any, Final, Protocol

# Granian's public entry would fork and supervise by itself, with a listening socket of its own in each process: what
# waits in the queue of a dead one is reset. One worker of it on an inherited socket is all that is needed here.
from granian import http

from gateway import child, errors, installation, logs, settings
from gateway.web import application

log: Final = logging.getLogger("gateway.processes")

# By name, because the stubs lag behind the signatures.
_granian: Final = importlib.import_module("granian._granian")
_futures: Final = importlib.import_module("granian._futures")

_BODIES: Final = 64
"""Most bodies that are being received at the same time; their senders are authenticated by then."""
_CONNECTIONS: Final = 4096
"""Most open connections; more wait in the listener's queue."""
_SPARE_FILES: Final = 256
"""Descriptors kept for the database and for files."""
_BACKLOG: Final = 1024
_HEADER_MS: Final = 30_000
"""Milliseconds in which a request's headers have to arrive."""
_ENVIRON: Final = {
    "SCRIPT_NAME": "",
    "wsgi.version": (1, 0),
    "wsgi.errors": sys.stderr,
    "wsgi.input_terminated": True,
    "wsgi.multithread": True,
    "wsgi.multiprocess": True,
    "wsgi.run_once": False,
}


def main(listener: int, lifeline: int) -> int:
    """Serve until told to stop; every request that was begun is answered. Return the exit code."""
    child.prepare()
    conf = settings.load()
    logs.configure(conf.log_level)
    try:
        house = installation.Installation.open(conf)
    except errors.GatewayError as error:
        log.error("cannot start", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # said to a person, no defect
        return 1
    try:
        house.schemas.warm(house.contracts.packs)
        web = Turns(application.Web(house), conf.threads)
        # What stands now stands until the end: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        _serve(web, listener, lifeline, threads=conf.threads + _BODIES)
    finally:
        house.close()
    return 0


class Turns:
    """WSGI around WSGI: at most so many requests are worked on at once, and one that awaits its body is not."""

    def __init__(self, app: application.Web, most: int) -> None:
        self._app = app
        self._turns = threading.BoundedSemaphore(most)

    def __call__(self, environ: dict[str, Any], start_response: application.StartResponse) -> Iterable[bytes]:
        """Answer one request; health and metrics are answered even when every turn is taken."""
        if environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        environ["wsgi.input"] = _Patient(environ["wsgi.input"], self._turns)
        with self._turns:
            return self._app(environ, start_response)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Patient:
    """A body that gives the turn back while the network is slow."""

    def __init__(self, stream: _Stream, turns: threading.BoundedSemaphore) -> None:
        self._stream = stream
        self._turns = turns

    def read(self, size: int, /) -> bytes:
        self._turns.release()
        try:
            return self._stream.read(size)
        finally:
            self._turns.acquire()


class _Reply(Protocol):
    """Granian's side of one request."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...


def _serve(app: Turns, listener: int, lifeline: int, *, threads: int) -> None:
    told, ended = _granian.WorkerSignal(), threading.Event()
    told.add_cb(ended.set)
    worker = _granian.WSGIWorker(
        1,
        (None, _granian.SocketHolder(listener, False, _BACKLOG)),
        None,  # metrics pipe
        1,  # runtime threads
        1,  # threads of the runtime's own blocking work: files, names
        threads,
        30,  # seconds after which an idle one of them ends
        _connections(),
        "1",
        http.HTTP1Settings(header_read_timeout=_HEADER_MS),
        None,  # HTTP/2
        None,  # static files
        *(False, None, None, None, "tls1.3", None, [], False),  # TLS: the proxy's business, which knows ГОСТ
        (None, None),
    )
    loop = asyncio.new_event_loop()
    schedule = _futures._new_cbscheduler(loop, adapt(app), impl_asyncio=True)  # noqa: SLF001  # see the imports
    worker.serve_mtr(schedule, loop, told)
    log.info("process serves")
    child.wait(lifeline)
    told.set()
    ended.wait()
    loop.close()


def adapt(app: Turns) -> Any:
    """Return what granian calls for each request; it is answered whatever happens."""

    def call(reply: _Reply, scope: dict[str, Any]) -> None:
        status, body = 500, b""
        headers: list[tuple[str, str]] = []

        def start_response(line: str, lines: list[tuple[str, str]]) -> None:
            nonlocal status, headers
            status, headers = int(line[:3]), lines

        try:
            body = b"".join(app({**_ENVIRON, **scope}, start_response))
        except Exception:  # granian would log the message of the error, which may quote a package
            log.exception("request failed")
        reply.response_bytes(status, headers, body)

    return call


def _connections() -> int:
    """Raise the limit of open files as far as allowed, and return how many connections fit below it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _SPARE_FILES
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(limit - _SPARE_FILES, 16)


if __name__ == "__main__":
    child.leave(main(*map(int, sys.argv[1:3])))
