"""The bundle of one package, as files by name, in their order."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

from gateway.journal import receipt
from gateway.journal.evidence import belief, canonical, case, exhibit, facts, names, proofs, readme, steps
from gateway.journal.evidence.contents import Contents
from gateway.journal.replay import days
from gateway.journal.replay.live import Live
from signing import issue, policy
from signing.certificates import Certificate
from signing.gost import selection


@dataclasses.dataclass(frozen=True, slots=True)
class Bundle:
    """What is handed over."""

    at: dt.datetime
    """When the package was accepted or refused."""
    sealed_at: dt.datetime
    """When the checkpoint was made that covers it."""
    absent: dict[str, str]
    """Why the request or the result is not in it."""
    files: dict[str, bytes] = dataclasses.field(repr=False)
    """By name; the last one lists the others."""


def make(
    live: Live, where: list[int], by: policy.Policy, *, with_schema: bool = False, signer: Certificate | None = None
) -> Bundle:
    """Return the bundle of the package whose records are `where`, all of them covered by a checkpoint.

    `by` is how old signatures are judged. `with_schema` adds the files of the contract pack. `signer` is the
    certificate of whoever signs the container that the bundle goes into. The same records give the same bytes.

    Raises Damaged for a record that cannot be read, BadNote for a checkpoint that is none.
    """
    contents = _collected(live, where, by, signer)
    told = steps.of(contents)
    files = {names.README: readme.readme(contents, told), names.SCRIPT: readme.script(told)}
    files |= _documents(contents)
    files |= _certificates(contents)
    files |= _contract(live, contents, with_schema=with_schema)
    files[names.VERDICT] = facts.verdict(contents.case, contents.belief)
    files |= _journal(live, contents)
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    files[names.MANIFEST] = "".join(lines).encode()
    return Bundle(contents.case.entry.at, contents.seal.checkpoint.at, contents.case.absent, files)


def _collected(live: Live, where: list[int], by: policy.Policy, signer: Certificate | None) -> Contents:
    found = case.collect(live, where)
    backend = selection.choose(live.settings.gost_backend)
    at = found.entry.at
    request = result = believed = None
    if isinstance(found.request, bytes) and found.entry.facts.get("signed") is True:
        known = days.Days(live)
        anchors = known.at(found.entry.index)
        request = exhibit.of_request(found.request, by, anchors, at)
        if request is not None:
            believed = belief.on(known, anchors, request, by, at)
    if found.answer and isinstance(found.result, bytes):
        result = exhibit.of_result(found.result, by, found.answer.at)
    return Contents(
        case=found,
        request=request,
        belief=believed,
        result=result,
        seal=proofs.seal(live.connection, where[-1], backend),
        receipt=proofs.seal(live.connection, where[0], backend) if found.accepted else None,
        container=signer,
    )


def _documents(contents: Contents) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    if isinstance(contents.case.request, bytes):
        files[names.request(contents.case)] = contents.case.request
    if isinstance(contents.case.result, bytes):
        files[names.RESULT] = contents.case.result
    for each in contents.exhibits:
        if not each.for_xmlsec:
            folder = names.octets(each.name)
            files |= {f"{folder}/{name}": data for name, data in canonical.files(each).items()}
    return files


def _certificates(contents: Contents) -> dict[str, bytes]:
    files = {names.signer(each.name): issue.pem(each.certificate) for each in contents.exhibits}
    if contents.belief and len(contents.belief.chain) > 1:
        _, *between, anchor = contents.belief.chain
        if between:
            files[names.BETWEEN] = b"".join(map(issue.pem, between))
        files[names.ANCHOR] = issue.pem(anchor)
        files |= {names.crl(number): each.pem for number, each in enumerate(contents.belief.lists, 1)}
    if contents.container:
        files[names.CONTAINER_CERTIFICATE] = issue.pem(contents.container)
    return files


def _contract(live: Live, contents: Contents, *, with_schema: bool) -> dict[str, bytes]:
    """Return the contract by the digests of its files: a bundle is of one package, and thousands share the schemas."""
    pack_id = contents.case.entry.facts.get("pack")
    if not pack_id:
        return {}
    pack = live.contracts.catalogue.pack(str(pack_id))
    files = {names.CONTRACT: facts.contract(str(pack_id), pack)}
    if with_schema and pack is not None:
        files |= {f"schema/{path}": data for path, data in sorted(pack.files.items())}
    return files


def _journal(live: Live, contents: Contents) -> dict[str, bytes]:
    connection, seal = live.connection, contents.seal
    records = contents.case.records
    files = {names.record(each.index): each.record for each in records}
    if contents.receipt:
        files[names.RECEIPT] = receipt.written(connection, records[0].index, contents.receipt.kept)
    files |= {names.proof(each.index): proofs.inclusion(connection, each.index, seal.kept) for each in records}
    if contents.has_older_checkpoint and contents.receipt:
        older = contents.receipt
        files[names.OLDER_CHECKPOINT] = older.kept.note.encode()
        files[names.OLDER_CERTIFICATE] = issue.pem(older.certificate)
        files[names.CONSISTENCY] = proofs.consistency(connection, older.kept.size, seal.kept.size)
    files[names.CHECKPOINT] = seal.kept.note.encode()
    files[names.CERTIFICATE] = issue.pem(seal.certificate)
    return files
