"""All attacks, family by family, in the order of the documentation."""

from __future__ import annotations

from tests.signature_attacks import (
    algorithms,
    certificates,
    chains,
    identifiers,
    key_info,
    markup,
    message,
    public_keys,
    references,
    sizes,
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
        sizes,
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
)
ATTACKS: tuple[Attack, ...] = tuple(attack for family in FAMILIES for attack in family.attacks)
AUTHORITY_FILE = "authority.crt"


def files() -> dict[str, bytes]:
    """Every file of the folder by its name."""
    made: dict[str, bytes] = {AUTHORITY_FILE: x509.pem(x509.authority_certificate())}
    for attack in (*GOOD, *ATTACKS):
        made[f"{attack.name}.expected.json"] = attack.manifest().encode()
        if attack.stored:
            made[f"{attack.name}.xml"] = attack.make()
    return made
