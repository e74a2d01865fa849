"""Files in S3-compatible storage: what is promised of files holds there too, and what goes wrong there loses nothing.

The storage is a double on loopback that computes the signature of every request anew (tests/s3.py); botocore is real.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import ipaddress
import logging
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gateway import clock, settings
from gateway import errors as gateway_errors
from gateway.files import errors, keeper, places
from storage import errors as storage_errors
from storage import files
from tests import s3
from tests import stand as stands
from tests.clamd import VIRUS, Clamd
from tests.integration.test_files import refused
from tests.uploads import ARCHIVE, PART, Client, id_of, split

TEXT = "Протокол собрания\n".encode()
LARGE = ARCHIVE + os.urandom(PART)
"""Two parts of an upload, and two of an object as the fixture `impatient` cuts them."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[s3.Storage, Client]]:
    folder = tmp_path_factory.mktemp("s3")
    made = s3.Storage(folder)
    with opened(folder, made) as client:
        yield made, client
    made.close()


@pytest.fixture
def storage(shared: tuple[s3.Storage, Client]) -> s3.Storage:
    made, _ = shared
    made.forget()
    return made


@pytest.fixture
def client(shared: tuple[s3.Storage, Client], storage: s3.Storage) -> Client:
    """The client of one installation for all tests, with no open uploads and nothing at hand."""
    _, made = shared
    with made.stand.house.database.write() as connection:
        files.expire(connection, clock.now() + dt.timedelta(days=2))
    for folder in (made.stand.settings.data / "files" / "blobs").iterdir():
        shutil.rmtree(folder)
    return made


@contextlib.contextmanager
def opened(folder: Path, storage: s3.Storage, *, secret: str = s3.SECRET, **changes: object) -> Iterator[Client]:
    stand = stands.Stand(folder / "data", **storage.settings(folder, secret=secret), **changes)
    try:
        yield Client(stand)
    finally:
        stand.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Botocore waits between its attempts, and objects have parts of 16 MB; here it does not, and they are smaller."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    monkeypatch.setattr("gateway.files.s3._PART", 3 * 2**20)


