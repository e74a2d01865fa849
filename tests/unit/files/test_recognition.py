"""Files by their content: each kind is known, and none passes under another one's extension."""

from __future__ import annotations

import io
import zipfile

import pytest

from gateway import settings
from gateway.files import errors, recognition


def archive(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in members:
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_STORED if name == "mimetype" else method)
    return file.getvalue()


def document(extension: str) -> bytes:
    media_type = recognition.TYPES[extension].media_type
    return archive(("mimetype", media_type.encode()), ("content.xml", b"<a/>" * 99))


CONTENT = {
    "pdf": b"\xef\xbb\xbf\n%PDF-1.7\n%\xe2\xe3",
    "docx": archive(("[Content_Types].xml", b"<a/>"), ("_rels/.rels", b"<a/>"), ("word/document.xml", b"<a/>" * 9)),
    "xlsx": archive(("xl/workbook.xml", b"<a/>"), ("[Content_Types].xml", b"<a/>")),
    "doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "rtf": b"{\\rtf1\\ansi}",
    "txt": "Протокол\r\n\tсобрания".encode(),
    "csv": "дом;квартира\r\n1;2\r\n".encode("cp1251"),
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "bmp": b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0",
    "tif": b"II*\0\x08\0\0\0",
    "tiff": b"MM\0*\0\0\0\x08",
    "gif": b"GIF89a\x01\0\x01\0",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "zip": archive(("photo.jpg", b"x")),
    "rar": b"Rar!\x1a\x07\x01\0",
    "sig": b"0\x82\x05\xdc\x06\x09*\x86H\x86\xf7\r\x01\x07\x02",
    **{extension: document(extension) for extension in ("odt", "ods", "odp", "odf", "sxw", "sxc")},
}
SAME = {
    ("doc", "xls"),
    ("jpeg", "jpg"),
    ("tif", "tiff"),
    ("txt", "csv"),
    ("txt", "sig"),
    ("csv", "sig"),
    ("rtf", "txt"),
}
SAME |= {(inner, "zip") for inner in ("docx", "xlsx", "odt", "ods", "odp", "odf", "sxw", "sxc")}
SAME |= {(right, left) for left, right in SAME if "zip" not in (left, right) and (left, right) != ("rtf", "txt")}


def refusal(name: str, content: bytes) -> str | None:
    try:
        recognition.check(name, io.BytesIO(content))
    except errors.FileError as error:
        return error.name
    return None


@pytest.mark.parametrize("extension", [*CONTENT, "xls", "jpg"])
def test_content__passes_under_its_own_extension_alone(extension):
    content = CONTENT.get(extension) or CONTENT[{"xls": "doc", "jpg": "jpeg"}[extension]]
    for other in recognition.TYPES:
        fits = other == extension or (extension, other) in SAME
        if extension == "sig":
            fits = other == "sig"
        assert refusal(f"a.{other.upper()}", content) == (None if fits else errors.EXTENSION), other


def test_every_extension_of_the_default__has_a_type():
    assert set(settings.Settings().file_extensions) <= set(recognition.TYPES)


@pytest.mark.parametrize(
    "content", [b"\0\1\2", b"MZ\x90\0\x03", b"\x7fELF\x02", b"BM\x46\0\0\0\1\0\0\0", b"PK", b"%PDF".rjust(1030, b"\0")]
)
@pytest.mark.parametrize("extension", ["pdf", "docx", "txt", "sig"])
def test_content_of_no_kind__is_not_recognised(extension, content):
    expected = errors.EXTENSION if content == b"PK" and extension not in ("txt", "sig") else errors.DETECTION
    if content == b"PK" and extension in ("txt", "sig"):
        expected = None
    assert refusal(f"a.{extension}", content) == expected


def test_text_of_two_octets_a_letter__is_text():
    assert recognition.kind(io.BytesIO("Протокол".encode("utf-16"))) == "text"
    assert recognition.kind(io.BytesIO(b"\xfe\xff" + "Протокол\0".encode("utf-16-be"))) is None


def test_document_with_many_members__is_recognised_by_the_end_of_its_directory():
    members = [(f"media/{number:060}.bin", b"") for number in range(20_000)]
    content = archive(*members, ("word/document.xml", b""), method=zipfile.ZIP_STORED)
    assert len(content) > 3 * 2**20
    assert recognition.kind(io.BytesIO(content)) == "docx"


def test_extension_that_an_administrator_has_added__takes_anything():
    assert refusal("a.dwg", b"\0\1\2") is None
    assert recognition.media_type("a.dwg") == "application/octet-stream"
