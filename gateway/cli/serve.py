"""`gateway serve`: an installation is served until it is stopped; every setting is an option too."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from typing import Any, Final

import click

from gateway import settings
from gateway.cli import place, show
from gateway.web import serve

_EPILOG = show.examples(
    "gateway serve",
    "gateway --data /srv/gateway serve --host 0.0.0.0 --port 8080 --processes 4",
    "GATEWAY_LOG_LEVEL=debug gateway serve",
)
_SKIPPED: Final = frozenset({"data"})


def _options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command one option for each setting; what is not given stays None."""
    for name, field in reversed(settings.FIELDS.items()):
        if name not in _SKIPPED:
            function = _option(name, field)(function)
    return function


def _option(name: str, field: dataclasses.Field[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    default: Any = field.default
    flag, text, choices = f"--{name.replace('_', '-')}", field.metadata["meaning"], field.metadata["choices"]
    if isinstance(default, bool):
        return click.option(f"{flag}/--no-{flag[2:]}", name, default=None, help=text)
    if default not in ("", ()):
        text = f"{text}  [default: {default}]"
    wanted = click.Choice(choices) if choices else (click.INT if isinstance(default, int) else click.STRING)
    return click.option(flag, name, type=wanted, help=text)


@click.command(epilog=_EPILOG)
@_options
@place.pass_place
def command(where: place.Place, /, **overrides: Any) -> None:
    """Serve an installation until SIGTERM or Ctrl-C; packages in work are finished first.

    Settings come from gateway.toml in the data folder, then from the environment (GATEWAY_PORT=…), then from the
    options below; the last one wins.
    """
    sys.exit(serve.run(where.need(**overrides), on_ready=_ready))


def _ready(base_url: str) -> None:
    click.echo(f"serving on {base_url}", err=True)
