"""Algorithms that are weak, of another kind, or not what they are called."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import HOLDER, Family
from tests.signature_attacks.message import DS, MORE, PAYLOAD, PROPERTIES, XMLENC, Draft, element

FAMILY = Family("algorithms", "Algorithms that are weak, of another kind, or not what they are called.")
holder = FAMILY.holder

MORE_2007 = "http://www.w3.org/2007/05/xmldsig-more#"
METHOD = "ds:SignedInfo/ds:SignatureMethod"

HMACS = {
    "sha1": f"{DS}hmac-sha1",
    "md5": f"{MORE}hmac-md5",
    "sha224": f"{MORE}hmac-sha224",
    "sha256": f"{MORE}hmac-sha256",
    "sha384": f"{MORE}hmac-sha384",
    "sha512": f"{MORE}hmac-sha512",
    "ripemd160": f"{MORE}hmac-ripemd160",
    "gostr3411": "urn:ietf:params:xml:ns:cpxmlsec:algorithms:hmac-gostr3411",
}


def with_method(address: str):
    """Call the signature by another address; it is made by the hash that its end names."""

    def change(draft: Draft) -> None:
        draft.inside(METHOD).set("Algorithm", address)

    return change


def _hmac(address: str, secret: bytes):
    def change(draft: Draft) -> None:
        draft.inside(METHOD).set("Algorithm", address)
        draft.key = secret

    return change


def _secrets() -> dict[str, bytes]:
    """What everybody knows of a signer, and what a verifier may take for the secret of an HMAC."""
    public = message.signer().key.public_key()
    return {
        "public-key": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "public-key-pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "certificate": message.signer().certificate,
        "nothing": b"",
    }


for _hash, _address in HMACS.items():
    FAMILY.add(
        f"hmac-{_hash}",
        _hmac(_address, _secrets()["public-key"]),
        Reason.ALGORITHM,
        f"HMAC ({_hash}) whose secret is the public key of the signer: anybody can make it.",
        seal=True,
    )
for _name, _secret in _secrets().items():
    if _name != "public-key":
        FAMILY.add(
            f"hmac-sha256-of-{_name}",
            _hmac(HMACS["sha256"], _secret),
            Reason.ALGORITHM,
            f"HMAC (sha256) whose secret is the {_name.replace('-', ' ')}.",
            seal=True,
        )


def _truncated(length: int):
    def change(draft: Draft) -> None:
        _hmac(HMACS["sha256"], b"")(draft)
        parameter = element("ds:HMACOutputLength", str(length))
        draft.inside(METHOD).append(parameter)
        draft.seal()
        draft.write_value(message.octets_of(draft.inside("ds:SignatureValue"))[: max(1, length // 8)])

    return change


for _length in (0, 1, 8, 128):
    FAMILY.add(
        f"hmac-output-length-{_length}",
        _truncated(_length),
        Reason.SHAPE,
        f"HMACOutputLength is {_length} bits (CVE-2009-0217).",
    )

METHODS = {
    "rsa-sha1": f"{DS}rsa-sha1",
    "rsa-md5": f"{MORE}rsa-md5",
    "rsa-sha224": f"{MORE}rsa-sha224",
    "rsa-ripemd160": f"{MORE}rsa-ripemd160",
}
for _name, _address in METHODS.items():
    FAMILY.add(
        f"method-{_name}",
        with_method(_address),
        Reason.ALGORITHM,
        f"SignatureMethod is {_name}.",
        by=HOLDER,
        base=lambda: Draft(message.rsa_signer()),
    )
_OTHERS = {
    "ecdsa-sha1": f"{MORE}ecdsa-sha1",
    "ecdsa-sha224": f"{MORE}ecdsa-sha224",
    "ecdsa-ripemd160": f"{MORE_2007}ecdsa-ripemd160",
    "ecdsa-whirlpool": f"{MORE_2007}ecdsa-whirlpool",
    "ecdsa-sha3-256": "http://www.w3.org/2021/04/xmldsig-more#ecdsa-sha3-256",
    "dsa-sha1": f"{DS}dsa-sha1",
    "dsa-sha256": "http://www.w3.org/2009/xmldsig11#dsa-sha256",
    "eddsa-ed25519": "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519",
    "esign-sha256": f"{MORE}esign-sha256",
    "digest-sha256": f"{XMLENC}sha256",
    "unknown": "urn:attack",
    "empty": "",
    "space-after": f"{MORE}ecdsa-sha256 ",
    "capital": f"{MORE}ECDSA-SHA256",
    "https": f"{MORE}ecdsa-sha256".replace("http:", "https:"),
    "object-identifier": "urn:oid:1.2.840.10045.4.3.2",
}
for _name, _address in _OTHERS.items():
    FAMILY.add(
        f"method-{_name}",
        with_method(_address),
        Reason.ALGORITHM,
        f"SignatureMethod is “{_address}”.",
        by=HOLDER,
    )


_LONG = "urn:" + "a" * 40_000
for _name, _path in {
    "signature-method": f"{message.SIGNATURE}/{METHOD}",
    "canonicalization-method": f"{message.SIGNATURE}/ds:SignedInfo/ds:CanonicalizationMethod",
    "digest-method": f"{PAYLOAD}/ds:DigestMethod",
    "digest-method-of-the-certificate": f"{message.SIGNATURE}//xades:CertDigest/ds:DigestMethod",
}.items():
    FAMILY.add(
        f"{_name}-of-40-kb",
        lambda draft, path=_path: draft.one(path).set("Algorithm", _LONG),
        Reason.ALGORITHM,
        f"The address of the {_name.replace('-', ' ')} has 40 KB, which the refusal must not repeat.",
        by=HOLDER,
    )


@holder(Reason.ALGORITHM, "SignatureMethod is RSA, the key is on a curve.")
def method_rsa_with_a_curve_key(draft):
    with_method(f"{MORE}rsa-sha256")(draft)


@holder(Reason.ALGORITHM, "SignatureMethod is ECDSA, the key is of RSA.", base=lambda: Draft(message.rsa_signer()))
def method_ecdsa_with_an_rsa_key(draft):
    with_method(f"{MORE}ecdsa-sha256")(draft)


@holder(Reason.SHAPE, "SignatureMethod names no algorithm.")
def method_missing(draft):
    del draft.inside(METHOD).attrib["Algorithm"]


@holder(Reason.SHAPE, "SignatureMethod has a parameter.")
def method_with_parameters(draft):
    draft.inside(METHOD).append(etree.Element("{urn:attack}a"))


def _pss(address: str):
    def change(draft: Draft) -> None:
        with_method(address)(draft)
        draft.seal()
        # Salted signatures differ each time; without salt they do not, and nobody looks at them anyway.
        scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 0)
        draft.write_value(draft.key.sign(draft.signed_info(), scheme, hashes.SHA256()))

    return change


for _name, _address in {
    "mgf1": f"{MORE_2007}sha256-rsa-MGF1",
    "rsa-pss": f"{MORE_2007}rsa-pss",
}.items():
    FAMILY.add(
        f"method-{_name}",
        _pss(_address),
        Reason.ALGORITHM,
        f"RSASSA-PSS under “{_address}”.",
        by=HOLDER,
        seal=False,
        base=lambda: Draft(message.rsa_signer()),
    )

DIGESTS = {
    "sha1": f"{DS}sha1",
    "md5": f"{MORE}md5",
    "sha224": f"{MORE}sha224",
    "ripemd160": f"{XMLENC}ripemd160",
    "whirlpool": f"{MORE_2007}whirlpool",
    "sha3-256": f"{MORE_2007}sha3-256",
    "empty": "",
    "unknown": "urn:attack",
}
DIGEST_PLACES = {
    "request": f"{PAYLOAD}/ds:DigestMethod",
    "properties": f"{PROPERTIES}/ds:DigestMethod",
    "certificate": f"{message.SIGNATURE}//xades:CertDigest/ds:DigestMethod",
}


def _digest(path: str, address: str):
    def change(draft: Draft) -> None:
        draft.one(path).set("Algorithm", address)

    return change


for _name, _address in DIGESTS.items():
    for _place, _path in DIGEST_PLACES.items():
        FAMILY.add(
            f"digest-of-the-{_place}-{_name}",
            _digest(_path, _address),
            Reason.ALGORITHM,
            f"The digest of the {_place} is “{_address}”.",
            by=HOLDER,
        )


@holder(Reason.SHAPE, "DigestMethod of the request has a parameter.")
def digest_with_parameters(draft):
    draft.one(DIGEST_PLACES["request"]).append(etree.Element("{urn:attack}a"))


@holder(Reason.SHAPE, "DigestValue of the request is empty.", seal=False)
def digest_empty(draft):
    message.digest(draft.seal().one(PAYLOAD)).text = ""


@holder(Reason.PAYLOAD_DIGEST, "DigestValue of the request is cut to one octet.", seal=False)
def digest_truncated(draft):
    value = message.digest(draft.seal().one(PAYLOAD))
    value.text = message.text_of(message.octets_of(value)[:1])
    draft.write_value(draft.value(draft.signed_info()))


@holder(Reason.PAYLOAD_DIGEST, "DigestValue of the request is right and has one octet more.", seal=False)
def digest_with_an_octet_more(draft):
    value = message.digest(draft.seal().one(PAYLOAD))
    value.text = message.text_of(message.octets_of(value) + b"\0")
    draft.write_value(draft.value(draft.signed_info()))


@holder(Reason.CERTIFICATE_MISMATCH, "CertDigest is cut to one octet.")
def cert_digest_truncated(draft):
    value = draft.inside(".//xades:CertDigest/ds:DigestValue")
    value.text = message.text_of(message.octets_of(value)[:1])
