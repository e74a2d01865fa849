"""Settings: file, environment, command line, and what is wrong with them in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway import settings


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    for name in settings.FIELDS:
        monkeypatch.delenv(f"GATEWAY_{name.upper()}", raising=False)


def write(folder: Path, text: str) -> None:
    (folder / settings.FILE).write_text(text, encoding="utf-8")


def test_nothing_said__defaults_in_that_folder(tmp_path):
    loaded = settings.load(tmp_path)
    assert loaded == settings.Settings(data=tmp_path)
    assert loaded.database_url == f"sqlite:///{tmp_path / 'gateway.db'}"


def test_file_environment_and_override__the_last_one_wins(tmp_path, monkeypatch):
    write(tmp_path, 'port = 1\nthreads = 2\nprocesses = 3\nsignature = "off"\ntrusted_proxies = ["10.0.0.1/32"]\n')
    monkeypatch.setenv("GATEWAY_THREADS", "20")
    monkeypatch.setenv("GATEWAY_PROCESSES", "30")
    monkeypatch.setenv("GATEWAY_STRICT_VERSIONS", "yes")
    loaded = settings.load(tmp_path, processes=300, port=None)
    assert (loaded.port, loaded.threads, loaded.processes) == (1, 20, 300)
    assert (loaded.signature, loaded.strict_versions, loaded.trusted_proxies) == ("off", True, ("10.0.0.1/32",))


def test_folder__comes_from_the_environment_too(tmp_path, monkeypatch):
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path))
    assert settings.load().data == tmp_path


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 1", "prot"),
        ('port = "x"', "port"),
        ("port = true", "port"),
        ('signature = "maybe"', "required, optional, off"),
        ("port = ", "gateway.toml"),
        ('strict_versions = "perhaps"', "strict_versions"),
        ('data = "/elsewhere"', "data"),
        ('trusted_proxies = ["10.0.0.1/8"]', "trusted_proxies"),
        ('trusted_proxies = "nginx"', "trusted_proxies"),
        ('files = "/srv/files"', "files: '/srv/files' is not s3://bucket"),
        ('files = "s3://"', "files"),
        ('files = "s3://Bucket"', "files"),
        ('files = "s3://bucket?x=1"', "files"),
        ("verify_interval = -1", "verify_interval: -1 is less than nothing"),
        ("checkpoint_interval = -1", "checkpoint_interval: -1 is less than nothing"),
        ('s3_endpoint = "storage.example"', "s3_endpoint"),
        ('s3_endpoint = "https://"', "s3_endpoint"),
        ('s3_endpoint = "https://storage.example:port"', "s3_endpoint"),
    ],
)
def test_mistake__is_named(tmp_path, text, named):
    write(tmp_path, text)
    with pytest.raises(settings.SettingsError, match=named):
        settings.load(tmp_path)


def test_credentials_in_an_endpoint__are_refused_and_not_repeated(tmp_path):
    write(tmp_path, 's3_endpoint = "https://key:secret@storage.example"')
    with pytest.raises(settings.SettingsError) as refusal:
        settings.load(tmp_path)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("place", ["s3://gateway-files", "s3://gateway-files/", "s3://gateway.files/one/two"])
def test_bucket__with_and_without_a_prefix(tmp_path, place):
    assert settings.load(tmp_path, files=place, s3_endpoint="https://storage.example:9000").files == place
