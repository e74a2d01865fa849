"""The file store over WSGI: every request, every header and every error name of protocol §7."""

from __future__ import annotations

import email.header
import hashlib
import os
import re
import threading
import uuid
from pathlib import Path

import pytest

from gateway.files import errors, keeper, request
from storage import errors as storage_errors
from storage import files, journal
from tests import stand as stands
from tests.uploads import PART, Client, id_of, md5, split, whole_headers

LONG = os.urandom(2 * PART + 1000)
TEXT = "Протокол собрания\n".encode()


@pytest.fixture
def stand(tmp_path: Path):
    opened = stands.Stand(tmp_path / "data", file_extensions=("txt", "pdf", "bin"))
    yield opened
    opened.close()


@pytest.fixture
def client(stand) -> Client:
    return Client(stand)


@pytest.fixture
def other(stand) -> Client:
    """A second organisation that has granted its rights to the same system."""
    return Client(stand, org=stands.OPERATOR)


def refused(answer: stands.Answer, name: str, status: int = 400) -> str:
    """Fail unless the answer is this error, told in Russian; return the sentence."""
    assert (answer.headers.get("X-Upload-Error"), answer.status) == (name, status), answer.body.decode()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert re.search("[а-яА-Я]{3}", answer.body.decode())
    assert "Traceback" not in answer.body.decode()
    return answer.body.decode()


def started(client: Client, name: str = "a.bin") -> str:
    return id_of(client.begin(len(LONG), name))


def sent(client: Client, body: bytes = LONG, name: str = "a.bin") -> str:
    id_ = id_of(client.begin(len(body), name))
    for number, piece in enumerate(split(body), 1):
        assert client.part(id_, piece, number).status == 200
    return id_


def blobs_of(stand: stands.Stand) -> set[str]:
    return {path.name for path in (stand.settings.data / "files" / "blobs").rglob("*") if path.is_file()}


def drafts_of(stand: stands.Stand) -> list[Path]:
    return list((stand.settings.data / "files" / "drafts").iterdir())


# --- whole ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["/", ""])
def test_whole_upload__is_a_file_with_both_ways_of_its_id(client, end):
    answer = client.ask("PUT", end, TEXT, headers=whole_headers(TEXT))
    id_ = id_of(answer)
    assert uuid.UUID(id_)
    assert answer.headers["Location"] == f"/ext-bus-file-store-service/rest/homemanagement/{id_}"
    got = client.get(id_)
    assert (got.status, got.body) == (200, TEXT)
    assert got.headers["Content-Type"] == "text/plain"
    assert got.headers["Content-Length"] == str(len(TEXT))
    assert got.headers["X-Upload-FileGUID"] == id_
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", got.headers["Last-Modified"])


def test_status_of_a_whole_upload__is_complete_and_has_its_name_in_encoded_words(client):
    name = "Протокол общего собрания собственников помещений № 1.txt"
    answer = client.head(id_of(client.put(TEXT, name)))
    assert answer.body == b""
    assert answer.headers["X-Upload-Filename"].isascii()
    assert str(email.header.make_header(email.header.decode_header(answer.headers["X-Upload-Filename"]))) == name
    assert answer.headers["X-Upload-Length"] == str(len(TEXT))
    assert answer.headers["X-Upload-Completed-Parts"] == "1"
    assert answer.headers["X-Upload-Completed"] == "true"


def test_file_in_a_folder__is_found_by_the_sha256_of_its_content(client, stand):
    id_of(client.put(TEXT))
    digest = hashlib.sha256(TEXT).hexdigest()
    assert (stand.settings.data / "files" / "blobs" / digest[:2] / digest).read_bytes() == TEXT
    assert drafts_of(stand) == []


def test_same_content_twice__is_two_files_and_one_blob(client, other, stand):
    ids = {id_of(client.put(TEXT)), id_of(client.put(TEXT)), id_of(other.put(TEXT))}
    assert len(ids) == 3
    assert len(blobs_of(stand)) == 1


def test_old_header_of_the_provider__does_as_well(client):
    answer = client.put(TEXT, **{"X-Upload-OrgPPAGUID": None, "X-Upload-Dataprovider": stands.PROVIDER.upper()})
    assert client.get(id_of(answer)).body == TEXT


def test_completed_file__is_told_to_the_journal_without_its_name(client, stand):
    id_ = id_of(client.put(TEXT, "Иванов.txt"))
    with stand.house.database.read() as connection:
        entry = list(journal.entries(connection))[-1]
    assert entry.kind == journal.Kind.FILE_STORED
    assert entry.facts["file"] == id_
    assert entry.facts["sha256"] == hashlib.sha256(TEXT).hexdigest()
    assert entry.facts["organisation"] == stands.PROVIDER
    assert "Иванов" not in entry.record.decode()


