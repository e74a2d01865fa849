"""README.md for people and verify.sh for sh, made of the same steps."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.journal.evidence import names
from gateway.journal.evidence.case import Absent
from gateway.journal.evidence.contents import Contents
from gateway.journal.evidence.steps import Step
from storage import journal

_RUSSIAN = """\
# Доказательство по пакету {name}

{verdict}

Здесь всё, чем это доказывается, и строки, которыми проверяется: без шлюза, без сети, через любое время. Внутри — сам
пакет, в нём могут быть персональные данные: храните доказательство так же, как его.

Нужны `sh`, `sha256sum`, `base64`, `xxd`, `openssl`{xmlsec}.{gost}

В распакованной папке: `sh verify.sh`; в конце будет `ALL GOOD`. Или `sh` и строки ниже по порядку: они те же самые.
Первая, что не сошлась, останавливает проверку.

Чего строки не знают — чьему сертификату верить. Сравните отпечатки (SHA-256 от DER) с известными вам не отсюда:

{fingerprints}

`manifest.sha256` бережёт от порчи, а от подмены — подписи, записи и контрольная точка. `verdict.json` и `contract.json`
— для чтения: доказывает запись `{record}`. Отзыв сертификата после приёма не меняет ничего; о нём знает
удостоверяющий центр.
"""
_ENGLISH = """\
# Evidence of package {name}

{verdict}

Here is all that proves it, and the lines that verify it: without the gateway, without a network, after any time. The
package itself is inside and may hold personal data: keep the evidence as you would keep the package.

Wanted are `sh`, `sha256sum`, `base64`, `xxd`, `openssl`{xmlsec}.{gost}

In the unpacked folder: `sh verify.sh`, which ends with `ALL GOOD`. Or `sh` and the lines below in their order: they are
the same. The first that fails ends it.

What the lines do not know is whose certificate to believe: compare the fingerprints above with those that you know from
elsewhere. `manifest.sha256` guards against damage; against forgery there are signatures, records and the checkpoint.
`verdict.json` and `contract.json` are for reading: the proof is the record `{record}`. A revocation after the receipt
changes nothing; the authority knows of it.
"""


def script(steps: Sequence[Step]) -> bytes:
    """Return verify.sh."""
    parts = ["#!/bin/sh", "# See README.md: the same lines."]
    for number, step in enumerate(steps):
        parts += ["", f"# {number}. {step.english}", *step.lines]
    return "\n".join([*parts, "", "echo 'ALL GOOD'", ""]).encode()


def readme(contents: Contents, steps: Sequence[Step]) -> bytes:
    """Return README.md: in Russian, in English, and the lines."""
    parts = [_RUSSIAN.format(**_words(contents, russian=True)), *_missing(contents, russian=True)]
    parts += [_ENGLISH.format(**_words(contents, russian=False)), *_missing(contents, russian=False)]
    for number, step in enumerate(steps):
        parts += [f"## {number}. {step.russian} / {step.english}\n", "```sh", *step.lines, "```\n"]
    return "\n".join(parts).encode()


def _words(contents: Contents, *, russian: bool) -> dict[str, str]:
    entry = contents.case.entry
    at, code = journal.moment(entry.at), entry.facts.get("code")
    if contents.case.accepted:
        verdict = f"Принят {at}." if russian else f"Accepted {at}."
    else:
        verdict = f"Отклонён {at}, код {code}." if russian else f"Refused {at}, code {code}."
    needs = "" if not contents.needs_gost else _GOST_RUSSIAN if russian else _GOST_ENGLISH
    return {
        "name": entry.message or f"#{entry.index}",
        "verdict": verdict,
        "xmlsec": ", `xmlsec1`" if contents.exhibits or contents.container else "",
        "gost": needs,
        "fingerprints": _fingerprints(contents),
        "record": names.record(entry.index),
    }


_GOST_RUSSIAN = """

Для ГОСТ openssl нужен движок gost (в Debian `libengine-gost-openssl`); другие параметры, как у провайдера, —
в переменной `GOST`."""
_GOST_ENGLISH = """

For ГОСТ openssl needs its engine gost (Debian `libengine-gost-openssl`); other options, as of a provider, go into the
variable `GOST`."""


def _fingerprints(contents: Contents) -> str:
    shown = {names.CERTIFICATE: contents.seal.certificate}
    shown |= {names.signer(each.name): each.certificate for each in contents.exhibits}
    if contents.receipt and contents.has_older_checkpoint:
        shown[names.OLDER_CERTIFICATE] = contents.receipt.certificate
    if contents.belief and len(contents.belief.chain) > 1:
        shown[names.ANCHOR] = contents.belief.chain[-1]
    if contents.container:
        shown[names.CONTAINER_CERTIFICATE] = contents.container
    return "\n".join(f"- `{file}`: `{each.fingerprint}`" for file, each in shown.items())


def _missing(contents: Contents, *, russian: bool) -> list[str]:
    """Say what is not here and why: an auditor must not take silence for an answer."""
    case, told = contents.case, []
    if isinstance(case.request, Absent):
        told.append(f"Запроса здесь нет: {case.request.russian}." if russian else f"No request: {case.request.reason}.")
    elif contents.request is None:
        told.append(
            "Подпись запроса здесь не проверяется: по записи журнала она не проверена или не признана верной."
            if russian
            else "The signature of the request is not verified here: the record does not say that it was found good."
        )
    elif contents.belief is None or not contents.belief.chain:
        told.append(
            "Кто ручался за подписавшего в тот день, установить уже нельзя."
            if russian
            else "Who vouched for the signer on that day cannot be known any more."
        )
    elif not contents.belief.checks_signer and not contents.belief.pinned:
        told.append(
            "Списка отзыва, который отвечал бы за тот момент, нет; если что-то было известно, оно в `crls/`."
            if russian
            else "No revocation list answers for that moment; what was known is in `crls/`, if anything."
        )
    if contents.belief and contents.belief.pinned:
        told.append(
            "Сертификату подписавшего верили самому по себе, без удостоверяющего центра."
            if russian
            else "The signer's certificate was believed as it is, without an authority."
        )
    if case.accepted and isinstance(case.result, Absent):
        told.append(f"Ответа здесь нет: {case.result.russian}." if russian else f"No result: {case.result.reason}.")
    return [f"{each}\n" for each in told]
