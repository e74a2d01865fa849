"""The lines that verify a bundle with sh, sha256sum, openssl and xmlsec1: the same for README.md and verify.sh."""

from __future__ import annotations

import dataclasses
import shlex

from gateway.journal.evidence import asic, names, options, shell
from gateway.journal.evidence.belief import Belief
from gateway.journal.evidence.contents import Contents
from gateway.journal.evidence.exhibit import Exhibit, is_gost
from gateway.journal.evidence.proofs import Seal
from signing.certificates import Certificate
from signing.vocabulary import XADES
from storage import journal, packages


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One thing to verify."""

    russian: str
    english: str
    lines: tuple[str, ...]


def of(contents: Contents) -> list[Step]:
    """Return the steps in their order; each line fails where what it asks is not so."""
    steps = [_beginning(contents), _whole()]
    case = contents.case
    if isinstance(case.request, bytes):
        steps.append(_bound(case.entry, packages.REQUEST, names.request(case), "запроса", "request"))
    if contents.request:
        steps.append(_signature(contents.request, case.entry, "запроса", "request"))
    if contents.request and contents.belief and contents.belief.chain:
        steps.append(_chain(contents.belief, case.entry))
    if case.answer and isinstance(case.result, bytes):
        steps.append(_bound(case.answer, packages.RESULT, names.RESULT, "ответа", "result"))
    if contents.result:
        steps.append(_signature(contents.result, None, "ответа", "result"))
    steps += [_sealed(contents), _included(contents)]
    if contents.receipt:
        steps.append(_receipt(contents))
    if contents.container:
        steps.append(_container(contents.container))
    return steps


def _beginning(contents: Contents) -> Step:
    wanted = [shell.BEGINNING]
    if contents.exhibits or contents.container:
        wanted.append(shell.XMLSEC)
    if not all(each.for_xmlsec for each in contents.exhibits):
        wanted.append(shell.CANONICAL)
    if contents.container and asic.is_for_openssl(contents.container):
        wanted.append(shell.CONTAINER)
    wanted += [shell.CHECKPOINT, shell.TREE]
    if contents.has_older_checkpoint:
        wanted.append(shell.CONTINUED)
    if contents.receipt:
        wanted.append(shell.RECEIPT)
    lines = [line for text in wanted for line in text.strip().split("\n")]
    if contents.needs_gost:
        lines.insert(1, options.GOST)
    return Step("Подготовка", "Preparation", tuple(lines))


def _whole() -> Step:
    """Ask for every file; the second line finds what sha256sum reads in more than one way."""
    return Step(
        "Файлы целы",
        "The files are whole",
        (
            "sha256sum -c manifest.sha256",
            r"cut -c67- manifest.sha256 | tr '\n' '\0' | xargs -0 sha256sum | cmp - manifest.sha256",
        ),
    )


def _bound(entry: journal.Entry, role: str, file: str, whose: str, of_what: str) -> Step:
    size = f"$(wc -c < {file} | tr -d ' ')"
    said = rf"\"{role}\":{{\"sha256\":\"$(digest {file})\",\"size\":{size}}}"
    return Step(
        f"Запись журнала — об этих байтах {whose}",
        f"The record of the journal is of these bytes of the {of_what}",
        (f'says {names.record(entry.index)} "{said}"',),
    )


def _signature(exhibit: Exhibit, entry: journal.Entry | None, whose: str, of_what: str) -> Step:
    file = names.signer(exhibit.name)
    lines = [options.public_key(exhibit.certificate, file)]
    lines += _by_xmlsec(exhibit) if exhibit.for_xmlsec else _by_openssl(exhibit)
    if entry is not None:
        fingerprint = (
            f"$(openssl x509 {options.engine(exhibit.certificate)}-in {file} -outform DER | sha256sum | cut -c1-64)"
        )
        lines.append(rf'says {names.record(entry.index)} "\"certificate_sha256\":\"{fingerprint}\""')
    return Step(f"Подпись {whose}", f"Signature of the {of_what}", tuple(lines))


def _by_xmlsec(exhibit: Exhibit) -> list[str]:
    bearers = " ".join(f"--id-attr:Id {shlex.quote(each)}" for each in (exhibit.element, f"{XADES}:SignedProperties"))
    place = f"{exhibit.path}/*[local-name()='Signature']"
    return [
        f"{options.XMLSEC} \\",
        f"    {bearers} \\",
        f'    --node-xpath "{place}" {exhibit.file}',
    ]


def _by_openssl(exhibit: Exhibit) -> list[str]:
    folder, octets = names.octets(exhibit.name), exhibit.octets
    verified = f'-verify "$work/key.pem" -signature {folder}/signature {folder}/signed-info'
    lines = [f"canonical {folder}", f"openssl dgst {options.of_dgst(octets.suite.digest.name)} {verified}"]
    for digest, part in ((octets.properties_digest, "properties"), (octets.payload_digest, "payload")):
        value = f"$(openssl dgst {options.of_dgst(digest.name)} -binary {folder}/{part} | base64 | tr -d '\\n')"
        lines.append(f'says "$work/flat" ">{value}</"')
    return lines


def _chain(belief: Belief, entry: journal.Entry) -> Step:
    engine = "$gost " if any(map(is_gost, belief.chain)) else ""
    known = [f"openssl verify {engine}-attime {int(entry.at.timestamp())} -partial_chain"]
    if belief.checks_signer:
        known.append("-crl_check_all" if belief.checks_all else "-crl_check")
        known += [f"-CRLfile {names.crl(number)}" for number, _ in enumerate(belief.lists, 1)]
    if len(belief.chain) > 2:  # noqa: PLR2004 - the signer, the anchor, and somebody between them
        known.append(f"-untrusted {names.BETWEEN}")
    known.append(f"-trusted {names.signer('request') if belief.pinned else names.ANCHOR}")
    at = journal.moment(entry.at)
    return Step(
        f"Сертификат подписавшего на момент приёма ({at})" + ("" if belief.checks_signer else ", без списков отзыва"),
        f"The signer's certificate at the moment of receipt ({at})"
        + ("" if belief.checks_signer else ", without revocation lists"),
        (" ".join([*known, names.signer("request")]),),
    )


def _sealed(contents: Contents) -> Step:
    lines = [_signed(contents.seal, names.CHECKPOINT, names.CERTIFICATE)]
    if contents.has_older_checkpoint and contents.receipt:
        lines.append(_signed(contents.receipt, names.OLDER_CHECKPOINT, names.OLDER_CERTIFICATE))
        lines.append(f"continued {names.OLDER_CHECKPOINT} {names.CHECKPOINT} < {names.CONSISTENCY}")
    return Step("Контрольная точка журнала подписана", "The checkpoint of the journal is signed", tuple(lines))


def _signed(seal: Seal, note: str, certificate: str) -> str:
    engine = ' "$gost"' if is_gost(seal.certificate) else ""
    return f"signed {note} {certificate} {options.of_digest(seal.suite.digest.name)}{engine}"


def _included(contents: Contents) -> Step:
    lines = tuple(f"proved {each.index}" for each in contents.case.records)
    return Step("Записи — в журнале под этой точкой", "The records are in the journal below it", lines)


def _receipt(contents: Contents) -> Step:
    index = contents.case.entry.index
    record = names.record(index)
    note = names.OLDER_CHECKPOINT if contents.has_older_checkpoint else names.CHECKPOINT
    hashes = r"""sed -n '/^  "inclusion"/,/^  \]/s/^    "\([^"]*\)",\{0,1\}$/\1/p'"""
    escaped = rf"""$(quoted {note} | awk '{{ printf "%s\\n", $0 }}')"""
    return Step(
        "Квитанция — о той же записи",
        "The receipt is of the same record",
        (
            rf'says {names.RECEIPT} "\"record\": \"$(quoted {record})\","',
            rf'says {names.RECEIPT} "\"checkpoint\": \"{escaped}\","',
            f'{hashes} {names.RECEIPT} > "$work/path"',
            f'included {record} {index} {note} < "$work/path"',
        ),
    )


def _container(certificate: Certificate) -> Step:
    key = options.public_key(certificate, names.CONTAINER_CERTIFICATE)
    return Step("Подпись контейнера ASiC-E", "Signature of the container (ASiC-E)", (key, *asic.lines(certificate)))
