"""A hint can be pasted: the program is named as it was called, and the sample is there."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from gateway.cli import hints


@pytest.mark.parametrize(
    ("called", "said"),
    [
        (".venv/bin/gateway", ".venv/bin/gateway"),
        ("/opt/my gateway/bin/gateway", "'/opt/my gateway/bin/gateway'"),
        ("gateway", "gateway"),
        ("/usr/bin/pytest", "gateway"),
        ("/x/gateway/cli/__main__.py", f"{shlex.quote(sys.executable)} -m gateway.cli"),
    ],
)
def test_program__is_named_as_it_was_called(monkeypatch, called, said):
    monkeypatch.setattr(sys, "argv", [called])
    assert hints.program() == said


def test_program_on_the_path__is_named_by_its_name(monkeypatch, tmp_path):
    script = tmp_path / "gateway"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(script)])
    assert hints.program() == "gateway"


def test_sample__is_there_from_wherever_it_is_asked_for(monkeypatch, tmp_path):
    assert Path(hints.sample("create-apartment-house")).is_file()
    monkeypatch.chdir(tmp_path)
    assert Path(hints.sample("create-apartment-house")).is_file()
