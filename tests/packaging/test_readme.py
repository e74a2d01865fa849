"""What the README tells people to type works as it stands there, and the Russian one tells the same."""

from __future__ import annotations

import os
import re
import select
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.ru.md")
PATIENCE = 120
"""Seconds for a line that has to come."""
pytestmark = pytest.mark.slow


def blocks(name: str) -> list[str]:
    return re.findall(r"(?ms)^```sh\n(.*?)^```$", (ROOT / name).read_text(encoding="utf-8"))


def block(name: str, word: str) -> str:
    (found,) = [each for each in blocks(name) if word in each]
    return found


class Shell:
    """A shell into which somebody pastes block after block, in a folder where the project is at hand."""

    def __init__(self, folder: Path) -> None:
        for name in (".venv", "samples"):
            (folder / name).symlink_to(ROOT / name)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAY_")}
        self.process = subprocess.Popen(
            ["bash", "-m"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
        )
        self.said = ""

    def paste(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def read_until(self, word: str) -> None:
        assert self.process.stdout is not None
        while word not in self.said:
            readable, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
            piece = os.read(self.process.stdout.fileno(), 65536) if readable else b""
            assert piece, self.said
            self.said += piece.decode()

    def leave(self) -> str:
        """Wait for what runs in the background, end the shell, and return everything that was said."""
        rest, _ = self.process.communicate(b"wait\n", timeout=PATIENCE)
        return self.said + rest.decode()


@pytest.fixture
def shell(tmp_path) -> Iterator[Shell]:
    if not (ROOT / ".venv" / "bin" / "gateway").exists():
        pytest.skip("there is no .venv (make setup makes it)")
    opened = Shell(tmp_path)
    yield opened
    if opened.process.poll() is None:
        opened.process.kill()
    opened.process.communicate()


def test_both_readmes__tell_the_same_commands():
    english, russian = map(blocks, READMES)
    assert english == russian
    assert len(english) >= 5


def test_installation__takes_its_first_package_under_the_defaults(shell, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    shell.paste(block("README.md", "gateway init").replace("8080", port))
    shell.read_until(f"serving on http://127.0.0.1:{port}")
    shell.paste(block("README.md", "kill %1").replace("8080", port))
    said = shell.leave()
    assert "acknowledged  importHouseUOData" in said
    assert len(re.findall(r"(?m)^  ok     ", said)) == 13
    assert not re.search(r"(?i)error|refused|traceback", said), said


def test_sandbox__takes_the_sample_and_is_stopped_as_the_readme_says(shell, tmp_path):
    (stop,) = set(re.findall(r"`(kill %1)` stops it", (ROOT / "README.md").read_text(encoding="utf-8")))
    shell.paste(f"{block('README.md', 'gateway sandbox')}{stop}\n")
    said = shell.leave()
    assert "acknowledged  importHouseUOData" in said
    assert len(re.findall(r"(?m)^  ok     ", said)) == 13
    assert not re.search(r"(?i)error|refused|traceback", said), said


def test_check__is_told_with_a_file_of_the_readers_own():
    assert blocks("README.md").count(".venv/bin/gateway check package.xml\n") == 1
