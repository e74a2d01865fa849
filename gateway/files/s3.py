"""A bucket of an S3-compatible storage, by botocore: one object for each blob, under `PREFIX/ab/abcd…`.

Every body is signed with its SHA-256, over TLS too, so the storage refuses what arrives changed. Nothing is whole in
memory: bodies are sent from the disk, and read in pieces. What botocore says is raised as OSError: FileNotFoundError
for an object that is not there, EIO for everything else, in words that quote neither keys nor names.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import io
import logging
import os
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

import botocore.session
from botocore import config, exceptions

from gateway import clock, errors, settings
from gateway.files import blobs

_PART: Final = 16 * 2**20
"""Bytes of a part of a large object, as long as there are no more than `_PARTS` of them."""
_PARTS: Final = 10_000
_ATTEMPTS: Final = 3
"""How often a read goes on from where it was broken off without getting anything."""
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_GONE: Final = frozenset(("404", "NoSuchKey", "NotFound"))


def open_bucket(conf: settings.Settings) -> S3:
    """Return the bucket that the settings name; it is not asked anything yet.

    Raises Unavailable where there are no credentials for it, or settings that botocore cannot use.
    """
    # Its debugging quotes requests with their signatures, whatever our own level is.
    logging.getLogger("botocore").setLevel(logging.WARNING)
    session = botocore.session.Session()
    if conf.s3_credentials:
        session.set_config_variable("credentials_file", conf.s3_credentials)
        session.set_config_variable("profile", "default")
    named = urllib.parse.urlsplit(conf.files)
    try:
        if session.get_credentials() is None:
            raise errors.Unavailable("setting files: no credentials for S3 (s3_credentials, AWS_ACCESS_KEY_ID)")
        patient = _client(session, conf, connect_timeout=5, read_timeout=60, retries={"max_attempts": 3})
        brief = _client(session, conf, connect_timeout=2, read_timeout=5, retries={"max_attempts": 0})
    except (exceptions.BotoCoreError, ValueError) as error:
        raise errors.Unavailable(f"setting files: S3 cannot be used: {error}") from error
    prefix = named.path.strip("/")
    return S3(patient, brief, named.netloc, f"{prefix}/" if prefix else "")


def _client(session: botocore.session.Session, conf: settings.Settings, **options: object) -> Any:
    return session.create_client(
        "s3",
        region_name=conf.s3_region,
        endpoint_url=conf.s3_endpoint or None,
        verify=conf.s3_ca or None,
        config=config.Config(
            signature_version="s3v4",
            # Compatible storages often know neither names of buckets in their own name nor newer checksums.
            s3={"addressing_style": "path" if conf.s3_endpoint else "auto", "payload_signing_enabled": True},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            max_pool_connections=64,
            **options,
        ),
    )


class S3:
    """One bucket; safe for threads."""

    def __init__(self, patient: Any, brief: Any, bucket: str, prefix: str) -> None:
        """`brief` is the client for what is done in the writer's turn, `patient` that for everything else."""
        self._patient = patient
        self._brief = brief
        self._bucket = bucket
        self._prefix = prefix

    def put(self, path: Path, digest: str, /) -> None:
        """Keep a file, in parts if it is large, and look whether it is there whole."""
        with _translated(), path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size <= _PART:
                self._patient.put_object(**self._named(digest), Body=file)
            else:
                self._put_large(file, size, digest)
        try:
            told = self.size(digest)
        except FileNotFoundError:
            told = -1
        if told != size:
            raise OSError(errno.EIO, "an object that was put into the bucket is not there")

    def size(self, digest: str, /) -> int:
        """Return how many bytes an object has."""
        with _translated():
            return int(self._patient.head_object(**self._named(digest))["ContentLength"])

    def get(self, digest: str, /) -> Iterator[bytes]:
        """Yield the content of an object; a read that is broken off goes on where it was."""
        done, in_vain = 0, 0
        while True:
            try:
                with _translated():
                    asked = {"Range": f"bytes={done}-"} if done else {}
                    body = self._patient.get_object(**self._named(digest), **asked)["Body"]
                    with contextlib.closing(body):
                        while piece := body.read(blobs.PIECE):
                            done, in_vain = done + len(piece), 0
                            yield piece
            except FileNotFoundError:
                raise
            except OSError:
                in_vain += 1
                if in_vain == _ATTEMPTS:
                    raise
            else:
                return

    def has(self, digest: str, /) -> bool:
        """Tell within seconds whether an object is there."""
        try:
            with _translated():
                self._brief.head_object(**self._named(digest))
        except FileNotFoundError:
            return False
        return True

    def remove(self, digest: str, /) -> None:
        """Remove an object within seconds."""
        with _translated():
            self._brief.delete_object(**self._named(digest))

    def older(self, seconds: float, /) -> Iterator[list[str]]:
        """Yield the objects that were put so long ago, a page at a time."""
        before = clock.now() - dt.timedelta(seconds=seconds)
        about = {"Bucket": self._bucket, "Prefix": self._prefix}
        with _translated():
            for page in self._patient.get_paginator("list_multipart_uploads").paginate(**about):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] <= before and self._digest(upload["Key"]):
                        self._abort(upload["Key"], upload["UploadId"])
            for page in self._patient.get_paginator("list_objects_v2").paginate(**about):
                old = [each["Key"] for each in page.get("Contents", ()) if each["LastModified"] <= before]
                found = [*filter(None, map(self._digest, old))]
                if found:
                    yield found

    def _put_large(self, file: BinaryIO, size: int, digest: str) -> None:
        named = self._named(digest)
        upload = self._patient.create_multipart_upload(**named)["UploadId"]
        length = max(_PART, -(-size // _PARTS))
        parts = []
        try:
            for number, start in enumerate(range(0, size, length), 1):
                piece = _Window(file, start, min(length, size - start))
                told = self._patient.upload_part(**named, UploadId=upload, PartNumber=number, Body=piece)
                parts.append({"PartNumber": number, "ETag": told["ETag"]})
            self._complete(named, upload, parts)
        except BaseException:
            self._abort(named["Key"], upload)
            raise

    def _complete(self, named: dict[str, str], upload: str, parts: list[dict[str, object]]) -> None:
        try:
            self._patient.complete_multipart_upload(**named, UploadId=upload, MultipartUpload={"Parts": parts})
        except exceptions.ClientError as error:
            # Botocore repeats what got no answer, and then the upload is over: who has called looks for the object.
            if error.response.get("Error", {}).get("Code") != "NoSuchUpload":
                raise

    def _abort(self, key: str, upload: str) -> None:
        # Whatever it says: a later cleaning comes back to it.
        with contextlib.suppress(exceptions.BotoCoreError, exceptions.ClientError):
            self._brief.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)

    def _named(self, digest: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{digest[:2]}/{digest}"}

    def _digest(self, key: str) -> str:
        """Return the SHA-256 of an object of ours, by its key; empty for a key that we would not have given."""
        digest = key.rpartition("/")[2]
        return digest if _DIGEST.fullmatch(digest) and key == self._named(digest)["Key"] else ""


class _Window(io.RawIOBase):
    """Some bytes of a file as a file of its own; botocore reads them twice, to sign and to send."""

    def __init__(self, file: BinaryIO, start: int, length: int) -> None:
        self._file = file.fileno()
        self._start = start
        self._length = length
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        piece = os.pread(self._file, min(len(buffer), self._length - self._at), self._start + self._at)
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}[whence]
        self._at = origin + offset
        return self._at

    def tell(self) -> int:
        return self._at


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE:
            raise FileNotFoundError(errno.ENOENT, "there is no such object in the bucket") from error
        raise OSError(errno.EIO, f"the bucket refuses: {code}") from error
    except exceptions.BotoCoreError as error:
        raise OSError(errno.EIO, f"the bucket does not answer: {type(error).__name__}") from error
