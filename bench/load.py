"""Clients that send as fast as they are answered, and check every acknowledgement while they do."""

from __future__ import annotations

import base64
import collections
import dataclasses
import re
import socket
import threading
import time
import uuid
from typing import Final
from urllib.parse import urlsplit

from bench import packages
from gateway.client import stand

_ACK: Final = re.compile(
    rb"<ns4:AckRequest><ns4:Ack><ns4:MessageGUID>([^<]+)</ns4:MessageGUID>"
    rb"<ns4:RequesterMessageGUID>([^<]+)</ns4:RequesterMessageGUID>"
)
_CODE: Final = re.compile(rb"<ns4:ErrorCode>([^<]+)")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATIENCE: Final = 60.0


@dataclasses.dataclass(slots=True)
class Outcome:
    """What a run has brought."""

    seconds: float = 0.0
    accepted: int = 0
    """Acknowledgements that were right: our MessageGUID echoed, theirs never seen before."""
    errors: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    times: list[float] = dataclasses.field(default_factory=list)
    """Seconds from the first byte of a request to the last of its acknowledgement."""

    @property
    def rate(self) -> float:
        """Accepted packages per second."""
        return self.accepted / self.seconds

    def quantile(self, share: float) -> float:
        """Return the time, in ms, that this share of the answers kept within."""
        ordered = sorted(self.times)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


def run(where: stand.Stand, template: packages.Template, *, clients: int, seconds: float) -> Outcome:
    """Send copies of a package for so many seconds with so many clients, a connection each."""
    outcome, seen, lock = Outcome(), set[bytes](), threading.Lock()
    started = time.perf_counter()
    deadline = started + seconds

    def client() -> None:
        sender = _Sender(where, template)
        while time.perf_counter() < deadline:
            began = time.perf_counter()
            try:
                given = sender.send()
            except (OSError, ValueError) as error:
                with lock:
                    outcome.errors[str(error)] += 1
                sender.reconnect()
                continue
            took = time.perf_counter() - began
            with lock:
                if given in seen:
                    outcome.errors["MessageGUID given twice"] += 1
                seen.add(given)
                outcome.accepted += 1
                outcome.times.append(took)
        sender.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.seconds = time.perf_counter() - started
    return outcome


class _Sender:
    """One keep-alive connection; no HTTP library, so that the client costs little beside the server."""

    def __init__(self, where: stand.Stand, template: packages.Template) -> None:
        parts = urlsplit(where.url)
        token = base64.b64encode(f"{where.user}:{where.password}".encode()).decode()
        self._address = (str(parts.hostname), int(parts.port or 80))
        self._template = template
        self._head = (
            f"POST {template.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Basic {token}\r\n"
            f"Content-Type: text/xml; charset=utf-8\r\nContent-Length: {template.size}\r\n\r\n"
        ).encode()
        self._socket = self._connect()

    def send(self) -> bytes:
        """Send a new package; return the MessageGUID that it was given. Raises ValueError for any other answer."""
        guid = str(uuid.uuid4())
        self._socket.sendall(self._head + self._template.package(guid))
        answer = self._receive()
        found = _ACK.search(answer)
        if found is None or found[2] != guid.encode():
            code = _CODE.search(answer)
            raise ValueError(code[1].decode() if code else answer[:40].decode("latin-1"))
        return found[1]

    def reconnect(self) -> None:
        """Begin again on a new connection."""
        self._socket.close()
        self._socket = self._connect()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(self._address, timeout=_PATIENCE)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def _receive(self) -> bytes:
        answer = b""
        while True:
            piece = self._socket.recv(65536)
            if not piece:
                raise ConnectionError("connection closed by the server")
            answer += piece
            head, blank, body = answer.partition(b"\r\n\r\n")
            length = _LENGTH.search(head)
            if blank and length and len(body) >= int(length[1]):
                return answer
