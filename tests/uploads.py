"""A client of the file store: requests as values, over the WSGI of a stand or over real HTTP."""

from __future__ import annotations

import base64
import email.header
import hashlib

from gateway.files import request
from tests import stand as stands

PART = request.PART
ARCHIVE = b"PK\x03\x04"
"""With what a ZIP begins: all that the gateway asks of one."""


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def encoded(name: str) -> str:
    return name if name.isascii() else email.header.Header(name, "utf-8").encode()


def whole_headers(body: bytes, name: str = "договор.txt", org: str = stands.PROVIDER) -> dict[str, str]:
    return {"X-Upload-OrgPPAGUID": org, "X-Upload-Filename": encoded(name), "Content-MD5": md5(body)}


def session_headers(length: int, name: str = "договор.txt", org: str = stands.PROVIDER) -> dict[str, str]:
    count = -(-length // PART)
    return {
        "X-Upload-OrgPPAGUID": org,
        "X-Upload-Filename": encoded(name),
        "X-Upload-Length": str(length),
        "X-Upload-Part-Count": str(count),
    }


def part_headers(body: bytes, number: int, org: str = stands.PROVIDER) -> dict[str, str]:
    return {"X-Upload-OrgPPAGUID": org, "X-Upload-Partnumber": str(number), "Content-MD5": md5(body)}


def split(body: bytes) -> list[bytes]:
    return [body[start : start + PART] for start in range(0, len(body), PART)]


class Client:
    """Asks a stand without a socket."""

    def __init__(self, stand: stands.Stand, context: str = "homemanagement", org: str = stands.PROVIDER) -> None:
        self.stand = stand
        self.base = f"{request.PREFIX}/{context}"
        self.org = org

    def ask(
        self, method: str, end: str = "/", body: bytes = b"", *, query: str = "", headers=None, **environ: object
    ) -> stands.Answer:
        lines = {"X-Upload-OrgPPAGUID": self.org} if headers is None else headers
        named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in lines.items()}
        return self.stand.post(
            body,
            **{
                "path": self.base + end,
                "method": method,
                "QUERY_STRING": query,
                "CONTENT_TYPE": None,
                **named,
                **environ,
            },
        )

    def put(self, body: bytes, name: str = "договор.txt", **changes: str | None) -> stands.Answer:
        lines = {**whole_headers(body, name, self.org), **changes}
        return self.ask("PUT", body=body, headers={key: value for key, value in lines.items() if value is not None})

    def begin(self, length: int, name: str = "договор.txt", **changes: str) -> stands.Answer:
        return self.ask("POST", query="upload", headers={**session_headers(length, name, self.org), **changes})

    def part(self, id_: str, body: bytes, number: int, **changes: object) -> stands.Answer:
        return self.ask("PUT", f"/{id_}", body, headers={**part_headers(body, number, self.org)}, **changes)

    def finish(self, id_: str) -> stands.Answer:
        return self.ask("POST", f"/{id_}", query="completed")

    def head(self, id_: str) -> stands.Answer:
        return self.ask("HEAD", f"/{id_}")

    def get(self, id_: str, range_: str | None = None) -> stands.Answer:
        return self.ask("GET", f"/{id_}", query="getfile", HTTP_RANGE=range_)


def id_of(answer: stands.Answer) -> str:
    assert answer.status == 200, (answer.headers, answer.body.decode())
    return answer.headers["X-Upload-UploadID"]
