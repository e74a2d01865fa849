"""What is done with a changed input, and what must hold of the outcome, whatever the input."""

from __future__ import annotations

import contextlib
import copy
import functools
from random import Random

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from signing import certificates, names, policy
from signing import der as der_reader
from signing.gost import selection
from signing.verdict import Refusal, Verdict
from tests.fuzz import asn1, octets, trees
from tests.signature_attacks import cases, corpus, der, families, gost, message
from tests.signature_attacks import x509 as template
from tests.signature_attacks.message import DS, NS

_ADDRESS = der.sequence(der.tlv(0x86, b"http://127.0.0.1:9/a.crl"))
_MANY = (
    *template.SIGNING,
    template.of_issuer(template.authority()),
    template.extension("2.5.29.14", der.octets(bytes(20)), critical=False),
    template.extension("2.5.29.37", der.sequence(der.oid("1.3.6.1.5.5.7.3.4")), critical=False),
    template.extension("2.5.29.32", der.sequence(der.sequence(der.oid("1.2.643.100.113.1"))), critical=False),
    template.extension("2.5.29.17", der.sequence(der.tlv(0x81, b"a@b.test"), der.tlv(0x87, bytes(4))), critical=False),
    template.extension(
        "2.5.29.31", der.sequence(der.sequence(der.explicit(0, der.explicit(0, _ADDRESS[2:])))), critical=False
    ),
    template.extension(
        "1.3.6.1.5.5.7.1.1", der.sequence(der.sequence(der.oid("1.3.6.1.5.5.7.48.2"), _ADDRESS[2:])), critical=False
    ),
)
_NAME = template.name(
    "ООО «Управляющая компания»",
    template.attribute("2.5.4.6", der.printable("RU")),
    template.attribute("1.2.643.100.1", der.numeric(template.OGRN)),
    template.attribute("1.2.643.3.131.1.1", der.numeric("007712345678")),
    template.attribute("1.2.643.100.3", der.numeric("12345678901")),
    template.attribute("1.2.840.113549.1.9.1", der.tlv(0x16, b"a@b.test")),
    template.attribute("2.5.4.10", der.tlv(0x1E, "ООО".encode("utf-16-be"))),
)  # fmt: skip


class Broken(AssertionError):
    """Something that must hold does not."""


def demand(holds: bool, what: str) -> None:  # noqa: FBT001 - the one thing that there is to say
    if not holds:
        raise Broken(what)


@functools.cache
def judged_by() -> policy.Policy:
    return policy.archive(selection.choose())


# --- certificates -----------------------------------------------------------------------------------------------------


@functools.cache
def certificate_bases() -> tuple[bytes, ...]:
    spkis = [message.keys.spki(message.signer().key), message.keys.spki(message.rsa_signer().key)]
    spkis += [key.spki() for key in (gost.KEY, gost.LONG_KEY, gost.OLD_KEY)]
    made = [template.Blank(spki=spki, subject=_NAME, extensions=_MANY).signed() for spki in spkis]
    return (*made, template.Blank(spki=spkis[0]).signed(), template.authority_certificate())


def changed_certificate(random: Random) -> bytes:
    """A certificate after one to three changes, of its bytes or its values; many are signed again by the authority."""
    found, changes = random.choice(certificate_bases()), random.choice((1, 1, 1, 1, 2, 3))
    if random.random() < 0.7:
        found = asn1.changed(found, random, changes)
    else:
        for _ in range(changes):
            found = octets.changed(found, random)
    return _signed_again(found) if random.random() < 0.5 else found


def _signed_again(encoded: bytes) -> bytes:
    """What a careless authority would have made of it; what is not even three values stays as it is."""
    try:
        (_, tbs, _), (_, algorithm, _), _signature = der_reader.values(der_reader.only(encoded)[1])
    except ValueError:
        return encoded
    return der.sequence(tbs, algorithm, der.bits(template.sign(template.authority(), tbs)))


