"""All attacks, family by family, in the order of the documentation."""

from __future__ import annotations

from tests.signature_attacks import (
    algorithms,
    certificates,
    chains,
    gost,
    identifiers,
    key_info,
    large_certificates,
    markup,
    message,
    public_keys,
    references,
    structure,
    transforms,
    values,
    wrapping,
    x509,
)
from tests.signature_attacks.corpus import Attack, Family

FAMILIES: tuple[Family, ...] = tuple(
    module.FAMILY
    for module in (
        wrapping,
        identifiers,
        references,
        transforms,
        markup,
        structure,
        algorithms,
        values,
        public_keys,
        key_info,
        chains,
        certificates,
        gost,
        large_certificates,
    )
)

GOOD = (
    Attack(
        name="good",
        family="good",
        about="The message that the others differ from; ECDSA.",
        reason=None,
        make=lambda: message.good().octets(),
    ),
    Attack(
        name="good-rsa",
        family="good",
        about="The same with an RSA key.",
        reason=None,
        make=lambda: message.good_rsa().octets(),
    ),
    Attack(
        name="good-gost",
        family="good",
        about="The same with a key of ГОСТ Р 34.10-2012.",
        reason=None,
        make=lambda: gost.good().octets(),
    ),
    Attack(
        name="good-gost-chain",
        family="good",
        about="The same below an authority of ГОСТ, which the anchor certified.",
        reason=None,
        make=lambda: gost.good_chain().octets(),
    ),
)
ATTACKS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.attacks)
AUTHORITY_FILE = "authority.crt"
STORED = 12_000
"""Most octets of a message that is stored; a larger one is made when it is asked for."""


def files() -> dict[str, bytes]:
    """Every file of the folder by its name."""
    made: dict[str, bytes] = {AUTHORITY_FILE: x509.pem(x509.authority_certificate())}
    for attack in (*GOOD, *ATTACKS):
        octets = attack.make() if attack.stored else b""
        stored = 0 < len(octets) <= STORED
        made[f"{attack.name}.expected.json"] = attack.manifest(stored=stored).encode()
        if stored:
            made[f"{attack.name}.xml"] = octets
    return made
