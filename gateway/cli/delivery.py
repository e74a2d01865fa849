"""One file on its way to a gateway and back, and how that is told to a person or a script."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
from lxml import etree

from gateway import client, wire
from gateway.cli import outcome
from gateway.client import message

_STATES: Final = {1: "received", 2: "in work", 3: "done"}
_UNNAMEABLE: Final = re.compile(r"[^0-9A-Za-z-]")
_INDENT: Final = " " * 9
_SHOWN: Final = 20
"""Lines of an export that are shown to a person."""


@dataclasses.dataclass(frozen=True, slots=True)
class Report:
    """What became of one file."""

    name: str
    ack: client.Ack | None = None
    result: client.Result | None = None
    error: client.ClientError | None = None
    written: Path | None = None
    """Where the result element stands now, byte for byte."""

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
        if self.written is not None:
            made["written"] = str(self.written)
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
    output: Path | None = None
    """Folder into which each result element is written."""

    def deliver(self, file: Path) -> Report:
        """Send one file and report; only what the command was called wrongly with is raised."""
        ack = None
        try:
            ack = self._send(file)
            if self.wait is None:
                return Report(str(file), ack)
            result = self.via.wait(ack.path, ack.message_guid, org_ppa_guid=ack.org_ppa_guid, timeout=self.wait)
        except client.ClientError as error:
            return Report(str(file), ack=ack, error=error)
        return Report(str(file), ack, result, written=self._write(ack, result))

    def _send(self, file: Path) -> client.Ack:
        data = file.read_bytes()
        root = message.parse(data)
        request = message.open_envelope(root)
        if request is not None and not self.resign:
            return self.via.send(data, path=self.path)
        return self.via.submit(root if request is None else request, path=self.path)

    def _write(self, ack: client.Ack, result: client.Result) -> Path | None:
        if self.output is None:
            return None
        # The name was chosen by whoever answered: nothing of it may lead out of the folder.
        path = self.output / f"{_UNNAMEABLE.sub('_', ack.message_guid)}.xml"
        try:
            self.output.mkdir(parents=True, exist_ok=True)
            path.write_bytes(result.xml)
        except OSError as error:
            raise outcome.Stop(f"the result of {ack.message_guid} cannot be written: {error}") from error
        return path


def tell(report: Report) -> None:
    """Print a report for a person."""
    click.secho(report.name, bold=True)
    if report.ack is not None:
        click.echo(f"  acknowledged  {report.ack.operation}  {report.ack.message_guid}")
    if isinstance(report.error, client.Fault):
        click.echo(f"  {click.style('refused', fg='red')}  {report.error.code}  {_hanging(report.error.text)}")
    elif report.error is not None:
        click.echo(f"  {click.style('failed', fg='red')}  {report.error}")
    if report.result is not None:
        tell_result(report.result, whole=report.written is None)
    if report.written is not None:
        click.echo(f"  written       {report.written}")


def tell_result(result: client.Result, *, whole: bool = True) -> None:
    """Print what became of each object, one a line, with errors below; `whole` also how each export begins."""
    for outcome_ in result.outcomes:
        word = click.style("error", fg="red") if outcome_.problems else click.style("ok   ", fg="green")
        click.echo(f"  {word}  {outcome_.transport_guid}  {outcome_.guid}  {outcome_.unique_number}".rstrip())
        for problem in outcome_.problems:
            click.echo(f"         {click.style(problem.code, bold=True)}  {_hanging(problem.text)}")
    for export in result.exports:
        count = sum(1 for _ in export.element.iter()) - 1
        click.echo(f"  {click.style('ok   ', fg='green')}  {export.branch}, {count} elements")
        if whole:
            _tell_content(export.element)
    if result.problem is not None:
        code = click.style(result.problem.code, bold=True)
        click.echo(f"  {click.style('error', fg='red')}  {code}  {_hanging(result.problem.text)}")


def _tell_content(element: etree._Element) -> None:
    """Print the first values of an export, indented as they are nested."""
    lines = list(_outline(element, 0))
    for line in lines[:_SHOWN]:
        click.echo(f"{_INDENT}{line}")
    if len(lines) > _SHOWN:
        click.secho(f"{_INDENT}… {len(lines) - _SHOWN} more lines; --output DIR writes all of it", dim=True)


def _outline(element: etree._Element, depth: int) -> Iterator[str]:
    for child in element.iterchildren(etree.Element):
        text = "" if len(child) else " ".join((child.text or "").split())
        yield f"{'  ' * depth}{wire.local(child.tag)}{f': {text}' if text else ''}"
        yield from _outline(child, depth + 1)


def _hanging(text: str) -> str:
    """Return a text of several lines so that the second and further ones stand below the first one."""
    return text.replace("\n", f"\n{_INDENT}")


def _plain(result: client.Result) -> dict[str, Any]:
    return {
        "message_guid": result.message_guid,
        "state": _STATES.get(result.state, str(result.state)),
        "good": result.good,
        "problem": dataclasses.asdict(result.problem) if result.problem else None,
        "outcomes": [dataclasses.asdict(each) for each in result.outcomes],
        "exports": [{"branch": each.branch, "xml": each.xml} for each in result.exports],
    }
