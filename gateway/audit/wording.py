"""An examination in words that a lawyer understands: what was signed, by whom, when, and what follows from it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from gateway import clock
from gateway.audit.examination import Examination, Signer
from signing.policy import Policy
from signing.verdict import Conclusion, Reason

HEADINGS: Final = {
    Conclusion.VALID.value: "подпись действительна",
    Conclusion.INVALID.value: "подпись НЕДЕЙСТВИТЕЛЬНА",
    Conclusion.INDETERMINATE.value: "подпись не подтверждена",
}
_FOLLOWS: Final = {
    Reason.MISSING: "Документ не подписан: юридической силы подписанного он не имеет.",
    Reason.UNTRUSTED: (
        "Кто подписал, подтвердить некому: назовите удостоверяющий центр, которому доверяете (--ca), "
        "или внесите его в список доверенных (gateway trust add)."
    ),
    Reason.EXPIRED: (
        "Подпись верна, но на время проверки сертификат уже не действовал. Если известно, что документ был подписан "
        "раньше (отметка о приёме, журнал), проверьте его на то время: --at."
    ),
    Reason.NOT_YET_VALID: "На время проверки сертификат ещё не действовал: проверьте, верно ли названо время (--at).",
    Reason.REVOKED: "Сертификат был отозван раньше времени проверки: подпись им не имеет силы.",
    Reason.REVOCATION_UNKNOWN: (
        "Не отозван ли сертификат, узнать не удалось: нужен действующий список отозванных сертификатов (--crl)."
    ),
    Reason.CHAIN: "Сертификат выдан не тем, кто в нём назван, или не имевшим на это права: это подделка или брак.",
    Reason.SIGNATURE_VALUE: "Подписано не то, что предъявлено, или подписано другим ключом.",
    Reason.PROPERTIES_DIGEST: "Сведения о подписи (время, сертификат) изменены после подписания.",
    Reason.PAYLOAD_DIGEST: "Содержание документа изменено после подписания.",
}
_ALGORITHMS: Final = {
    "gost2001": "ГОСТ Р 34.10-2001",
    "gost2012-256": "ГОСТ Р 34.10-2012 (256 бит)",
    "gost2012-512": "ГОСТ Р 34.10-2012 (512 бит)",
    "gost94": "ГОСТ Р 34.11-94",
    "streebog256": "ГОСТ Р 34.11-2012 (256 бит)",
    "streebog512": "ГОСТ Р 34.11-2012 (512 бит)",
}
"""Names of suites and digests as their standards have them; the others are known by their own."""


def heading(found: Examination) -> str:
    """Return the verdict in two words."""
    return HEADINGS[found.verdict]


def sentences(found: Examination) -> Iterator[str]:
    """Yield what has to be said besides the facts: what is wrong, what follows, and what has changed since."""
    if found.detail:
        yield found.detail
    if found.reason in _FOLLOWS:
        yield _FOLLOWS[Reason(found.reason)]
    if found.certificate is not None:
        yield from _since(found, found.certificate)
    other = found.second_opinion
    if other is not None:
        yield other.detail


def facts(found: Examination, policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield name and value of what is known about the signature, in the order in which people ask."""
    yield "документ", found.element or ""
    if found.certificate is not None:
        yield from _signer(found.certificate)
    yield "время подписания", f"{moment(found.signing_time)}, со слов подписавшего" if found.signing_time else ""
    yield "проверено на", moment(found.at)
    yield "алгоритмы", ", ".join(filter(None, _algorithms(found, policy)))
    if found.certificate is not None:
        yield "содержание", "не изменено" if found.intact else "НЕ ПОДТВЕРЖДЕНО"
        yield "сертификат", "годен для подписи и действовал" if found.valid else "НЕ ПОДТВЕРЖДЁН"
        yield "доверие", "цепочка до доверенного центра построена" if found.trusted else "НЕ ПОДТВЕРЖДЕНО"


def moment(at: dt.datetime) -> str:
    """Return a moment as Russian documents write it, Moscow time."""
    return f"{at.astimezone(clock.MOSCOW):%d.%m.%Y %H:%M:%S} МСК"


def _signer(signer: Signer) -> Iterator[tuple[str, str]]:
    subject = signer.subject
    name = subject.organization or subject.common_name or "имя не указано"
    person = subject.common_name if subject.common_name != name else None
    numbers = (
        ("ОГРН", subject.ogrn),
        ("ОГРНИП", subject.ogrnip),
        ("ИНН ЮЛ", subject.inn_le),
        ("ИНН", subject.inn),
        ("СНИЛС", subject.snils),
    )
    yield "подписал", ", ".join(filter(None, (name, person, *(f"{word} {value}" for word, value in numbers if value))))
    yield "сертификат №", f"{signer.serial}, выдан: {signer.issuer}"
    yield "срок действия", f"с {moment(signer.not_before)} по {moment(signer.not_after)}"


def _since(found: Examination, signer: Signer) -> Iterator[str]:
    """Tell what became of the certificate after the time of the examination: it changes nothing about that day."""
    if found.reason not in (Reason.EXPIRED, Reason.REVOKED):
        if signer.not_after < clock.now():
            yield (
                f"Срок действия сертификата истёк {moment(signer.not_after)}: новых подписей им ставить нельзя, "
                "на время проверки это не влияет."
            )
        if signer.revoked_at is not None and signer.revoked_at > found.at:
            yield f"Сертификат отозван {moment(signer.revoked_at)}, позже времени проверки: на него это не влияет."


def _algorithms(found: Examination, policy: Policy) -> Iterator[str]:
    suite, digest = policy.suite(found.signature_algorithm or ""), policy.digest(found.digest_algorithm or "")
    for known, address in ((suite, found.signature_algorithm), (digest, found.digest_algorithm)):
        name = known.name if known else address or ""
        yield _ALGORITHMS.get(name, name.upper() if known else name)
