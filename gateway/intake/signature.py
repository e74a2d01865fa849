"""The judgement of the signature, and whose it has to be (protocol §6, FMT001310, AUT011004, AUT011005)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from lxml import etree

from gateway import errors, wire
from signing import policy, subject, trust, verdict, xades
from storage import directory

_SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"

_CERTIFICATE: Final = frozenset(
    {
        verdict.Reason.CERTIFICATE,
        verdict.Reason.KEY_USAGE,
        verdict.Reason.EXPIRED,
        verdict.Reason.NOT_YET_VALID,
        verdict.Reason.UNTRUSTED,
        verdict.Reason.CHAIN,
        verdict.Reason.REVOKED,
        verdict.Reason.REVOCATION_UNKNOWN,
    }
)
"""What is wrong with the certificate, not with the signature."""


def verify(
    element: etree._Element, *, mode: str, by: policy.Policy, anchors: trust.TrustStore, at: dt.datetime
) -> verdict.Verdict | None:
    """Return the verdict on the signature of `element`; None where it is unsigned and `mode` allows that.

    `mode` is the setting `signature`: required | optional | off. Raises Rejected with the failing check.
    """
    if mode == "off" or (mode == "optional" and element.find(_SIGNATURE) is None):
        return None
    judged = xades.verify(element, policy=by, trust=anchors, at=at)
    if judged.failure is not None:
        code = errors.SIGNER_NOT_TRUSTED if judged.failure.reason in _CERTIFICATE else errors.SIGNATURE_INVALID
        raise errors.Rejected(code, judged.failure.detail, where=wire.local(element.tag))
    return judged


def check_signer(judged: verdict.Verdict, signer: directory.Organisation | None, *, by_operator: bool) -> None:
    """Raise Rejected AUT011005 unless the certificate is that of `signer`.

    It is when it is pinned for it; or when every number that both the certificate and the directory know, ОГРН or
    ОГРНИП and ИНН, is the same, and at least one is. A certificate that is pinned for others, and for which no
    authority vouches, is never that of `signer`, whatever it says of itself.

    `signer` is the data provider or, with IsOperatorSignature and with ISRequestHeader, the system's operator.
    """
    whose = "оператора информационной системы" if by_operator else "поставщика данных"
    found = f"в сертификате подписи {_numbers(subject.named(judged.subject.numbers))}"
    if signer is None:
        raise errors.Rejected(errors.SIGNER_FOREIGN, f"{found}; для системы не указана организация {whose}")
    if signer.guid in judged.pinned_for:
        return
    if judged.confined:
        found = "сертификат подписи закреплён за другой организацией"
    elif subject.compare(judged.subject, (signer.ogrn, signer.inn)).agree:
        return
    known = subject.named(number for number in (signer.ogrn, signer.inn) if number)
    expected = ", ".join(f"{kind} {whose} — {number}" for kind, number in known)
    raise errors.Rejected(errors.SIGNER_FOREIGN, f"{found}; {expected}")


def _numbers(found: list[tuple[str, str]]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in found) or "нет ни ОГРН, ни ИНН"
