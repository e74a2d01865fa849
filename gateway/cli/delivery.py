"""One file on its way to a gateway and back, and how that is told to a person or a script."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from gateway import client
from gateway.cli import outcome
from gateway.client import message

_STATES = {1: "received", 2: "in work", 3: "done"}


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What became of one file."""

    name: str
    ack: client.Ack | None = None
    result: client.Result | None = None
    error: client.ClientError | None = None

    @property
    def exit_code(self) -> int:
        """0 where nothing was refused (gateway --help)."""
        if self.error is not None:
            return outcome.exit_code_of(self.error)
        return 0 if self.result is None or self.result.good else outcome.BAD

    def plain(self) -> dict[str, Any]:
        """Return the report as JSON can hold it; what did not happen is absent."""
        made: dict[str, Any] = {"file": self.name, "exit_code": self.exit_code}
        if self.ack is not None:
            made["ack"] = dataclasses.asdict(self.ack)
        if self.result is not None:
            made["result"] = _plain(self.result)
        if isinstance(self.error, client.Fault):
            fault = self.error
            made["fault"] = {"code": fault.code, "text": fault.text, "status": fault.status}
        elif self.error is not None:
            made["error"] = str(self.error)
        return made


@dataclasses.dataclass(frozen=True, slots=True)
class Courier:
    """Delivers files through one client."""

    via: client.Client
    path: str = ""
    resign: bool = False
    wait: float | None = None
    """Seconds to wait for each result; None: only the acknowledgement is wanted."""

    def deliver(self, file: Path) -> Report:
        """Send one file and report; only what the command was called wrongly with is raised."""
        ack = None
        try:
            ack = self._send(file)
            result = None if self.wait is None else self.via.wait(ack.path, ack.message_guid, timeout=self.wait)
        except client.ClientError as error:
            return Report(str(file), ack=ack, error=error)
        return Report(str(file), ack, result)

    def _send(self, file: Path) -> client.Ack:
        data = file.read_bytes()
        root = message.parse(data)
        request = message.open_envelope(root)
        if request is not None and not self.resign:
            return self.via.send(data, path=self.path)
        return self.via.submit(root if request is None else request, path=self.path)


def tell(report: Report) -> None:
    """Print a report for a person."""
    click.secho(report.name, bold=True)
    if report.ack is not None:
        click.echo(f"  acknowledged  {report.ack.operation}  {report.ack.message_guid}")
    if isinstance(report.error, client.Fault):
        click.echo(f"  {click.style('refused', fg='red')}  {report.error.code}  {report.error.text}")
    elif report.error is not None:
        click.echo(f"  {click.style('failed', fg='red')}  {report.error}")
    if report.result is not None:
        tell_result(report.result)


def tell_result(result: client.Result) -> None:
    """Print what became of each object, one a line, with errors below."""
    for outcome_ in result.outcomes:
        word = click.style("error", fg="red") if outcome_.problems else click.style("ok   ", fg="green")
        click.echo(f"  {word}  {outcome_.transport_guid}  {outcome_.guid}  {outcome_.unique_number}".rstrip())
        for problem in outcome_.problems:
            click.echo(f"         {click.style(problem.code, bold=True)}  {problem.text}")
    for export in result.exports:
        count = sum(1 for _ in export.element.iter()) - 1
        click.echo(f"  {click.style('ok   ', fg='green')}  {export.branch}, {count} elements")
    if result.problem is not None:
        click.echo(
            f"  {click.style('error', fg='red')}  {click.style(result.problem.code, bold=True)}  {result.problem.text}"
        )


def _plain(result: client.Result) -> dict[str, Any]:
    return {
        "message_guid": result.message_guid,
        "state": _STATES.get(result.state, str(result.state)),
        "good": result.good,
        "problem": dataclasses.asdict(result.problem) if result.problem else None,
        "outcomes": [dataclasses.asdict(each) for each in result.outcomes],
        "exports": [each.branch for each in result.exports],
    }
