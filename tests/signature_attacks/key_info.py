"""KeyInfo and SigningCertificate: which of the keys that a stranger sends is to be believed."""

from __future__ import annotations

import hashlib

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import der, keys, message, x509
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.message import DS, NS, Draft, Holder, element, text_of

FAMILY = Family(
    "key-info", "KeyInfo offers keys that the signed properties do not name, or nothing that can be checked."
)
stranger, holder = FAMILY.stranger, FAMILY.holder

DS_11 = "http://www.w3.org/2009/xmldsig11#"
DATA = "ds:KeyInfo/ds:X509Data"


def attacker() -> Holder:
    """A key that nobody certified but its owner, under the victim's name and serial number."""
    return Holder.of(keys.curve("stranger"), issuer=keys.curve("stranger"))


def certificate(holder_: Holder) -> etree._Element:
    return element("ds:X509Certificate", text_of(holder_.certificate))


def instead(draft: Draft, *children: etree._Element) -> None:
    """Put these into KeyInfo in place of X509Data."""
    info = draft.inside("ds:KeyInfo")
    for old in list(info):
        info.remove(old)
    info.extend(children)


def in_data(*children: etree._Element) -> etree._Element:
    box = element("ds:X509Data")
    box.extend(children)
    return box


def rsa_key_value(holder_: Holder) -> etree._Element:
    numbers = holder_.key.public_key().public_numbers()
    box, value = element("ds:KeyValue"), element("ds:RSAKeyValue")
    value.append(element("ds:Modulus", text_of(numbers.n.to_bytes(256, "big"))))
    value.append(element("ds:Exponent", text_of(b"\1\0\1")))
    box.append(value)
    return box


def ec_key_value() -> etree._Element:
    box = element("ds:KeyValue")
    value = etree.SubElement(box, f"{{{DS_11}}}ECKeyValue", nsmap={"dsig11": DS_11})
    etree.SubElement(value, f"{{{DS_11}}}NamedCurve", URI="urn:oid:1.2.840.10045.3.1.7")
    etree.SubElement(value, f"{{{DS_11}}}PublicKey").text = text_of(keys.spki(keys.curve("stranger"))[-65:])
    return box


# --- the attacker's key beside the victim's certificate ---------------------------------------------------------------


def signed_by_the_stranger(draft: Draft) -> None:
    draft.key = keys.curve("stranger")


@stranger(Reason.SIGNATURE_VALUE, "KeyValue of the attacker, then the victim's certificate.", seal=True)
def key_value_before_the_certificate(draft):
    signed_by_the_stranger(draft)
    draft.inside("ds:KeyInfo").insert(0, ec_key_value())


@stranger(Reason.SIGNATURE_VALUE, "The victim's certificate, then KeyValue of the attacker.", seal=True)
def key_value_after_the_certificate(draft):
    signed_by_the_stranger(draft)
    draft.inside("ds:KeyInfo").append(ec_key_value())


@stranger(Reason.SIGNATURE_VALUE, "The attacker's certificate first; SigningCertificate names the victim's.", seal=True)
def certificate_of_the_attacker_first(draft):
    signed_by_the_stranger(draft)
    draft.inside(DATA).insert(0, certificate(attacker()))


@stranger(Reason.SIGNATURE_VALUE, "The attacker's certificate last; SigningCertificate names the victim's.", seal=True)
def certificate_of_the_attacker_last(draft):
    signed_by_the_stranger(draft)
    draft.inside(DATA).append(certificate(attacker()))


@stranger(Reason.SIGNATURE_VALUE, "The attacker's certificate in an X509Data of its own, first.", seal=True)
def certificate_of_the_attacker_in_its_own_data(draft):
    signed_by_the_stranger(draft)
    draft.inside("ds:KeyInfo").insert(0, in_data(certificate(attacker())))


@stranger("chain", "SigningCertificate names the attacker's certificate; the victim's stands first.", seal=True)
def certificate_of_the_victim_first(draft):
    signed_by_the_stranger(draft)
    victim = certificate(message.signer())
    draft.carry(attacker().certificate)
    draft.inside(DATA).insert(0, victim)


@stranger(
    "chain", "SigningCertificate names the attacker's certificate; the victim's and the authority's follow.", seal=True
)
def certificates_of_the_victim_after(draft):
    signed_by_the_stranger(draft)
    draft.carry(attacker().certificate)
    draft.inside(DATA).append(certificate(message.signer()))
    draft.inside(DATA).append(element("ds:X509Certificate", text_of(x509.authority_certificate())))


