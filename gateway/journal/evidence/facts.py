"""What a bundle tells of its package for people and programs to read: verdict.json and contract.json.

They prove nothing themselves: the verdict repeats a record, and how the signer was believed was found out again.
"""

from __future__ import annotations

import json
from typing import Any

from gateway.contracts import model, tree
from gateway.journal.evidence import names
from gateway.journal.evidence.belief import Belief
from gateway.journal.evidence.case import Case
from signing.certificates import Certificate
from storage import journal

VERDICT = "hcs-gateway-verdict/1"
CONTRACT = "hcs-gateway-contract/1"


def verdict(case: Case, belief: Belief | None) -> bytes:
    """Return verdict.json; `belief` is None where no signature was judged."""
    entry, answer = case.entry, case.answer
    return _json(
        {
            "format": VERDICT,
            "verdict": "accepted" if case.accepted else "refused",
            "code": entry.facts.get("code"),
            "at": journal.moment(entry.at),
            "record": entry.index,
            "message_guid": entry.message,
            "requester_guid": entry.facts.get("requester_guid"),
            "facts": dict(entry.facts),
            "signer": None if belief is None else _signer(belief),
            "answer": answer
            and {
                "record": answer.index,
                "kind": answer.kind,
                "at": journal.moment(answer.at),
                "outcome": answer.facts.get("outcome"),
                "code": answer.facts.get("code"),
            },
        }
    )


def contract(pack_id: str, pack: model.Pack | None) -> bytes:
    """Return contract.json: the pack that has judged the package, by the SHA-256 of each of its files.

    The journal names the pack by its id; `pack` is what is installed under it, None where it no longer is.
    """
    if pack is None:
        return _json({"format": CONTRACT, "id": pack_id, "installed": False})
    return _json(
        {
            "format": CONTRACT,
            "id": pack.id,
            "installed": True,
            "version": pack.version,
            "title": pack.title,
            "digest": pack.digest,
            "files": tree.manifest(pack.files),
        }
    )


def _signer(belief: Belief) -> dict[str, Any]:
    asked = "all" if belief.checks_all else "signer" if belief.checks_signer else "none"
    return {
        "believed": "unknown" if not belief.chain else "pinned" if belief.pinned else "by an authority",
        "chain": [_certificate(each) for each in belief.chain],
        "lists": [
            {
                "file": names.crl(number),
                "made": journal.moment(each.found.this_update),
                "next": each.found.next_update and journal.moment(each.found.next_update),
            }
            for number, each in enumerate(belief.lists, 1)
        ],
        "revocation_asked_of": asked,
    }


def _certificate(each: Certificate) -> dict[str, str]:
    return {
        "name": each.name,
        "serial": f"{each.serial:x}",
        "sha256": each.fingerprint,
        "not_before": journal.moment(each.not_before),
        "not_after": journal.moment(each.not_after),
    }


def _json(value: dict[str, Any]) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=2)}\n".encode()
