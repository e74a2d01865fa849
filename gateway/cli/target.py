"""Where a command sends to, and as whom: a stand from a file, and options that replace parts of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from gateway import client

_START_SECONDS: Final = 60.0
"""How long a stand may take to get ready."""
_FIELDS: Final = {"org": "org_ppa_guid"}
_Command = TypeVar("_Command", bound=Callable[..., None])

_OPTIONS: Final = (
    click.option(
        "--stand", "stand_file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
        help="JSON of gateway sandbox --json, or - for standard input; the options below replace parts of it.",
    ),
    click.option("--as", "role", help="Speak for another organisation of the stand: its role, ОГРН or orgPPAGUID."),
    click.option("--url", help="Address of the gateway, without a path."),
    click.option("--user", help="Login of the information system."),
    click.option(
        "--password", envvar="GATEWAY_PASSWORD", help="Its password; better in the environment: GATEWAY_PASSWORD."
    ),
    click.option("--org", help="orgPPAGUID of the organisation that is spoken for."),
)  # fmt: skip


def options(command: _Command) -> _Command:
    """Give a command the options that `find` reads: stand_file and role; the others by their names."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def find(
    stand_file: Path | None, role: str | None, replaced: Mapping[str, str | Path | None], *, by_operator: bool = False
) -> client.Stand:
    """Return the stand that the options of a command name; raises UsageError, Unsendable."""
    given: dict[str, Any] = {_FIELDS.get(name, name): str(value) for name, value in replaced.items() if value}
    if stand_file is None and "url" not in given:
        raise click.UsageError("where to? name --stand (the JSON of gateway sandbox) or --url")
    if stand_file is None:
        base = client.Stand(url="")
    elif str(stand_file) == "-":
        base = client.Stand.parse(sys.stdin.readline(), source="standard input")
    else:
        _wait_for(stand_file)
        base = client.Stand.load(stand_file)
    if role is not None:
        base = base.acting(role)
    if by_operator:
        base = base.signed_by_operator()
    return base.replaced(given)


def _wait_for(stand_file: Path) -> None:
    """Wait while the file is empty: `gateway sandbox --json > stand.json &` fills it when the stand is ready."""
    if not stand_file.is_file() or stand_file.stat().st_size:
        return
    click.echo(f"{stand_file} is still empty, waiting for the sandbox …", err=True)
    deadline = time.monotonic() + _START_SECONDS
    while stand_file.stat().st_size == 0 and time.monotonic() < deadline:
        time.sleep(0.1)