@stranger(Reason.SHAPE, "Two certificates are named by SigningCertificate, the victim's first.", seal=True)
def two_certificates_named(draft):
    signed_by_the_stranger(draft)
    first = draft.inside(".//xades:Cert")
    second = etree.fromstring(etree.tostring(first))
    value = second.find("xades:CertDigest/ds:DigestValue", NS)
    value.text = text_of(hashlib.sha256(attacker().certificate).digest())
    first.addnext(second)
    draft.inside(DATA).append(certificate(attacker()))


@stranger(
    Reason.CERTIFICATE_MISMATCH, "The victim's certificate is only in CertificateValues of the unsigned properties."
)
def certificate_in_the_unsigned_properties(draft):
    unsigned = element("xades:UnsignedProperties")
    signature_properties = element("xades:UnsignedSignatureProperties")
    values = element("xades:CertificateValues")
    values.append(element("xades:EncapsulatedX509Certificate", text_of(message.signer().certificate)))
    signature_properties.append(values)
    unsigned.append(signature_properties)
    draft.inside("ds:Object/xades:QualifyingProperties").append(unsigned)
    draft.inside(f"{DATA}/ds:X509Certificate").text = text_of(attacker().certificate)


# --- nothing that can be checked --------------------------------------------------------------------------------------


def _pointer(tag: str, text: str) -> etree._Element:
    return in_data(element(tag, text))


def _issuer_serial() -> etree._Element:
    box = element("ds:X509IssuerSerial")
    box.append(element("ds:X509IssuerName", x509.AUTHORITY_TEXT))
    box.append(element("ds:X509SerialNumber", "4097"))
    return in_data(box)


_ALONE = {
    "empty": ("is empty", lambda: ()),
    "data-empty": ("holds an empty X509Data", lambda: (in_data(),)),
    "key-name": ("holds a KeyName alone", lambda: (element("ds:KeyName", "signer"),)),
    "key-value": ("holds a KeyValue alone", lambda: (ec_key_value(),)),
    "key-value-rsa": ("holds an RSAKeyValue alone", lambda: (rsa_key_value(message.rsa_signer()),)),
    "retrieval-method": (
        "holds a RetrievalMethod on the network",
        lambda: (element("ds:RetrievalMethod", URI="http://127.0.0.1:9/a", Type=f"{DS}X509Data"),),
    ),
    "retrieval-method-inside": (
        "holds a RetrievalMethod that leads to itself",
        lambda: (element("ds:RetrievalMethod", URI=f"#{message.ID}", Type=f"{DS}X509Data"),),
    ),
    "key-identifier": ("holds an X509SKI alone", lambda: (_pointer("ds:X509SKI", "AAAA"),)),
    "subject-name": ("holds an X509SubjectName alone", lambda: (_pointer("ds:X509SubjectName", "CN=a"),)),
    "issuer-serial": ("holds an X509IssuerSerial alone", lambda: (_issuer_serial(),)),
    "revocation-list": ("holds an X509CRL alone", lambda: (_pointer("ds:X509CRL", "AAAA"),)),
    "pgp": ("holds PGPData", lambda: (element("ds:PGPData"),)),
    "spki": ("holds SPKIData", lambda: (element("ds:SPKIData"),)),
    "mgmt": ("holds MgmtData", lambda: (element("ds:MgmtData", "attack"),)),
    "certificate-outside": (
        "holds the certificate outside of X509Data",
        lambda: (certificate(message.signer()),),
    ),
}
for _name, (_what, _children) in _ALONE.items():
    FAMILY.add(
        f"{_name}-in-place-of-the-certificate",
        lambda draft, children=_children: instead(draft, *children()),
        Reason.SHAPE,
        f"KeyInfo {_what}.",
    )


@stranger(Reason.SHAPE, "There is no KeyInfo: the application is to know the key.")
def key_info_missing(draft):
    draft.signature.remove(draft.inside("ds:KeyInfo"))


@stranger(Reason.SHAPE, "Two KeyInfo, the attacker's first.", seal=True)
def key_info_twice(draft):
    signed_by_the_stranger(draft)
    info = element("ds:KeyInfo")
    info.append(in_data(certificate(attacker())))
    draft.inside("ds:KeyInfo").addprevious(info)


@stranger(Reason.SHAPE, "An X509Certificate is empty.")
def certificate_empty(draft):
    draft.inside(f"{DATA}/ds:X509Certificate").text = ""


@stranger(Reason.SHAPE, "The certificate is PEM, with its armour.")
def certificate_in_armour(draft):
    node = draft.inside(f"{DATA}/ds:X509Certificate")
    node.text = f"-----BEGIN CERTIFICATE-----\n{node.text}\n-----END CERTIFICATE-----"


@stranger(Reason.LIMITS, "Six certificates.")
def six_certificates(draft):
    for number in range(5):
        other = Holder.of(keys.curve(f"other {number}"), serial=der.integer(0x3000 + number))
        draft.inside(DATA).append(certificate(other))


