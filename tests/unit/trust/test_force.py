"""Whom a process believes while the folder changes: the new store when all of it is sound, else the old one."""

from __future__ import annotations

import os
import shutil
import threading

import pytest

from gateway import errors
from gateway.trust import force
from signing import issue, revocation, trust_folder
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, crl

ROOT, LEAF = makers.authority(), makers.identity()
OTHER = issue.new_authority("p256", "Другой УЦ", now=NOW)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "root.crt").write_bytes(ROOT.certificate.der)
    (tmp_path / "crl").mkdir()
    return tmp_path


@pytest.fixture
def followed(folder):
    return force.Force(folder)


def believed(followed):
    return [each.name for each in followed.now.anchors], [len(each) for each in followed.now.lists.all]


def errors_of(caplog):
    return [each.facts["reason"] for each in caplog.records if each.message == "trust file damaged"]


def test_unchanged_folder__is_not_read_again(followed, monkeypatch):
    monkeypatch.setattr(trust_folder, "survey", lambda *_, **__: pytest.fail("read again"))
    before = followed.now
    assert not followed.refresh()
    assert followed.now is before


@pytest.mark.parametrize(
    ("change", "after"),
    [
        (lambda folder: (folder / "b.crt").write_bytes(OTHER.certificate.der), (["Другой УЦ", "Тестовый УЦ"], [])),
        (lambda folder: (folder / "root.crt").unlink(), ([], [])),
        (lambda folder: (folder / "root.crt").write_bytes(OTHER.certificate.der), (["Другой УЦ"], [])),
        (lambda folder: (folder / "crl" / "a.crl").write_bytes(crl(ROOT, (LEAF, -1))), (["Тестовый УЦ"], [1])),
    ],
)
def test_change__is_taken_in_and_what_was_taken_before_stays_as_it_was(folder, followed, change, after):
    begun = followed.now
    change(folder)
    assert followed.refresh()
    assert believed(followed) == after
    assert [each.name for each in begun.anchors] == ["Тестовый УЦ"]
    assert not followed.refresh()


def test_file_put_in_place_of_another_of_the_same_size_and_date__is_noticed(folder, followed):
    old = (folder / "root.crt").stat()
    draft = folder / "draft"
    draft.write_bytes(bytes(old.st_size))
    os.utime(draft, ns=(old.st_atime_ns, old.st_mtime_ns))
    before = trust_folder.stamp(folder)
    draft.replace(folder / "root.crt")
    assert trust_folder.stamp(folder) != before


def test_pinned_certificate__comes_and_goes(folder, followed):
    own = folder / "organisations" / "a"
    own.mkdir(parents=True)
    (own / "a.crt").write_bytes(LEAF.certificate.der)
    assert followed.refresh()
    assert [each.owner for each in followed.now.pinned] == ["a"]
    shutil.rmtree(own)
    assert followed.refresh()
    assert followed.now.pinned == ()


@pytest.mark.parametrize("file", ["root.crt", "crl/a.crl", "new.pem", "organisations/a/a.crt"])
def test_damaged_file__changes_nothing_and_is_told_once(folder, followed, caplog, file):
    (folder / "crl" / "a.crl").write_bytes(crl(ROOT, (LEAF, -1)))
    followed.refresh()
    before = followed.now
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_bytes(b"damaged")
    for _ in range(3):
        assert not followed.refresh()
    assert followed.now is before
    (reason,) = errors_of(caplog)
    assert file in reason
    # Nothing else is taken in beside it.
    (folder / "other.crt").write_bytes(OTHER.certificate.der)
    assert not followed.refresh()
    assert len(errors_of(caplog)) == 1
    (folder / file).unlink()
    assert followed.refresh()
    assert "Другой УЦ" in believed(followed)[0]


def test_damaged_file_at_the_start__is_not_ready_with_its_name(folder):
    (folder / "crl" / "a.crl").write_bytes(b"damaged")
    with pytest.raises(errors.Unavailable, match=r"a\.crl"):
        force.Force(folder)


def test_missing_folder_at_the_start__is_not_ready(tmp_path):
    with pytest.raises(errors.Unavailable, match="absent"):
        force.Force(tmp_path / "absent")


def test_folder_that_goes__leaves_what_was_in_force(folder, followed, tmp_path):
    before = followed.now
    folder.rename(tmp_path.with_name(f"{tmp_path.name}-away"))
    with pytest.raises(errors.Unavailable):
        followed.refresh()
    assert followed.now is before
    tmp_path.with_name(f"{tmp_path.name}-away").rename(folder)
    assert not followed.refresh()


def test_file_that_cannot_be_read_now__is_read_the_next_time(folder, followed, monkeypatch):
    (folder / "b.crt").write_bytes(OTHER.certificate.der)
    read_bytes = type(folder).read_bytes

    def failing(path):
        if path.name == "b.crt":
            raise OSError(5, "Input/output error")
        return read_bytes(path)

    with monkeypatch.context() as broken:
        broken.setattr(type(folder), "read_bytes", failing)
        assert not followed.refresh()
    assert followed.refresh()
    assert "Другой УЦ" in believed(followed)[0]


def test_file_that_goes_while_the_folder_is_read__is_no_damage(folder, followed, monkeypatch, caplog):
    (folder / "b.crt").write_bytes(OTHER.certificate.der)
    (folder / "crl" / "b.crl").write_bytes(crl(OTHER))
    files = trust_folder._files  # noqa: SLF001 - between listing and reading there is no other door

    def listed(place, suffixes):
        found = files(place, suffixes)
        for name in ("b.crt", "b.crl"):
            (place / name).unlink(missing_ok=True)
        return found

    monkeypatch.setattr(trust_folder, "_files", listed)
    followed.refresh()
    assert believed(followed) == (["Тестовый УЦ"], [])
    assert errors_of(caplog) == []


def test_list_that_has_not_changed__is_not_read_again(folder, followed, monkeypatch):
    (folder / "crl" / "a.crl").write_bytes(crl(ROOT, (LEAF, -1)))
    followed.refresh()
    (first,) = followed.now.lists.all
    monkeypatch.setattr(revocation, "read", lambda _: pytest.fail("read again"))
    (folder / "b.crt").write_bytes(OTHER.certificate.der)
    assert followed.refresh()
    assert followed.now.lists.all == (first,)


def test_signature_of_a_list__is_verified_when_it_is_read(folder):
    (folder / "crl" / "a.crl").write_bytes(crl(ROOT, (LEAF, -1)))
    followed = force.Force(folder)
    (found,) = followed.now.lists.all
    assert list(found._signers.values()) == [True]  # noqa: SLF001 - that nothing is left to verify later


def test_watch__follows_until_it_is_told_to_stop(folder, followed, monkeypatch):
    monkeypatch.setattr("gateway.watch.EVERY", 0.01)
    stop, changed = threading.Event(), threading.Event()
    watching = threading.Thread(target=followed.watch, args=(stop, changed.set))
    watching.start()
    (folder / "b.crt").write_bytes(OTHER.certificate.der)
    assert changed.wait(60)
    stop.set()
    watching.join(60)
    assert not watching.is_alive()
    assert "Другой УЦ" in believed(followed)[0]


def test_facts_for_the_log__name_nobody(folder):
    (folder / "crl" / "a.crl").write_bytes(crl(ROOT, (LEAF, -1), (5, -1)))
    assert force.facts(force.Force(folder).now) == {"authorities": 1, "pinned": 0, "lists": 1, "revoked": 2}
