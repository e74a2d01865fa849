"""Every command and every option is on docs/commands.md, and every command has a help that shows how it is called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gateway import settings
from gateway.cli import main

_PAGE = (Path(__file__).resolve().parents[3] / "docs" / "commands.md").read_text(encoding="utf-8")


def tree(command: click.Command, path: str, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from tree(command.get_command(context, name), f"{path} {name}", context)


COMMANDS = dict(tree(main, "gateway", click.Context(main)))
LEAVES = {path: command for path, command in COMMANDS.items() if not isinstance(command, click.Group)}


def section(path: str) -> str:
    """The part of the page about the command or the group that it belongs to."""
    heading = "## " + " ".join(path.split()[:2])
    return _PAGE.partition(f"{heading}\n")[2].partition("\n## ")[0]


def options(command: click.Command) -> list[str]:
    return [name for param in command.params for name in param.opts if name.startswith("--")]


@pytest.mark.parametrize("path", [path for path in COMMANDS if path != "gateway"])
def test_command__is_on_the_page(path):
    assert path in _PAGE


@pytest.mark.parametrize("path", COMMANDS)
def test_option__is_in_the_section_of_its_command(path):
    known = {f"--{name.replace('_', '-')}" for name in settings.FIELDS} if path == "gateway serve" else set()
    text = _PAGE if path == "gateway" else section(path)
    missing = [name for name in options(COMMANDS[path]) if name not in text and name not in known]
    assert [name for name in missing if name not in ("--version", "--help")] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_help__says_what_the_command_does(path):
    assert len((COMMANDS[path].help or "").split()) >= 3


@pytest.mark.parametrize("path", LEAVES)
def test_help__shows_how_the_command_is_called(path):
    assert f"  {path.split()[0]} " in (LEAVES[path].epilog or "")
    assert " ".join(path.split()[1:]) in LEAVES[path].epilog


@pytest.mark.parametrize("path", COMMANDS)
def test_option__has_a_help(path):
    without = [p.name for p in COMMANDS[path].params if isinstance(p, click.Option) and not p.help]
    assert without == []


def test_setting__is_an_option_of_serve():
    offered = options(COMMANDS["gateway serve"])
    assert {f"--{name.replace('_', '-')}" for name in settings.FIELDS if name != "data"} <= set(offered)
