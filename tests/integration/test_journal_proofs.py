"""Checkpoints over HTTP, and receipts: what the sender gets and nobody else, and that it is proved without our code."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import subprocess
import threading

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from lxml import etree

from gateway import clock, passwords
from gateway.cli import main
from gateway.journal import errors, publishing, receipt
from storage import directory, journal, packages, tables, tree
from tests import samples
from tests import stand as stands
from tests.unit.families.nsi import test_common
from tests.unit.web.test_metrics import values

GUID = "a5b1c7de-0000-4000-8000-000000000001"
NOBODY = "00000000-0000-4000-8000-000000000000"
XMLDSIG = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A stand with an accepted package among other entries: its bytes, and its MessageGUID."""
    stand = stands.Stand(tmp_path_factory.mktemp("proofs") / "data")
    with stand.house.database.write() as connection:
        other = directory.System("other", passwords.hash_password(stands.PASSWORD), stands.OPERATOR)
        directory.add_system(connection, other, stands.NOW)
        before = journal.size(connection)
    grow(stand, 300 - before)
    raw = stands.package(samples.HOUSE, guid=GUID)
    guid = stand.post(raw).message_guid
    grow(stand, 30)
    checkpoint(stand)
    yield stand, raw, guid
    stand.close()


def grow(stand, count):
    event = journal.Event(journal.Kind.FILE_STORED, stands.NOW)
    with stand.house.database.write() as connection:
        journal.append(connection, [event] * count)


def checkpoint(stand):
    return publishing.make(stand.house.database, stand.house.key, stand.house.settings)


def ask(stand, path, *, login=stands.LOGIN, password=stands.PASSWORD, **environ):
    token = base64.b64encode(f"{login}:{password}".encode()).decode()
    return stand.post(b"", path=path, method="GET", **{"HTTP_AUTHORIZATION": f"Basic {token}", **environ})


def test_checkpoint_certificate_and_tiles__are_public_and_cached_as_they_may_be(opened):
    stand, _, _ = opened
    kept = checkpoint(stand)
    found = stand.get("/journal/checkpoint")
    assert (found.status, found.body.decode()) == (200, kept.note)
    assert (found.headers["Content-Type"], found.headers["Cache-Control"]) == ("text/plain; charset=utf-8", "no-cache")
    pem = stand.get("/journal/certificate.pem").body.decode()
    assert receipt.read_pem(pem).der == stand.house.key.certificate
    size = kept.size
    for path, width in (("tile/0/000", 256), (f"tile/0/001.p/{size - 256}", size - 256), ("tile/1/000.p/1", 1)):
        tile = stand.get(f"/journal/{path}")
        assert (tile.status, len(tile.body)) == (200, width * 32)
        assert tile.headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in tile.headers["Cache-Control"]
    with stand.house.database.read() as connection:
        hashes = "".join(connection.execute(sa.select(tables.journal_entry.c.hash).limit(256)).scalars())
    assert stand.get("/journal/tile/0/000").body.hex() == hashes


@pytest.mark.parametrize(
    "path",
    [
        "", "other", "tile/0/001", "tile/0/1", "tile/0/x000/000", "tile/00/000", "tile/1/000", "tile/2/000.p/1",
        "tile/0/001.p/256", "tile/0/001.p/0", "tile/0/001.p/255", "tile/64/000", "tile/entries/000", "receipt",
        "tile/0/" + "x999/" * 5 + "999",
    ],
)  # fmt: skip
def test_tile_that_is_not_signed_or_not_written_so__is_not_there(opened, path):
    assert opened[0].get(f"/journal/{path}").status == 404


def test_journal_that_was_never_signed__has_no_checkpoint_and_no_tiles(stand):
    grow(stand, 256)
    assert stand.get("/journal/checkpoint").status == 404
    assert stand.get("/journal/tile/0/000").status == 404


