"""How certificates and revocation lists are shown (`gateway trust list`): whose they are, and whether they count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from gateway.cli import show
from gateway.trust import folder
from gateway.trust import lists as taken
from signing import policy, subject, trust, trust_folder
from signing.certificates import Certificate
from signing.revocation import RevocationList

CERTIFICATE: Final = ("use", "name", "numbers", "state", "sha-256", "organisation")
"""Titles of `certificate_row`."""
LIST: Final = ("revocation list of", "made", "next", "revoked", "state")
"""Titles of `list_row`."""
_NUMBERS: Final = ("ogrn", "ogrnip", "inn", "inn_le", "snils")


def described(certificate: Certificate, owner: str | None) -> dict[str, Any]:
    """Return the facts of a certificate as JSON has them; `owner` is whom it is pinned for."""
    return {
        "use": "authority" if owner is None and certificate.may_issue else "pinned",
        "organisation": owner,
        "name": certificate.name,
        **{name: getattr(certificate.subject, name) for name in _NUMBERS},
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "sha256": certificate.fingerprint,
    }


def certificates(contents: trust_folder.Contents, by: policy.Policy, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the facts of every certificate that is believed, and whether it counts at the time."""
    store = trust.TrustStore.from_contents(contents)
    described_ = []
    for each in contents.certificates:
        entry = store.path(each.certificate, (), at=at, policy=by).status.entry
        state = _state(each.certificate, entry.at if entry else None, at)
        revoked = {"revoked_at": entry.at.isoformat() if entry else None}
        described_.append({**described(each.certificate, each.owner), **revoked, "state": state})
    return described_


def lists(contents: trust_folder.Contents, by: policy.Policy, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the facts of every revocation list, and whether it counts at the time."""
    believed = [each.certificate for each in contents.certificates if each.owner is None]
    return [
        {**_list(found, taken.authority_of(found, believed, by), at), "file": str(file.path)}
        for file, found in contents.lists.items()
    ]


def certificate_row(facts: Mapping[str, Any]) -> Sequence[str]:
    """Return a row for a person."""
    numbers = subject.Subject(**{name: facts[name] for name in _NUMBERS}).numbers
    named = [*subject.named(numbers), *([("СНИЛС", facts["snils"])] if facts["snils"] else ())]
    written = ", ".join(f"{kind} {number}" for kind, number in named)
    digits = facts["sha256"][: folder.SHORT]
    return (facts["use"], facts["name"], written, facts["state"], digits, facts["organisation"] or "")


def list_row(facts: Mapping[str, Any]) -> Sequence[str]:
    """Return a row for a person."""
    made, due = (
        show.moment(dt.datetime.fromisoformat(facts[name])) if facts[name] else ""
        for name in ("this_update", "next_update")
    )
    return (facts["authority"] or facts["issuer"], made, due, str(facts["revoked"]), facts["state"])


def _list(found: RevocationList, authority: Certificate | None, at: dt.datetime) -> dict[str, Any]:
    is_due = found.next_update is None or found.next_update < at
    return {
        "authority": authority.name if authority else None,
        "issuer": found.issuer_name.rfc4514_string(),
        "this_update": found.this_update.isoformat(),
        "next_update": found.next_update.isoformat() if found.next_update else None,
        "number": found.number if found.number >= 0 else None,
        "revoked": len(found),
        "state": "of nobody who is trusted" if authority is None else "out of date" if is_due else "in force",
    }


def _state(certificate: Certificate, revoked_at: dt.datetime | None, at: dt.datetime) -> str:
    if revoked_at is not None and revoked_at <= at:
        return f"revoked {show.moment(revoked_at)}"
    if at > certificate.not_after:
        return f"ended {show.moment(certificate.not_after)}"
    if at < certificate.not_before:
        return f"begins {show.moment(certificate.not_before)}"
    return f"until {show.moment(certificate.not_after)}"
