"""The command line `gateway`: one module for each command or group, loaded when it is asked for (docs/commands.md).

Whatever goes wrong on purpose ends in one sentence and one of four exit codes (`outcome`); a trace is a defect.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

import gateway
from gateway.cli import lazy, outcome

_COMMANDS: Final = {
    "init": "Make an installation: folders, database, key, settings.",
    "serve": "Serve an installation until it is stopped.",
    "sandbox": "Start a throwaway gateway with organisations and keys to try things on.",
    "demo": "Show the gateway at work: send the samples, print what comes back.",
    "send": "Wrap, sign and send messages; print what became of them.",
    "upload": "Upload files to the file store; print what a package has to say of them.",
    "check": "Judge messages as the gateway would; send and store nothing.",
    "verify": "Judge the signatures of documents: valid, invalid or indeterminate.",
    "sign": "Sign a document of an exchange.",
    "exchange": "Packages that wait for their result or have failed; run them again.",
    "state": "Tell what an installation knows of one message.",
    "journal": "The journal: search it, replay it, prove it to others.",
    "registry": "Objects of the registry: what they are, what they were, who changed them.",
    "org": "Organisations: data providers and operators.",
    "system": "Information systems: who may connect.",
    "grant": "Rights: which system acts for whom, and on which houses.",
    "nsi": "Dictionaries (НСИ): what is in them; load others.",
    "contracts": "Contracts: what is served; install official packs.",
    "trust": "Whom the gateway believes: authorities, pinned certificates, revocation lists.",
    "key": "Keys and certificates for tests.",
}
"""Every command, in the order of `gateway --help`, with its one line there; its module has the rest."""


class _Gateway(lazy.Group):
    modules = {name: f"gateway.cli.{name}" for name in _COMMANDS}  # noqa: RUF012  # see lazy.Group

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        with outcome.told():
            return super().invoke(ctx)


_EPILOG: Final = """\b
Exit codes:
  0  done, and nothing was refused
  1  what was asked about is bad or refused: a package, an object in a result, a name that does not exist
  2  the command was called wrongly: unknown option, missing file, unknown setting
  3  not ready or not reachable: no such installation, no answer, no result in time

\b
Look at it first:        gateway demo
Integrate against it:    gateway sandbox
Run it for work:         gateway init, then gateway serve
"""


@click.group(
    cls=_Gateway,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the installation.  [default: $GATEWAY_DATA, or ./data]",
)
@click.version_option(gateway.__version__, prog_name="gateway")
@click.pass_context
def main(ctx: click.Context, data: Path | None) -> None:
    """Exchange gateway that speaks the asynchronous SOAP contract of ГИС ЖКХ.

    Every command has its own --help with examples.
    """
    # Imported here: whoever asks for the list of commands, or for the version, need not wait for a database to load.
    from gateway.cli import place

    ctx.obj = place.Place(data)