def independent(data, certificate, folder):
    """Check a receipt by hashlib and openssl alone; returns its parts."""
    got = json.loads(data)
    text, _, signature = got["checkpoint"].rpartition("\n\n")
    (folder / "text").write_text(f"{text}\n", "utf-8")
    (folder / "signature").write_bytes(base64.b64decode(signature.rsplit(" ", 1)[1])[4:])
    (folder / "key.pem").write_bytes(
        subprocess.run(
            ["openssl", "x509", "-noout", "-pubkey"], input=certificate, capture_output=True, check=True
        ).stdout
    )
    line = ["openssl", "dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "text"]
    assert subprocess.run(line, cwd=folder, capture_output=True, check=False).stdout == b"Verified OK\n"
    _, size, root, _ = text.split("\n")
    index, last = got["index"], int(size) - 1
    found = hashlib.sha256(b"\0" + got["record"].encode()).digest()
    for each in map(base64.b64decode, got["inclusion"]):
        if index % 2 or index == last:
            found = hashlib.sha256(b"\1" + each + found).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            found = hashlib.sha256(b"\1" + found + each).digest()
        index, last = index // 2, last // 2
    assert last == 0
    assert base64.b64encode(found).decode() == root
    return got, json.loads(got["record"])


def test_receipt__proves_without_our_code_what_the_sender_has_signed(opened, tmp_path):
    """P8: the digests are those of the sender's own document."""
    stand, raw, guid = opened
    answer = ask(stand, f"/journal/receipt/{guid}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    got, record = independent(answer.body, stand.get("/journal/certificate.pem").body, tmp_path)
    assert (record["kind"], record["message"], record["index"]) == ("package-accepted", guid, 300)
    assert record["facts"]["requester_guid"] == got["requester_guid"] == GUID
    assert record["payloads"]["request"]["sha256"] == got["request"]["sha256"] == hashlib.sha256(raw).hexdigest()
    document = etree.fromstring(raw)
    references = document.iter(f"{XMLDSIG}Reference")
    digests = [each.findtext(f"{XMLDSIG}DigestValue") for each in references if "Type" not in each.attrib]
    assert [got["signed"]["digest"]] == digests
    assert base64.b64decode(digests[0]).hex() == record["facts"]["payload_digest"]


def test_receipt_of_a_message__is_the_same_for_ever_and_under_both_names(opened):
    stand, _, guid = opened
    first = ask(stand, f"/journal/receipt/{guid}").body
    grow(stand, 5)
    checkpoint(stand)
    assert ask(stand, f"/journal/receipt/{GUID}").body == ask(stand, f"/journal/receipt/{guid.upper()}").body == first


def test_receipt__is_for_the_sender_alone(opened):
    stand, _, guid = opened
    path = f"/journal/receipt/{guid}"
    assert ask(stand, path, HTTP_AUTHORIZATION=None).status == 401
    assert ask(stand, path, password="wrong").status == 401
    foreign = ask(stand, path, login="other")
    assert (foreign.status, foreign.body) == (404, ask(stand, f"/journal/receipt/{NOBODY}").body)


def test_receipt_of_a_message_without_an_organisation__is_for_the_system_that_has_sent_it(opened):
    stand, _, _ = opened
    sent = stand.send(test_common.item(3), organisation=None, key=stands.KEYS[stands.OPERATOR])
    checkpoint(stand)
    assert ask(stand, f"/journal/receipt/{sent.message_guid}").status == 200
    assert ask(stand, f"/journal/receipt/{sent.message_guid}", login="other").status == 404


def named(stand, guid):
    with stand.house.database.read() as connection:
        (found,) = packages.named(connection, guid)
    return found


@pytest.mark.parametrize("message", ["", NOBODY, "not-a-guid", "\0"])
def test_receipt_of_no_message__is_not_there(opened, message):
    assert ask(opened[0], f"/journal/receipt/{message}").status == 404


def test_receipt_before_a_checkpoint__makes_one_but_not_one_for_each_question(stand, monkeypatch):
    guids = [stand.send(samples.HOUSE, guid=GUID[:-1] + digit).message_guid for digit in "12"]
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    assert ask(stand, f"/journal/receipt/{guids[1]}").status == 200
    later = stand.send(samples.HOUSE, guid=GUID[:-1] + "3").message_guid
    waits = ask(stand, f"/journal/receipt/{later}")
    assert (waits.status, waits.headers["Retry-After"]) == (503, "1")
    assert ask(stand, f"/journal/receipt/{guids[0]}").status == 200
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(seconds=2))
    assert ask(stand, f"/journal/receipt/{later}").status == 200


def test_unsigned_package__has_a_receipt_without_a_signed_digest(tmp_path):
    stand = stands.Stand(tmp_path / "data", signature="optional")
    guid = stand.send(samples.HOUSE, guid=GUID, key=None).message_guid
    got = ask(stand, f"/journal/receipt/{guid}").body
    assert json.loads(got)["signed"] is None
    assert receipt.check(got, None, None).signed is None
    stand.close()


SPOIL = {
    "record": lambda got: {**got, "record": got["record"].replace("2026", "2025")},
    "message": lambda got: {**got, "message_guid": GUID},
    "digest": lambda got: {**got, "request": {**got["request"], "sha256": "0" * 64}},
    "signed": lambda got: {**got, "signed": None},
    "index": lambda got: {**got, "index": got["index"] + 1},
    "index of another kind": lambda got: {**got, "index": "300"},
    "path": lambda got: {**got, "inclusion": got["inclusion"][1:]},
    "checkpoint": lambda got: {**got, "checkpoint": got["checkpoint"].replace("\n33", "\n34")},
    "origin": lambda got: {**got, "checkpoint": got["checkpoint"].replace("hcs-gateway/", "hcs-gateway/0")},
    "note": lambda got: {**got, "checkpoint": "text\n\n"},
    "certificate": lambda got: {**got, "certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"},
    "format": lambda got: {**got, "format": "hcs-gateway-receipt/2"},
    "missing": lambda got: {name: got[name] for name in got if name != "inclusion"},
    "list": lambda _: [],
}


@pytest.mark.parametrize("part", SPOIL)
def test_changed_receipt__is_bad_and_says_why(opened, part):
    stand, _, guid = opened
    got = json.loads(receipt.make(stand.house.database, stand.house.key, stand.house.settings, named(stand, guid)))
    assert receipt.check(json.dumps(got).encode(), None, None).index == 300
    with pytest.raises(errors.BadReceipt, match=r"\w+ \w+"):
        receipt.check(json.dumps(SPOIL[part](got)).encode(), None, None)


def test_receipt_of_another_entry_of_the_same_journal__proves_nothing(opened):
    stand, _, guid = opened
    got = json.loads(receipt.make(stand.house.database, stand.house.key, stand.house.settings, named(stand, guid)))
    with stand.house.database.read() as connection:
        other = next(journal.entries(connection, 5, 6))
        path = publishing.merkle.inclusion(connection, 5, int(got["checkpoint"].split("\n")[1]))
    proof = [base64.b64encode(each).decode() for each in path]
    with pytest.raises(errors.BadReceipt, match="does not say"):
        receipt.check(
            json.dumps({**got, "record": other.record.decode(), "index": 5, "inclusion": proof}).encode(), None, None
        )


def test_commands__give_and_check_a_receipt_and_a_checkpoint(opened, tmp_path):
    stand, _, guid = opened

    def run(*arguments, code=0):
        result = CliRunner().invoke(main, ["--data", str(stand.settings.data), "journal", *map(str, arguments)])
        assert result.exit_code == code, result.output
        return result.stdout

    assert run("checkpoint") == stand.get("/journal/checkpoint").body.decode()
    assert json.loads(run("checkpoint", "--json"))["size"] >= 331
    file = tmp_path / "receipt.json"
    run("receipt", GUID, "-o", file)
    assert file.read_bytes() == ask(stand, f"/journal/receipt/{guid}").body
    assert run("receipt", guid) == file.read_text("utf-8")
    line = run("receipt", guid, "--json")
    assert (line.count("\n"), json.loads(line)) == (1, json.loads(file.read_text("utf-8")))
    assert json.loads(run("receipt", guid, "-o", file, "--json"))["file"] == str(file)
    told = json.loads(run("receipt", "--check", file, "--json"))
    assert (told["message_guid"], told["index"], told["signer_given"]) == (guid, 300, False)
    assert "name it by --certificate" in run("receipt", "--check", file)
    own = stand.settings.keys / "installation.crt"
    assert run("receipt", "--check", file, "--certificate", own).startswith("the receipt is good\n")
    run("receipt", "--check", file, "--certificate", stand.settings.trust / "ca.crt", code=1)
    run("receipt", NOBODY, code=1)
    run("receipt", code=2)


def test_keeper__makes_and_publishes_a_checkpoint_by_itself_and_alone(tmp_path):
    folder = tmp_path / "published"
    stand = stands.Stand(tmp_path / "data", checkpoint_folder=str(folder), checkpoint_interval=1)
    grow(stand, 600)
    stop = threading.Event()
    threads = [threading.Thread(target=publishing.run, args=(stand.house, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    waiting = threading.Event()
    while not (folder / "checkpoint").exists():
        waiting.wait(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    note = (folder / "checkpoint").read_text("utf-8")
    assert note == stand.get("/journal/checkpoint").body.decode()
    tiles = sorted(str(path.relative_to(folder)) for path in (folder / "tile").rglob("*") if path.is_file())
    size = int(note.split("\n")[1])
    assert tiles == ["tile/0/000", "tile/0/001", f"tile/0/002.p/{size - 512}", "tile/1/000.p/2"]
    for path in tiles:
        assert (folder / path).read_bytes() == stand.get(f"/journal/{path}").body
    assert receipt.read_pem((folder / "certificate.pem").read_text("ascii")).der == stand.house.key.certificate
    stand.close()


def test_paths_of_tiles__are_those_of_tlog_tiles():
    assert publishing.tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert publishing.tile_path(3, 5, 17) == "tile/3/005.p/17"
    assert publishing.tile_path(0, 1000, tree.WIDTH) == "tile/0/x001/000"


def test_metrics__tell_what_is_signed_and_how_old_it_is(stand):
    names = {name for name, _ in values(stand)}
    assert "gateway_journal_checkpoint_entries" not in names
    grow(stand, 3)
    kept = checkpoint(stand)
    grow(stand, 2)
    told = values(stand)
    assert told["gateway_journal_checkpoint_entries", ()] == kept.size
    assert told["gateway_journal_entries", ()] == kept.size + 2
    assert 0 <= told["gateway_journal_checkpoint_age_seconds", ()] < 60
