"""The attacks of samples/hostile/signatures against a whole installation that trusts their authority: none comes in."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests import hostile
from tests import stand as stands
from tests.signature_attacks import cases, corpus, families

SENT = [case for case in cases.cases() if case.expected["attack"] != "sizes"]
FAMILIES = {each.name: [case for case in SENT if case.expected["attack"] == each.name] for each in families.FAMILIES}
GUID = b"5f1c0e00-0000-4000-8000-00000000a77a"


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("attacked") / "data"
    (folder / "trust").mkdir(parents=True)
    (folder / "trust" / "corpus.crt").write_bytes((corpus.FOLDER / families.AUTHORITY_FILE).read_bytes())
    opened = stands.Stand(folder, signature="required")
    yield opened
    opened.close()


def send(stand: stands.Stand, case: cases.Case) -> stands.Answer:
    """Send the message under a MessageGUID of its own; the header is not signed."""
    return stand.post(case.octets().replace(GUID, str(uuid.uuid4()).encode()))


@pytest.mark.parametrize("name", [attack.name for attack in families.GOOD])
def test_good_message__is_acknowledged(stand, name):
    answer = send(stand, next(case for case in SENT if case.name == name))
    assert answer.status == 200, answer.text


@pytest.mark.parametrize("family", [name for name in FAMILIES if FAMILIES[name]])
def test_attack__gets_a_fault_with_a_code(stand, family):
    accepted = []
    for case in FAMILIES[family]:
        answer = send(stand, case)
        hostile.check_answer(answer)
        if answer.status == 200:
            accepted.append(case.name)
    assert accepted == []