def test_largest_whole_upload__is_taken_and_one_byte_more_is_not(client):
    assert client.put(LONG[:PART], "a.bin").status == 200
    refused(client.put(LONG[: PART + 1], "a.bin"), errors.SIZE)


# --- in parts ---------------------------------------------------------------------------------------------------------


def test_parts_in_any_order__are_one_file(client, stand):
    id_ = started(client)
    for number, end in ((3, "/"), (1, ""), (2, "/")):
        piece = split(LONG)[number - 1]
        headers = {
            "X-Upload-OrgPPAGUID": stands.PROVIDER,
            "X-Upload-Partnumber": str(number),
            "Content-MD5": md5(piece),
        }
        assert client.ask("PUT", f"/{id_}{end}", piece, headers=headers).status == 200
    answer = client.finish(id_)
    assert answer.status == 200
    assert answer.headers["Connection"] == "close"
    assert client.get(id_).body == LONG
    assert blobs_of(stand) == {hashlib.sha256(LONG).hexdigest()}


def test_parts_in_parallel__are_one_file(client):
    id_ = started(client)
    threads = [threading.Thread(target=client.part, args=(id_, piece, n)) for n, piece in enumerate(split(LONG), 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.head(id_).headers["X-Upload-Completed-Parts"] == "1,2,3"
    assert client.finish(id_).status == 200
    assert client.get(id_).body == LONG


def test_status_of_an_open_upload__tells_the_parts_that_are_there(client):
    id_ = started(client)
    assert client.head(id_).headers["X-Upload-Completed-Parts"] == ""
    client.part(id_, split(LONG)[2], 3)
    client.part(id_, split(LONG)[0], 1)
    answer = client.head(id_)
    assert answer.headers["X-Upload-Completed-Parts"] == "1,3"
    assert answer.headers["X-Upload-Completed"] == "false"
    assert answer.headers["X-Upload-Length"] == str(len(LONG))


def test_part_again__replaces_the_first_one_until_the_upload_is_completed(client):
    id_ = sent(client)
    other = os.urandom(PART)
    assert client.part(id_, split(LONG)[0], 1).status == 200
    assert client.part(id_, other, 1).status == 200
    assert client.finish(id_).status == 200
    assert client.get(id_).body == other + LONG[PART:]
    refused(client.part(id_, other, 1), errors.STATUS)


def test_upload_that_is_broken_off__is_resumed_after_a_restart(client, stand):
    id_ = started(client)
    client.part(id_, split(LONG)[1], 2)
    stand.close()
    stand.open()
    assert client.head(id_).headers["X-Upload-Completed-Parts"] == "2"
    for number in (1, 3):
        client.part(id_, split(LONG)[number - 1], number)
    assert client.finish(id_).status == 200
    assert client.get(id_).body == LONG


def test_finish_without_all_parts__says_which_are_missing(client):
    id_ = started(client)
    client.part(id_, split(LONG)[1], 2)
    assert "1, 3" in refused(client.finish(id_), errors.STATUS)
    assert client.head(id_).headers["X-Upload-Completed"] == "false"


def test_part_replaced_while_the_upload_is_completed__is_not_lost_silently(client, monkeypatch, stand):
    id_, other = sent(client), os.urandom(PART)
    complete = files.complete

    def late(connection, *arguments):
        files.put(connection, id_, files.Part(1, PART, hashlib.sha256(other).hexdigest()), arguments[4])
        complete(connection, *arguments)

    monkeypatch.setattr(files, "complete", late)
    refused(client.finish(id_), errors.STATUS)
    monkeypatch.undo()
    assert client.finish(id_).status == 200
    assert client.get(id_).body == LONG


# --- download ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=3-9", 3, 9),
        ("Bytes=3-", 3, 33),
        ("bytes=-4", 30, 33),
        ("bytes=30-999", 30, 33),
        ("bytes=-999", 0, 33),
    ],
)
def test_range__is_answered_with_exactly_its_bytes(client, asked, first, last):
    assert len(TEXT) == 34
    answer = client.get(id_of(client.put(TEXT)), asked)
    assert answer.status == 206
    assert answer.body == TEXT[first : last + 1]
    assert answer.headers["Content-Length"] == str(last - first + 1)
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/34"


