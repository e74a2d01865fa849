"""Names of Russian certificates: numbers in every encoding, and whose they are."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.name import _ASN1Type as Asn1

from signing import subject
from signing.subject import Subject, compare

OGRN, OGRNIP, INN_LE, INN = "1027700198767", "304500116000157", "7712345671", "500100732259"


def name(*attributes):
    return x509.Name([x509.NameAttribute(x509.ObjectIdentifier(oid), value, kind) for oid, value, kind in attributes])


@pytest.mark.parametrize("kind", [Asn1.NumericString, Asn1.PrintableString, Asn1.UTF8String, Asn1.BMPString])
@pytest.mark.parametrize("written", [OGRN, f" {OGRN}", f"{OGRN}  "])
def test_number__is_read_in_every_encoding_without_the_spaces_around_it(kind, written):
    found = x509.load_der_x509_csr(_request(name((subject.OGRN, written, kind)))).subject
    assert Subject.of(found).ogrn == OGRN


def _request(named):
    key = ec.generate_private_key(ec.SECP256R1())
    return x509.CertificateSigningRequestBuilder(named).sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_every_number__has_its_attribute():
    found = Subject.of(
        name(
            *((oid, value, Asn1.NumericString) for oid, value in {
                subject.OGRN: OGRN, subject.OGRNIP: OGRNIP, subject.INN: INN, subject.INN_LE: INN_LE,
                subject.SNILS: "12345678901",
            }.items()),
            (subject.COMMON_NAME, "УК", Asn1.UTF8String),
        )
    )  # fmt: skip
    assert found == Subject(common_name="УК", ogrn=OGRN, ogrnip=OGRNIP, inn=INN, inn_le=INN_LE, snils="12345678901")


def test_number_that_is_there_twice__counts_in_both_values_so_it_is_nobodys():
    twice = Subject.of(name((subject.OGRN, OGRN, Asn1.NumericString), (subject.OGRN, "1037739010891", Asn1.UTF8String)))
    assert twice.numbers == {OGRN, "1037739010891"}
    assert not compare(twice, (OGRN, None)).agree
    assert not compare(twice, ("1037739010891", None)).agree


def test_number_that_is_repeated__is_one_number():
    again = Subject.of(name((subject.OGRN, OGRN, Asn1.NumericString), (subject.OGRN, f" {OGRN}", Asn1.UTF8String)))
    assert again == Subject(ogrn=OGRN)


def test_attribute_of_spaces__is_not_there():
    assert Subject.of(name((subject.OGRN, "   ", Asn1.NumericString))) == subject.NOBODY


@pytest.mark.parametrize(
    ("found", "organisation_inn"),
    [
        (Subject(inn_le=INN_LE), INN_LE),
        (Subject(inn=f"00{INN_LE}"), INN_LE),
        (Subject(inn=INN_LE), INN_LE),
        (Subject(inn=INN), None),
        (Subject(inn=INN, inn_le=INN_LE), INN_LE),
        (Subject(), None),
    ],
)
def test_inn_of_an_organisation__is_found_wherever_it_is(found, organisation_inn):
    assert found.organisation_inn == organisation_inn


ORGANISATION, TRADER = (OGRN, INN_LE), (OGRNIP, INN)
OTHER_OGRN, OTHER_INN_LE, OTHER_INN = "1027700900017", "7707083893", "500100732260"


@pytest.mark.parametrize(
    ("found", "known", "agreeing", "differing"),
    [
        # One number each, then both.
        (Subject(ogrn=OGRN), (OGRN, None), ("ОГРН",), {}),
        (Subject(ogrn=OGRN), ORGANISATION, ("ОГРН",), {}),
        (Subject(inn_le=INN_LE), ORGANISATION, ("ИНН",), {}),
        (Subject(inn=f"00{INN_LE}"), ORGANISATION, ("ИНН",), {}),
        (Subject(ogrn=OGRN, inn_le=INN_LE), ORGANISATION, ("ОГРН", "ИНН"), {}),
        # The person who signs has an ИНН too.
        (Subject(ogrn=OGRN, inn=INN, inn_le=INN_LE), ORGANISATION, ("ОГРН", "ИНН"), {}),
        (Subject(ogrn=OGRN, inn=INN), ORGANISATION, ("ОГРН",), {}),
        (Subject(inn=INN), ORGANISATION, (), {}),
        (Subject(inn=INN), (OGRN, None), (), {}),
        # What only the certificate knows decides nothing.
        (Subject(ogrn=OGRN, inn_le=INN_LE), (OGRN, None), ("ОГРН",), {}),
        (Subject(inn_le=INN_LE), (OGRN, None), (), {}),
        # One that differs is enough.
        (Subject(ogrn=OTHER_OGRN), ORGANISATION, (), {"ОГРН": OTHER_OGRN}),
        (Subject(ogrn=OGRN, inn_le=OTHER_INN_LE), ORGANISATION, ("ОГРН",), {"ИНН": OTHER_INN_LE}),
        (Subject(ogrn=OTHER_OGRN, inn_le=INN_LE), ORGANISATION, ("ИНН",), {"ОГРН": OTHER_OGRN}),
        (Subject(inn=f"00{OTHER_INN_LE}", inn_le=INN_LE), ORGANISATION, (), {"ИНН": OTHER_INN_LE}),
        # A sole trader is a person.
        (Subject(ogrnip=OGRNIP, inn=INN), TRADER, ("ОГРНИП", "ИНН"), {}),
        (Subject(inn=INN), TRADER, ("ИНН",), {}),
        (Subject(ogrnip=OGRNIP, inn=OTHER_INN), TRADER, ("ОГРНИП",), {"ИНН": OTHER_INN}),
        (Subject(ogrn=OGRNIP), TRADER, ("ОГРНИП",), {}),
        (Subject(ogrn=OGRN, inn_le=INN_LE), TRADER, (), {}),
        # Nothing, and what is no number.
        (Subject(), ORGANISATION, (), {}),
        (Subject(snils="12345678901"), ORGANISATION, (), {}),
        (Subject(ogrn="102770019876x", inn_le=INN_LE), ORGANISATION, ("ИНН",), {}),
        (Subject(ogrn="١٠٢٧٧٠٠١٩٨٧٦٧"), ORGANISATION, (), {}),
        (Subject(ogrn=OGRN), (None, None), (), {}),
    ],
)  # fmt: skip
def test_comparison__names_what_agrees_and_what_differs(found, known, agreeing, differing):
    comparison = compare(found, known)
    assert (comparison.agreeing, dict(comparison.differing)) == (agreeing, differing)
    assert comparison.agree is (bool(agreeing) and not differing)
