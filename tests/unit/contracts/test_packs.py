import json
import os
import zipfile

import pytest

from gateway.contracts import errors, packs, tree
from tests.unit.contracts import pack_files

pytestmark = pytest.mark.slow  # packs are copied, read and compiled


@pytest.fixture
def into(tmp_path):
    return tmp_path / "contracts"


def _folder(path, files):
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


@pytest.fixture
def source(tmp_path):
    return _folder(tmp_path / "source", pack_files.files())


def _left_behind(into):
    return [entry.name for entry in into.iterdir() if entry.name.startswith(".")] if into.exists() else []


def test_installed_pack__is_read_back_whole(source, into):
    pack = packs.install(source, into)
    assert packs.installed(into) == [pack]
    assert packs.installed(into)[0].files == pack_files.files()
    assert json.loads((into / "2.5.0.0" / "manifest.json").read_text())["version"] == "2.5.0.0"
    assert _left_behind(into) == []


def test_archive__is_installed_like_its_folder(source, into, tmp_path):
    with zipfile.ZipFile(tmp_path / "pack.zip", "w") as archive:
        for name, data in pack_files.files().items():
            archive.writestr(f"wrapped/{name}", data)
    assert packs.install(tmp_path / "pack.zip", into) == packs.check(source)


def test_nothing_installed__is_an_empty_list(into):
    assert packs.installed(into) == []


def test_several_versions__stand_side_by_side_oldest_first(source, into, tmp_path):
    newer = _folder(tmp_path / "newer", pack_files.files(types=('version="2.5.0.0"', 'version="2.10.0.0"')))
    packs.install(newer, into)
    packs.install(source, into)
    assert [pack.version for pack in packs.installed(into)] == ["2.5.0.0", "2.10.0.0"]


def test_same_pack_again__changes_nothing(source, into):
    packs.install(source, into)
    before = (into / "2.5.0.0").stat().st_ino
    packs.install(source, into)
    assert (into / "2.5.0.0").stat().st_ino == before


def test_other_files_under_the_same_version__are_refused(source, into, tmp_path):
    packs.install(source, into)
    other = _folder(tmp_path / "other", pack_files.files(types=('maxLength value="10"', 'maxLength value="11"')))
    with pytest.raises(errors.ContractError, match="already installed with other files"):
        packs.install(other, into)
    assert packs.installed(into)[0].files == pack_files.files()


@pytest.mark.slow
@pytest.mark.parametrize(
    "replaced",
    [
        {"types": ('type="t:Age"', 'type="t:Agee"')},
        {"types": ("../lib/base.xsd", "http://127.0.0.1:9/base.xsd")},
        {"parts": ("<xs:schema", "<!DOCTYPE x [<!ENTITY e 'e'>]><xs:schema")},
        {"parts": (r"A{0,1}\d{1,4}(\.)?", "(a*)*")},
    ],
)
def test_hostile_or_broken_pack__leaves_what_was_installed(source, into, tmp_path, replaced):
    installed = packs.install(source, into)
    newer = pack_files.files(**replaced)
    newer[pack_files.BASE] = newer[pack_files.BASE].replace(b'version="1.0.0.0"', b'version="3.0.0.0"')
    with pytest.raises(errors.ContractError):
        packs.install(_folder(tmp_path / "bad", newer), into)
    assert packs.installed(into) == [installed]
    assert _left_behind(into) == []