def key(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"kept/{digest[:2]}/{digest}"


def sent(client: Client, body: bytes = LARGE) -> str:
    id_ = id_of(client.begin(len(body), "a.zip"))
    for number, piece in enumerate(split(body), 1):
        assert client.part(id_, piece, number).status == 200
    return id_


def kept(client: Client, body: bytes = LARGE) -> str:
    id_ = sent(client, body)
    assert client.finish(id_).status == 200
    return id_


def at_hand(client: Client) -> list[Path]:
    return [path for path in (client.stand.settings.data / "files" / "blobs").rglob("*") if path.is_file()]


def forget(client: Client) -> None:
    """Remove the copies on the disk, as a cleaning does an hour later."""
    keeper.clean(client.stand.house, unnamed=0)
    assert at_hand(client) == []


def on(words: str, fault: Exception, times: int = 1000) -> Callable[[str], None]:
    """Something goes wrong with so many requests that begin with these words."""
    left = [times]

    def judge(asked: str) -> None:
        if asked.startswith(words) and left[0]:
            left[0] -= 1
            raise fault

    return judge


# --- what is promised -------------------------------------------------------------------------------------------------


def test_completed_file__is_an_object_found_by_its_content(client, storage):
    assert client.get(id_of(client.put(TEXT, "a.txt"))).body == TEXT
    large = kept(client)
    assert {name: path.read_bytes() for name, path in storage.kept().items()} == {key(TEXT): TEXT, key(LARGE): LARGE}
    assert client.get(large).body == LARGE


def test_parts__stay_on_the_disk_until_the_upload_is_completed(client, storage):
    id_ = sent(client)
    assert storage.seen == []
    assert client.finish(id_).status == 200
    assert len(at_hand(client)) == 1


def test_large_file__goes_in_parts_and_is_looked_at_before_success_is_told(client, storage):
    kept(client)
    words = [asked.partition(" ")[0] for asked in storage.seen]
    # begun, two parts, completed; whole? still there when it is named?
    assert words == ["POST", "PUT", "PUT", "POST", "HEAD", "HEAD"]
    assert list(storage.uploads.glob("*/*")) == []


def test_file_that_is_not_at_hand__is_fetched_once_and_given_by_ranges(client, storage):
    id_ = kept(client)
    forget(client)
    storage.seen.clear()
    got = client.get(id_, f"bytes={PART - 5}-{PART + 4}")
    assert (got.status, got.body) == (206, LARGE[PART - 5 : PART + 5])
    assert client.get(id_).body == LARGE
    assert [asked.partition(" ")[0] for asked in storage.seen] == ["HEAD", "GET"]


def test_many_readers_of_one_file__fetch_it_once(client, storage):
    id_ = kept(client)
    forget(client)
    storage.seen.clear()
    bodies: list[bytes] = []
    threads = [threading.Thread(target=lambda: bodies.append(client.get(id_).body)) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert bodies == [LARGE] * 8
    assert sum(asked.startswith("GET ") for asked in storage.seen) == 1


def test_digest__is_that_of_the_object(client):
    house, id_ = client.stand.house, id_of(client.put(b"message digest", "a.txt"))
    forget(client)
    with house.database.read() as connection:
        file = files.find(connection, id_)
    assert keeper.digest(house, file) == "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0"


def test_infected_file__never_gets_into_the_bucket(tmp_path, storage):
    clamd = Clamd()
    with contextlib.closing(clamd), opened(tmp_path, storage, virus_scanner=clamd.address) as client:
        refused(client.put(VIRUS, "a.txt"), errors.INFECTED)
        assert client.put(TEXT, "a.txt").status == 200
        assert clamd.seen == [VIRUS, TEXT]
    assert list(storage.kept()) == [key(TEXT)]


def test_same_content_again__is_one_object(client, storage):
    assert {client.get(id_of(client.put(TEXT, "a.txt"))).body for _ in range(3)} == {TEXT}
    assert list(storage.kept()) == [key(TEXT)]


def test_bucket_without_a_prefix__will_do(tmp_path, storage):
    stand = stands.Stand(tmp_path / "data", **storage.settings(tmp_path, prefix=""))
    with contextlib.closing(stand):
        assert Client(stand).put(TEXT, "a.txt").status == 200
    assert list(storage.kept()) == [key(TEXT).removeprefix("kept/")]


# --- cleaning ---------------------------------------------------------------------------------------------------------


def test_cleaning__removes_what_nobody_names_when_it_is_old_and_nothing_else(client, storage):
    id_ = kept(client)
    digest = hashlib.sha256(b"orphan").hexdigest()
    for name in (key(b"orphan"), f"elsewhere/{digest[:2]}/{digest}", "kept/readme.txt", f"kept/zz/{digest}"):
        storage.place(name).write_bytes(b"orphan")
    keeper.clean(client.stand.house)
    assert len(storage.kept()) == 5
    for path in storage.kept().values():
        s3.age(path, keeper.UNNAMED + 60)
    keeper.clean(client.stand.house)
    assert sorted(storage.kept()) == sorted(
        [key(LARGE), f"elsewhere/{digest[:2]}/{digest}", "kept/readme.txt", f"kept/zz/{digest}"]
    )
    assert client.get(id_).body == LARGE


def test_cleaning__aborts_the_uploads_of_objects_that_somebody_has_left(client, storage):
    storage.faults.append(on("PUT ", s3.Broken()))
    storage.faults.append(on("DELETE ", s3.Broken()))
    refused(client.finish(sent(client)), errors.MAINTENANCE)
    (left,) = storage.uploads.glob("*.key")
    storage.faults.clear()
    keeper.clean(client.stand.house)
    assert left.with_suffix("").exists()
    s3.age(left, keeper.UNNAMED + 60)
    keeper.clean(client.stand.house)
    assert not left.with_suffix("").exists()


def test_cleaning__leaves_the_uploads_of_others_alone(client, storage):
    folder = storage.uploads / "theirs"
    folder.mkdir()
    folder.with_suffix(".key").write_text("kept/backup.tar")
    s3.age(folder.with_suffix(".key"), keeper.UNNAMED + 60)
    keeper.clean(client.stand.house)
    assert folder.exists()


def test_parts_of_an_open_upload__survive_every_cleaning(client):
    id_ = sent(client)
    keeper.clean(client.stand.house, unnamed=0)
    assert client.finish(id_).status == 200
    assert client.get(id_).body == LARGE


def test_object_removed_before_it_is_named__is_not_promised(client, storage):
    heads = []

    def remove(asked: str) -> None:
        if asked.startswith("HEAD "):
            heads.append(asked)
            if len(heads) == 2:
                storage.place(key(TEXT)).unlink()

    storage.faults.append(remove)
    refused(client.put(TEXT, "a.txt"), errors.MAINTENANCE)
    assert len(heads) == 2


def test_file_from_before_there_was_a_bucket__stays_on_the_disk_until_it_is_in_the_bucket(tmp_path, storage):
    stand = stands.Stand(tmp_path / "data")
    id_ = id_of(Client(stand).put(TEXT, "a.txt"))
    stand.close()
    stand.settings = dataclasses.replace(stand.settings, **storage.settings(tmp_path))
    stand.open()
    with contextlib.closing(stand):
        client = Client(stand)
        keeper.clean(client.stand.house, unnamed=0)
        assert client.get(id_).body == TEXT
        storage.faults.append(on("HEAD ", s3.Broken()))
        storage.place(key(TEXT)).write_bytes(TEXT)
        keeper.clean(client.stand.house, unnamed=0)
        assert len(at_hand(client)) == 1
        storage.faults.clear()
        forget(client)
        assert client.get(id_).body == TEXT


# --- what goes wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("POST ", s3.Refused(503, "SlowDown")),
        ("POST ", s3.Broken()),
        ("PUT ", s3.Refused(500, "InternalError")),
        ("PUT ", s3.Broken()),
        ("HEAD ", s3.Refused(503, "SlowDown")),
        ("HEAD ", s3.Broken()),
        ("", s3.Refused(403, "AccessDenied")),
        ("", s3.Refused(404, "NoSuchBucket")),
    ],
    ids=lambda value: str(value).strip() or "all",
)
def test_storage_that_fails__promises_nothing_and_loses_nothing(client, storage, words, fault):
    id_ = sent(client)
    storage.faults.append(on(words, fault))
    refused(client.finish(id_), errors.MAINTENANCE)
    assert client.head(id_).headers["X-Upload-Completed"] == "false"
    storage.faults.clear()
    assert client.finish(id_).status == 200
    forget(client)
    assert client.get(id_).body == LARGE


