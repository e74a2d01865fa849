"""One process of a server that does not share a port by itself: `python -m bench.host waitress|cheroot DESCRIPTOR`."""

from __future__ import annotations

import importlib
import socket
import sys
from typing import Any

from gateway import settings


def main(name: str, descriptor: int) -> None:
    """Serve the handler on an inherited listening socket, for ever."""
    conf = settings.load()
    application = importlib.import_module("bench.wsgi").application
    listener = socket.socket(fileno=descriptor)
    if name == "waitress":
        _waitress(application, listener, conf)
    else:
        _cheroot(application, listener, conf)


def _waitress(application: Any, listener: socket.socket, conf: settings.Settings) -> None:
    waitress = importlib.import_module("waitress")
    waitress.serve(application, sockets=[listener], threads=conf.threads, max_request_body_size=conf.max_body)


def _cheroot(application: Any, listener: socket.socket, conf: settings.Settings) -> None:
    wsgi = importlib.import_module("cheroot.wsgi")
    server = wsgi.Server(("127.0.0.1", conf.port), application, numthreads=conf.threads, request_queue_size=1024)
    server.socket = listener
    listener.settimeout(1)
    server.requests.start()
    server._connections = importlib.import_module("cheroot.connections").ConnectionManager(server)  # noqa: SLF001
    server.ready = True
    server.serve()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
