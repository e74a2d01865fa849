"""The frame of a certificate, looked at in DER before a library reads what is in it (RFC 5280, section 4.1).

Reading costs about a thirtieth of a millisecond for every attribute and extension, what was read is kept in memory, and
strangers choose how many there are. Certificates of accredited authorities have two to three kilobytes, ten to twenty
attributes and a dozen extensions.
"""

from __future__ import annotations

from signing import der
from signing.verdict import Reason, Refusal

SERIAL_BITS = 160
"""RFC 5280, section 4.1.2.2: 20 octets. A longer number is not even printed: that is quadratic."""
OCTETS = 16 * 1024
"""Most octets of one certificate."""
ATTRIBUTES = 64
"""Most attributes of one name."""
EXTENSIONS = 64
"""Most extensions."""

_VERSION, _EXTENSIONS = 0xA0, 0xA3
_VERSION_3 = der.integer(2)


def check(encoded: bytes) -> None:
    """Demand sizes that a certificate has, one algorithm inside and outside, and version 3 where extensions are.

    Raises `Refusal` with reason `CERTIFICATE`; `ValueError` or `IndexError` where there is no frame at all.
    """
    if len(encoded) > OCTETS:
        raise _unusual(f"он больше {OCTETS} байт")
    _tag, body = der.only(encoded)
    (_, _, tbs), (_, algorithm, _), _signature = der.values(body)
    fields = list(der.values(tbs))
    version = fields.pop(0)[2] if fields[0][0] == _VERSION else b""
    serial, inner, issuer, _validity, subject, *rest = fields
    _check_serial(serial[2])
    if inner[1] != algorithm:
        raise _unusual("алгоритм подписи внутри него другой, чем снаружи")
    if max(map(_attributes, (issuer[2], subject[2]))) > ATTRIBUTES:
        raise _unusual(f"в имени больше {ATTRIBUTES} атрибутов")
    lists = [content for tag, _whole, content in rest if tag == _EXTENSIONS]
    if lists and version != _VERSION_3:
        raise _unusual("расширения бывают только в третьей версии")
    if any(sum(1 for _ in der.spans(der.only(content)[1])) > EXTENSIONS for content in lists):
        raise _unusual(f"в нём больше {EXTENSIONS} расширений")


def _check_serial(content: bytes) -> None:
    # One octet more than the number has bits for, where it would be taken for negative without.
    is_long = len(content) > SERIAL_BITS // 8 + 1
    if is_long or not 0 < int.from_bytes(content, "big", signed=True) < 1 << SERIAL_BITS:
        raise Refusal(
            Reason.CERTIFICATE,
            f"Серийный номер сертификата должен быть положительным и не длиннее {SERIAL_BITS} бит.",
        )


def _attributes(name: bytes) -> int:
    return sum(1 for _tag, _start, content, stop in der.spans(name) for _ in der.spans(name, content, stop))


def _unusual(what: str) -> Refusal:
    return Refusal(Reason.CERTIFICATE, f"Сертификат не принимается: {what}.")
