"""Steps three and four of the strict profile: which certificate signed, and whether it may.

`KeyInfo` is a heap of certificates that a stranger sent. CertDigest in the signed properties picks one of
them; nothing else in the heap is believed.
"""

from __future__ import annotations

import contextlib
import hmac
from datetime import datetime

from signing import certificates, names, validity
from signing.certificates import Certificate
from signing.frame import SERIAL_BITS
from signing.policy import Policy
from signing.shape import Parts
from signing.verdict import Reason, Refusal, quoted

_SERIAL_DIGITS = len(str(1 << SERIAL_BITS))
_NAME_CHARACTERS = 8 * 1024
"""Most characters of X509IssuerName; names of accredited authorities have some hundreds, and what was read is kept."""


def pick(parts: Parts, policy: Policy) -> Certificate:
    """Return the certificate that SigningCertificate names.

    Raises `Refusal` with reason `ALGORITHM`, `CERTIFICATE_MISMATCH`, or `CERTIFICATE` where it cannot be
    read.
    """
    digest = policy.certificate_digest(parts.certificate_digest_method)
    if digest is None:
        raise Refusal(Reason.ALGORITHM, f"Алгоритм CertDigest не разрешён: {quoted(parts.certificate_digest_method)}.")
    for encoded in parts.certificates:
        if hmac.compare_digest(digest.of(encoded), parts.certificate_digest):
            certificate = certificates.read(encoded)
            _check_issuer_serial(certificate, parts)
            return certificate
    raise Refusal(Reason.CERTIFICATE_MISMATCH, "Ни один сертификат в подписи не соответствует CertDigest её свойств.")


def links(parts: Parts) -> tuple[Certificate, ...]:
    """Read all the certificates that were sent; those that cannot be read link nothing and are left out."""
    readable = []
    for encoded in parts.certificates:
        with contextlib.suppress(Refusal):
            readable.append(certificates.read(encoded))
    return tuple(readable)


def check_usable(certificate: Certificate, at: datetime) -> None:
    """Demand a certificate for signing, in force; raises `Refusal` with the reason."""
    if certificate.strange:
        raise Refusal(Reason.CERTIFICATE, "В сертификате есть критическое расширение, которое неизвестно.")
    if not certificate.may_sign:
        raise Refusal(Reason.KEY_USAGE, f"Сертификат «{certificate.name}» не предназначен для подписи документов.")
    failure = validity.outside(certificate, at)
    if failure is not None:
        raise Refusal(failure.reason, failure.detail)


def _check_issuer_serial(certificate: Certificate, parts: Parts) -> None:
    written = parts.serial
    if not (written.isascii() and written.isdigit()) or len(written) > _SERIAL_DIGITS:
        raise Refusal(Reason.CERTIFICATE_MISMATCH, "Серийный номер в свойствах подписи записан неверно.")
    if int(written) != certificate.serial:
        raise Refusal(Reason.CERTIFICATE_MISMATCH, "Серийный номер в свойствах подписи от другого сертификата.")
    if len(parts.issuer_name) > _NAME_CHARACTERS:
        raise Refusal(Reason.CERTIFICATE_MISMATCH, "Имя издателя в свойствах подписи слишком длинно.")
    try:
        agrees = names.parse(parts.issuer_name) == certificate.issuer_attributes
    except ValueError as error:
        raise Refusal(Reason.CERTIFICATE_MISMATCH, "Имя издателя в свойствах подписи записано неверно.") from error
    if not agrees:
        raise Refusal(Reason.CERTIFICATE_MISMATCH, "Имя издателя в свойствах подписи от другого сертификата.")