def test_death_while_storing__leaves_no_pack(source, into, monkeypatch):
    def fail(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(errors.ContractError, match="No space left"):
        packs.install(source, into)
    assert packs.installed(into) == []
    assert _left_behind(into) == []


def test_remains_of_a_dead_installer__are_no_pack(source, into):
    packs.install(source, into)
    (into / ".install-abc").mkdir()
    assert len(packs.installed(into)) == 1


@pytest.mark.parametrize("path", [pack_files.WSDL, pack_files.PARTS])
def test_changed_file__is_named(source, into, path):
    packs.install(source, into)
    file = into / "2.5.0.0" / path
    file.write_bytes(file.read_bytes() + b"\n")
    with pytest.raises(errors.ContractError, match="was changed") as caught:
        packs.installed(into)
    assert caught.value.file == f"2.5.0.0/{path}"


def test_missing_file__is_named(source, into):
    packs.install(source, into)
    (into / "2.5.0.0" / pack_files.PARTS).unlink()
    with pytest.raises(errors.ContractError, match="is missing") as caught:
        packs.installed(into)
    assert caught.value.file == f"2.5.0.0/{pack_files.PARTS}"


@pytest.mark.parametrize(
    "manifest", ["", "[]", "{}", '{"version": "x", "files": {}}', '{"version": "1.0", "files": 3}', None]
)
def test_damaged_manifest__is_named(source, into, manifest):
    packs.install(source, into)
    file = into / "2.5.0.0" / packs.MANIFEST
    file.unlink() if manifest is None else file.write_text(manifest)
    with pytest.raises(errors.ContractError) as caught:
        packs.installed(into)
    assert caught.value.file == "2.5.0.0/manifest.json"


def test_manifest_that_leads_outside__is_refused(source, into, tmp_path):
    packs.install(source, into)
    (tmp_path / "secret.xsd").write_text("x")
    listed = {"version": "2.5.0.0", "files": {"../../secret.xsd": tree.manifest({"x": b"x"})["x"]}}
    (into / "2.5.0.0" / packs.MANIFEST).write_text(json.dumps(listed))
    with pytest.raises(errors.ContractError, match="leaves the pack"):
        packs.installed(into)


def test_removed_pack__is_gone_whole(source, into):
    packs.install(source, into)
    packs.remove("2.5.0.0", into)
    assert packs.installed(into) == []
    assert list(into.iterdir()) == []
    assert packs.install(source, into)


@pytest.mark.parametrize("version", ["2.5.0.0", "..", ".", "a/b", ""])
def test_removing_what_is_not_installed__is_refused(into, version):
    into.mkdir()
    with pytest.raises(errors.ContractError, match="is installed"):
        packs.remove(version, into)


def test_pack_in_a_folder_of_another_name__is_named(source, into):
    packs.install(source, into)
    (into / "2.5.0.0").rename(into / "2.6.0.0")
    (error,) = packs.survey(into).damaged
    assert str(error) == "2.6.0.0/manifest.json: is that of version 2.5.0.0"


@pytest.mark.parametrize("link", [False, True])
def test_added_file__is_named_by_verify_and_changes_nothing_in_force(source, into, tmp_path, link):
    installed = packs.install(source, into)
    added = into / "2.5.0.0" / "toys" / "more"
    added.symlink_to(tmp_path) if link else added.write_text("x")
    with pytest.raises(errors.ContractError, match=r"^2\.5\.0\.0/toys/more: was added"):
        packs.verify(into / "2.5.0.0")
    assert packs.survey(into) == packs.Survey((installed,), ())


def test_damaged_pack__is_removed(source, into):
    packs.install(source, into)
    (into / "2.5.0.0" / packs.MANIFEST).unlink()
    packs.remove("2.5.0.0", into)
    assert list(into.iterdir()) == []


def test_stored_pack_that_cannot_be_read_any_more__is_named_with_its_version(source, into):
    packs.install(source, into)
    file = into / "2.5.0.0" / pack_files.WSDL
    file.write_bytes(b"<a/>")
    manifest = json.loads((into / "2.5.0.0" / packs.MANIFEST).read_text())
    manifest["files"][pack_files.WSDL] = tree.manifest({"x": b"<a/>"})["x"]
    (into / "2.5.0.0" / packs.MANIFEST).write_text(json.dumps(manifest))
    (error,) = packs.survey(into).damaged
    assert error.file == f"2.5.0.0/{pack_files.WSDL}"
