"""Request bodies on their way in: how long one may take, how many a sender may have, how much memory all of them get.

Whoever needs a body waits for it in a thread of his own, and can give it up, which closes its connection. By then the
sender is authenticated, so a limit can be a sender's and not everybody's.
"""

from __future__ import annotations

import base64
import collections
import functools
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

from gateway import errors, settings
from gateway.intake import guard

AT_ONCE: Final = 128
"""Bodies that one process receives at the same time."""
EACH: Final = AT_ONCE // 4
"""Most of them from one sender; one more is refused, because waiting would take a place too."""
SMALL: Final = 256 * 1024
"""Bytes up to which a body needs no share of the memory: small packages never wait for large ones."""
RATE: Final = 64 * 1024
"""Bytes that earn a body one more second."""
LAST: Final = 10.0
"""Seconds that bodies have once the process is told to stop; well below the supervisor's `GRACE`."""
_PIECE: Final = 64 * 1024


class Piece(Protocol):
    """The next bytes of a body, which may still be on their way; as a future of `concurrent.futures`."""

    def done(self) -> bool:
        """Whether it is here."""

    def result(self) -> bytes:
        """Return it when it is here."""

    def cancel(self) -> bool:
        """Stop waiting for it."""

    def add_done_callback(self, callback: Callable[[Any], None], /) -> None:
        """Have `callback` called, by another thread, when it is here."""


class Source(Protocol):
    """The server's side of a body: each step begins to await a piece; no bytes are the end, no more pieces too."""

    def __aiter__(self) -> Source: ...

    def __anext__(self) -> Piece: ...


class Body:
    """`wsgi.input` of one request; nothing is received before the first read."""

    def __init__(self, bodies: Bodies, source: Source, environ: guard.Environ) -> None:
        self._bodies = bodies
        self._source: Source | None = source
        self._environ = environ
        self._pieces: collections.deque[bytes] = collections.deque()
        self._rest = bytearray()
        self._news = threading.Event()
        self._is_begun = False
        self.declared: Final = guard.length(environ)
        self.size = 0
        """Bytes received."""
        self.held = 0
        """Bytes of the memory that are this body's until it is closed."""
        self.began = 0.0
        """Monotonic time at which receiving began."""

    @functools.cached_property
    def sender(self) -> str:
        """Who sends it; to be asked of an authenticated request."""
        return sender(self._environ)

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end.

        Raises HttpRefused with 408 for a body that is too slow, Unavailable where there is no room for it.
        """
        if not self._is_begun:
            self._is_begun = True
            self._bodies.receive(self)
            self._pieces.append(bytes(self._rest))
            self._rest.clear()
        piece = self._pieces.popleft() if self._pieces else b""
        if len(piece) > size:
            self._pieces.appendleft(piece[size:])
        return piece[:size]

    def receive(self, most: int) -> None:
        """Receive to the end, or until there are more than `most` bytes; raises TimeoutError when it takes too long."""
        if not self.began:
            self.began = time.monotonic()
            # Here a client with Expect hears 100 Continue.
            self._source = self._source.__aiter__() if self._source else None
        while self._source is not None and self.size <= most:
            piece = self._await(self._source)
            if not piece:
                self._source = None
            self.size += len(piece)
            # One byte a piece is legal HTTP, and costs fifty as an object of its own.
            self._rest += piece
            if len(self._rest) >= _PIECE:
                self._pieces.append(bytes(self._rest))
                self._rest.clear()

    def wake(self, _piece: object = None) -> None:
        """Let the thread that waits look again."""
        self._news.set()

    def _await(self, source: Source) -> bytes:
        try:
            piece = source.__anext__()
        except StopAsyncIteration:
            return b""
        piece.add_done_callback(self.wake)
        while not piece.done():
            patience = self._bodies.deadline(self) - time.monotonic()
            if patience <= 0:
                piece.cancel()
                raise TimeoutError
            self._news.wait(patience)
            self._news.clear()
        return piece.result()

    def close(self) -> None:
        """Give back what the body has held."""
        self._source = None
        self._pieces.clear()
        self._bodies.release(self)


class Stream(Body):
    """A body that is read while it arrives, in the memory of one piece: that of the file store."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end; raises as `Body.read` does."""
        if not self._is_begun:
            self._is_begun = True
            self._bodies.enter(self)
        if not self._rest:
            with self._bodies.patience(self):
                self.receive(self.size)
            if self._pieces:
                self._rest += self._pieces.popleft()
        piece = bytes(self._rest[:size])
        del self._rest[:size]
        return piece

    def close(self) -> None:
        """Give back its place."""
        self._bodies.leave(self)
        super().close()


