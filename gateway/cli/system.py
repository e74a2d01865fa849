"""`gateway system`: the information systems that may connect, their passwords and certificates."""

from __future__ import annotations

import base64
import dataclasses
import re
import secrets

import click

from gateway import clock, passwords
from gateway.cli import outcome, place, show, values
from storage import directory

_FINGERPRINT = re.compile(r"[0-9a-f]{40}")
_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; left out, a random one is made."
)
_fingerprint_option = click.option(
    "--fingerprint",
    help="SHA-1 of its client certificate, hex, as a trusted proxy reports it in X-Client-Cert-Fingerprint.",
)


@click.group("system")
def command() -> None:
    """Information systems: the programs that connect, with HTTP Basic or a client certificate.

    A system belongs to its operator, an organisation; for whom it may act is said by gateway grant.
    """


@command.command(
    epilog=show.examples(
        "gateway system add billing --operator 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90",
        "pass show billing | gateway system add billing --operator 0f6a1c52-… --password-stdin",
    )
)
@click.argument("login")
@click.option("--operator", type=values.GUID, required=True, help="orgPPAGUID of the organisation that operates it.")
@_fingerprint_option
@_stdin_option
@show.json_option
@place.pass_place
def add(
    where: place.Place, login: str, operator: str, fingerprint: str | None, *, password_stdin: bool, as_json: bool
) -> None:
    """Add an information system. A password that was made here is shown once, and is stored only as a hash."""
    if ":" in login:
        raise click.UsageError("a login has no colon: HTTP Basic could not carry it")
    password = values.password(from_stdin=password_stdin)
    new = directory.System(login, passwords.hash_password(password), operator, _hex(fingerprint))
    with where.database() as db, db.write() as connection:
        directory.add_system(connection, new, clock.now())
    _tell(login, password, secret=password_stdin, as_json=as_json)


@command.command("list", epilog=show.examples("gateway system list", "gateway system list --json"))
@show.json_option
@place.pass_place
def list_(where: place.Place, *, as_json: bool) -> None:
    """List the information systems: who operates them, and whether they may connect."""
    with where.database() as db, db.read() as connection:
        found = directory.systems(connection)
        names = {each.guid: each.name for each in directory.organisations(connection)}
    if as_json:
        show.line([_listed(each) for each in found])
        return
    rows = [
        (each.login, _state(each), each.operator, names.get(each.operator, ""), each.fingerprint or "")
        for each in found
    ]
    titles = ("login", "state", "operator", "operator's name", "certificate")
    show.table(titles, rows, empty="no information system yet: gateway system add")


@command.command(
    epilog=show.examples(
        "gateway system passwd billing", "pass show billing | gateway system passwd billing --password-stdin"
    )
)
@click.argument("login")
@_stdin_option
@show.json_option
@place.pass_place
def passwd(where: place.Place, login: str, *, password_stdin: bool, as_json: bool) -> None:
    """Give a system a new password; the old one counts no more, from the next request on."""
    password = values.password(from_stdin=password_stdin)
    _change(where, login, password_hash=passwords.hash_password(password))
    _tell(login, password, secret=password_stdin, as_json=as_json)


@command.command(
    epilog=show.examples(
        "gateway system change billing --operator 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90",
        "gateway system change billing --fingerprint 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    )
)
@click.argument("login")
@click.option("--operator", type=values.GUID, help="orgPPAGUID of its new operator.")
@_fingerprint_option
@place.pass_place
def change(where: place.Place, login: str, operator: str | None, fingerprint: str | None) -> None:
    """Change the operator or the client certificate of a system; what is not given stays."""
    given = {"operator": operator, "fingerprint": _hex(fingerprint)}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise click.UsageError("nothing to change: name --operator or --fingerprint")
    _change(where, login, **changes)
    click.echo(f"changed {login}")


@command.command(epilog=show.examples("gateway system disable billing"))
@click.argument("login")
@place.pass_place
def disable(where: place.Place, login: str) -> None:
    """Let nobody connect as this system any more; gateway system passwd lets it in again.

    Its certificate is forgotten, and its password becomes one that does not exist. Grants stay.
    """
    _change(where, login, password_hash=_nobodys_password(), fingerprint=None)
    click.echo(f"disabled {login}")


def _nobodys_password() -> str:
    """Return a hash that no password has and `_state` knows; being refused by it takes as long as by any other."""
    *parameters, digest = passwords.hash_password(secrets.token_urlsafe()).split("$")
    return "$".join((*parameters, _nothing(digest)))


def _nothing(digest: str) -> str:
    return base64.b64encode(bytes(len(base64.b64decode(digest)))).decode()


def _state(system: directory.System) -> str:
    """Return whether anybody can connect as this system: with a password that exists, or with a certificate."""
    digest = system.password_hash.rpartition("$")[2]
    return "disabled" if system.fingerprint is None and digest == _nothing(digest) else "enabled"


def _listed(system: directory.System) -> dict[str, str | None]:
    return {
        "login": system.login,
        "state": _state(system),
        "operator": system.operator,
        "fingerprint": system.fingerprint,
    }


def _change(where: place.Place, login: str, **changes: str | None) -> None:
    with where.database() as db, db.write() as connection:
        found = directory.system_by_login(connection, login)
        if found is None:
            raise outcome.Stop(f"there is no information system {login}")
        directory.change_system(connection, dataclasses.replace(found, **changes), clock.now())  # type: ignore[arg-type]  # names of its fields


def _tell(login: str, password: str, *, secret: bool, as_json: bool) -> None:
    shown = "" if secret else password
    if as_json:
        show.line({"login": login, **({"password": shown} if shown else {})})
        return
    show.facts((("login", login), ("password", shown)))
    if shown:
        click.echo("Write the password down: it is shown this once.", err=True)


def _hex(fingerprint: str | None) -> str | None:
    if fingerprint is None:
        return None
    plain = fingerprint.replace(":", "").replace(" ", "").lower()
    if not _FINGERPRINT.fullmatch(plain):
        raise click.UsageError(f"--fingerprint: {fingerprint!r} is not the SHA-1 of a certificate (40 hex digits)")
    return plain
