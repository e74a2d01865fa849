import io
import zipfile

import pytest

from gateway.contracts import errors, tree
from tests.unit.contracts import pack_files


def _zip(path, entries, *, flag=None):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    content = buffer.getvalue()
    path.write_bytes(flag(content) if flag else content)
    return path


@pytest.mark.parametrize("wrapper", ["", "domgis-main/", "a/b/Форматы 16/"])
def test_archive_of_any_depth__has_the_files_of_the_pack(tmp_path, wrapper):
    entries = {wrapper + path: data for path, data in pack_files.files().items()}
    found = tree.read(_zip(tmp_path / "pack.zip", {**entries, wrapper + "README.md": b"# T", wrapper + "x.exe": b"MZ"}))
    assert found == {**pack_files.files(), "README.md": b"# T"}


def test_folder__has_the_files_of_the_pack(tmp_path):
    for path, data in pack_files.files().items():
        (tmp_path / "deep" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "deep" / path).write_bytes(data)
    assert tree.read(tmp_path) == pack_files.files()


@pytest.mark.parametrize("encoding", ["utf-8", "cp866"])
def test_archive_name_without_a_flag__is_read_as_utf8_then_cp866(tmp_path, encoding):
    name = "Схемы/типы.xsd"
    placeholder = "x" * len(name.encode(encoding))

    def rename(content: bytes) -> bytes:
        return content.replace(placeholder.encode(), name.encode(encoding))

    archive = _zip(tmp_path / "old.zip", {placeholder: b"<a/>", "readme": b""}, flag=rename)
    # The local name was no .xsd when it was written: only a raw name in another encoding makes it one.
    assert list(tree.read(archive)) == ["типы.xsd"]


@pytest.mark.parametrize("name", ["../evil.xsd", "/etc/evil.xsd", "a/../../evil.xsd", "C:\\evil.xsd", "..\\evil.xsd"])
def test_archive_path_that_escapes__is_refused(tmp_path, name):
    with pytest.raises(errors.ContractError, match="leaves the archive"):
        tree.read(_zip(tmp_path / "evil.zip", {name: b"<a/>"}))


def test_zip_bomb__is_refused_by_what_comes_out(tmp_path):
    bomb = _zip(tmp_path / "bomb.zip", {"a/b.xsd": b" " * (tree.MAX_FILE + 1)})
    assert bomb.stat().st_size < 100_000
    with pytest.raises(errors.ContractError, match="more than 16777216 bytes") as caught:
        tree.read(bomb)
    assert caught.value.file == "a/b.xsd"


def test_too_many_bytes_together__are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tree, "MAX_TOTAL", 10)
    with pytest.raises(errors.ContractError, match="more than 10 bytes"):
        tree.read(_zip(tmp_path / "big.zip", {"a/a.xsd": b"123456", "a/b.xsd": b"123456"}))


def test_too_many_entries__are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(tree, "MAX_FILES", 2)
    with pytest.raises(errors.ContractError, match="more than 2 files"):
        tree.read(_zip(tmp_path / "many.zip", {f"{n}.txt": b"" for n in range(3)}))


def test_link_in_a_folder__is_refused(tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "a.xsd").symlink_to(tmp_path / "secret")
    with pytest.raises(errors.ContractError, match="symbolic link"):
        tree.read(tmp_path / "pack")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 truncated", b"<xml/>"])
def test_file_that_is_no_archive__is_refused(tmp_path, content):
    (tmp_path / "x.zip").write_bytes(content)
    with pytest.raises(errors.ContractError, match="neither a folder nor a readable zip"):
        tree.read(tmp_path / "x.zip")


def test_source_that_does_not_exist__is_refused(tmp_path):
    with pytest.raises(errors.ContractError, match="neither a folder"):
        tree.read(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("location", "expected"),
    [("types.xsd", "a/types.xsd"), ("../lib/base.xsd", "lib/base.xsd"), ("./x/../y%20z.xsd", "a/y z.xsd")],
)
def test_relative_location__means_a_path_in_the_pack(location, expected):
    assert tree.resolve("a/service.wsdl", location) == expected


@pytest.mark.parametrize(
    "location",
    ["http://x/y.xsd", "//x/y.xsd", "file:///etc/passwd", "/etc/passwd", "../../x.xsd", "..\\x.xsd", "", "#x", "..", "http://[x"],
)  # fmt: skip
def test_location_outside_the_pack__is_refused(location):
    with pytest.raises(errors.ContractError):
        tree.resolve("a/service.wsdl", location)


def test_digest__depends_on_names_and_bytes_and_not_on_order():
    files = pack_files.files()
    assert tree.digest(files) == tree.digest(dict(reversed(files.items())))
    assert tree.digest(files) != tree.digest({**files, pack_files.TYPES: files[pack_files.TYPES] + b" "})
    assert tree.digest(files) != tree.digest({f"x{path}": data for path, data in files.items()})
