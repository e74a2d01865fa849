"""P15 for what nobody thought of: whatever comes, the answer is ours, and the journal is whole afterwards.

Bytes without any sense, good packages damaged at random, and HTTP headers with anything inside.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire, xml
from gateway.soap import parts
from storage import journal, verification
from tests import hostile, samples
from tests import stand as stands

GUID = b"c5b1c7de-0000-4000-8000-00000000000c"
PACKAGE = stands.package(samples.EXPORT, guid=GUID.decode())
"""One signature for all examples; the header is not signed, so each gets a MessageGUID of its own."""
PIECES = [
    b"<", b">", b"/", b"&", b"&#", b";", b'"', b"'", b"=", b" ", b"\0", b"\xff", b"<!--", b"-->", b"<![CDATA[", b"]]>",
    b"<?a?>", b"<!DOCTYPE a>", b"xmlns=''", b"xml:id='a'", b"<a/>", b"soapenv:", b"</soapenv:Body>", b"\xef\xbb\xbf",
]  # fmt: skip
HEADERS = (
    "CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_AUTHORIZATION", "HTTP_CONTENT_ENCODING", "HTTP_HOST", "HTTP_SOAPACTION",
    "HTTP_X_CLIENT_CERT_FINGERPRINT", "HTTP_X_FORWARDED_PROTO", "REMOTE_ADDR", "QUERY_STRING", "PATH_INFO",
)  # fmt: skip
MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

Mutation = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stands.Stand]:
    """One stand for all examples; its journal is whole in the end."""
    stand = stands.Stand(tmp_path_factory.mktemp("bytes") / "data", trusted_proxies=("0.0.0.0/0",))
    yield stand
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []
    stand.close()


def _flip(place: int, bit: int) -> Mutation:
    def flip(data: bytes) -> bytes:
        at = place % len(data)
        return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]

    return flip


def _delete(place: int, count: int) -> Mutation:
    return lambda data: data[: place % len(data)] + data[place % len(data) + count :]


def _repeat(place: int, count: int) -> Mutation:
    return lambda data: data[: place % len(data) + count] + data[place % len(data) :]


def _insert(place: int, piece: bytes) -> Mutation:
    return lambda data: data[: place % len(data)] + piece + data[place % len(data) :]


_places = st.integers(0, len(PACKAGE) - 1)
_lengths = st.integers(1, 400)
_mutations = st.lists(
    st.one_of(
        st.builds(_flip, _places, st.integers(0, 7)),
        st.builds(_delete, _places, _lengths),
        st.builds(_repeat, _places, _lengths),
        st.builds(_insert, _places, st.sampled_from(PIECES) | st.binary(max_size=8)),
    ),
    min_size=1,
    max_size=3,
)


def entries(stand: stands.Stand) -> int:
    with stand.house.database.read() as connection:
        return journal.size(connection)


def signed_content(package: bytes) -> bytes:
    """Return what the signature covers: the request element without it, in canonical form."""
    _, element = parts.take_apart(xml.parse(package))
    content = etree.fromstring(etree.tostring(element, with_tail=False))
    content.remove(content.find(f"{{{wire.XMLDSIG}}}Signature"))
    return etree.tostring(content, method="c14n", exclusive=True, with_comments=False)


@MANY
@given(body=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_bytes__get_a_fault_and_one_entry(strict: stands.Stand, body: bytes) -> None:
    before = entries(strict)
    answer = strict.post(body)
    hostile.check_answer(answer)
    assert answer.status == 500
    assert entries(strict) == before + 1


@MANY
@given(mutations=_mutations, guid=st.uuids())
def test_damaged_package__is_refused_or_its_signed_content_is_whole(
    strict: stands.Stand, mutations: list[Mutation], guid: object
) -> None:
    body = PACKAGE.replace(GUID, str(guid).encode())
    for mutate in mutations:
        body = mutate(body) if body else body
    answer = strict.post(body)
    hostile.check_answer(answer)
    if answer.status == 200:
        assert signed_content(body) == signed_content(PACKAGE)


@MANY
@given(
    environ=st.dictionaries(
        st.sampled_from(HEADERS),
        # What a server hands on: any byte of a header line as a character of Latin-1 (PEP 3333).
        st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=60),
        min_size=1,
        max_size=3,
    )
)
def test_any_headers__get_an_answer_of_ours(strict: stands.Stand, environ: dict[str, str]) -> None:
    hostile.check_answer(strict.post(PACKAGE, **environ))


@MANY
@given(credentials=st.binary(max_size=60))
def test_any_credentials__are_401(strict: stands.Stand, credentials: bytes) -> None:
    answer = strict.post(PACKAGE, HTTP_AUTHORIZATION=f"Basic {base64.b64encode(credentials).decode()}")
    hostile.check_answer(answer)
    assert answer.status == 401
