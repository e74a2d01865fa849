"""X509IssuerName as a set: every way of writing the same name, and names that differ."""

from __future__ import annotations

import pytest
from cryptography import x509

from signing import names

NAME = x509.Name.from_rfc4514_string(
    'CN=Тестовый  УЦ,O=ООО \\"Рога\\, Копыта\\",L=Москва,C=RU,1.2.643.100.1=1027700198767'
)
SAME = [
    NAME.rfc4514_string(),
    'cn=тестовый уц,o=ООО \\"Рога\\, Копыта\\",l=МОСКВА,c=ru,ogrn=1027700198767',
    'C=RU, L=Москва, O=ООО \\"Рога\\, Копыта\\", CN=Тестовый УЦ, ОГРН=1027700198767',
    'CN="Тестовый УЦ"; O="ООО \\"Рога, Копыта\\""; L=Москва; C=RU; OID.1.2.643.100.1=1027700198767',
    ('2.5.4.3=Тестовый УЦ,oid.2.5.4.10=ООО \\"Рога\\, Копыта\\",2.5.4.7=Москва,2.5.4.6=RU,'
    "1.2.643.100.1=#120d31303237373030313938373637"),
    "CN=Тестовый УЦ+L=Москва,O=ООО \\22Рога\\2C Копыта\\22,C=RU,1.2.643.100.1=1027700198767",
    'CN=\\D0\\A2естовый УЦ,O=ООО \\"Рога\\, Копыта\\",L=Москва,C=#13025255,1.2.643.100.1=1027700198767',
]  # fmt: skip


@pytest.mark.parametrize("text", SAME)
def test_written_otherwise__is_the_same_name(text):
    assert names.parse(text) == names.attributes_of(NAME)


@pytest.mark.parametrize(
    "text",
    [
        'CN=Тестовый УЦ,O=ООО \\"Рога\\, Копыта\\",L=Москва,C=RU',
        NAME.rfc4514_string() + ",OU=x",
        NAME.rfc4514_string() + ",C=RU",
        NAME.rfc4514_string().replace("Москва", "Тверь"),
        NAME.rfc4514_string().replace("L=", "ST="),
    ],
)
def test_less_more_or_other__is_another_name(text):
    assert names.parse(text) != names.attributes_of(NAME)


@pytest.mark.parametrize(
    "text", ["", "CN", "CN=a,b", "XYZ=1", "=a", "CN=#zz", "CN=#", "CN=#0c", "CN=#0c05ff", "CN=\\ff"]
)
def test_no_name__is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        names.parse(text)


def test_bytes_in_a_name__are_compared_as_hex():
    unique = x509.NameAttribute(x509.ObjectIdentifier("2.5.4.45"), b"\x00\xff", x509.name._ASN1Type.BitString)  # noqa: SLF001
    assert names.attributes_of(x509.Name([unique])) == (("2.5.4.45", "00ff"),)
