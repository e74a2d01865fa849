"""Which backend computes ГОСТ here: the one that was asked for, and only if it passes its self-test.

A backend that is there and computes wrongly is the same as one that is not there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from signing import errors
from signing.gost import selftest
from signing.gost.backend import Backend
from signing.gost.openssl import OpenSSLBackend
from signing.gost.pure import PureBackend

AUTO = "auto"
OFF = "off"
CHOICES = (AUTO, "openssl", "pure", OFF)
"""What may be asked for; `auto` takes the first of the backends that works, `off` none."""

_MAKERS: dict[str, Callable[[], Backend]] = {"openssl": OpenSSLBackend, "pure": PureBackend}


def choose(name: str = AUTO) -> Backend | None:
    """Return the backend, made and tested at the first call; None for `off`.

    Raises `errors.BackendUnavailable` where it cannot be had, `ValueError` for a name that is none of `CHOICES`.
    """
    if name not in CHOICES:
        raise ValueError(f"{name}: known are {', '.join(CHOICES)}")
    if name == OFF:
        return None
    return _first() if name == AUTO else _tested(name)


@functools.cache
def _first() -> Backend:
    reasons = []
    for name in _MAKERS:
        try:
            return _tested(name)
        except errors.BackendUnavailable as error:
            reasons.append(str(error))
    raise errors.BackendUnavailable(" ".join(reasons))


@functools.cache
def _tested(name: str) -> Backend:
    try:
        backend = _MAKERS[name]()
        selftest.check(backend)
    except errors.BackendUnavailable:
        raise
    except Exception as error:
        # A library that is another one than it seems may raise anything.
        raise errors.BackendUnavailable(f"The backend {name} breaks down in its self-test: {error!r}.") from error
    return backend
