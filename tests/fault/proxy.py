"""A proxy on the loopback between a client and a gateway, which does to each exchange what it is told, once.

It speaks HTTP only as far as it has to: one request and one reply a connection, both with a Content-Length.
"""

from __future__ import annotations

import collections
import contextlib
import enum
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator

DELAY = 0.3


class Trick(enum.StrEnum):
    """What becomes of an exchange; whatever is lost is lost after the gateway has done its part, unless it is said."""

    PASS = "nothing happens"
    DROP = "the connection is closed in place of the reply"
    RESET = "it is reset in place of the reply"
    CUT = "the reply ends in its middle"
    DOUBLE = "the request arrives twice, one after the other; the second reply counts"
    RACE = "it arrives twice at once; the first reply counts"
    DELAY = "the reply comes late"
    LATE = "the reply comes after the client has given up"
    CUT_REQUEST = "the request ends in its middle, and the gateway does no part"


class Proxy(socketserver.ThreadingTCPServer):
    """Passes connections on to `target`; what is in `tricks` is used up from the left."""

    daemon_threads = True
    block_on_close = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.target = target
        self.tricks: collections.deque[Trick] = collections.deque()
        self.gave_up = threading.Event()
        """Set by the client: what is LATE may come."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_is(self, trick: Trick) -> bool:
        return bool(self.tricks) and self.tricks[0] is trick

    def next(self) -> Trick:
        self.gave_up.clear()
        return self.tricks.popleft() if self.tricks else Trick.PASS


@contextlib.contextmanager
def running(target: tuple[str, int]) -> Iterator[Proxy]:
    with Proxy(target) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy
        finally:
            proxy.gave_up.set()
            proxy.shutdown()
            thread.join()


class _Exchange(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        trick = self.server.next()
        request = _message(self.request)
        if trick is Trick.CUT_REQUEST:
            with socket.create_connection(self.server.target) as gateway:
                gateway.sendall(request[: len(request) // 2])
            return
        if trick is Trick.RACE:
            second = threading.Thread(target=self._ask, args=(request,))
            second.start()
            reply = self._ask(request)
            second.join()
        else:
            reply = self._ask(request)
        if trick is Trick.DOUBLE:
            reply = self._ask(request)
        self._answer(trick, reply)

    def _answer(self, trick: Trick, reply: bytes) -> None:
        if trick is Trick.DROP:
            return
        if trick is Trick.RESET:
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if trick is Trick.CUT:
            reply = reply[: len(reply) // 2]
        elif trick is Trick.DELAY:
            time.sleep(DELAY)
        elif trick is Trick.LATE:
            self.server.gave_up.wait()
        with contextlib.suppress(OSError):  # nobody may be there any more
            self.request.sendall(reply)

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(self.server.target) as gateway:
            gateway.sendall(request)
            return _message(gateway)


def _message(peer: socket.socket) -> bytes:
    """Read one HTTP message; less of it where the peer ends before."""
    read = b""
    while b"\r\n\r\n" not in read:
        if not (piece := peer.recv(65536)):
            return read
        read += piece
    head, _, _ = read.partition(b"\r\n\r\n")
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    length = len(head) + 4 + int(lengths[0]) if lengths else len(read)
    while len(read) < length and (piece := peer.recv(65536)):
        read += piece
    return read
