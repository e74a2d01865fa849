"""Whether a certificate is in force at a time, in words for a person: by its dates, and by its revocation."""

from __future__ import annotations

from datetime import datetime

from signing import crl_entries
from signing.certificates import Certificate
from signing.crl_entries import Entry
from signing.verdict import Failure, Reason


def outside(certificate: Certificate, at: datetime) -> Failure | None:
    """Say why the time is outside the certificate's dates, `NOT_YET_VALID` or `EXPIRED`; None where it is within."""
    if at < certificate.not_before:
        begins = _written(certificate.not_before)
        return Failure(Reason.NOT_YET_VALID, f"Сертификат {_whose(certificate)} начинает действовать {begins}.")
    if at > certificate.not_after:
        ended = _written(certificate.not_after)
        return Failure(Reason.EXPIRED, f"Срок действия сертификата {_whose(certificate)} истёк {ended}.")
    return None


def revoked(certificate: Certificate, entry: Entry) -> Failure:
    """Say since when and why the certificate is revoked."""
    why = crl_entries.REASONS.get(entry.reason)
    told = [f"причина: {why}"] if why else []
    if entry.invalid_since is not None:
        told.append(f"по сведениям центра недействителен с {_written(entry.invalid_since)}")
    more = f" ({'; '.join(told)})" if told else ""
    return Failure(Reason.REVOKED, f"Сертификат {_whose(certificate)} отозван {_written(entry.at)}{more}.")


def unknown(certificate: Certificate) -> Failure:
    """Say that no list answers for the certificate."""
    return Failure(
        Reason.REVOCATION_UNKNOWN,
        f"Неизвестно, не отозван ли сертификат {_whose(certificate)}: нет списка отзыва за это время.",
    )


def _whose(certificate: Certificate) -> str:
    name = f"«{certificate.name}»"
    return f"удостоверяющего центра {name}" if certificate.is_authority else name


def _written(moment: datetime) -> str:
    return f"{moment:%d.%m.%Y %H:%M} UTC"
