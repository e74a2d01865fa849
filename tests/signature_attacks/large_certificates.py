"""Certificates that want to cost time or memory; their sender has made them himself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import der, keys, x509
from tests.signature_attacks.certificates import nested
from tests.signature_attacks.message import DS, Draft, Holder, text_of
from tests.signature_attacks.sizes import FAMILY, KB, add

MB = 1000 * KB
__all__ = ["FAMILY"]


def blank(**pieces: Any) -> bytes:
    return x509.Blank(spki=keys.spki(keys.curve("signer")), **pieces).signed(keys.curve("stranger"))


def under(*certificates: Callable[[], bytes]) -> Callable[[], bytes]:
    """A message with these certificates; the first is the signer's."""

    def make() -> bytes:
        first, *others = (certificate() for certificate in certificates)
        draft = Draft(Holder(keys.curve("signer"), first))
        box = draft.inside("ds:KeyInfo/ds:X509Data")
        for other in others:
            etree.SubElement(box, f"{{{DS}}}X509Certificate").text = text_of(other)
        return draft.seal().octets()

    return make


def plain(oid: str, value: bytes) -> bytes:
    return x509.extension(oid, value, critical=False)


def with_extensions(*more: bytes) -> dict[str, Any]:
    return {"extensions": (*x509.SIGNING, *more)}


def of_size(octets: int) -> dict[str, Any]:
    return with_extensions(plain("1.2.3.4", der.octets(bytes(octets))))


def numbered(count: int) -> dict[str, Any]:
    return with_extensions(*(plain(f"1.2.3.{number}", der.null()) for number in range(count)))


def name(count: int, length: int = 1) -> bytes:
    return x509.name("a", *(x509.attribute(x509.CN, der.utf8("я" * length)) for _ in range(count)))


HUGE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "10-mb": ("A certificate of 10 MB", lambda: blank(**of_size(10 * MB))),
    "10-mb-of-zeros": ("10 MB of zeros in place of a certificate", lambda: bytes(10 * MB)),
    "600-kb": ("A certificate of 600 KB", lambda: blank(**of_size(600 * KB))),
    "100-000-extensions": ("A certificate of 100 000 extensions", lambda: blank(**numbered(100 * KB))),
    "30-000-extensions": ("A certificate of 30 000 extensions", lambda: blank(**numbered(30 * KB))),
}  # fmt: skip
for _name, (_what, _certificate) in HUGE.items():
    add(f"certificate-of-{_name}", Reason.LIMITS, f"{_what}.", under(_certificate))

_SET = [der.sequence(der.oid(x509.CN), der.utf8("я"))]
_POLICIES = [der.sequence(der.oid(f"1.2.3.{number}")) for number in range(3000)]
LARGE: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "2-200-attributes": ("whose name has 2 200 attributes", lambda: {"subject": name(2200)}),
    "2-200-attributes-of-the-issuer": ("whose issuer has 2 200 attributes", lambda: {"issuer": name(2200)}),
    "a-set-of-2-000": (
        "whose name is one set of 2 000 attributes",
        lambda: {"subject": der.sequence(der.one_of(*(_SET * 2 * KB)))},
    ),
    "200-attributes": ("whose name has 200 attributes, 3 KB", lambda: {"subject": name(200)}),
    "a-name-of-36-kb": ("whose name has 36 KB", lambda: {"subject": name(1, 18 * KB)}),
    "an-identifier-of-36-kb": (
        "whose name has an object identifier of 36 KB",
        lambda: {
            "subject": der.sequence(der.one_of(der.sequence(der.tlv(6, b"\x81" * 36 * KB + b"\x01"), der.utf8("a"))))
        },
    ),
    "2-200-extensions": ("with 2 200 extensions", lambda: numbered(2200)),
    "200-extensions": ("with 200 extensions, 3 KB", lambda: numbered(200)),
    "an-extension-of-36-kb": (
        "with an extension of 36 KB",
        lambda: of_size(36 * KB),
    ),
    "6-000-alternative-names": (
        "with 6 000 alternative names",
        lambda: with_extensions(plain("2.5.29.17", der.sequence(*([der.tlv(0x82, b"abc")] * 6 * KB)))),
    ),
    "3-000-policies": (
        "with 3 000 policies",
        lambda: with_extensions(plain("2.5.29.32", der.sequence(*_POLICIES))),
    ),
    "depth-of-9-000": (
        "with an extension of 9 000 sequences inside each other",
        lambda: with_extensions(plain("1.2.3.4", nested(9 * KB))),
    ),
    "alternative-name-of-depth-9-000": (
        "with an alternative name that is 9 000 sequences inside each other",
        lambda: with_extensions(plain("2.5.29.17", der.sequence(der.tlv(0xA4, nested(9 * KB))))),
    ),
}
for _name, (_what, _pieces) in LARGE.items():
    add(
        f"certificate-of-{_name}",
        Reason.CERTIFICATE,
        f"A certificate {_what}.",
        under(lambda pieces=_pieces: blank(**pieces())),
    )


def heavy(number: int) -> bytes:
    """As much as a certificate may have: 60 attributes in each name, 60 extensions, 15 KB."""
    pieces = with_extensions(*(plain(f"1.2.3.{index}", der.octets(bytes(40))) for index in range(60)))
    names = {"subject": name(60), "issuer": name(60), "serial": der.integer(0x1001 + number)}
    return blank(**names, **pieces)


add(
    "certificates-as-large-as-they-may-be",
    Reason.CERTIFICATE_MISMATCH,
    "Five certificates with as many attributes and extensions as there may be.",
    under(*(lambda number=number: heavy(number) for number in range(5))),
)
