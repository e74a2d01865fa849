"""What travels to the processes, and the address that is told to others."""

from __future__ import annotations

import dataclasses
import os
import socket
from pathlib import Path

import pytest

from gateway import child, errors, settings, supervisor
from gateway.web import serve


def test_settings__reach_a_process_through_the_environment_as_they_are(tmp_path, monkeypatch):
    for name in [name for name in os.environ if name.startswith("GATEWAY_")]:
        monkeypatch.delenv(name)
    (tmp_path / settings.FILE).write_text("threads = 3\n")
    conf = settings.Settings(
        data=tmp_path,
        database="postgresql://user:p%40ss@host/name",
        port=0,
        strict_versions=True,
        validate_results=False,
        trusted_proxies=("10.0.0.0/8", "::1/128"),
    )
    for name, value in settings.environment(conf).items():
        monkeypatch.setenv(name, value)
    assert settings.load() == conf
    assert settings.load(tmp_path, port=1) == dataclasses.replace(conf, port=1)


def test_no_trusted_proxy__stays_none(tmp_path, monkeypatch):
    for name, value in settings.environment(settings.Settings(data=tmp_path)).items():
        monkeypatch.setenv(name, value)
    assert settings.load().trusted_proxies == ()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104  # nothing is bound
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
    ],
)
def test_address_that_is_told__can_be_reached(host, url):
    assert serve._url(host, 80) == url  # noqa: SLF001  # the only place where a wildcard turns into an address


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_address_that_is_not_ours__is_refused_with_its_name(host):
    with pytest.raises(errors.Unavailable, match=f"cannot listen on {host}"):
        serve._listen(host, 0)  # noqa: SLF001  # without an installation around it


def test_listener__lets_the_system_notice_peers_that_are_gone():
    with serve._listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):  # noqa: SLF001  # as above
        listener.setblocking(True)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60


def test_folder_without_an_installation__is_refused_before_anything_is_started(tmp_path: Path):
    with pytest.raises(errors.Unavailable):
        serve.run(settings.Settings(data=tmp_path, port=0))


def test_grace__is_shorter_for_the_parent_than_for_an_orphan():
    assert supervisor.GRACE < child.OVERDUE
