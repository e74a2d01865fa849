"""Who certified the signer: copied names, leaves that issue, authorities that may not, paths that are too long.

The attacker signs with a key of his own, and certifies it himself, or has it certified by somebody who should not.
"""

from __future__ import annotations

import dataclasses
import datetime as dt

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import der, keys, message, x509
from tests.signature_attacks.corpus import ANYBODY, AUTHORITY, HOLDER, Family
from tests.signature_attacks.message import DS, Draft, Holder, text_of
from tests.signature_attacks.public_keys import BIG, BIG_EXPONENT, curve_spki, explicit_parameters, rsa_spki

FAMILY = Family("chains", "No chain of those who may issue leads from the certificate to the authority.")
CHAIN = "chain"

LINK_NAME = x509.name("Attack corpus intermediate")
LINK_TEXT = "CN=Attack corpus intermediate"
EARLY, PAST = dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
FUTURE = dt.datetime(2075, 1, 1, tzinfo=dt.UTC)


@dataclasses.dataclass(frozen=True, slots=True)
class Path:
    """A signer and the certificates that come along."""

    signer: Holder
    links: tuple[bytes, ...] = ()
    issuer: str = x509.AUTHORITY_TEXT


def draft_of(path: Path) -> Draft:
    draft = Draft(path.signer)
    draft.inside(".//ds:X509IssuerName").text = path.issuer
    box = draft.inside("ds:KeyInfo/ds:X509Data")
    for link in path.links:
        etree.SubElement(box, f"{{{DS}}}X509Certificate").text = text_of(link)
    return draft


def add(name: str, reason: str, about: str, path, by: str = ANYBODY) -> None:
    FAMILY.add(name, lambda draft: None, reason, about, by=by, seal=True, base=lambda: draft_of(path()))


def stranger_key() -> ec.EllipticCurvePrivateKey:
    return keys.curve("stranger")


def own_authority() -> ec.EllipticCurvePrivateKey:
    """The key of an authority that the attacker has made."""
    return keys.curve("attacker's authority")


def link(key=None, issuer=None, **pieces) -> bytes:
    """The certificate of an authority between the anchor and the signer."""
    chosen = key or keys.curve("intermediate")
    named = {"subject": LINK_NAME, "issuer": pieces.pop("issuer_name", x509.AUTHORITY_NAME)}
    pieces = {"serial": der.integer(0x2001), "extensions": x509.ISSUING, **named, **pieces}
    return x509.Blank(spki=keys.spki(chosen), **pieces).signed(issuer)


def _namesake(issuer=None) -> bytes:
    """The attacker's authority under the name of the real one, signed by itself, and by whom it says that it is."""
    extensions = (*x509.ISSUING, x509.of_issuer(issuer)) if issuer else x509.ISSUING
    return link(own_authority(), own_authority(), subject=x509.AUTHORITY_NAME, extensions=extensions)


def below_link(*links: bytes, key=None, **pieces) -> Path:
    """A signer certified by the intermediate authority, which comes along."""
    holder = Holder.of(stranger_key(), issuer=key or keys.curve("intermediate"), issuer_name=LINK_NAME, **pieces)
    return Path(holder, links, LINK_TEXT)


# --- made by anybody --------------------------------------------------------------------------------------------------

add(
    "authority-with-a-copied-name",
    CHAIN,
    "An authority of the attacker's bears the name of the real one, and certifies him under the victim's name.",
    lambda: Path(
        Holder.of(stranger_key(), issuer=own_authority()),
        (_namesake(),),
    ),
)
for _name, _key, _reason, _whose in (
    ("of-the-victim", x509.authority, CHAIN, "that of the real authority's key"),
    ("of-the-attacker", own_authority, Reason.UNTRUSTED, "that of its own key, as if the authority had a new one"),
):
    add(
        f"authority-with-a-copied-name-and-the-key-identifier-{_name}",
        _reason,
        f"The same, and the key identifier is {_whose}.",
        lambda key=_key: Path(
            Holder.of(stranger_key(), issuer=own_authority(), extensions=(*x509.SIGNING, x509.of_issuer(key()))),
            (_namesake(key()),),
        ),
    )
