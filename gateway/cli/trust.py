"""`gateway trust`: authorities that are believed, certificates pinned for organisations, revocation lists."""

from __future__ import annotations

from pathlib import Path

import click

from gateway import clock, settings, signatures
from gateway.cli import outcome, place, show, trust_crl, trust_shown, values
from gateway.trust import folder as trusted
from gateway.trust import sources
from signing import trust_folder
from signing.certificates import Certificate
from storage import database, directory, journal


@click.group("trust")
def command() -> None:
    """Whom the gateway believes: authorities, certificates pinned for organisations, revocation lists.

    Running servers notice every change within seconds.
    """


command.add_command(trust_crl.command)


@command.command(
    epilog=show.examples(
        "gateway trust add authority.crt",
        "gateway trust add roots/*.cer",
        "gateway trust add director.crt --org 0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90",
    )
)
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
@click.option(
    "--org",
    "owner",
    type=values.GUID,
    help="Pin the certificates for this organisation (orgPPAGUID): believed for it alone, without an authority.",
)
@click.option("--ended", is_flag=True, help="Take also what has ended: packages of the past are judged by it.")
@show.json_option
@place.pass_place
def add(where: place.Place, files: tuple[Path, ...], owner: str | None, *, ended: bool, as_json: bool) -> None:
    """Believe the authorities in FILES (PEM or DER), or pin the certificates in them for an organisation.

    Packages signed under an authority are accepted from the organisations that their certificates name. A pinned
    certificate signs for its organisation, whatever it says of itself.
    """
    conf = where.need()
    now = clock.now()
    # All are judged before the first is stored: one wrong file must not leave half of them behind.
    found = list({each.der: each for path in files for each in trusted.load(path)}.values())
    for each in found:
        if owner is None:
            trusted.check_authority(each, at=now, by=signatures.audit(conf), ended=ended)
        else:
            trusted.check_signer(each, at=now, ended=ended)
    with where.database() as db, trusted.alone(conf.trust):
        whose = _name_of(db, owner) if owner else ""
        new = _add(conf, found, owner, db)
    if as_json:
        described = (trust_shown.described(each, owner) for each in found)
        show.line([{**facts, "added": is_new} for facts, is_new in zip(described, new, strict=True)])
        return
    for each, is_new in zip(found, new, strict=True):
        word = "trusted" if is_new else "already trusted"
        until = f"until {show.moment(each.not_after)}"
        click.echo("  ".join(filter(None, (word, each.name, whose and f"for «{whose}»", until))))


@command.command("list", epilog=show.examples("gateway trust list", "gateway trust list --json"))
@show.json_option
@place.pass_place
def list_(where: place.Place, *, as_json: bool) -> None:
    """List authorities, pinned certificates and revocation lists, with the addresses that `trust crl` fetches.

    Damaged files are told on standard error: a server does not start with them, and one that runs ignores the change.
    """
    conf = where.need()
    contents = trust_folder.survey(conf.trust)
    by = signatures.audit(conf)
    for error in contents.damaged:
        click.echo(f"Warning: damaged: {error}", err=True)
    certificates = trust_shown.certificates(contents, by, clock.now())
    known = trust_shown.lists(contents, by, clock.now())
    addresses = sources.remembered(conf.trust)
    if as_json:
        damaged = [str(error) for error in contents.damaged]
        show.line({"certificates": certificates, "lists": known, "sources": addresses, "damaged": damaged})
        return
    rows = map(trust_shown.certificate_row, certificates)
    show.table(trust_shown.CERTIFICATE, rows, empty="nobody is trusted yet: gateway trust add")
    if known:
        click.echo()
        show.table(trust_shown.LIST, map(trust_shown.list_row, known), empty="")
    if addresses:
        click.echo("\nfetched by gateway trust crl:")
    for address in addresses:
        click.echo(f"  {address}")


@command.command(
    epilog=show.examples("gateway trust remove 0a1b2c3d4e5f6071", "gateway trust remove 0a1b --org 0f6a1c52-…")
)
@click.argument("fingerprints", nargs=-1, required=True, metavar="FINGERPRINT...")
@click.option("--org", "owner", type=values.GUID, help="Only where it is pinned for this organisation (orgPPAGUID).")
@place.pass_place
def remove(where: place.Place, fingerprints: tuple[str, ...], owner: str | None) -> None:
    """Believe certificates no longer, named by how their FINGERPRINT begins in `gateway trust list`.

    All of them, or none if one is not there. Packages that were accepted stay accepted.
    """
    conf = where.need()
    now = clock.now()
    with where.database() as db, trusted.alone(conf.trust):
        there = trust_folder.survey(conf.trust, lists=False).certificates
        there = tuple(each for each in there if owner is None or each.owner == owner)
        found = [place_ for each in fingerprints for place_ in trusted.find(there, each)]
        places = {(each.path, each.certificate.fingerprint): each for each in found}
        with db.write() as connection:
            trusted.remove(places.values())
            for each in places.values():
                facts = {"sha256": each.certificate.fingerprint, "organisation": each.owner}
                directory.record_trust(connection, "trust-removed", facts, now, _payload(each.certificate))
    for each in places.values():
        whose = f"for the organisation {each.owner}" if each.owner else ""
        click.echo("  ".join(filter(None, ("no longer trusted", each.certificate.name, whose))))


def _add(conf: settings.Settings, found: list[Certificate], owner: str | None, db: database.Database) -> list[bool]:
    """Store the certificates and tell the journal; return for each whether it is new."""
    with db.write() as connection:
        new = [trusted.add(conf.trust, each, owner) for each in found]
        for each, is_new in zip(found, new, strict=True):
            if is_new:
                facts = {"sha256": each.fingerprint, "organisation": owner}
                directory.record_trust(connection, "trust-added", facts, clock.now(), _payload(each))
    return new


def _payload(certificate: Certificate) -> journal.Payload:
    return journal.Payload("certificate", certificate.der)


def _name_of(db: database.Database, owner: str) -> str:
    with db.read() as connection:
        found = directory.organisation(connection, owner)
    if found is None:
        raise outcome.Stop(f"there is no organisation {owner}")
    return found.name
