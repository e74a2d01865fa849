"""P16: what a package says of people is nowhere in the registry's file, its history or its write-ahead log."""

from __future__ import annotations

import base64
import dataclasses
import json

import pytest

from gateway import vault
from storage import registry
from tests.unit.families.accounts.requests import (
    account,
    accounts,
    closed,
    entry,
    export,
    flat,
    house,
    transport,
)
from tests.unit.families.accounts.rig import NOW, OURS, Rig, codes

WORDS = {
    "Surname": "Вымышленная-Тестова",
    "FirstName": "Евлампия",
    "Patronymic": "Пафнутьевна",
    "DateOfBirth": "1971-02-13",
    "SNILS": "11223344595",
    "Series": "4509-ЫЪ",
    "Number": "987650123",
    "IssueDate": "2003-11-19",
    "Note": "Переехала к Феофану",
}
_NAMES = "".join(f"<i:{name}>{WORDS[name]}</i:{name}>" for name in ("Surname", "FirstName", "Patronymic"))
_BORN = f"<Sex>F</Sex><DateOfBirth>{WORDS['DateOfBirth']}</DateOfBirth>"
BY_NUMBER = f"<Ind>{_NAMES}{_BORN}<i:SNILS>{WORDS['SNILS']}</i:SNILS></Ind>"
BY_DOCUMENT = (
    f"<Ind>{_NAMES}{_BORN}<i:ID><i:Type>{entry(95, '1')}</i:Type><i:Series>{WORDS['Series']}</i:Series>"
    f"<i:Number>{WORDS['Number']}</i:Number><i:IssueDate>{WORDS['IssueDate']}</i:IssueDate></i:ID></Ind>"
)
ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "cp1251", "cp866", "koi8-r", "iso8859-5")


@pytest.fixture
def lived(rig: Rig) -> Rig:
    """An account that was opened, changed and closed; one of another payer."""
    rig.play(house())
    rig.play(accounts(account(1, flat(101), payer=BY_NUMBER), account(2, flat(102), payer=BY_DOCUMENT)))
    rig.play(accounts(account(3, flat(101), of=1, payer=BY_DOCUMENT)))
    last = account(4, of=1, payer=BY_NUMBER, said=closed(note=WORDS["Note"]))
    assert codes(rig.play(accounts(last))) == {}
    return rig


def _forms(word: str) -> set[bytes]:
    """The word in every encoding that a file could hold it in."""
    plain = {word.encode(name) for name in ENCODINGS}
    escaped = {json.dumps(word)[1:-1].encode(), word.upper().encode(), word.lower().encode()}
    spelt = {form.hex().encode() for form in plain} | {form.hex().upper().encode() for form in plain}
    # Base64 of the word alone looks otherwise at each of the three places where it can begin inside more.
    inside = {base64.b64encode(b"\0" * shift + form)[4:-4] for form in plain for shift in range(3)}
    return plain | escaped | spelt | {form for form in inside if len(form) > 7}


def test_p16_database_and_its_log__hold_nothing_personal(lived: Rig) -> None:
    files = sorted(lived.file.parent.glob("registry.db*"))
    assert {path.name for path in files} >= {"registry.db", "registry.db-wal"}
    raw = b"".join(path.read_bytes() for path in files)
    assert lived.given[transport(1)].encode() in raw
    found = [word for word in WORDS.values() for form in _forms(word) if form in raw]
    assert found == []


def test_p16_file_after_a_checkpoint__holds_nothing_personal_either(lived: Rig) -> None:
    with lived.database.write() as connection:
        connection.exec_driver_sql("UPDATE heartbeat SET beats = beats + 1")
    lived.close()
    raw = lived.file.read_bytes()
    assert lived.given[transport(1)].encode() in raw
    assert [word for word in WORDS.values() for form in _forms(word) if form in raw] == []


def test_forms__would_find_a_word_that_is_there() -> None:
    for word in WORDS.values():
        record = json.dumps({"x": word}, ensure_ascii=False).encode()
        for raw in (record, json.dumps({"x": word}).encode(), base64.b64encode(record), record.hex().encode()):
            assert any(form in raw for form in _forms(word))


def test_provider__gets_every_word_back(lived: Rig) -> None:
    answer = lived.play(export("AccountGUID", *(lived.given[transport(count)] for count in (1, 2))))
    told = json.dumps(answer.items, ensure_ascii=False)
    assert [word for word in WORDS.values() if word not in told] == []


def _put(rig: Rig, thing: registry.Thing) -> None:
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        unit.get(thing.id)
        unit.put(thing)
    with rig.database.write() as connection:
        registry.apply(connection, unit, organisation=OURS, message="x", at=NOW)


def test_sealed_value_of_another_account__is_never_shown(lived: Rig) -> None:
    first, second = (lived.thing(lived.given[transport(count)]) for count in (1, 2))
    assert first.data["sealed"] != second.data["sealed"]
    _put(lived, dataclasses.replace(first, data={**first.data, "sealed": second.data["sealed"]}))
    with pytest.raises(vault.Tampered, match=first.id):
        lived.play(export("AccountGUID", first.id))


def test_changed_sealed_value__is_never_shown(lived: Rig) -> None:
    thing = lived.thing(lived.given[transport(2)])
    sealed = thing.data["sealed"]
    changed = sealed[:40] + ("A" if sealed[40] != "A" else "B") + sealed[41:]
    _put(lived, dataclasses.replace(thing, data={**thing.data, "sealed": changed}))
    with pytest.raises(vault.Tampered, match=thing.id):
        lived.play(export("AccountGUID", thing.id))
