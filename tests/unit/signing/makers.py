"""Signed messages and certificates for the tests of `signing`: made once, copied by parsing, tampered with freely."""

from __future__ import annotations

import base64
import functools
import os
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

import signing
from signing import certificates, der, errors, issue, resign
from signing.gost import selection
from signing.policy import strict
from signing.subject import Subject
from signing.vocabulary import DS, XADES, root_of

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SUBJECT = Subject(
    common_name="Иванов Иван",
    organization='ООО "Рога, копыта"',
    ogrn="1027700198767",
    inn="771234567890",
    inn_le="7712345678",
    snils="12345678901",
)
HM = "http://dom.gosuslugi.ru/schema/integration/house-management/"
POLICY = strict(selection.choose())
"""What arrives is judged so by default, with the best backend that is here."""
NS = {"ds": DS, "xades": XADES, "hm": HM}

REQUEST = """<hm:importHouseRequest xmlns:hm="{hm}" Id="signed-data-container" hm:version="1.0">
    <hm:Name a="1" b="2">Дом &amp; &lt;двор&gt;</hm:Name><!-- not signed --><hm:Guid>0001</hm:Guid>
  </hm:importHouseRequest>""".replace("{hm}", HM)
ENVELOPE = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:unused="urn:unused"
    xmlns="urn:default" xml:lang="ru"><soap:Header/><soap:Body xml:space="preserve">
  {content}
</soap:Body></soap:Envelope>"""


@functools.cache
def authority():
    return issue.new_authority("p256", "Тестовый УЦ", now=NOW - timedelta(days=100))


def below(above, name, **how):
    """Whom the authority vouches for: another authority, unless `ca` is False."""
    how = {"now": NOW - timedelta(days=1), "not_after": NOW + timedelta(days=365), "ca": True} | how
    return issue.issue(above, "p256", Subject(common_name=name), **how)


def reissued(identity, by, *, key_id=None, change=lambda builder: builder):
    """The identity's certificate again, signed by another key; `key_id` is the key that it names, if any."""
    old = identity.certificate.loaded
    builder = x509.CertificateBuilder(
        issuer_name=old.issuer,
        subject_name=old.subject,
        public_key=old.public_key(),
        serial_number=old.serial_number,
        not_valid_before=old.not_valid_before_utc,
        not_valid_after=old.not_valid_after_utc,
    )
    for extension in old.extensions:
        if not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, extension.critical)
    if key_id is not None:
        builder = builder.add_extension(x509.AuthorityKeyIdentifier(key_id, None, None), critical=False)
    signed = change(builder).sign(by.key, hashes.SHA256())
    return issue.Identity(identity.key, certificates.read(signed.public_bytes(Encoding.DER)), identity.intermediates)


