"""Revocation lists of strangers: read or unusable, whatever the octets; a million of them in the long run."""

from __future__ import annotations

import random
import warnings

from cryptography import x509

from signing import errors, revocation
from signing.policy import STRICT
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, crl

ROUNDS = 1_000_000 if makers.LONG else 3_000
SEED = 4
REASON = x509.ReasonFlags
ROOT, LEAF = makers.authority(), makers.identity()
NOTE = (x509.InvalidityDate(NOW), False)
GENUINE = (
    crl(ROOT, (LEAF, -3, REASON.key_compromise, NOTE), *((serial, -2) for serial in range(1, 6)), number=3),
    crl(ROOT, (LEAF, -3), (2, 1, REASON.certificate_hold), point={"only_contains_user_certs": True}),
    crl(ROOT),
)


def mutated(chance):
    """A genuine list with some octets changed, taken out or put in."""
    octets = bytearray(chance.choice(GENUINE))
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        position = chance.randrange(len(octets))
        width = chance.choice((0, 1, 1, 1, 2))
        octets[position : position + width] = chance.randbytes(chance.choice((0, 1, 1, 1, 2)))
    return bytes(octets)


def test_mutated_list__is_read_and_can_be_asked_or_is_unusable():
    chance = random.Random(SEED)  # noqa: S311 - the same ones every time
    outcomes = {True: 0, False: 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography also warns; what it then reads is judged like the rest
        for _ in range(ROUNDS):
            data = mutated(chance)
            try:
                found = revocation.read(data)
            except errors.RevocationListUnusable:
                outcomes[False] += 1
                continue
            outcomes[True] += 1
            for serial in (1, 3, LEAF.certificate.serial, 1 << 158):
                entry = found.find(serial)
                assert entry is None or entry.serial == serial
            if found.is_signed_by(ROOT.certificate, STRICT):
                assert any(found.tbs in genuine for genuine in GENUINE)
    assert min(outcomes.values()) > ROUNDS // 100
