"""Bytes and names that strangers write: facts or a stated refusal, never another exception."""

from __future__ import annotations

import contextlib
import warnings

from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st

from signing import certificates, der, names
from signing.suites import KNOWN
from signing.verdict import Refusal
from tests.unit.signing import makers

OIDS = ["2.5.4.3", "2.5.4.7", "2.5.4.10", "1.2.643.100.1", "1.2.840.113549.1.9.1", "2.5.4.45"]
VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
CHANGES = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 2), st.binary(max_size=3)), min_size=1, max_size=5)


@given(kind=st.sampled_from(["p256", "rsa-2048"]), changes=CHANGES)
def test_mutated_certificate__is_read_or_refused(kind, changes):
    encoded = makers.identity(kind).certificate.der
    for position, width, octets in changes:
        position %= len(encoded)  # noqa: PLW2901 - a position in what is left
        encoded = encoded[:position] + octets + encoded[position + width :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography also warns; what it then reads is judged like the rest
        try:
            certificate = certificates.read(encoded)
        except Refusal:
            return
    assert certificate.serial.bit_length() <= 160
    for suite in KNOWN:
        assert suite.verify(certificate.spki, b"data", bytes(64)) is False
        assert suite.verify_certificate(certificate.spki, b"data", certificate.signature) is False


@given(attributes=st.lists(st.tuples(st.sampled_from(OIDS), VALUES), min_size=1, max_size=6))
def test_name_written_by_rfc_4514__is_read_back(attributes):
    name = x509.Name([x509.NameAttribute(x509.ObjectIdentifier(oid), value) for oid, value in attributes])
    assert names.parse(name.rfc4514_string()) == names.attributes_of(name)


@given(text=st.text(max_size=100) | st.text('=,;+"\\#CNOID.2543 abж', max_size=40))
def test_any_text_as_a_name__is_read_or_a_value_error(text):
    with contextlib.suppress(ValueError):
        parsed = names.parse(text)
        assert parsed == tuple(sorted(parsed))


@given(data=st.binary(max_size=100))
def test_any_octets_as_der__add_up_or_are_a_value_error(data):
    with contextlib.suppress(ValueError):
        assert b"".join(whole for _tag, whole, _content in der.values(data)) == data
