"""`gateway contracts diff`: what an integrator has to know between two versions of the contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import click

from gateway.cli import outcome, place, show
from gateway.contracts import model, packs

_EXAMPLES: Final = (
    "gateway contracts diff hcs-wsdl-xsd-v.15.12.0.0.zip hcs-wsdl-xsd-v.16.3.0.0.zip",
    "gateway contracts diff 15.12.0.0 16.3.0.0 house-management --format markdown",
)


@click.command("diff", epilog=show.examples(*_EXAMPLES))
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.argument("service", required=False, metavar="[SERVICE]")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True, help="How to print."
)
@click.option("--docs", is_flag=True, help="Show changes of documentation too.")
@show.json_option
@place.pass_place
def command(
    where: place.Place, before: str, after: str, service: str | None, *, form: str, docs: bool, as_json: bool
) -> None:
    """Tell what the contract B has otherwise than A, by service and operation, breaking changes first.

    A and B are packs in force by the names in gateway contracts list, or folders or zips, which are checked as if
    they were to be installed. SERVICE leaves out all others. The page docs/contract-diff.md says what breaking means.
    """
    # The component model is heavy to import, and no other command needs it.
    from gateway.study.differences import compare, report

    old, new = (_pack(where, each) for each in (before, after))
    known = {each.short_name for pack in (old, new) for each in pack.services.values()}
    if service is not None and service not in known:
        raise outcome.Stop(f"no service {service} in {old.id} or {new.id}; gateway contracts list shows what is there")
    found = compare.packs(old, new, [service] if service else [])
    if as_json:
        show.line(report.data(found, docs=docs))
        return
    written: Callable[..., str] = report.markdown if form == "markdown" else report.text
    click.echo(written(found, docs=docs))


def _pack(where: place.Place, name: str) -> model.Pack:
    known = where.contracts()
    found = known.pack(name)
    if found is not None:
        return found
    path = Path(name)
    if not path.exists():
        ids = ", ".join(pack.id for pack in known.packs)
        raise outcome.Stop(f"{name} is neither a pack in force ({ids}) nor a folder or zip")
    return packs.verify(path) if (path / packs.MANIFEST).is_file() else packs.check(path)
