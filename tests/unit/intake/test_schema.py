"""The pack that a declared version asks for, and what its sender is told where there is none (FMT001307)."""

import pytest

from gateway import errors
from gateway.contracts import catalogue, loader
from gateway.intake import schema
from tests.unit.contracts import pack_files

LISTED = "2.10.0.0, 2.9.0.1 и 2.5.0.0"


def _choose(listed, version):
    known = catalogue.Catalogue([loader.load(pack_files.files(types=(LISTED, listed)))])
    element = pack_files.message(pack_files.toy(), version=f'b:version="{version}"')
    return schema.choose(known, pack_files.PATH, element)


@pytest.mark.parametrize(
    ("listed", "version", "told"),
    [
        (LISTED, "1.0.0.0", "поддерживаются: 2.5.0.0, 2.9.0.1, 2.10.0.0"),
        ("", "latest", "поддерживаются: любые номера из чисел через точку"),
    ],
)
def test_version_that_no_pack_supports__is_refused_with_those_that_are(listed, version, told):
    with pytest.raises(errors.Rejected) as caught:
        _choose(listed, version)
    assert caught.value.code == errors.VERSION_UNSUPPORTED
    assert told in caught.value.text
    assert version in caught.value.text


def test_free_version_without_a_list__takes_any_number():
    assert _choose("", "1.2.3.4")[2].name == "importToys"