@pytest.mark.parametrize("words", ["PUT ", "POST ", "HEAD "])
def test_failure_that_passes__is_not_noticed(client, storage, words):
    # The last HEAD is asked in the writer's turn, where nothing is waited for: the first one is that of `put`.
    storage.faults.append(on(words, s3.Refused(503, "SlowDown"), times=2))
    assert client.get(kept(client)).body == LARGE


def test_answer_to_the_completion_that_is_lost__is_none_of_the_clients_business(client, storage):
    """Botocore repeats the completion, and the storage knows no such upload any more."""
    begun = []

    def lose(asked: str) -> None:
        if asked.startswith("POST ") and "uploadId" in asked and not begun:
            begun.append(asked)
            handler_done(storage, asked)
            raise s3.Broken

    storage.faults.append(lose)
    assert client.get(kept(client)).body == LARGE
    assert begun


def handler_done(storage: s3.Storage, asked: str) -> None:
    """Do what a completion does, and forget the upload."""
    folder = storage.uploads / asked.rpartition("uploadId=")[2].partition("&")[0]
    parts = sorted(folder.iterdir(), key=lambda path: int(path.name))
    storage.place(key(LARGE)).write_bytes(b"".join(path.read_bytes() for path in parts))
    for path in parts:
        path.unlink()
    folder.rmdir()


def test_storage_that_is_gone__is_told_as_a_full_disk_is(tmp_path, caplog):
    storage = s3.Storage(tmp_path / "s3")
    with opened(tmp_path, storage) as client:
        id_ = kept(client)
        forget(client)
        storage.close()
        refused(client.get(id_), errors.MAINTENANCE)
        refused(client.put(TEXT, "a.txt"), errors.MAINTENANCE)
        with pytest.raises(storage_errors.NotReady):
            keeper.digest_next(client.stand.house, threading.Event())
    assert s3.SECRET not in caplog.text


def test_wrong_credentials__are_told_the_administrator_and_not_the_sender(tmp_path, storage, caplog):
    secret = "not-the-secret-of-the-storage"
    with caplog.at_level(logging.DEBUG), opened(tmp_path, storage, secret=secret) as client:
        told = refused(client.put(TEXT, "a.txt"), errors.MAINTENANCE)
    assert "SignatureDoesNotMatch" in str([record.facts for record in caplog.records if hasattr(record, "facts")])
    assert "Signature" not in told
    assert secret not in caplog.text
    assert "AWS4-HMAC" not in caplog.text


