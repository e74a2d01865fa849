"""The judgement of the signature, and whose it has to be (protocol §6, FMT001310, AUT011004, AUT011005)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from lxml import etree

from gateway import errors, wire
from signing import policy, trust, verdict, xades
from storage import directory

_SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"

_CERTIFICATE: Final = frozenset(
    {
        verdict.Reason.CERTIFICATE,
        verdict.Reason.KEY_USAGE,
        verdict.Reason.EXPIRED,
        verdict.Reason.NOT_YET_VALID,
        verdict.Reason.UNTRUSTED,
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
    """Raise Rejected AUT011005 unless the certificate names `signer`, by ОГРН or ОГРНИП.

    `signer` is the data provider or, with IsOperatorSignature and with ISRequestHeader, the system's operator.
    """
    subject = judged.subject
    if signer is not None and signer.ogrn in (subject.ogrn, subject.ogrnip):
        return
    whose = "оператора информационной системы" if by_operator else "поставщика данных"
    expected = f"ОГРН {whose} — {signer.ogrn}" if signer else f"для системы не указана организация {whose}"
    found = subject.ogrn or subject.ogrnip or "не указан"
    raise errors.Rejected(errors.SIGNER_FOREIGN, f"в сертификате подписи ОГРН {found}; {expected}")
