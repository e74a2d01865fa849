"""A way to run commands as a user does, in this process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main


class Gateway:
    """Runs `gateway --data DIR …`; a trace is always a failure."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *arguments: object, code: int = 0, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(main, ["--data", str(self.data), *map(str, arguments)], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    def json(self, *arguments: object, code: int = 0, stdin: str | None = None):
        """Run with --json and read the one line."""
        (line,) = self.run(*arguments, "--json", code=code, stdin=stdin).stdout.splitlines()
        return json.loads(line)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("GATEWAY_DATA", "GATEWAY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def gateway(tmp_path) -> Gateway:
    """A folder in which nothing is yet."""
    return Gateway(tmp_path / "data")


@pytest.fixture(scope="session")
def _template(tmp_path_factory) -> Path:
    """An installation that is copied: to make one takes a sixth of a second, and most tests here need one."""
    first = Gateway(tmp_path_factory.mktemp("template") / "data")
    first.run("init", "--suite", "p256")
    return first.data


@pytest.fixture
def made(gateway, _template) -> Gateway:
    """An installation."""
    shutil.copytree(_template, gateway.data)
    return gateway


@pytest.fixture(scope="module")
def begun(_template, tmp_path_factory) -> Gateway:
    """An installation in which a module begins what its tests go on with, each in a copy."""
    return Gateway(shutil.copytree(_template, tmp_path_factory.mktemp("begun") / "data"))
