"""One web process: the opened installation behind the HTTP server, until it is told to stop.

`python -m gateway.web.process LISTENER LIFELINE`, both open descriptors, settings from the environment. Idle
connections and slow headers cost no thread, they wait in the server (granian); bodies of known senders are received
within the limits of `gateway.web.bodies`; at most `threads` requests are worked on at the same time; and pages have
threads of their own, so health is told whatever the packages do. Why granian: docs/server.md.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import importlib
import logging
import resource
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

# Granian's public entry would fork and supervise by itself, with a listening socket of its own in each process: what
# waits in the queue of a dead one is reset. One worker of it on an inherited socket is all that is needed here.
from granian import http

from gateway import child, clock, errors, installation, logs, settings
from gateway.files import blobs, request
from gateway.web import application, bodies, metrics, response

log: Final = logging.getLogger("gateway.processes")

# By name, because the stubs lag behind the signatures.
_granian: Final = importlib.import_module("granian._granian")
_Callbacks: Any = _granian.CallbackScheduler

_PAGES: Final = 4
"""Threads for everything that is no package and no file: health, metrics, contracts."""
_FILES: Final = 2 * bodies.EACH
"""Threads for the file store: uploads of one sender leave half of them to the others."""
_PATIENCE: Final = 2 * bodies.LAST
"""Seconds after which a stop no longer waits for those who do not take their answer."""
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
        house = installation.Installation.open(conf, warm=True)
    except errors.GatewayError as error:
        log.error("cannot start", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # said to a person, no defect
        return 1
    stop = threading.Event()
    try:
        metrics.reserve()
        web = Turns(application.Web(house), conf.threads)
        child.settle()
        for name, followed in (("contracts", house.force), ("trust", house.trusted)):
            threading.Thread(target=followed.watch, args=(stop, child.settle), name=name, daemon=True).start()
        _serve(web, conf, listener, lifeline)
    finally:
        stop.set()
        house.close()
    return 0


class Turns:
    """WSGI around WSGI: at most so many requests are worked on at once, and one that awaits its body is not."""

    def __init__(self, app: application.Web, most: int) -> None:
        self._app = app
        self._turns = threading.BoundedSemaphore(most)

    def __call__(self, environ: dict[str, Any], start_response: application.StartResponse) -> Iterable[bytes]:
        """Answer one request; health, metrics and files are answered even when every turn is taken."""
        if environ["REQUEST_METHOD"] != "POST" or request.is_ours(environ.get("PATH_INFO", "")):
            return self._app(environ, start_response)
        environ["wsgi.input"] = _Patient(environ["wsgi.input"], self._turns)
        with self._turns:
            return self._app(environ, start_response)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Patient:
    """A body that gives the turn back while it is received, which is at the first read."""

    def __init__(self, stream: _Stream, turns: threading.BoundedSemaphore) -> None:
        self._stream = stream
        self._turns = turns
        self._is_received = False

    def read(self, size: int, /) -> bytes:
        if self._is_received:
            return self._stream.read(size)
        self._is_received = True
        self._turns.release()
        try:
            return self._stream.read(size)
        finally:
            self._turns.acquire()


class _Scope(Protocol):
    """What granian (RSGI) tells of a request."""

    method: str
    path: str
    query_string: str
    scheme: str
    http_version: str
    server: str
    client: str
    authority: str | None
    headers: Any


class _Exchange(bodies.Source, Protocol):
    """Granian's side of one request: its body is iterated over, its answer is given once."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_file_range(
        self, status: int, headers: list[tuple[str, str]], file: str, start: int, end: int
    ) -> None: ...


class _Watcher(Protocol):
    """Granian's handle of one request, to be told when it is done with."""

    scope: _Scope
    proto: _Exchange

    def done(self) -> None: ...


class _Scheduler(_Callbacks):  # type: ignore[misc]  # loaded by name
    """Hands requests to whoever is given in place of a coroutine."""

    def __init__(self, _loop: _Direct, take: Callable[[_Watcher], None], *_: None) -> None:
        super().__init__()
        self._schedule_fn = take


class _Direct:
    """In place of an event loop: what waits for granian here are threads, and its own thread may wake them."""

    def call_soon(self, callback: Callable[..., None], *arguments: Any, context: Any = None) -> None:  # noqa: ARG002  # as of asyncio
        callback(*arguments)

    call_soon_threadsafe = call_soon