@stranger(Reason.LIMITS, "The same certificate, six times.")
def one_certificate_six_times(draft):
    for _ in range(5):
        draft.inside(DATA).append(certificate(message.signer()))


# --- IssuerSerial -----------------------------------------------------------------------------------------------------

ISSUER, SERIAL = ".//ds:X509IssuerName", ".//ds:X509SerialNumber"
_NAMES = {
    "other": ("CN=Another authority", "is another one"),
    "prefix": ("CN=Attack corpus authority", "leaves an attribute out"),
    "more": (f"{x509.AUTHORITY_TEXT},C=RU", "has an attribute more"),
    "repeated": (f"{x509.AUTHORITY_TEXT},CN=Attack corpus authority", "repeats an attribute"),
    "no-name": ("Attack corpus authority", "is no name"),
    "empty": ("", "is empty"),
    "comma": (",", "is a comma"),
    "equals": ("=", "is an equals sign"),
    "without-keyword": ("=Attack corpus authority", "has no keyword"),
    "unknown-keyword": (f"XX=a,{x509.AUTHORITY_TEXT}", "has a keyword that nobody knows"),
    "quote-open": ('CN="Attack corpus authority,O=hcs-gateway tests', "has a quote that does not close"),
    "backslash-last": (f"{x509.AUTHORITY_TEXT}\\", "ends in a backslash"),
    "backslashes": ("\\" * 30_000, "is 30 000 backslashes"),
    "escapes": ("CN=" + "\\41" * 15_000, "is 15 000 escapes"),
    "escapes-of-no-text": ("CN=\\FF\\FE,O=hcs-gateway tests", "has escapes that are no UTF-8"),
    "escaped-commas": ("CN=" + "\\," * 20_000, "is 20 000 escaped commas"),
    "quotes": ("CN=" + '"' * 30_001, "is 30 001 quotes"),
    "plus-signs": ("+" * 30_000, "is 30 000 plus signs"),
    "attributes-by-the-thousand": (",".join(["CN=a"] * 10_000), "has 10 000 attributes"),
    "hexadecimal-broken": ("CN=#0C", "is a value in hexadecimal without content"),
    "hexadecimal-of-no-digits": ("CN=#xyz", "is a value in hexadecimal without digits"),
    "hexadecimal-long": ("CN=#" + "30" * 15_000, "is a value of 15 000 octets in hexadecimal"),
    "hexadecimal-of-4-gb": ("CN=#0C84FFFFFFFF", "is a value of four gigabytes by its length"),
    "hexadecimal-of-no-text": ("CN=#0C02FFFE", "is a value in hexadecimal that is no UTF-8"),
    "identifier-long": (f"{'1.' * 15_000}1=a", "has an object identifier of 15 000 arcs"),
    "number-long": (f"OID.{'9' * 30_000}=a", "has an object identifier of one arc of 30 000 digits"),
    "spaces": (f"CN=Attack{' ' * 30_000}authority", "has 30 000 spaces"),
    "expanding-case": ("CN=" + "ﬃ" * 9_000, "is letters that grow threefold when case is folded"),
    "of-30-000-characters": ("CN=" + "a" * 30_000, "has 30 000 characters"),
}
for _name, (_text, _what) in _NAMES.items():
    FAMILY.add(
        f"issuer-name-{_name}",
        lambda draft, text=_text: setattr(draft.inside(ISSUER), "text", text),
        Reason.CERTIFICATE_MISMATCH,
        f"X509IssuerName {_what}.",
        by="holder",
    )

_SERIALS = {
    "other": ("4098", "is of another certificate"),
    "negative": ("-4097", "is negative"),
    "plus": ("+4097", "has a plus sign"),
    "hexadecimal": ("0x1001", "is hexadecimal"),
    "grouped": ("4_097", "has its digits grouped"),
    "exponent": ("4097e0", "has an exponent"),
    "fraction": ("4097.0", "is a fraction"),
    "of-other-digits": ("٤٠٩٧", "is in Arabic digits"),
    "superscript": ("4097²", "ends in a superscript"),
    "empty": ("", "is empty"),
    "of-30-000-digits": ("4" * 30_000, "has 30 000 digits: reading it is quadratic"),
    "padded-to-30-000-digits": (f"{'0' * 30_000}4097", "has 30 000 zeros before it"),
}
for _name, (_text, _what) in _SERIALS.items():
    FAMILY.add(
        f"issuer-serial-{_name}",
        lambda draft, text=_text: setattr(draft.inside(SERIAL), "text", text),
        Reason.CERTIFICATE_MISMATCH,
        f"X509SerialNumber {_what}.",
        by="holder",
    )
