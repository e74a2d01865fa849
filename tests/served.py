"""`gateway serve` as a subprocess on a free port, for tests that need the real processes and real HTTP."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import http.client
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway import settings
from tests import stand as stands

ROOT = Path(__file__).resolve().parents[1]
LONG = 60.0
"""Seconds after which something has failed; nothing here waits that long when it works."""
PROGRAM = """
import sys
from gateway import errors, settings
from gateway.web import serve
try:
    sys.exit(serve.run(settings.load(), on_ready=lambda url: print(url, flush=True)))
except errors.GatewayError as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


def headers_of(login: str) -> dict[str, str]:
    token = base64.b64encode(f"{login}:{stands.PASSWORD}".encode()).decode()
    return {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {token}"}


HEADERS = headers_of(stands.LOGIN)


def until(condition, what: str):
    """Return the first true value of `condition`, which is asked until the deadline."""
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.02)
    pytest.fail(f"never came true: {what}")


def new(folder: Path, **changes) -> settings.Settings:
    made = settings.Settings(data=folder, port=0, processes=1, exchange_workers=0, house_basis="open", min_free=0)
    stands.found(made)
    return dataclasses.replace(made, **changes)


class Served:
    """`gateway serve` as a subprocess."""

    def __init__(self, conf: settings.Settings) -> None:
        # What a killed parent leaves behind goes away with the folder of the test.
        environ = {**os.environ, **settings.environment(conf), "PYTHONPATH": str(ROOT), "TMPDIR": str(conf.data)}
        self.log = conf.data / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM], env=environ, stdout=subprocess.PIPE, stderr=log, text=True
            )
        url = self.process.stdout.readline().strip()
        assert url, self.log.read_text()
        self.host, port = re.fullmatch(r"http://(.*):(\d+)", url).groups()
        self.port = int(port)

    def request(self, method: str, path: str, body: bytes | None = None, headers=()) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LONG)
        with contextlib.closing(connection):
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def get(self, path: str) -> tuple[int, str]:
        return self.request("GET", path)

    def send(self, body: bytes, login: str = stands.LOGIN, path: str = stands.HOUSES) -> tuple[int, str]:
        return self.request("POST", path, body, headers_of(login).items())

    def events(self, event: str) -> list[dict]:
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == event]

    def children(self, kind: str) -> list[int]:
        started = [line["facts"] for line in self.events("process started")]
        return [each["child"] for each in started if each["process"].startswith(kind) and alive(each["child"])]

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(LONG)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        until(lambda: not self.children(""), "the children of a killed server end")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