add(
    "authority-unknown",
    Reason.UNTRUSTED,
    "An authority that nobody knows certifies the attacker under the victim's name.",
    lambda: Path(
        Holder.of(stranger_key(), issuer=own_authority(), issuer_name=LINK_NAME),
        (link(own_authority(), own_authority(), issuer_name=LINK_NAME),),
        LINK_TEXT,
    ),
)
add(
    "self-signed-with-the-name-of-the-authority",
    CHAIN,
    "A certificate of the attacker's is signed by its own key, and subject and issuer are the real authority.",
    lambda: Path(Holder.of(stranger_key(), issuer=stranger_key(), subject=x509.AUTHORITY_NAME)),
)
add(
    "self-signed",
    Reason.UNTRUSTED,
    "A certificate of the attacker's is signed by its own key.",
    lambda: Path(
        Holder.of(stranger_key(), issuer=stranger_key(), issuer_name=x509.SIGNER_NAME),
        (),
        "CN=ООО «Управляющая компания»,1.2.643.100.1=1027700900028",
    ),
)
add(
    "signature-of-the-certificate-broken",
    CHAIN,
    "The signature of the authority under the certificate has one bit changed.",
    lambda: Path(_with_certificate(message.signer(), lambda octets: octets[:-1] + bytes([octets[-1] ^ 1]))),
)
add(
    "signature-of-the-certificate-empty",
    CHAIN,
    "The signature of the authority under the certificate is empty.",
    lambda: Path(Holder(stranger_key(), _blank().with_signature(b""))),
)
add(
    "signature-of-the-certificate-zero",
    CHAIN,
    "The signature of the authority under the certificate is two zeros.",
    lambda: Path(Holder(stranger_key(), _blank().with_signature(der.sequence(der.integer(0), der.integer(0))))),
)
add(
    "signature-of-the-certificate-raw",
    CHAIN,
    "The signature under the certificate is r and s side by side, as in XML.",
    lambda: Path(
        Holder(stranger_key(), _blank().with_signature(message.raw_signature(x509.authority(), _blank().tbs(), "")))
    ),
)
add(
    "issued-with-the-generator-of-the-attacker",
    CHAIN,
    "The issuer has the authority's public key on a curve whose generator the attacker chose (CVE-2020-0601).",
    lambda: Path(
        Holder.of(stranger_key(), issuer=own_authority()),
        (
            x509.Blank(
                spki=curve_spki(_authority_point(), explicit_parameters(_authority_point())),
                subject=x509.AUTHORITY_NAME,
                extensions=x509.ISSUING,
            ).signed(own_authority()),
        ),
    ),
)


def _blank() -> x509.Blank:
    return x509.Blank(spki=keys.spki(stranger_key()))


def _with_certificate(holder: Holder, change) -> Holder:
    return dataclasses.replace(holder, certificate=change(holder.certificate))


def _authority_point() -> bytes:
    return keys.spki(x509.authority())[-65:]


def _circle(key, spki: bytes, algorithm: bytes) -> Path:
    """A signer below four self-issued authorities of one name and one key: each may have issued each."""

    def one(serial: int) -> bytes:
        return x509.Blank(
            spki=spki,
            serial=der.integer(serial),
            algorithm=algorithm,
            issuer=LINK_NAME,
            subject=LINK_NAME,
            extensions=(x509.constraints(der.true()), x509.key_usage(der.bits(b"\x86", 1))),
        ).signed(key)

    signer = Holder.of(stranger_key(), issuer=key, issuer_name=LINK_NAME, algorithm=algorithm)
    return Path(signer, tuple(one(0x2001 + number) for number in range(4)), LINK_TEXT)


add(
    "circle-of-authorities",
    Reason.UNTRUSTED,
    "Four authorities of one name and key, each of which may have issued each: 340 signatures, followed blindly.",
    lambda: _circle(
        keys.curve("circle", ec.SECP521R1), keys.spki(keys.curve("circle", ec.SECP521R1)), x509.ECDSA_SHA256
    ),
)
add(
    "circle-of-authorities-with-a-long-exponent",
    Reason.UNTRUSTED,
    "The same, and each signature is of RSA with a public exponent as long as the modulus.",
    lambda: _circle(BIG, rsa_spki(BIG.modulus, BIG_EXPONENT), x509.RSA_SHA256),
)

# --- made by whoever holds a certificate ------------------------------------------------------------------------------

add(
    "issued-by-a-leaf",
    CHAIN,
    "A certificate of the attacker's is issued by the key of a signer, whose certificate comes along.",
    lambda: Path(
        Holder.of(stranger_key(), issuer=keys.curve("signer"), issuer_name=x509.SIGNER_NAME),
        (message.signer().certificate,),
        "CN=ООО «Управляющая компания»,1.2.643.100.1=1027700900028",
    ),
    HOLDER,
)
add(
    "issued-by-a-leaf-through-an-authority",
    CHAIN,
    "A signer certifies an authority, and that one the attacker.",
    lambda: below_link(link(issuer_name=x509.SIGNER_NAME, issuer=keys.curve("signer")), message.signer().certificate),
    HOLDER,
)

# --- made by a careless authority -------------------------------------------------------------------------------------