def _serve(app: Turns, conf: settings.Settings, listener: int, lifeline: int) -> None:
    arriving, loop = bodies.Bodies(conf), _Direct()
    packages = concurrent.futures.ThreadPoolExecutor(conf.threads + bodies.AT_ONCE, "package")
    pages = concurrent.futures.ThreadPoolExecutor(_PAGES, "page")
    files = concurrent.futures.ThreadPoolExecutor(_FILES, "file")
    answer = adapt(app, arriving)

    def work(watcher: _Watcher) -> None:
        answer(watcher.scope, watcher.proto)
        watcher.done()

    def take(watcher: _Watcher) -> None:
        if request.is_ours(watcher.scope.path):
            threads = files
        else:
            threads = packages if watcher.scope.method == "POST" else pages
        # Refused only at the very end of a stop, when nobody is left to answer; granian aborts if it is told so.
        with contextlib.suppress(RuntimeError):
            threads.submit(work, watcher)

    told, ended = _granian.WorkerSignal(), threading.Event()
    told.add_cb(ended.set)
    _worker(listener).serve_mtr(_Scheduler(loop, take, None, None, None), loop, told)
    log.info("process serves")
    child.wait(lifeline)
    told.set()
    arriving.hurry()
    if not ended.wait(_PATIENCE):
        log.warning("connections dropped")
    # Every request that was begun, also where the one who asked has gone.
    packages.shutdown()
    pages.shutdown()
    files.shutdown()


def _worker(listener: int) -> Any:
    return _granian.RSGIWorker(
        1,
        (None, _granian.SocketHolder(listener, False, _BACKLOG)),
        None,  # metrics pipe
        1,  # runtime threads
        1,  # threads of the runtime's own blocking work: files, names
        1,  # threads that hand requests and bodies to ours
        30,  # seconds after which an idle one of them ends
        _connections(),
        "1",
        http.HTTP1Settings(header_read_timeout=_HEADER_MS),
        None,  # HTTP/2
        False,  # websockets
        None,  # static files
        *(False, None, None, None, "tls1.3", None, [], False),  # TLS: the proxy's business, which knows ГОСТ
        (None, None),
    )


def adapt(app: Turns, arriving: bodies.Bodies) -> Callable[[_Scope, _Exchange], None]:
    """Return what answers a request, in the thread that calls it; it is answered whatever happens."""

    def answer(scope: _Scope, exchange: _Exchange) -> None:
        begun: list[tuple[int, list[tuple[str, str]]]] = []

        def start_response(line: str, lines: list[tuple[str, str]]) -> None:
            begun.append((int(line[:3]), lines))

        try:
            environ = environment(scope)
            body = (arriving.stream if request.is_ours(scope.path) else arriving.body)(exchange, environ)
            environ["wsgi.input"] = body
            with contextlib.closing(body):
                chunks = app(environ, start_response)
                status, headers = begun[-1]
                if isinstance(chunks, blobs.FileSpan):
                    # Granian sends it as fast as it is taken, without a thread and without more than a piece in memory.
                    end = chunks.start + chunks.length
                    exchange.response_file_range(status, headers, str(chunks.path), chunks.start, end)
                    return
                content = b"".join(chunks)
        except Exception as error:  # noqa: BLE001  # granian would log its message, which may quote a package
            status, headers, content = _failed(error)
        exchange.response_bytes(status, headers, content)

    return answer


def _failed(error: Exception) -> tuple[int, list[tuple[str, str]], bytes]:
    """Log what went wrong and return what its victim is told, by a number alone."""
    incident = clock.new_guid()
    log.error("request failed", exc_info=error, extra={"facts": {"incident": incident}})
    text = errors.code(errors.EXCHANGE_FAILED).text.format(incident=incident)
    told = response.fault("500 Internal Server Error", errors.EXCHANGE_FAILED, text)
    return 500, told.headers(), told.body


def environment(scope: _Scope) -> dict[str, Any]:
    """Return the WSGI environment of a request (PEP 3333), still without its body."""
    host, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        **_ENVIRON,
        "REQUEST_METHOD": scope.method,
        # Bytes as Latin-1, as the rule has it.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "HTTP_HOST": scope.authority or "",
        "wsgi.url_scheme": scope.scheme,
    }
    lines: dict[str, str] = {}
    for name, value in scope.headers.items():
        # X_Client_… would pass for the X-Client-… that a proxy has removed or set (RFC 3875 makes them one).
        if "_" in name:
            continue
        lines[name] = f"{lines[name]},{value}" if name in lines else value
    for name, value in lines.items():
        variable = name.replace("-", "_").upper()
        environ[variable if variable in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{variable}"] = value
    return environ


def _connections() -> int:
    """Raise the limit of open files as far as allowed, and return how many connections fit below it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _CONNECTIONS + _SPARE_FILES
    limit = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return max(limit - _SPARE_FILES, 16)


if __name__ == "__main__":
    child.leave(main(*map(int, sys.argv[1:3])))
