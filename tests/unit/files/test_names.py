"""Names of files: RFC 2047 in both directions, and what no name may have."""

from __future__ import annotations

import email.header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.files import errors, names

_LETTERS = st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters='<>?:|*%\\"=')


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("dogovor.tif", "dogovor.tif"),
        ("  dogovor 1.tif ", "dogovor 1.tif"),
        ("=?UTF-8?B?0LDQutGCLnBkZg==?=", "акт.pdf"),
        ("=?utf-8?q?=D0=B0=D0=BA=D1=82=2Epdf?=", "акт.pdf"),
        ("=?windows-1251?Q?=E0=EA=F2.pdf?=", "акт.pdf"),
        ("=?UTF-8?B?0LDQutGC?= =?UTF-8?B?LnBkZg==?=", "акт.pdf"),
        ("=?UTF-8?B?0LDQutGC?=\r\n =?UTF-8?B?LnBkZg==?=", "акт.pdf"),
        ("акт.pdf".encode().decode("latin-1"), "акт.pdf"),
    ],
)
def test_name_as_clients_write_it__is_read(header, name):
    assert names.read(header) == name


@pytest.mark.parametrize("letter", [*'<>?:|*%\\"', "\0", "\x7f", "\u202e"])
def test_letter_that_no_name_has__is_refused(letter):
    with pytest.raises(errors.FileError) as refused:
        names.read(names.write(f"акт{letter}.pdf"))
    assert refused.value.name == errors.FIELD


def test_lines_in_an_encoded_word__are_refused():
    with pytest.raises(errors.FileError):
        names.read("=?utf-8?q?a=0D=0Ab.pdf?=")


def test_longest_name__is_read_and_a_longer_one_is_not():
    assert names.read(names.write("я" * names.LONGEST)) == "я" * names.LONGEST
    with pytest.raises(errors.FileError):
        names.read(names.write("я" * (names.LONGEST + 1)))


@given(st.text(_LETTERS, min_size=1, max_size=200))
def test_any_name__comes_back_as_it_was_written(name):
    written = names.write(name)
    assert written.isascii()
    assert written.isprintable()
    assert names.read(written) == name
    assert str(email.header.make_header(email.header.decode_header(written))) == name


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PDF", "pdf"), ("a.tar.gz", "gz"), ("a", ""), (".sig", "sig"), ("a.", "")]
)
def test_extension__is_what_stands_behind_the_last_dot(name, extension):
    assert names.extension(name) == extension
