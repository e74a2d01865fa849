"""An installation is made once, completed later, and never overwritten."""

from __future__ import annotations

import re
import stat
import tomllib

import pytest

from gateway import clock, initialise, installation, settings
from signing import issue, trust


def test_new_installation__can_be_opened(made):
    house = installation.Installation.open(settings.load(made.data))
    house.check_ready()
    house.close()


def test_next_steps__name_everything_that_the_first_package_needs(gateway):
    output = gateway.run("init", "--suite", "p256").output
    steps = output.partition("Next")[2]
    assert str(gateway.data) in steps
    assert all(
        each in steps for each in ("org add", "system add", "grant add", "trust add", "grant house add", "serve")
    )


def test_authorities__have_names_of_their_own(made, tmp_path):
    names = {trust.load(made.data / "keys" / "ca.crt")[0].name}
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        names.add(initialise.authority(tmp_path / folder, "p256", name="test-ca").certificate.name)
    assert len(names) == 3
    assert sum("own authority" in name for name in names) == 1


def test_again__changes_nothing(made):
    before = {path: path.read_bytes() for path in made.data.rglob("*") if path.is_file() and path.suffix != ".db"}
    output = made.run("init").output
    assert "made" not in output.replace("be made", "")
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_missing__is_made_again_and_the_rest_is_kept(made):
    key = (made.data / "keys" / "installation.key").read_bytes()
    (made.data / settings.FILE).unlink()
    steps = {each["what"]: each["made"] for each in made.json("init") if each["what"] != "folder"}
    assert steps == {"settings": True, "key": False, "data key": False, "database": False}
    assert (made.data / "keys" / "installation.key").read_bytes() == key


def test_secrets__are_for_the_owner_alone(made):
    modes = {
        name: stat.S_IMODE((made.data / name).stat().st_mode)
        for name in ("keys/installation.key", "keys/data.key", "gateway.toml")
    }
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(made.data.stat().st_mode) == 0o700


def test_certificate__is_issued_by_the_own_authority_and_packages_under_it_are_not_trusted(made):
    own, *_ = trust.load(made.data / "keys" / "installation.crt")
    above, *_ = trust.load(made.data / "keys" / "ca.crt")
    assert own.issuer_name == above.subject_name
    assert trust.TrustStore.from_folder(made.data / "trust").anchors == ()


def test_settings_file__explains_every_setting_and_is_the_defaults(made):
    text = (made.data / settings.FILE).read_text(encoding="utf-8")
    assert tomllib.loads(text) == {}
    assert settings.load(made.data) == settings.Settings(data=made.data)
    for name, field in settings.FIELDS.items():
        assert name == "data" or f"# {name} = " in text
        assert name == "data" or field.metadata["meaning"].split(".")[0][:40] in text


def test_settings_file__with_every_line_made_true_is_still_the_defaults(made):
    path = made.data / settings.FILE
    path.write_text(re.sub(r"(?m)^# (\w+ = )", r"\1", path.read_text(encoding="utf-8")), encoding="utf-8")
    assert settings.load(made.data) == settings.Settings(data=made.data)


def test_chosen_setting__is_set_in_the_file():
    assert tomllib.loads(initialise.settings_text({"signature": "off", "trusted_proxies": ("10.0.0.0/8",)})) == {
        "signature": "off",
        "trusted_proxies": ["10.0.0.0/8"],
    }


def test_database_of_an_installation__is_not_changed_by_the_way(made):
    assert "gateway.toml exists" in made.run("init", "--database", "postgresql://x/y", code=2).output


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://"])
def test_database_of_another_kind__is_refused(gateway, url):
    assert "database: " in gateway.run("init", "--database", url, code=2).output


def test_place_that_cannot_be_a_folder__is_not_ready(gateway):
    gateway.data.write_text("a file")
    assert "is a file" in gateway.run("init", code=2).output
    gateway.data = gateway.data / "below"
    assert "Not a directory" in gateway.run("init", code=2).output


def test_folder_that_cannot_be_made__is_not_ready(gateway):
    gateway.data.mkdir()
    (gateway.data / "keys").write_text("a file")
    assert "cannot be made an installation" in gateway.run("init", code=3).output


def test_key_without_its_certificate__is_said_and_not_replaced(made):
    (made.data / "keys" / "installation.crt").unlink()
    key = (made.data / "keys" / "installation.key").read_bytes()
    assert "installation.crt" in made.run("init", code=3).output
    assert (made.data / "keys" / "installation.key").read_bytes() == key


def test_certificate__does_not_outlive_its_authority():
    above = issue.new_authority("p256", "short", now=clock.now(), years=1)
    made = initialise.identity(above, "p256", issue.Subject(common_name="x"), days=10_000)
    assert made.certificate.not_after == above.certificate.not_after
