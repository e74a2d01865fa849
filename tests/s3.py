"""A small S3-compatible storage on loopback: objects in files, every request's signature (AWS SigV4) computed anew.

It knows what `gateway.files.s3` asks for and nothing else. `faults` are asked about each request before it is served
and may say what goes wrong instead.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import email.utils
import hashlib
import hmac
import http.server
import os
import re
import shutil
import socket
import ssl
import threading
import urllib.parse
import uuid
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

ACCESS, SECRET, REGION, BUCKET = "TESTACCESSKEY", "a-secret/that+nobody=has", "ru-test-1", "gateway-files"
_PIECE = 256 * 1024
_SPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


class Refused(Exception):
    """The storage answers with an error."""

    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(code)


class Broken(Exception):
    """The storage breaks off: in the middle of an answer after so many bytes, or at once."""

    def __init__(self, after: int = 0) -> None:
        self.after = after
        super().__init__(after)


class Storage:
    """One bucket, served by threads until it is closed; over TLS where there is a PEM file of certificate and key."""

    def __init__(self, folder: Path, pem: Path | None = None) -> None:
        self.objects, self.uploads = folder / "objects", folder / "uploads"
        for each in (self.objects, self.uploads):
            each.mkdir(parents=True, exist_ok=True)
        self.seen: list[str] = []
        """METHOD and path with query of every request that was signed rightly."""
        self.faults: list[Callable[[str], None]] = []
        """Each is told what is asked for, as `seen` has it, and may raise Refused or Broken."""
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"storage": self}))
        self.server.daemon_threads = True
        self.scheme = "https" if pem else "http"
        if pem:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pem)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def settings(self, folder: Path, *, prefix: str = "/kept", secret: str = SECRET) -> dict[str, str]:
        """What an installation needs to keep its files here."""
        credentials = folder / "s3-credentials"
        credentials.write_text(f"[default]\naws_access_key_id = {ACCESS}\naws_secret_access_key = {secret}\n")
        return {
            "files": f"s3://{BUCKET}{prefix}",
            "s3_endpoint": self.endpoint,
            "s3_region": REGION,
            "s3_credentials": str(credentials),
        }

    def kept(self) -> dict[str, Path]:
        """The objects by their keys."""
        return {urllib.parse.unquote(path.name.replace("=", "%")): path for path in sorted(self.objects.iterdir())}

    def place(self, key: str) -> Path:
        return self.objects / urllib.parse.quote(key, safe="").replace("%", "=")

    def forget(self) -> None:
        """Begin anew, with nothing in the bucket."""
        self.seen.clear()
        self.faults.clear()
        for folder in (self.objects, self.uploads):
            shutil.rmtree(folder)
            folder.mkdir()

    def close(self) -> None:
        """Answer nothing more, on open connections neither."""
        self.faults.insert(0, _gone)
        self.server.shutdown()
        self.server.server_close()


def _gone(_asked: str) -> None:
    raise Broken


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    storage: Storage

    def log_message(self, *_: object) -> None:
        pass

    def _serve(self) -> None:
        split = urllib.parse.urlsplit(self.path)
        self.query = dict(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        self.key = urllib.parse.unquote(split.path).removeprefix(f"/{BUCKET}").removeprefix("/")
        self.length = int(self.headers.get("Content-Length", 0))
        body = self.storage.uploads / f"body-{uuid.uuid4()}"
        try:
            self._receive(body)
            self._check_signature(split)
            asked = f"{self.command} {self.path}"
            self.storage.seen.append(asked)
            for fault in self.storage.faults:
                fault(asked)
            getattr(self, f"_{self.command.lower()}")(body)
        except Refused as refused:
            told = f"<Error><Code>{refused.code}</Code><Message>no</Message></Error>".encode()
            self._answer(refused.status, b"" if self.command == "HEAD" else told)
        except Broken:
            self._break()
        except FileNotFoundError:
            self._answer(404, b"" if self.command == "HEAD" else b"<Error><Code>NoSuchKey</Code></Error>")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            body.unlink(missing_ok=True)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _serve  # noqa: N815  # names of http.server

    def _receive(self, path: Path) -> None:
        """Receive the body into a file, never whole into memory."""
        left, self.sha256, self.md5 = self.length, hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        with path.open("wb") as file:
            while left and (piece := self.rfile.read(min(_PIECE, left))):
                left -= len(piece)
                self.sha256.update(piece)
                self.md5.update(piece)
                file.write(piece)
        if left:
            raise Broken

    def _check_signature(self, split: urllib.parse.SplitResult) -> None:
        """Compute AWS SigV4 as a storage does; refuse what is signed otherwise, and a body that is not as signed."""
        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, SignedHeaders=([^,]+), "
            r"Signature=([0-9a-f]{64})",
            self.headers.get("Authorization", ""),
        )
        if found is None:
            raise Refused(403, "AccessDenied")
        access, day, region, names, signature = found.groups()
        if (access, region) != (ACCESS, REGION):
            raise Refused(403, "InvalidAccessKeyId")
        assert {"host", "x-amz-date", "x-amz-content-sha256"} <= {*names.split(";")}
        pairs = sorted(urllib.parse.parse_qsl(split.query, keep_blank_values=True))
        query = "&".join("=".join(urllib.parse.quote(each, safe="") for each in pair) for pair in pairs)
        stated = self.headers["x-amz-content-sha256"]
        lines = "".join(f"{name}:{' '.join(self.headers[name].split())}\n" for name in names.split(";"))
        canonical = f"{self.command}\n{split.path}\n{query}\n{lines}\n{names}\n{stated}"
        scope = f"{day}/{region}/s3/aws4_request"
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        text = "\n".join(("AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, digest))
        key = f"AWS4{SECRET}".encode()
        for each in (day, region, "s3", "aws4_request", text):
            key = hmac.digest(key, each.encode(), "sha256")
        if not hmac.compare_digest(key.hex(), signature):
            raise Refused(403, "SignatureDoesNotMatch")
        if stated != self.sha256.hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")

    def _put(self, body: Path) -> None:
        if "uploadId" in self.query:
            body.replace(self._upload() / self.query["partNumber"])
        else:
            body.replace(self.storage.place(self.key))
        self._answer(200, headers={"ETag": f'"{self.md5.hexdigest()}"'})

    def _post(self, body: Path) -> None:
        if "uploads" in self.query:
            id_ = uuid.uuid4().hex
            (self.storage.uploads / id_).mkdir()
            (self.storage.uploads / f"{id_}.key").write_text(self.key)
            self._answer(200, self._xml("InitiateMultipartUploadResult", f"<UploadId>{id_}</UploadId>"))
            return
        folder = self._upload()
        numbers = re.findall(r"<PartNumber>(\d+)</PartNumber>", body.read_text())
        assert sorted(numbers) == sorted(path.name for path in folder.iterdir())
        with (folder / "whole").open("wb") as whole:
            for number in numbers:
                with (folder / number).open("rb") as part:
                    shutil.copyfileobj(part, whole, _PIECE)
        (folder / "whole").replace(self.storage.place(self.key))
        shutil.rmtree(folder)
        self._answer(200, self._xml("CompleteMultipartUploadResult", "<ETag>x</ETag>"))

    def _head(self, _body: Path) -> None:
        path = self.storage.place(self.key)
        self._answer(200, headers={"Content-Length": str(path.stat().st_size), "Last-Modified": _http_date(path)})

    def _get(self, _body: Path) -> None:
        if "uploads" in self.query:
            return self._list_uploads()
        if "list-type" in self.query:
            return self._list()
        path = self.storage.place(self.key)
        size = path.stat().st_size
        begin = int(found[1]) if (found := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))) else 0
        self.send_response(206 if begin else 200)
        self.send_header("Content-Length", str(size - begin))
        self.end_headers()
        end = self._end(size - begin)
        with path.open("rb") as file:
            file.seek(begin)
            left = end
            while left and (piece := file.read(min(_PIECE, left))):
                left -= len(piece)
                self.wfile.write(piece)
        if end < size - begin:
            self._break()
        return None

    def _end(self, length: int) -> int:
        """After how many bytes of an object the answer ends: faults are asked about its BODY."""
        try:
            for fault in self.storage.faults:
                fault(f"BODY {self.path}")
        except Broken as broken:
            return broken.after
        return length

    def _delete(self, _body: Path) -> None:
        if "uploadId" in self.query:
            shutil.rmtree(self._upload())
        else:
            self.storage.place(self.key).unlink(missing_ok=True)
        self._answer(204)

    def _list(self) -> None:
        prefix, after = self.query.get("prefix", ""), self.query.get("continuation-token", "")
        found = [key for key in self.storage.kept() if key.startswith(prefix) and key > after]
        page, rest = found[:2], found[2:]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{_moment(self.storage.place(key))}</LastModified></Contents>"
            for key in page
        )
        more = (
            f"<IsTruncated>true</IsTruncated><NextContinuationToken>{page[-1]}</NextContinuationToken>" if rest else ""
        )
        self._answer(200, self._xml("ListBucketResult", more + rows))

    def _list_uploads(self) -> None:
        rows = "".join(
            f"<Upload><Key>{path.read_text()}</Key><UploadId>{path.stem}</UploadId>"
            f"<Initiated>{_moment(path)}</Initiated></Upload>"
            for path in self.storage.uploads.glob("*.key")
            if path.with_suffix("").exists()
        )
        self._answer(200, self._xml("ListMultipartUploadsResult", rows))

    def _upload(self) -> Path:
        folder = self.storage.uploads / self.query["uploadId"]
        if not folder.exists():
            raise Refused(404, "NoSuchUpload")
        return folder

    def _xml(self, name: str, inside: str) -> bytes:
        return f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{_SPACE}">{inside}</{name}>'.encode()

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _break(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


def _moment(path: Path) -> str:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _http_date(path: Path) -> str:
    return email.utils.formatdate(path.stat().st_mtime, usegmt=True)


def age(path: Path, seconds: float) -> None:
    """Make an object as old as that."""
    moment = path.stat().st_mtime - seconds
    os.utime(path, (moment, moment))
