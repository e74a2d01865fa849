"""Measures the file store: one large file in parts over real HTTP, and what memory a web process needs for it.

    python bench/files.py [--mb 1024] [--at-once 4] [--s3]

Memory is the highest RSS of the only web process above what it had before. The file is put into a temporary folder,
with --s3 besides into the tests' double of an S3-compatible storage, from where it is fetched for the download.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import http.client
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from gateway.files import request  # noqa: E402  # the checkout is the path, installed or not
from tests import s3, uploads  # noqa: E402
from tests import served as servers  # noqa: E402
from tests import stand as stands  # noqa: E402

_MB: Final = 2**20
_PLACE: Final = f"{request.PREFIX}/homemanagement"


class Client:
    """Asks one server, with a connection for each request."""

    def __init__(self, served: servers.Served) -> None:
        self._served = served

    def ask(self, method: str, end: str, body: bytes | None = None, **headers: str) -> tuple[int, str | None, int]:
        """Return status, upload id and bytes of the answer, which is read and thrown away."""
        connection = http.client.HTTPConnection(self._served.host, self._served.port, timeout=600)
        with contextlib.closing(connection):
            credentials = {"Authorization": servers.HEADERS["Authorization"], "X-Upload-OrgPPAGUID": stands.PROVIDER}
            connection.request(method, _PLACE + end, body, {**credentials, **headers})
            answer = connection.getresponse()
            size = 0
            while piece := answer.read(_MB):
                size += len(piece)
            return answer.status, answer.headers["X-Upload-UploadID"], size


def measure(served: servers.Served, count: int, at_once: int, *, fetched: bool) -> None:
    """Upload a file of so many parts, download it, and print what that took; `fetched`: with nothing of it at hand."""
    client, piece = Client(served), uploads.ARCHIVE + os.urandom(uploads.PART - 4)
    size = count * uploads.PART
    # What is loaded at the first file of a process is not what a file needs.
    client.ask("PUT", "/", piece, **uploads.whole_headers(piece, "a.zip"))
    before = _reset_peak(served)
    begun = time.perf_counter()
    _, id_, _ = client.ask("POST", "/?upload", **uploads.session_headers(size, "a.zip"))

    def put(number: int) -> int:
        return client.ask("PUT", f"/{id_}", piece, **uploads.part_headers(piece, number))[0]

    with concurrent.futures.ThreadPoolExecutor(at_once) as pool:
        codes = set(pool.map(put, range(1, count + 1)))
    sent = time.perf_counter()
    codes.add(client.ask("POST", f"/{id_}?completed")[0])
    finished = time.perf_counter()
    if fetched:
        for copies in (served.log.parent / "files" / "blobs").iterdir():
            shutil.rmtree(copies)
    status, _, got = client.ask("GET", f"/{id_}?getfile")
    done = time.perf_counter()
    assert codes | {status} == {200}, codes  # noqa: S101  # figures of failures are no figures
    assert got == size  # noqa: S101
    used = _memory(served, "VmHWM") - before
    print(
        f"{size / _MB:.0f} MB: parts {size / _MB / (sent - begun):.0f} MB/s, completion {finished - sent:.1f} s, "
        f"download {size / _MB / (done - finished):.0f} MB/s, memory {used:.0f} MB above {before:.0f} MB"
    )


def _memory(served: servers.Served, name: str) -> float:
    (pid,) = served.children("web")
    found = re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found  # noqa: S101  # Linux has it
    return int(found[1]) / 1024


def _reset_peak(served: servers.Served) -> float:
    (pid,) = served.children("web")
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return _memory(served, "VmRSS")


def main() -> None:
    """Start a server and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mb", type=int, default=1024)
    parser.add_argument("--s3", action="store_true", help="files in S3-compatible storage")
    parser.add_argument("--at-once", type=int, default=4, help="parts at the same time")
    chosen = parser.parse_args()
    count = -(-chosen.mb * _MB // uploads.PART)
    with tempfile.TemporaryDirectory() as folder:
        storage = s3.Storage(Path(folder) / "s3") if chosen.s3 else None
        place = storage.settings(Path(folder)) if storage else {}
        served = servers.Served(servers.new(Path(folder) / "data", max_file=count * uploads.PART, **place))
        try:
            measure(served, count, chosen.at_once, fetched=storage is not None)
        finally:
            served.close()


if __name__ == "__main__":
    main()
