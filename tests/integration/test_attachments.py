"""Attachments of packages and the file store: FIL001001, FIL001002, FIL001004, FIL001005, and what only warns."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from gateway import wire
from gateway.files import digests
from tests import samples
from tests import stand as stands
from tests.uploads import PART, Client, id_of

CONTRACT = samples.valid("agreements/place-contract.xml").decode()
GUID, HASH = "eeeeeeee-0000-4000-8000-000000000001", "0" * 64
CONTENT = b"%PDF-1.7 message digest"


def placing(guid: str, digest: str, times: int = 1) -> bytes:
    """Return a request to place a contract with an attachment, or with several of them."""
    text = CONTRACT.replace(GUID, guid).replace(HASH, digest)
    start, end = text.index("<hm:ContractAttachment>"), text.index("<hm:AutomaticRollOverOneYear>")
    return (text[:start] + text[start:end] * times + text[end:]).encode()


@pytest.fixture
def stand(tmp_path: Path):
    opened = stands.Stand(tmp_path / "data", attachment_hash="enforce")
    yield opened
    opened.close()


@pytest.fixture
def client(stand) -> Client:
    return Client(stand, "agreements")


def digest(tmp_path: Path, stand) -> str:
    file = tmp_path / "content"
    file.write_bytes(CONTENT)
    with file.open("rb") as opened:
        return digests.gost94(opened, stand.settings, threading.Event())


def outcome(stand, request: bytes) -> tuple[str | None, str]:
    """Return code and text of the ErrorMessage that answers a package; None where it was executed."""
    message = stand.result(stand.send(request).message_guid).find(wire.base("ErrorMessage"))
    if message is None:
        return None, ""
    return message.findtext(wire.base("ErrorCode")), message.findtext(wire.base("Description"))


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_file_of_the_sender_with_its_digest__is_an_attachment(stand, client, tmp_path, written):
    id_ = id_of(client.put(CONTENT, "charter.pdf"))
    assert outcome(stand, placing(written(id_), written(digest(tmp_path, stand)))) == (None, "")


@pytest.mark.parametrize(
    "wrong", [lambda right: "0" * 64, lambda right: right[:-1], lambda _: hashlib.sha256(CONTENT).hexdigest()]
)
def test_another_digest__is_fil001004(stand, client, tmp_path, wrong):
    id_ = id_of(client.put(CONTENT, "charter.pdf"))
    code, text = outcome(stand, placing(id_, wrong(digest(tmp_path, stand))))
    assert code == "FIL001004"
    assert id_ in text


def test_file_that_nobody_has_uploaded__is_fil001001(stand):
    code, text = outcome(stand, placing(GUID, HASH))
    assert code == "FIL001001"
    assert GUID in text


def test_p16_file_of_another_organisation__is_fil001002(stand, tmp_path):
    id_ = id_of(Client(stand, "agreements", org=stands.OPERATOR).put(CONTENT, "charter.pdf"))
    assert outcome(stand, placing(id_, digest(tmp_path, stand)))[0] == "FIL001002"


def test_upload_that_is_not_completed__is_fil001005(stand, client):
    id_ = id_of(client.begin(PART + 1, "charter.pdf"))
    assert outcome(stand, placing(id_, HASH))[0] == "FIL001005"


def test_attachments_by_the_dozen__are_told_by_the_first_and_counted(stand):
    code, text = outcome(stand, placing(GUID, HASH, 13))
    assert code == "FIL001001"
    assert text.count(GUID) == 10
    assert text.endswith("и ещё вложений: 3")


def test_warning__executes_the_package_and_tells_the_log(tmp_path, caplog):
    caplog.set_level("INFO")
    stand = stands.Stand(tmp_path / "data", attachment_hash="warn")
    assert outcome(stand, placing(GUID, HASH)) == (None, "")
    (record,) = [each for each in caplog.records if each.message == "attachments are not as stated"]
    assert record.facts["codes"] == ["FIL001001"]
    stand.close()