@pytest.mark.parametrize("asked", ["bytes=", "bytes=-", "lines=1-2", "bytes=0-1,3-4", "bytes=9-3", "bytes=a-b"])
def test_range_that_is_none__does_not_count(client, asked):
    answer = client.get(id_of(client.put(TEXT)), asked)
    assert (answer.status, answer.body) == (200, TEXT)


@pytest.mark.parametrize("asked", ["bytes=34-", "bytes=99-100", "bytes=-0"])
def test_range_behind_the_end__is_refused(client, asked):
    refused(client.get(id_of(client.put(TEXT)), asked), errors.FIELD, 416)


def test_range_over_a_border_of_parts__is_seamless(client):
    id_ = sent(client)
    client.finish(id_)
    assert client.get(id_, f"bytes={PART - 10}-{PART + 9}").body == LONG[PART - 10 : PART + 10]


def test_download_before_completion__is_refused(client):
    refused(client.get(sent(client)), errors.STATUS)


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [md5(b"other"), md5(TEXT + b"x")])
def test_wrong_md5__leaves_nothing(client, stand, value):
    refused(client.put(TEXT, **{"Content-MD5": value}), errors.HASH)
    assert blobs_of(stand) == set()
    assert drafts_of(stand) == []


def test_wrong_md5_of_a_part__leaves_no_part(client, stand):
    id_ = started(client)
    piece = split(LONG)[0]
    headers = {"X-Upload-OrgPPAGUID": stands.PROVIDER, "X-Upload-Partnumber": "1", "Content-MD5": md5(b"x")}
    refused(client.ask("PUT", f"/{id_}", piece, headers=headers), errors.HASH)
    assert client.head(id_).headers["X-Upload-Completed-Parts"] == ""
    assert blobs_of(stand) == set()


@pytest.mark.parametrize("given", [b"", TEXT[:5]])
def test_body_that_is_broken_off__leaves_nothing(client, stand, given):
    answer = client.ask("PUT", body=given, headers=whole_headers(TEXT), CONTENT_LENGTH=str(len(TEXT)))
    refused(answer, errors.SIZE)
    assert blobs_of(stand) == set()
    assert drafts_of(stand) == []


def test_chunked_body__is_taken_if_its_md5_tells_its_end(client):
    assert client.ask("PUT", body=TEXT, headers=whole_headers(TEXT), CONTENT_LENGTH=None).status == 200
    headers = {key: value for key, value in whole_headers(TEXT).items() if key != "Content-MD5"}
    refused(client.ask("PUT", body=TEXT, headers=headers, CONTENT_LENGTH=None), errors.FIELD)
    assert client.ask("PUT", body=TEXT, headers=headers).status == 200


def test_chunked_body_without_end__is_cut_at_the_limit(client):
    body = LONG[: PART + 1]
    refused(client.ask("PUT", body=body, headers=whole_headers(body, "a.bin"), CONTENT_LENGTH=None), errors.SIZE)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"X-Upload-OrgPPAGUID": None}, errors.FIELD),
        ({"X-Upload-OrgPPAGUID": "1"}, errors.FIELD),
        ({"X-Upload-Dataprovider": stands.OPERATOR}, errors.FIELD),
        ({"X-Upload-OrgPPAGUID": str(uuid.uuid4())}, errors.PROVIDER),
        ({"X-Upload-OrgPPAGUID": stands.STRANGER}, errors.PERMISSION),
        ({"X-Upload-Filename": None}, errors.FIELD),
        ({"X-Upload-Filename": "a<b.txt"}, errors.FIELD),
        ({"X-Upload-Filename": "a\\b.txt"}, errors.FIELD),
        ({"X-Upload-Filename": "a" * 1021 + ".txt"}, errors.FIELD),
        ({"X-Upload-Filename": "=?utf-8?b?0?="}, errors.FIELD),
        ({"X-Upload-Filename": "=?klingon?q?a.txt?="}, errors.FIELD),
        ({"X-Upload-Filename": "a.exe"}, errors.EXTENSION),
        ({"X-Upload-Filename": "txt"}, errors.EXTENSION),
        ({"Content-MD5": "?"}, errors.FIELD),
        ({"Content-MD5": hashlib.md5(TEXT, usedforsecurity=False).hexdigest()}, errors.FIELD),
    ],
)
def test_wrong_header__is_named(client, stand, changes, name):
    refused(client.put(TEXT, **changes), name)
    assert blobs_of(stand) == set()


