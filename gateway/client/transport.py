"""HTTP as the clients of ГИС ЖКХ speak it: Basic credentials, SOAPAction in quotes (protocol §1.3, §1.4)."""

from __future__ import annotations

import base64
import dataclasses
import http.client
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from email.message import Message
from typing import Final

from gateway.client import errors

# The stand is named by its address: a proxy that the environment sets for other purposes does not know it.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer of any status."""

    status: int
    body: bytes
    headers: Message = dataclasses.field(default_factory=Message)


def post(url: str, body: bytes, *, action: str, user: str, password: str, timeout: float) -> Answer:
    """Send one SOAP message and return the answer; raises as `ask` does."""
    headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
    return ask("POST", url, body, headers, user=user, password=password, timeout=timeout)


def ask(
    method: str, url: str, body: bytes, headers: Mapping[str, str], *, user: str, password: str, timeout: float
) -> Answer:
    """Send one request and return the answer; raises Unreachable where there is none, after `timeout` seconds."""
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise errors.Unsendable(f"not an http address: {url}")
    given = dict(headers)
    if user:
        token = base64.b64encode(f"{user}:{password}".encode()).decode()
        given["Authorization"] = f"Basic {token}"
    try:
        request = urllib.request.Request(url, body, given, method=method)  # noqa: S310  # the scheme is checked above
        with _OPENER.open(request, timeout=timeout) as response:
            return Answer(response.status, response.read(), response.headers)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), error.headers)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise errors.Unreachable(f"{url} does not answer: {reason}") from error