def crl(by, *entries, made=NOW, lasts=timedelta(days=7), number=None, point=None, extensions=(), algorithm=None):
    """A revocation list, DER: each entry is an identity or a serial number, and perhaps days from NOW and a reason.

    `lasts` None leaves nextUpdate out; `point` are the arguments of IssuingDistributionPoint that are not empty.
    """
    builder = x509.CertificateRevocationListBuilder(by.certificate.subject_name, made, made + (lasts or timedelta(1)))
    for revoked, *more in entries:
        builder = builder.add_revoked_certificate(_entry(revoked, *more))
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), critical=False)
    if point is not None:
        builder = builder.add_extension(x509.IssuingDistributionPoint(**(_NO_POINT | point)), critical=True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    maker = resign.maker(by.key)
    encoded = builder.sign(maker, algorithm or resign.hash_for(maker)).public_bytes(Encoding.DER)
    if maker is not by.key:
        return resign.revocation_list(encoded, by.key)
    return encoded if lasts else _without_next_update(encoded, by)


_NO_POINT = {
    "full_name": None,
    "relative_name": None,
    "only_contains_user_certs": False,
    "only_contains_ca_certs": False,
    "only_some_reasons": None,
    "indirect_crl": False,
    "only_contains_attribute_certs": False,
}


def _entry(revoked, days=0, reason=None, *extensions):
    serial = revoked if isinstance(revoked, int) else revoked.certificate.serial
    builder = x509.RevokedCertificateBuilder(serial, NOW + timedelta(days=days))
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(reason), critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.build()


def _without_next_update(encoded, by):
    """The builder cannot leave it out, and the standards of the wild do."""
    tbs, algorithm, _signature = [whole for _tag, whole, _content in der.values(der.only(encoded)[1])]
    fields = [(tag, whole) for tag, whole, _content in der.values(der.only(tbs)[1])]
    times = [position for position, (tag, _whole) in enumerate(fields) if tag in (0x17, 0x18)]
    del fields[times[1]]
    tbs = tlv(0x30, b"".join(whole for _tag, whole in fields))
    signature = by.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
    return tlv(0x30, tbs + algorithm + tlv(0x03, b"\0" + signature))


def identity(kind="p256"):
    return _identity(kind)


@functools.cache
def _identity(kind):
    return issue.issue(authority(), kind, SUBJECT, now=NOW, not_after=NOW + timedelta(days=365))


def need_repeatable(kind):
    """Skip where a key of the kind signs the same otherwise each time."""
    if kind.startswith("p"):
        try:
            ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        except UnsupportedAlgorithm:
            pytest.skip("OpenSSL before 3.2 signs by ECDSA with a random number")


BACKENDS = ("openssl", "pure")
LONG = os.environ.get("HCS_LONG") == "1"


def backend(name):
    """The ГОСТ backend of the name; the test is skipped where it cannot be had."""
    try:
        return selection.choose(name)
    except errors.BackendUnavailable as error:
        pytest.skip(str(error))


def value_of(backend, name, *pieces):
    """The hash of the pieces, in hexadecimal."""
    running = backend.hash(name)
    for piece in pieces:
        running.update(piece)
    return running.digest().hex()


def trust(*authorities):
    return signing.TrustStore.of(one.certificate.loaded for one in authorities or (authority(),))


def envelope(content=REQUEST):
    """The request element, standing in an envelope."""
    return etree.fromstring(ENVELOPE.format(content=content))[-1][0]


def reparsed(element):
    """The same element of the same document, after the way over the wire."""
    root = element.getroottree()
    path = root.getelementpath(element)
    return etree.fromstring(etree.tostring(root, encoding="utf-8")).find(path)


@functools.cache
def _signed_text(kind):
    element = envelope()
    signing.sign(element, identity(kind).signer(), at=NOW)
    return etree.tostring(element.getroottree())


def signed(kind="p256"):
    """A freshly parsed signed request in its envelope."""
    return etree.fromstring(_signed_text(kind))[-1][0]


def judge(element, *, policy=POLICY, store=None, at=NOW):
    """Verify, and demand that the document is untouched."""
    before = etree.tostring(root_of(element))
    verdict = signing.verify(element, policy=policy, trust=trust() if store is None else store, at=at)
    assert etree.tostring(root_of(element)) == before
    assert verdict.good is (verdict.failure is None)
    return verdict


def at(element, path):
    """The one node that the path finds in the element."""
    (found,) = element.xpath(path, namespaces=NS)
    return found


def value(node):
    return base64.b64decode(node.text)


def encoded(octets):
    return base64.b64encode(octets).decode()


def tlv(tag, content):
    length = len(content)
    octets = length.to_bytes((length.bit_length() + 7) // 8 or 1, "big")
    head = bytes([length]) if length < 0x80 else bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + head + content


def with_serial(certificate, octets):
    """The certificate with another serial number, its signature no longer holding."""
    fields = [whole for _tag, whole, _content in der.values(next(der.values(certificate))[2])]
    inside = [whole for _tag, whole, _content in der.values(next(der.values(fields[0]))[2])]
    inside[1] = tlv(0x02, octets)
    return tlv(0x30, tlv(0x30, b"".join(inside)) + b"".join(fields[1:]))