_AUTHORITIES = {
    "without-cert-sign": (
        "may sign documents and no certificates",
        {"extensions": (x509.constraints(der.true()), x509.key_usage(x509.DIGITAL_SIGNATURE))},
    ),
    "without-constraints": ("has no BasicConstraints", {"extensions": (x509.key_usage(x509.CERT_SIGN),)}),
    "that-is-none": (
        "is none by its BasicConstraints, and has keyCertSign",
        {"extensions": (x509.constraints(), x509.key_usage(x509.CERT_SIGN))},
    ),
    "of-version-1": ("is a certificate of version 1, which knows no authorities", {"extensions": (), "version": b""}),
    "with-an-unknown-critical-extension": (
        "demands what nobody understands",
        {"extensions": (*x509.ISSUING, x509.extension("1.2.3.4.5", der.null()))},
    ),
    "with-name-constraints": (
        "may issue for other names alone, and says so critically",
        {
            "extensions": (
                *x509.ISSUING,
                x509.extension("2.5.29.30", der.sequence(der.explicit(0, der.sequence(der.tlv(0x82, b"test"))))),
            )
        },
    ),
}
for _name, (_what, _pieces) in _AUTHORITIES.items():
    add(
        f"authority-{_name}",
        CHAIN,
        f"The authority between the signer and the anchor {_what}.",
        lambda pieces=_pieces: below_link(link(**pieces)),
        AUTHORITY,
    )


add(
    "authority-expired",
    Reason.EXPIRED,
    "The authority between the signer and the anchor had ended.",
    lambda: below_link(link(begins=der.time(EARLY), ends=der.time(PAST))),
    AUTHORITY,
)
add(
    "authority-not-yet-valid",
    Reason.NOT_YET_VALID,
    "The authority between the signer and the anchor had not begun.",
    lambda: below_link(link(begins=der.time(FUTURE))),
    AUTHORITY,
)


def _long(count: int, path_length: int | None = None) -> Path:
    """A chain of so many authorities between the anchor and the signer; the first of them may allow fewer."""
    issuer, issuer_name, links = x509.authority(), x509.AUTHORITY_NAME, []
    for number in range(count):
        key, name = keys.curve(f"link {number}"), x509.name(f"Attack corpus link {number}")
        length = [der.integer(path_length)] if path_length is not None and number == 0 else []
        extensions = (x509.constraints(der.true(), *length), x509.key_usage(x509.CERT_SIGN))
        links.append(link(key, issuer, subject=name, issuer_name=issuer_name, extensions=extensions))
        issuer, issuer_name = key, name
    holder = Holder.of(stranger_key(), issuer=issuer, issuer_name=issuer_name)
    return Path(holder, tuple(reversed(links)), f"CN=Attack corpus link {count - 1}")


add(
    "path-length-0",
    CHAIN,
    "The first authority allows none below it, and one is there.",
    lambda: _long(2, 0),
    AUTHORITY,
)
add(
    "path-length-1",
    CHAIN,
    "The first authority allows one below it, and two are there.",
    lambda: _long(3, 1),
    AUTHORITY,
)
add("path-of-six", CHAIN, "Six certificates in the chain, each of them in order.", lambda: _long(4), AUTHORITY)
add(
    "path-interrupted",
    Reason.UNTRUSTED,
    "An authority in the middle of the chain does not come along.",
    lambda: dataclasses.replace(_long(3), links=_long(3).links[:1]),
    AUTHORITY,
)


def _signed_with(hash_: hashes.HashAlgorithm, algorithm: str) -> Holder:
    blank = dataclasses.replace(_blank(), algorithm=der.sequence(der.oid(algorithm)))
    chosen = ec.ECDSA(hash_, deterministic_signing=True)
    return Holder(stranger_key(), blank.with_signature(x509.authority().sign(blank.tbs(), chosen)))


add(
    "certificate-signed-with-sha-1",
    CHAIN,
    "The authority signed the certificate with ECDSA and SHA-1.",
    lambda: Path(_signed_with(hashes.SHA1(), "1.2.840.10045.4.1")),  # noqa: S303 - the attack
    AUTHORITY,
)
add(
    "certificate-signed-with-sha-224",
    CHAIN,
    "The authority signed the certificate with ECDSA and SHA-224.",
    lambda: Path(_signed_with(hashes.SHA224(), "1.2.840.10045.4.3.1")),
    AUTHORITY,
)
add(
    "certificate-signed-with-an-unknown-algorithm",
    CHAIN,
    "The algorithm of the authority's signature is one that nobody knows.",
    lambda: Path(_signed_with(hashes.SHA256(), "1.2.3.4.5")),
    AUTHORITY,
)
add(
    "certificate-signed-as-rsa",
    CHAIN,
    "The signature of the authority, whose key is on a curve, is called RSA.",
    lambda: Path(_signed_with(hashes.SHA256(), "1.2.840.113549.1.1.11")),
    AUTHORITY,
)
