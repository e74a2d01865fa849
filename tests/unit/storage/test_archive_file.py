"""One document among many is found by a few short reads; a damaged file is an error that says so."""

from __future__ import annotations

import hashlib
import zipfile

import pytest

from storage import archive_file
from storage.archive_file import Archive, Place

DOCUMENT = b"document"
SHA256 = hashlib.sha256(DOCUMENT).hexdigest()


def places(*keys):
    return [
        Place(index, role, number * len(DOCUMENT), len(DOCUMENT), SHA256) for number, (index, role) in enumerate(keys)
    ]


def written(path, lines, payloads=b"", **more):
    content = dict.fromkeys(archive_file.MEMBERS, b"")
    content |= {archive_file.PLACES: b"".join(line + b"\n" for line in lines), archive_file.PAYLOADS: payloads, **more}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return Archive(path)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 100, 1000])
def test_place__is_found_wherever_it_stands_and_no_other(tmp_path, count):
    """Lines of every length, up to the longest."""
    roles = ["result", "request", "п" * 100, "r"]
    keys = sorted((number * 3 + 1, roles[number % 4]) for number in range(count))
    archive = written(tmp_path / "a.zip", [each.line() for each in places(*keys)], DOCUMENT * count)
    for number, (index, role) in enumerate(keys):
        found = archive.find(index, role)
        assert found == Place(index, role, number * len(DOCUMENT), len(DOCUMENT), SHA256)
        assert archive.document(found) == DOCUMENT
        assert archive.find(index, "other") is None
        assert archive.find(index + 1, role) is None
    assert archive.find(0, "request") is None


def test_roles_of_one_entry__are_told_apart(tmp_path):
    made = places((5, "request"), (5, "result"), (5, "verdict"))
    archive = written(tmp_path / "a.zip", [each.line() for each in made])
    assert [archive.find(5, role) for role in ("request", "result", "verdict", "a", "z")] == [*made, None, None]


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"null", b"x" * 3000, b'{"index":-1,"offset":0,"role":"a","sha256":"","size":0}',
        b'{"index":true,"offset":0,"role":"a","sha256":"","size":0}', b"\xff",
        b'{"offset":0,"index":1,"role":"a","sha256":"","size":0}', b"[" * 1000,
        Place(1, "a", 0, 1, SHA256).line() + b" ", Place(1, "\\", 0, 1, SHA256).line(),
        Place(1, "", 0, 1, SHA256).line(),
        Place(10**18, "a", 0, 1, SHA256).line(), Place(1, "a", 0, 1, SHA256).line().replace(b'"a"', b'"\xff"'),
    ],
)  # fmt: skip
def test_line_that_is_none__is_an_error_and_no_crash(tmp_path, line):
    archive = written(tmp_path / "a.zip", [line])
    with pytest.raises(ValueError, match=r"line|decode"):
        archive.find(1, "request")


def test_document_that_is_another_one_or_behind_the_end__is_an_error(tmp_path):
    (place,) = places((1, "request"))
    archive = written(tmp_path / "a.zip", [place.line()], b"another!")
    with pytest.raises(ValueError, match="payload 'request' of entry 1 is not what was archived"):
        archive.document(place)
    with pytest.raises(ValueError, match="payloads ends before byte 9"):
        archive.document(Place(1, "request", 1, 8, SHA256))


def test_other_zip__is_no_archive(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive.json", "{}")
    with pytest.raises(ValueError, match="other members"):
        Archive(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in archive_file.MEMBERS:
            archive.writestr(name, b"x" * 100)
    with pytest.raises(ValueError, match="not stored as it has to be"):
        Archive(path)


def test_lines__are_read_piece_by_piece(tmp_path, monkeypatch):
    monkeypatch.setattr(archive_file, "_CHUNK", 3)
    archive = written(
        tmp_path / "a.zip", [], **{archive_file.RECORDS: b"ab\n\ncdefgh\ni\n", archive_file.README: b"a\nb"}
    )
    assert list(archive.lines(archive_file.RECORDS)) == [b"ab", b"", b"cdefgh", b"i"]
    with pytest.raises(ValueError, match=r"the last line of README\.txt is cut"):
        list(archive.lines(archive_file.README))
