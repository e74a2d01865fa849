"""Every setting reaches the server from the command line, and a wrong one is told."""

from __future__ import annotations

import pytest

from gateway import errors
from gateway.web import serve


@pytest.fixture
def started(monkeypatch) -> list:
    """The settings with which a server would have been started."""
    seen = []

    def run(conf, *, on_ready):
        on_ready("http://127.0.0.1:8085")
        seen.append(conf)
        return 0

    monkeypatch.setattr(serve, "run", run)
    return seen


def test_options__override_the_settings_file_and_the_environment(made, started, monkeypatch):
    (made.data / "gateway.toml").write_text("port = 1\nthreads = 3\nprocesses = 7\n")
    monkeypatch.setenv("GATEWAY_PORT", "2")
    monkeypatch.setenv("GATEWAY_THREADS", "4")
    output = made.run("serve", "--port", 3, "--strict-versions", "--trusted-proxies", "10.0.0.0/8,::1").output
    (conf,) = started
    assert (conf.port, conf.threads, conf.processes, conf.data) == (3, 4, 7, made.data)
    assert conf.strict_versions
    assert conf.trusted_proxies == ("10.0.0.0/8", "::1")
    assert "serving on http://127.0.0.1:8085" in output


def test_folder__is_that_of_the_environment_unless_it_is_named(made, started, monkeypatch, tmp_path):
    monkeypatch.setenv("GATEWAY_DATA", str(tmp_path / "other"))
    made.run("serve")
    assert started[0].data == made.data


def test_folder_without_an_installation__is_named_with_what_to_do(gateway, started):
    output = gateway.run("serve", "--port", 3, code=3).output
    assert f"{gateway.data} is not an installation yet" in output
    assert "another folder with --data or in GATEWAY_DATA" in output
    assert started == []


@pytest.mark.parametrize("options", [("--signature", "sometimes"), ("--port", "http"), ("--colour", "green")])
def test_wrong_option__is_a_wrong_call(made, started, options):
    made.run("serve", *options, code=2)
    assert started == []


def test_server_that_cannot_start__is_not_ready(made, monkeypatch):
    def run(conf, *, on_ready):
        raise errors.Unavailable("cannot listen on 127.0.0.1:80")

    monkeypatch.setattr(serve, "run", run)
    assert made.run("serve", code=3).output == "Error: cannot listen on 127.0.0.1:80\n"
