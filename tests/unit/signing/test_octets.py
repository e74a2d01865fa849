"""Octets of a signature: what the key has signed, and what SignedInfo names by digest."""

from __future__ import annotations

import pytest

from signing import octets
from signing.verdict import Refusal
from signing.vocabulary import ds
from tests.unit.signing import makers


@pytest.mark.parametrize("kind", ["rsa-2048", "p256", "p521", "gost2012-256"])
def test_octets__are_those_of_the_signature(kind):
    element = makers.signed(kind)
    taken = octets.of(element, makers.POLICY)
    # A certificate has its signature in the form that openssl takes.
    assert taken.suite.verify_certificate(makers.identity(kind).certificate.spki, taken.signed_info, taken.value)
    named = [makers.value(node) for node in element.find(f".//{ds('SignedInfo')}").iter(ds("DigestValue"))]
    assert named == [taken.payload_digest.of(taken.payload), taken.properties_digest.of(taken.properties)]
    assert b"Signature" not in taken.payload


def test_octets_of_what_is_not_signed__are_refused():
    with pytest.raises(Refusal):
        octets.of(makers.envelope(), makers.POLICY)
