"""A clamd that is none: speaks INSTREAM on loopback and finds one word."""

from __future__ import annotations

import socketserver
import struct
import threading
from pathlib import Path

VIRUS = b"EICAR-LIKE"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        if self.server.says is not None:
            self.wfile.write(self.server.says)
            return
        assert self.rfile.read(10) == b"zINSTREAM\0"
        seen = bytearray()
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            seen += self.rfile.read(length)
        self.server.seen.append(bytes(seen))
        self.wfile.write(b"stream: Test.Virus FOUND\0" if VIRUS in seen else b"stream: OK\0")


class Clamd:
    """Listens until it is closed; `says` is an answer in place of a verdict, given before anything is read."""

    def __init__(self, *, path: Path | None = None, says: bytes | None = None) -> None:
        if path is None:
            self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler)
            self.address = f"tcp://127.0.0.1:{self._server.server_address[1]}"
        else:
            self._server = socketserver.ThreadingUnixStreamServer(str(path), _Handler)
            self.address = f"unix://{path}"
        self._server.daemon_threads = True
        self._server.says = says
        self._server.seen = self.seen = []
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
