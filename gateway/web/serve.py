"""`gateway serve`: web processes that share one port, workers that execute, and the one who looks after them.

The listening socket is opened once and inherited: a process that dies takes no waiting connection with it, and the port
stays ours while another one takes its place. What a stop means for a package: docs/server.md.
"""

from __future__ import annotations

import http.client
import logging
import os
import socket
from collections.abc import Callable
from typing import Final

from gateway import errors, installation, logs, settings, supervisor
from gateway.files import places
from gateway.web import metrics

log: Final = logging.getLogger("gateway.processes")

OnReady = Callable[[str], None]

_BACKLOG: Final = 1024
_LOOK_EVERY: Final = 0.05
_HOPELESS: Final = 5
"""Deaths before the first readiness after which there is nothing to wait for."""
_KEEP_ALIVE: Final = {socket.TCP_KEEPIDLE: 60, socket.TCP_KEEPINTVL: 15, socket.TCP_KEEPCNT: 4}
"""Seconds of silence, seconds between questions, and questions without an answer after which a peer is gone."""
_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104  # read here, not bound


def run(conf: settings.Settings, *, on_ready: OnReady | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then stop gracefully; return the exit code, 0 where everything ended well.

    `on_ready` is called once, with the address, when /readyz says 200. Port 0 means a free one. Belongs into the main
    thread. Raises Unavailable where the installation or the place of its files cannot be opened, or the port is taken.
    """
    logs.configure(conf.log_level)
    installation.Installation.open(conf).close()
    places.open_blobs(conf)
    with _listen(conf.host, conf.port) as listener, metrics.folder(conf.data) as counters:
        address = listener.getsockname()[:2]
        log.info("listening", extra={"facts": {"url": _url(*address)}})
        group = supervisor.Supervisor(
            _commands(conf, listener.fileno()),
            {**os.environ, **settings.environment(conf), metrics.FOLDER: counters},
            on_exit=lambda pid: metrics.forget(pid, counters),
        )
        with supervisor.watching():
            group.start()
            try:
                code = _serve(group, address, on_ready)
            finally:
                log.info("stopping")
                # Ours too: otherwise new connections would wait in a queue that nobody empties any more.
                listener.close()
                is_clean = group.stop()
            return code if is_clean else 1


def _serve(group: supervisor.Supervisor, address: tuple[str, int], on_ready: OnReady | None) -> int:
    while not _is_ready(*address):
        if group.wait(_LOOK_EVERY):
            return 0
        if group.deaths >= _HOPELESS:
            log.error("the processes do not start")
            return 1
    log.info("ready", extra={"facts": {"url": _url(*address)}})
    if on_ready is not None:
        on_ready(_url(*address))
    group.wait()
    return 0


def _commands(conf: settings.Settings, listener: int) -> list[supervisor.Command]:
    web = [
        supervisor.Command(f"web-{number}", "gateway.web.process", (str(listener),), (listener,))
        for number in range(1, conf.processes + 1)
    ]
    workers = [
        supervisor.Command(f"exchange-{number}", "gateway.exchange.process")
        for number in range(1, conf.exchange_workers + 1)
    ]
    return [*web, *workers]


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise errors.Unavailable(f"cannot listen on {host}:{port}: {error}") from error
    try:
        # Without it a restart would have to wait until the connections of the last run are forgotten.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted sockets inherit it: an answer must not wait for the acknowledgement of its headers.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # And a peer that is gone without a word is noticed.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in _KEEP_ALIVE.items():
            listener.setsockopt(socket.IPPROTO_TCP, option, value)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise errors.Unavailable(f"cannot listen on {host}:{port}: {error.strerror}") from error
    return listener


def _url(host: str, port: int) -> str:
    reachable = _WILDCARDS.get(host, host)
    return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(_WILDCARDS.get(host, host), port, timeout=1.0)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
