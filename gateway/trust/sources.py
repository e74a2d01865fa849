"""Where revocation lists are fetched from: addresses that an administrator has named, remembered one a line.

Fetching believes nothing and nobody: http and https only, a few redirects within them, and limits of size and time.
Who has signed what came is asked by `lists`.
"""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from gateway.trust import folder as trusted
from gateway.trust.errors import TrustError
from signing import trust_folder

FILE: Final = "sources.txt"
MOST: Final = 128 * 2**20
"""Bytes of a list: three million entries."""
SILENCE: Final = 30.0
"""Seconds to wait for the next bytes."""
PATIENCE: Final = 600.0
"""Seconds for the whole of it."""
_REDIRECTS: Final = 5
_PIECE: Final = 2**16
_SCHEMES: Final = ("http", "https")


def is_address(source: str) -> bool:
    """Tell whether a source is an address rather than a file."""
    return "://" in source


def remembered(folder: Path) -> list[str]:
    """Return the addresses that are remembered, in their order."""
    path = folder / trust_folder.LISTS / FILE
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def remember(folder: Path, addresses: Iterable[str]) -> None:
    """Replace the addresses that are remembered; raises OSError."""
    path = folder / trust_folder.LISTS / FILE
    path.parent.mkdir(exist_ok=True)
    trusted.write(path, "".join(f"{address}\n" for address in dict.fromkeys(addresses)).encode())


def fetch(address: str) -> bytes:
    """Return what is there at an address; raises TrustError with the reason."""
    _check(address)
    ends = time.monotonic() + PATIENCE
    came = bytearray()
    try:
        request = urllib.request.Request(address, headers={"User-Agent": "hcs-gateway"})  # noqa: S310  # checked above
        with _OPENER.open(request, timeout=SILENCE) as response:
            while piece := response.read1(_PIECE):
                came += piece
                if len(came) > MOST:
                    raise TrustError(f"it is larger than {MOST // 2**20} MB")
                if time.monotonic() > ends:
                    raise TrustError(f"it has not come within {PATIENCE:g} seconds")
            _check_whole(response, len(came))
    except urllib.error.HTTPError as error:
        with error:
            raise TrustError(f"the server answers {error.code} {error.reason}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise TrustError(f"it cannot be fetched: {reason}") from error
    return bytes(came)


def _check(address: str) -> None:
    try:
        parts = urllib.parse.urlsplit(address)
        is_usable = parts.scheme in _SCHEMES and bool(parts.hostname)
    except ValueError:
        is_usable = False
    if not is_usable or not address.isprintable() or " " in address:
        raise TrustError("it is no address that lists are fetched from: http://… or https://… is wanted")


def _check_whole(response: Any, came: int) -> None:
    # `read1` ends quietly where the connection does.
    announced = response.headers.get("Content-Length")
    if announced is not None and announced.isdecimal() and int(announced) != came:
        raise TrustError("the connection ended before the whole of it had come")


class _Redirects(urllib.request.HTTPRedirectHandler):
    max_redirections = _REDIRECTS

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        try:
            _check(newurl)
        except TrustError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> urllib.request.OpenerDirector:
    """Return an opener that knows http and https, and nothing else: no files, no FTP."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER: Final = _opener()