class Bodies:
    """All bodies of one process; safe for threads."""

    def __init__(self, conf: settings.Settings) -> None:
        self._timeout = conf.body_timeout
        self._most = conf.max_body
        self._free = max(conf.body_memory, self._most)
        # Half of it: one sender with slow large bodies leaves room for the others.
        self._free_each = max(self._free // 2, self._most)
        self._held: collections.Counter[str] = collections.Counter()
        self._arriving: set[Body] = set()
        self._changed = threading.Condition()
        self._end = math.inf

    def body(self, source: Source, environ: guard.Environ) -> Body:
        """Return the body of a request as WSGI reads it; to be closed when the request is answered."""
        return Body(self, source, environ)

    def stream(self, source: Source, environ: guard.Environ) -> Stream:
        """Return the body of a request to the file store; to be closed when the request is answered."""
        return Stream(self, source, environ)

    def receive(self, body: Body) -> None:
        """Receive a body; called in a thread that may wait."""
        with self._arrival(body):
            expected = body.declared
            if expected is None:
                # How long a chunked body is only its end tells; most of them are short.
                self._gather(body, SMALL)
                expected = self._most if body.size > SMALL else 0
            if expected > SMALL:
                self._hold(body, min(expected, self._most))
            self._gather(body, self._most)

    def release(self, body: Body) -> None:
        """Take back the memory of a body that is done with."""
        if body.held:
            with self._changed:
                self._free += body.held
                self._held[body.sender] -= body.held
                self._held = +self._held
                body.held = 0
                self._changed.notify_all()

    def hurry(self) -> None:
        """Receive nothing for longer than `LAST` seconds from now, because the process stops."""
        with self._changed:
            self._end = time.monotonic() + LAST
            self._changed.notify_all()
            for body in self._arriving:
                body.wake()

    def deadline(self, body: Body) -> float:
        """Return the monotonic time at which a body is given up, if nothing of it arrives before."""
        return min(body.began + self._timeout + body.size / RATE, self._end)

    def enter(self, body: Body) -> None:
        """Give a body a place among those that are being received; raises Unavailable where its sender has too many."""
        with self._changed:
            if sum(other.sender == body.sender for other in self._arriving) >= EACH:
                raise errors.Unavailable(f"{EACH} bodies of one sender are being received")
            self._arriving.add(body)

    def leave(self, body: Body) -> None:
        """Take the place back, if the body has one."""
        with self._changed:
            self._arriving.discard(body)

    @contextmanager
    def _arrival(self, body: Body) -> Iterator[None]:
        self.enter(body)
        try:
            yield
        finally:
            self.leave(body)

    def _hold(self, body: Body, size: int) -> None:
        who = body.sender

        def fits() -> bool:
            return size <= self._free and self._held[who] + size <= self._free_each

        with self._changed:
            self._changed.wait_for(lambda: fits() or self._end < math.inf, self._timeout)
            if not fits():
                raise errors.Unavailable("no memory for another large body")
            self._free -= size
            self._held[who] += size
            body.held = size

    def _gather(self, body: Body, most: int) -> None:
        with self.patience(body):
            body.receive(most)

    @staticmethod
    @contextmanager
    def patience(body: Body) -> Iterator[None]:
        """Refuse with 408 a body that does not come in time."""
        try:
            yield
        except TimeoutError as error:
            raise guard.HttpRefused(
                "408 Request Timeout",
                errors.TRANSPORT_INVALID,
                f"тело не пришло за отведённое время, получено байт {body.size}",
            ) from error


def sender(environ: guard.Environ) -> str:
    """Return a name for the sender of an authenticated request, however its credentials are spelled.

    The login, or what stands in place of it: the fingerprint that a trusted proxy vouches for.
    """
    _, _, basic = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if basic:
        return base64.b64decode(basic).partition(b":")[0].decode(errors="replace")
    vouched = str(environ.get("HTTP_X_CLIENT_CERT_FINGERPRINT", "")).strip()
    return vouched.replace(":", "").lower()
