"""The first step of the strict profile: a Signature that is laid out as the wire demands.

`read` turns the Signature into `Parts`, plain values for the checks that follow. It computes nothing over
them and believes none of them. Layout: RFC 3275, section 4; ETSI TS 101 903 v1.3.2, section 7.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from signing.policy import Policy
from signing.verdict import Reason, Refusal, quoted
from signing.vocabulary import SIGNATURE, Element, ds, xades

_SIGNATURE = [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo"), ds("Object")]
_SIGNED_INFO = [ds("CanonicalizationMethod"), ds("SignatureMethod"), ds("Reference"), ds("Reference")]
_DIGEST = [ds("DigestMethod"), ds("DigestValue")]
_TRANSFORMED_DIGEST = [ds("Transforms"), *_DIGEST]
_TRANSFORM = ds("Transform")
_X509_DATA, _X509_CERTIFICATE = ds("X509Data"), ds("X509Certificate")
_QUALIFYING, _PROPERTIES = xades("QualifyingProperties"), xades("SignedProperties")
_SIGNED, _TIME, _CERTIFICATES = xades("SignedSignatureProperties"), xades("SigningTime"), xades("SigningCertificate")
_CERTIFICATE = [xades("CertDigest"), xades("IssuerSerial")]
_ISSUER_SERIAL = [ds("X509IssuerName"), ds("X509SerialNumber")]
_LOCAL_NAME = "Signature"
_WHITE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Reference:
    """One ds:Reference, as written."""

    uri: str
    type: str | None
    transforms: tuple[str, ...]
    digest_method: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """One ds:Signature, as written. Nothing here is proved."""

    signature: Element
    signature_id: str
    signed_info: Element
    canonicalization: str
    signature_method: str
    references: tuple[Reference, ...]
    signature_value: bytes
    certificates: tuple[bytes, ...]
    """DER, in the order of KeyInfo."""
    target: str | None
    signed_properties: Element
    signing_time: str
    certificate_digest_method: str
    certificate_digest: bytes
    issuer_name: str
    serial: str


def find(element: Element) -> Element:
    """Return the Signature of the element, its first child; raises `Refusal` with reason `MISSING`."""
    first = next(element.iterchildren(etree.Element, etree.ProcessingInstruction), None)
    if first is None or first.tag != SIGNATURE:
        raise Refusal(Reason.MISSING, "Подпись отсутствует: первым вложенным элементом должен быть ds:Signature.")
    return first


def read(signature: Element, policy: Policy) -> Parts:
    """Measure a Signature and read it; raises `Refusal` with reason `SHAPE` or `LIMITS`."""
    elements = _elements(signature, policy)  # in hand while they are read: lxml would make each anew with every look
    return _parts(elements[0], policy)


def _elements(signature: Element, policy: Policy) -> list[Element]:
    """Return the Signature and all elements inside, within the limits and with nothing strange among them."""
    nodes = list(islice(signature.iter(), policy.signature_nodes + 1))
    tags = [node.tag for node in nodes]
    if any(map(callable, tags)):  # lxml's tag of what is no element
        raise _misshaped("комментарии и инструкции обработки внутри неё не допускаются")
    # Of any namespace: the end of the Signature is found by the name in its end tag (`canonical`).
    if any(tag.rpartition("}")[2] == _LOCAL_NAME for tag in tags[1:]):
        raise _misshaped("другая подпись внутри неё не допускается")
    if len(tags) > policy.signature_nodes or _length(signature) > policy.signature_characters:
        raise Refusal(Reason.LIMITS, "Подпись слишком велика.")
    return nodes


def _length(signature: Element) -> int:
    return len(etree.tostring(signature, encoding="unicode", with_tail=False))


def _parts(signature: Element, policy: Policy) -> Parts:
    signed_info, value, key_info, wrapper = _exactly(signature, _SIGNATURE)
    method, signature_method, *references = _exactly(signed_info, _SIGNED_INFO)
    qualifying = _only(wrapper, _QUALIFYING)
    properties = _only(qualifying, _PROPERTIES)
    signed = _only(properties, _SIGNED)
    digest, issuer_serial = _exactly(_only(_only(signed, _CERTIFICATES), xades("Cert")), _CERTIFICATE)
    digest_method, digest_value = _exactly(digest, _DIGEST)
    issuer_name, serial = _exactly(issuer_serial, _ISSUER_SERIAL)
    return Parts(
        signature=signature,
        signature_id=signature.get("Id", ""),
        signed_info=signed_info,
        canonicalization=_algorithm(method),
        signature_method=_algorithm(signature_method),
        references=tuple([_reference(reference) for reference in references]),
        signature_value=_octets(value),
        certificates=_certificates(key_info, policy),
        target=qualifying.get("Target"),
        signed_properties=properties,
        signing_time=_text(_only(signed, _TIME)),
        certificate_digest_method=_algorithm(digest_method),
        certificate_digest=_octets(digest_value),
        issuer_name=_text(issuer_name),
        serial=_text(serial),
    )


def _reference(element: Element) -> Reference:
    uri = element.get("URI")
    if uri is None:
        raise _misshaped("у ds:Reference нет URI")
    expected = _TRANSFORMED_DIGEST if len(element) > len(_DIGEST) else _DIGEST
    *transforms, digest_method, digest_value = _exactly(element, expected)
    return Reference(
        uri=uri,
        type=element.get("Type"),
        transforms=tuple([_transform(item) for wrapper in transforms for item in wrapper]),
        digest_method=_algorithm(digest_method),
        digest=_octets(digest_value),
    )


def _transform(element: Element) -> str:
    if element.tag != _TRANSFORM:
        raise _misshaped(f"неожиданный элемент {quoted(_local(element))} в ds:Transforms")
    return _algorithm(element)


def _certificates(key_info: Element, policy: Policy) -> tuple[bytes, ...]:
    found = [item for data in key_info if data.tag == _X509_DATA for item in data if item.tag == _X509_CERTIFICATE]
    if not found:
        raise _misshaped("в ds:KeyInfo нет сертификата")
    if len(found) > policy.certificates:
        raise Refusal(Reason.LIMITS, f"В ds:KeyInfo больше {policy.certificates} сертификатов.")
    return tuple([_octets(item) for item in found])


def _exactly(parent: Element, expected: list[str]) -> list[Element]:
    children = list(parent)
    if [child.tag for child in children] != expected:
        names = ", ".join(etree.QName(tag).localname for tag in expected)
        raise _misshaped(f"в {_local(parent)} ожидаются ровно {names}")
    return children


def _only(parent: Element, tag: str) -> Element:
    found = [child for child in parent if child.tag == tag]
    if len(found) != 1:
        raise _misshaped(f"в {_local(parent)} ожидается ровно один {etree.QName(tag).localname}")
    return found[0]


def _algorithm(element: Element) -> str:
    """Return the address; parameters (a PrefixList, a truncation length) are children and not allowed."""
    algorithm: str | None = element.get("Algorithm")
    if len(element) or algorithm is None:
        raise _misshaped(f"у {_local(element)} должен быть алгоритм и не должно быть параметров")
    return algorithm


def _text(element: Element) -> str:
    if len(element):
        raise _misshaped(f"в {_local(element)} не должно быть вложенных элементов")
    return (element.text or "").strip()


def _octets(element: Element) -> bytes:
    """Decode strict base64 (RFC 4648, section 3.5: no stray bits either), white space allowed."""
    try:
        compact = _text(element).encode("ascii").translate(None, _WHITE)
        octets = binascii.a2b_base64(compact)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise _misshaped(f"{_local(element)} записан не в base64") from error
    if not octets or binascii.b2a_base64(octets, newline=False) != compact:  # what was skipped does not come back
        raise _misshaped(f"{_local(element)} записан не в base64")
    return octets


def _local(element: Element) -> str:
    return str(etree.QName(element).localname)


def _misshaped(what: str) -> Refusal:
    return Refusal(Reason.SHAPE, f"Подпись построена неверно: {what}.")