def test_empty_file__is_refused(client):
    refused(client.put(b""), errors.SIZE)
    refused(client.begin(0), errors.SIZE)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"X-Upload-Length": "many"}, errors.FIELD),
        ({"X-Upload-Length": "-1"}, errors.FIELD),
        ({"X-Upload-Length": str(2**40), "X-Upload-Part-Count": str(2**40 // PART + 1)}, errors.SIZE),
        ({"X-Upload-Part-Count": ""}, errors.FIELD),
        ({"X-Upload-Part-Count": "2"}, errors.FIELD),
        ({"X-Upload-Filename": "a.exe"}, errors.EXTENSION),
    ],
)
def test_session_that_cannot_be__is_refused(client, changes, name):
    refused(client.begin(len(LONG), **changes), name)


@pytest.mark.parametrize(("number", "name"), [("0", "p"), ("4", "p"), ("", "f"), ("x", "f"), ("٣", "f")])
def test_number_of_a_part_that_is_none__is_refused(client, number, name):
    id_ = started(client)
    headers = {"X-Upload-OrgPPAGUID": stands.PROVIDER, "X-Upload-Partnumber": number}
    expected = errors.PART_NUMBER if name == "p" else errors.FIELD
    refused(client.ask("PUT", f"/{id_}", b"x", headers=headers), expected)


def test_part_of_another_size__is_refused(client):
    id_ = started(client)
    refused(client.part(id_, LONG[:1000], 1), errors.SIZE)
    refused(client.part(id_, LONG[:999], 3), errors.SIZE)
    refused(client.part(id_, LONG[:999], 3, CONTENT_LENGTH=None), errors.SIZE)
    assert client.part(id_, LONG[:1000], 3).status == 200


@pytest.mark.parametrize(
    ("method", "end", "query", "name", "status"),
    [
        ("GET", "", "getfile", errors.FIELD, 400),
        ("GET", "/{id}", "", errors.FIELD, 400),
        ("HEAD", "", "", errors.FIELD, 400),
        ("POST", "/", "", errors.FIELD, 400),
        ("POST", "/{id}", "upload", errors.FIELD, 400),
        ("DELETE", "/{id}", "", errors.FIELD, 405),
        ("GET", "/1", "getfile", errors.NOT_FOUND, 400),
        ("GET", "/{id}/more", "getfile", errors.NOT_FOUND, 400),
        ("GET", "/{new}", "getfile", errors.NOT_FOUND, 400),
        ("HEAD", "/{new}", "", errors.NOT_FOUND, 400),
        ("POST", "/{new}", "completed", errors.NOT_FOUND, 400),
        ("PUT", "/{new}", "", errors.NOT_FOUND, 400),
        ("GET", "/../bills/{id}", "getfile", errors.NOT_FOUND, 400),
    ],
)
def test_request_that_is_none__gets_its_name(client, method, end, query, name, status):
    end = end.format(id=id_of(client.put(TEXT)), new=uuid.uuid4())
    headers = {"X-Upload-OrgPPAGUID": stands.PROVIDER, "X-Upload-Partnumber": "1", "Content-MD5": md5(b"x")}
    answer = client.ask(method, end, b"x" if method == "PUT" else b"", query=query, headers=headers)
    assert (answer.headers["X-Upload-Error"], answer.status) == (name, status)


@pytest.mark.parametrize("context", ["", "/", "/nowhere", "/HomeManagement", "//homemanagement2"])
def test_context_that_is_none__is_named(stand, context):
    client = Client(stand)
    client.base = request.PREFIX + context
    refused(client.put(TEXT), errors.CONTEXT)


def test_every_context__takes_files_and_shows_them_only_there(stand):
    for context in request.CONTEXTS:
        id_ = id_of(Client(stand, context).put(TEXT))
        assert Client(stand, context).get(id_.upper()).body == TEXT
        elsewhere = "nsi" if context != "nsi" else "bills"
        refused(Client(stand, elsewhere).get(id_), errors.NOT_FOUND)


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.pdf", TEXT, errors.EXTENSION),
        ("a.txt", b"%PDF-1.7", errors.EXTENSION),
        ("a.txt", b"MZ\0\1", errors.DETECTION),
    ],
)
def test_content_that_is_not_what_its_extension_says__is_refused(client, name, content, error):
    refused(client.put(content, name), error)


def test_content_of_parts_that_is_not_what_its_extension_says__is_never_a_file(client):
    id_ = sent(client, name="a.pdf")
    refused(client.finish(id_), errors.DETECTION)
    refused(client.get(id_), errors.STATUS)
    client.part(id_, b"%PDF-" + LONG[5:PART], 1)
    assert client.finish(id_).status == 200
    assert client.get(id_).headers["Content-Type"] == "application/pdf"


def test_second_finish__is_refused(client):
    id_ = sent(client)
    assert client.finish(id_).status == 200
    refused(client.finish(id_), errors.STATUS)
    refused(client.finish(id_of(client.put(TEXT))), errors.STATUS)


