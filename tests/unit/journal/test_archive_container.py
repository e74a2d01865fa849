"""The zip file of an archive: what zipfile reads, on every Python the same bytes."""

import hashlib
import io
import zipfile

from gateway.journal.archiving.container import Container


def test_container__is_read_by_zipfile_and_has_always_the_same_bytes():
    stream = io.BytesIO()
    made = Container(stream)
    for name, content in (("a.txt", b"first"), ("empty", b""), ("b.json", b"{}")):
        with made.member(name) as put:
            put.write(content[:2])
            put.write(content[2:])
    made.close()
    with zipfile.ZipFile(stream) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.txt": b"first", "empty": b"", "b.json": b"{}"
        }  # fmt: skip
    assert hashlib.sha256(stream.getvalue()).hexdigest() == DIGEST


def test_member_of_more_than_four_gibibytes__and_one_behind_it(tmp_path):
    large = 5 << 30
    with (tmp_path / "large.zip").open("w+b") as stream:
        made = Container(stream)
        with made.member("large") as put:
            stream.seek(large, 1)  # a hole: nothing is written
            put._member.size = large  # noqa: SLF001  # as if it had been written
        with made.member("small") as put:
            put.write(b"behind it")
        made.close()
    with zipfile.ZipFile(tmp_path / "large.zip") as archive:
        assert [(each.filename, each.file_size) for each in archive.infolist()] == [("large", large), ("small", 9)]
        assert archive.read("small") == b"behind it"


DIGEST = "5249c313df50d5f2235e2e56ff7b64776fc4d702f7679904ff1aa1538055646c"
