"""What is sealed opens only whole, only for its owner, and only with its key."""

from __future__ import annotations

import base64
import stat

import pytest

from gateway import errors, vault

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
CONTENT = {"Surname": "Вымышленная", "SNILS": "11223344595"}
OWNER = "account:1"


def _file(path, *keys):
    lines = [f"{vault.key_id(key)} {base64.b64encode(key).decode()}" for key in keys]
    path.write_text("# two keys\n\n" + "\n".join(lines) + "\n", encoding="ascii")
    return path


def test_sealed__opens_for_its_owner_and_says_nothing_else():
    sealed = vault.Vault([OLD]).seal(CONTENT, OWNER)
    assert vault.Vault([OLD]).unseal(sealed, OWNER) == CONTENT
    assert sealed.isascii()
    assert CONTENT["SNILS"] not in sealed


def test_same_content__is_sealed_otherwise_each_time():
    made = vault.Vault([OLD])
    assert made.seal(CONTENT, OWNER) != made.seal(CONTENT, OWNER)


def test_every_changed_character__is_detected():
    made = vault.Vault([OLD, NEW])
    sealed = made.seal(CONTENT, OWNER)
    for index, character in enumerate(sealed):
        changed = sealed[:index] + ("A" if character != "A" else "B") + sealed[index + 1 :]
        with pytest.raises((vault.Tampered, errors.Unavailable)):
            made.unseal(changed, OWNER)


@pytest.mark.parametrize(("length", "padding"), [(1, "=="), (2, "=")])
def test_character_whose_last_bits_mean_nothing__is_detected_too(length, padding):
    made = vault.Vault([OLD])
    sealed = made.seal("b" * length, OWNER)
    value = sealed.rstrip("=")
    assert sealed == value + padding
    same = value[:-1] + chr(ord(value[-1]) + 1) + padding  # Base64 reads the same bytes from both
    encoded, read = (text.rpartition(".")[2] for text in (sealed, same))
    assert base64.urlsafe_b64decode(read) == base64.urlsafe_b64decode(encoded)
    with pytest.raises(vault.Tampered):
        made.unseal(same, OWNER)


@pytest.mark.parametrize(
    "sealed", ["", "v1", "v1.", "v2.{id}.AAAA", "v1.{id}.", "v1.{id}.AAAA", "v1.{id}.А", "v1.{id}.A"]
)
def test_what_was_never_sealed__is_detected(sealed):
    with pytest.raises((vault.Tampered, errors.Unavailable)):
        vault.Vault([OLD]).unseal(sealed.format(id=vault.key_id(OLD)), OWNER)


def test_value_of_another_object__is_detected():
    made = vault.Vault([OLD])
    with pytest.raises(vault.Tampered, match="account:2"):
        made.unseal(made.seal(CONTENT, OWNER), "account:2")


def test_other_key_under_the_id__is_detected():
    sealed = vault.Vault([OLD]).seal(CONTENT, OWNER)
    renamed = sealed.replace(vault.key_id(OLD), vault.key_id(NEW))
    with pytest.raises(vault.Tampered):
        vault.Vault([NEW]).unseal(renamed, OWNER)


def test_new_key_in_front__seals_and_the_old_one_still_opens(tmp_path):
    before = vault.Vault([OLD]).seal(CONTENT, OWNER)
    both = vault.Vault.load(_file(tmp_path / "data.key", NEW, OLD))
    assert both.unseal(before, OWNER) == CONTENT
    after = both.seal(CONTENT, OWNER)
    assert vault.Vault([NEW]).unseal(after, OWNER) == CONTENT
    with pytest.raises(errors.Unavailable, match=vault.key_id(NEW)):
        vault.Vault([OLD]).unseal(after, OWNER)


def test_missing_file__says_what_to_do(tmp_path):
    with pytest.raises(errors.Unavailable, match="gateway init"):
        vault.Vault.load(tmp_path / "data.key")


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "00000000 AAAA\n", "nonsense\n", "{id} {other}\n", "{id} !!!\n", "ключ\n"]
)
def test_damaged_file__is_not_ready(text, tmp_path):
    other = base64.b64encode(NEW).decode()
    (tmp_path / "data.key").write_text(text.format(id=vault.key_id(OLD), other=other), encoding="utf-8")
    with pytest.raises(errors.Unavailable, match="cannot be read"):
        vault.Vault.load(tmp_path / "data.key")


def test_new_files__hold_keys_of_their_own(tmp_path):
    assert vault.new_file() != vault.new_file()
    (tmp_path / "data.key").write_bytes(vault.new_file())
    made = vault.Vault.load(tmp_path / "data.key")
    assert made.unseal(made.seal(CONTENT, OWNER), OWNER) == CONTENT
    assert stat.S_ISREG((tmp_path / "data.key").stat().st_mode)
