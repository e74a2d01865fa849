"""`gateway contracts diff` takes packs by name or path, says what is different, and tells what it cannot find."""

from __future__ import annotations

import pytest

from tests.unit.contracts import pack_files

pytestmark = pytest.mark.slow


def _folder(path, files):
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


@pytest.fixture
def before(tmp_path):
    return _folder(tmp_path / "before", pack_files.files())


@pytest.fixture
def after(tmp_path):
    return _folder(tmp_path / "after", pack_files.files(types=('maxLength value="10"', 'maxLength value="9"')))


def test_two_folders__are_compared_without_an_installation(gateway, before, after):
    output = gateway.run("contracts", "diff", before, after).output
    assert "! Name  maxLength: 10 → 9" in output
    assert "importToysRequest/Toy/Name" in output


def test_markdown_and_json__say_the_same(gateway, before, after):
    assert "- **breaking** `Name`" in gateway.run("contracts", "diff", before, after, "--format", "markdown").output
    found = gateway.json("contracts", "diff", before, after, "toys")
    assert found["breaking"] == 1
    (difference,) = found["differences"]
    assert (difference["change"], difference["before"], difference["after"]) == ("maxLength", "10", "9")
    assert difference["places"] == [
        {"service": "toys", "operations": ["importToys"], "path": "importToysRequest/Toy/Name"}
    ]


def test_pack_in_force__is_named_by_its_id(made, before):
    made.run("contracts", "install", before)
    assert "no difference" in made.run("contracts", "diff", "2.5.0.0", before).output
    installed = made.data / "contracts" / "2.5.0.0"
    assert "no difference" in made.run("contracts", "diff", "2.5.0.0", installed).output


def test_built_in_pack__is_known_without_an_installation(gateway):
    (name,) = {each["pack"] for each in gateway.json("contracts", "list")}
    assert "no difference" in gateway.run("contracts", "diff", name, name, "house-management").output


def test_what_is_no_pack__is_told(gateway, before, tmp_path):
    assert "neither a pack in force" in gateway.run("contracts", "diff", before, "9.9.9.9", code=1).output
    (tmp_path / "empty").mkdir()
    assert "no WSDL" in gateway.run("contracts", "diff", before, tmp_path / "empty", code=1).output


def test_unknown_service__is_told(gateway, before):
    assert "no service bills" in gateway.run("contracts", "diff", before, before, "bills", code=1).output


def test_pack_that_could_not_serve__is_refused(gateway, before, tmp_path):
    broken = _folder(tmp_path / "broken", pack_files.files(types=('type="t:Age"', 'type="t:Agee"')))
    assert "Agee" in gateway.run("contracts", "diff", before, broken, code=1).output