@pytest.mark.parametrize("authorization", [None, "Basic c2l0Ond4eXo=", "Digest x"])
def test_stranger__is_challenged(client, authorization):
    answer = client.ask("PUT", body=TEXT, headers=whole_headers(TEXT), HTTP_AUTHORIZATION=authorization)
    refused(answer, errors.CERTIFICATE, 401)
    assert "Basic" in answer.headers["WWW-Authenticate"]


def test_p16_another_organisation__gets_nothing_but_the_refusal(client, other):
    whole, open_ = id_of(client.put(TEXT)), sent(client)
    assert all(
        refused(answer, errors.PERMISSION)
        for answer in (other.get(whole), other.get(whole, "bytes=0-1"), other.finish(open_), other.part(open_, b"x", 3))
    )
    for id_ in (whole, open_):
        answer = other.head(id_)
        assert answer.status == 400
        assert answer.headers["X-Upload-Error"] == errors.PERMISSION
        assert "X-Upload-Filename" not in answer.headers
    assert client.finish(open_).status == 200


# --- what is not theirs -----------------------------------------------------------------------------------------------


def test_p13_disk_full__nothing_is_taken_and_it_is_said(client, stand, monkeypatch):
    monkeypatch.setenv("GATEWAY_FAILPOINT", "files.received:enospc")
    refused(client.put(TEXT), errors.MAINTENANCE)
    assert blobs_of(stand) == set()
    assert drafts_of(stand) == []
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    assert client.put(TEXT).status == 200


def test_p13_database_away__no_file_is_promised(client, stand, monkeypatch):
    def gone(*_):
        raise storage_errors.NotReady("gone")

    monkeypatch.setattr(files, "add", gone)
    refused(client.put(TEXT), errors.MAINTENANCE)
    refused(client.begin(1), errors.MAINTENANCE)


def test_defect__is_told_by_a_number_alone(client, monkeypatch):
    monkeypatch.setenv("GATEWAY_FAILPOINT", "files.received:raise")
    answer = client.put(TEXT)
    assert answer.status == 500
    assert re.search(r"[0-9a-f]{8}-", answer.body.decode())
    assert "FailPoint" not in answer.body.decode()


def test_log__has_no_names(client, caplog):
    caplog.set_level("DEBUG")
    client.put(TEXT, "Иванов-secret.txt")
    client.put(TEXT, "Иванов-secret.exe")
    assert "answered" in caplog.text
    assert all("secret" not in str(vars(record)) for record in caplog.records)


# --- afterwards -------------------------------------------------------------------------------------------------------


def test_upload_whose_time_is_over__is_gone_with_its_parts(stand, client):
    stays = id_of(client.put(TEXT))
    stand.close()
    object.__setattr__(stand.settings, "upload_ttl", 0)
    stand.open()
    id_ = started(client)
    assert client.head(id_).headers["X-Upload-Error"] == errors.NOT_FOUND
    keeper.clean(stand.house, unnamed=0)
    with stand.house.database.read() as connection:
        assert files.find(connection, id_) is None
        assert files.find(connection, stays) is not None
    assert client.get(stays).body == TEXT


def test_each_part__gives_an_upload_more_time(client, stand):
    id_ = started(client)

    def end():
        with stand.house.database.read() as connection:
            return files.find(connection, id_).expires_at

    before = end()
    client.part(id_, split(LONG)[0], 1)
    assert end() > before


def test_blobs_that_nobody_names__go_and_the_others_stay(client, stand):
    id_ = sent(client)
    client.part(id_, os.urandom(PART), 1)
    client.part(id_, split(LONG)[0], 1)
    whole = id_of(client.put(TEXT))
    assert len(blobs_of(stand)) == 5
    keeper.clean(stand.house)
    assert len(blobs_of(stand)) == 5
    keeper.clean(stand.house, unnamed=0)
    assert len(blobs_of(stand)) == 4
    assert client.finish(id_).status == 200
    assert client.get(id_).body == LONG
    assert client.get(whole).body == TEXT


def test_part_of_another_upload_with_the_same_bytes__survives_the_completion_of_the_first(client):
    first, second = sent(client), sent(client)
    assert client.finish(first).status == 200
    assert client.finish(second).status == 200
    assert client.get(second).body == client.get(first).body == LONG


def test_blob_removed_before_it_is_named__is_not_promised(client, monkeypatch):
    monkeypatch.setattr("gateway.files.blobs.Disk.has", lambda *_: False)
    refused(client.put(TEXT), errors.MAINTENANCE)