def test_download_that_is_broken_off__goes_on_where_it_was(client, storage):
    id_ = kept(client)
    forget(client)
    storage.faults.append(on("BODY ", s3.Broken(after=2**20), times=4))
    assert client.get(id_).body == LARGE


def test_download_that_gets_nowhere__is_given_up_and_leaves_nothing(client, storage):
    id_ = kept(client)
    forget(client)
    storage.faults.append(on("BODY ", s3.Broken()))
    refused(client.get(id_), errors.MAINTENANCE)
    assert at_hand(client) == []
    assert list((client.stand.settings.data / "files" / "drafts").iterdir()) == []
    storage.faults.clear()
    assert client.get(id_).body == LARGE


def test_object_that_is_something_else__is_never_given(client, storage):
    id_ = kept(client)
    forget(client)
    storage.place(key(LARGE)).write_bytes(LARGE[:-1] + b"?")
    refused(client.get(id_), errors.MAINTENANCE)
    assert at_hand(client) == []


def test_object_that_is_missing__is_our_own_fault_and_has_an_incident(client, storage):
    id_ = kept(client)
    forget(client)
    storage.place(key(LARGE)).unlink()
    answer = client.get(id_)
    assert answer.status == 500
    assert "X-Upload-Error" not in answer.headers


def test_disk_without_room__fetches_nothing(client, monkeypatch):
    id_ = kept(client)
    forget(client)
    monkeypatch.setattr(places.open_blobs(client.stand.settings), "_min_free", 2**62)
    refused(client.get(id_), errors.MAINTENANCE)
    assert at_hand(client) == []


def test_upload_that_is_broken_off__leaves_no_parts_in_the_bucket(client, storage):
    storage.faults.append(on("PUT ", s3.Refused(403, "QuotaExceeded")))
    refused(client.finish(sent(client)), errors.MAINTENANCE)
    assert [path for path in storage.uploads.iterdir() if path.is_dir()] == []


# --- settings ---------------------------------------------------------------------------------------------------------


def test_storage_without_credentials__is_refused_at_the_start(tmp_path, storage, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    conf = settings.Settings(data=tmp_path, **{**storage.settings(tmp_path), "s3_credentials": ""})
    with pytest.raises(gateway_errors.Unavailable, match="credentials"):
        places.open_blobs(conf)


def test_credentials_of_the_environment__will_do(tmp_path, storage, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3.ACCESS)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3.SECRET)
    stand = stands.Stand(tmp_path / "data", **{**storage.settings(tmp_path), "s3_credentials": ""})
    with contextlib.closing(stand):
        assert Client(stand).put(TEXT, "a.txt").status == 200
    assert list(storage.kept()) == [key(TEXT)]


def _certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody vouches for but itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "storage")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, *(clock.now() + dt.timedelta(n) for n in (-1, 1)))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "storage.pem"
    path.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(pem) + key.private_bytes(pem, *plain))
    return path


def test_storage_over_tls__is_believed_by_the_authorities_that_are_set_and_by_no_others(tmp_path, caplog):
    pem = _certificate(tmp_path)
    storage = s3.Storage(tmp_path / "s3", pem)
    with contextlib.closing(storage):
        with opened(tmp_path, storage) as client:
            refused(client.put(TEXT, "a.txt"), errors.MAINTENANCE)
        assert "SSLError" in str([record.facts for record in caplog.records if hasattr(record, "facts")])
        with opened(tmp_path, storage, s3_ca=str(pem)) as client:
            assert client.put(TEXT, "a.txt").status == 200
        assert list(storage.kept()) == [key(TEXT)]


def test_missing_library__is_named_with_the_way_to_get_it(tmp_path, storage, monkeypatch):
    monkeypatch.delitem(sys.modules, "gateway.files.s3", raising=False)
    monkeypatch.delattr("gateway.files.s3", raising=False)
    monkeypatch.setitem(sys.modules, "botocore.session", None)
    conf = settings.Settings(data=tmp_path / "other", **storage.settings(tmp_path))
    with pytest.raises(gateway_errors.Unavailable, match=r"hcs-gateway\[s3\]"):
        places.open_blobs(conf)