def _is_signed(tbs: bytes, signature: bytes) -> bool:
    """Ask the library whether the authority has signed this."""
    try:
        template.authority().public_key().verify(signature, tbs, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def judge_certificate(encoded: bytes) -> str:
    """Read it and ask everything that can be asked of it; return `read`, `refused` or `trusted`."""
    try:
        found = certificates.read.__wrapped__(encoded)
    except Refusal:
        return "refused"
    demand(0 < found.serial < 1 << 160, "the serial number is out of range")
    demand(len(found.name) < 1000, "the name is endless")
    for suite in judged_by().suites:
        demand(isinstance(suite.accepts(found.spki), bool), "accepts is no answer")
        demand(not suite.verify(found.spki, b"data", bytes(64)), "zeros are a signature")
        demand(not suite.verify(found.spki, b"data", found.signature), "any signature is good")
        demand(not suite.verify_certificate(found.spki, b"data", found.signature), "any signature is good")
    with contextlib.suppress(ValueError):
        names.parse.__wrapped__(found.issuer_name.rfc4514_string())
    try:
        path = cases.store().path(found, (found,), at=corpus.AT, policy=judged_by())
    except Refusal:
        return "read"
    demand(_is_signed(found.tbs, found.signature), "what the authority has not signed has a chain")
    demand(len(path.chain) <= 2, "the chain is longer than the certificates that there are")
    return "trusted"


# --- documents --------------------------------------------------------------------------------------------------------


@functools.cache
def document_bases() -> tuple[bytes, ...]:
    return tuple(attack.make() for attack in families.GOOD)


@functools.cache
def _signed() -> frozenset[bytes]:
    """What the good messages have signed, in canonical form."""
    return frozenset(_payload(message.parse(base).find("soap:Body", NS)[0]) for base in document_bases())


def changed_document(random: Random) -> bytes:
    """A message after one to four changes, of its bytes or of its tree; some are sealed again by their sender."""
    base = random.choice(document_bases())
    way = random.random()
    if way < 0.3:
        for _ in range(random.randint(1, 4)):
            base = octets.changed(base, random)
        return base
    if way < 0.9:
        root = message.parse(base)
        trees.changed(root, random, random.randint(1, 4))
        return etree.tostring(root.getroottree(), encoding="utf-8")
    draft = random.choice((message.good, message.good_rsa))()
    trees.changed(draft.root, random, random.randint(1, 3))
    # What the tree has lost cannot be sealed; then the message goes as it is.
    with contextlib.suppress(Exception):
        draft.seal()
    return draft.octets()


def judge_document(encoded: bytes) -> str:
    """Judge whatever could be the request; return `not XML`, `refused`, `same` or, of a sealed one, `new`."""
    try:
        root = message.parse(encoded)
    except etree.XMLSyntaxError:
        return "not XML"
    outcome = "refused"
    for element in {node.getparent() for node in root.iter(f"{{{DS}}}Signature")} - {None} or {root}:
        before = etree.tostring(root.getroottree())
        verdict = cases.verify(element, judged_by(), corpus.AT)
        demand(etree.tostring(root.getroottree()) == before, "the tree has changed")
        if verdict.good:
            outcome = _of_good(verdict, element)
        else:
            demand(bool(verdict.failure and verdict.failure.detail.endswith(".")), "no reason is given")
            demand(len(verdict.failure.detail) < 1000, "the reason is endless")
    return outcome


def _of_good(verdict: Verdict, element: etree._Element) -> str:
    demand(verdict.element is element, "another element than the judged one is said to be signed")
    payload = _payload(element)
    method = next(each for each in judged_by().digests if each.uri == verdict.digest_algorithm)
    demand(method.of(payload) == verdict.payload_digest, "the digest is of something else")
    if payload in _signed():
        return "same"
    demand(verdict.certificate.public_bytes(Encoding.DER) in _sealers(), "nobody sealed this")
    return "new"


@functools.cache
def _sealers() -> frozenset[bytes]:
    return frozenset((message.signer().certificate, message.rsa_signer().certificate))


def _payload(element: etree._Element) -> bytes:
    """What the signature covers, computed the slow way: on a copy, the Signature really taken out."""
    twin = copy.deepcopy(element)
    twin.tail = None
    signature = twin.find("ds:Signature", NS)
    mark = etree.Comment("a")
    mark.tail, signature.tail = signature.tail, None
    twin.replace(signature, mark)
    return etree.tostring(twin, method="c14n", exclusive=True, with_comments=False)


# --- messages with changed certificates -------------------------------------------------------------------------------


def message_around_a_changed_certificate(random: Random) -> bytes:
    """A good message that carries a changed certificate; CertDigest agrees with it, and its sender sealed it."""
    draft = message.Draft(message.signer())
    draft.carry(changed_certificate(random))
    return draft.seal().octets()


def judge_message(encoded: bytes) -> str:
    """Judge the request; return the reason of the verdict, or `good` where the authority has signed the certificate."""
    verdict = cases.verify(cases.place(message.parse(encoded), message.REQUEST), judged_by(), corpus.AT)
    if verdict.failure is not None:
        return verdict.failure.reason
    signed = verdict.certificate.tbs_certificate_bytes, verdict.certificate.signature
    demand(_is_signed(*signed), "what the authority has not signed is good")
    return "good"


TARGETS = {
    "certificates": (changed_certificate, judge_certificate),
    "documents": (changed_document, judge_document),
    "messages": (message_around_a_changed_certificate, judge_message),
}
"""How an input is made from a source of randomness, and how it is judged, by the kind of input."""
