"""Who may send what: AUT011000, AUT011002, AUT011009, and whose signature it has to be (protocol §1.3, §5.1).

The codes themselves are provoked by samples; here is what changes while the gateway runs, and what is never told.
"""

from __future__ import annotations

import base64
import dataclasses
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import clock, passwords
from gateway.intake import identity
from storage import directory, journal
from tests import samples
from tests import stand as stands

FINGERPRINT = "0f" * 20
PROXY, STRANGER = "10.1.2.3", "192.0.2.1"


def basic(login: str, password: str, scheme: str = "Basic") -> str:
    return f"{scheme} {base64.b64encode(f'{login}:{password}'.encode()).decode()}"


def refusals(stand: stands.Stand) -> list[str]:
    with stand.house.database.read() as connection:
        entries = list(journal.entries(connection))
    return [entry.facts["code"] for entry in entries if entry.kind == journal.Kind.PACKAGE_REFUSED]


def change_system(stand: stands.Stand, **values: str) -> None:
    with stand.house.database.write() as connection:
        system = directory.system_by_login(connection, stands.LOGIN)
        directory.change_system(connection, dataclasses.replace(system, **values), clock.now())


@pytest.fixture
def raw() -> bytes:
    return stands.package(samples.EXPORT)


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[stands.Stand]:
    """A stand behind a proxy that checks client certificates."""
    opened = stands.Stand(tmp_path / "data", trusted_proxies=("10.1.0.0/16", "2001:db8::/32"))
    change_system(opened, fingerprint=FINGERPRINT)
    yield opened
    opened.close()


# --- the information system ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["Basic", "BASIC", "basic"])
def test_scheme_in_any_case__is_understood(stand: stands.Stand, raw: bytes, scheme: str) -> None:
    answer = stand.post(raw, HTTP_AUTHORIZATION=basic(stands.LOGIN, stands.PASSWORD, scheme))
    assert answer.status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic пароль",
        basic("sit", "wrong"),
        basic("nobody", stands.PASSWORD),
        basic("SIT", stands.PASSWORD),
        basic("sit", ""),
        basic("", ""),
        basic("sit", f"{stands.PASSWORD} "),
        basic("sit\0", stands.PASSWORD),
        basic("' OR 1=1 --", "x"),
        f"Basic {base64.b64encode(b'sit').decode()}",
        f"Basic {base64.b64encode(bytes([0xFF, 0x3A, 0xFF])).decode()}",
        "Bearer abc",
        'Digest username="sit"',
        basic("s" * 100_000, "p" * 100_000),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_unknown_system__is_401_with_a_challenge_and_no_entry(
    stand: stands.Stand, raw: bytes, authorization: str | None
) -> None:
    answer = stand.post(raw, HTTP_AUTHORIZATION=authorization)
    assert (answer.status, answer.code) == (401, "AUT011000")
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="hcs-gateway"'
    assert refusals(stand) == []


def test_wrong_login_and_wrong_password__are_told_the_same(stand: stands.Stand, raw: bytes) -> None:
    answers = {stand.post(raw, HTTP_AUTHORIZATION=basic(login, "wrong")).body for login in (stands.LOGIN, "nobody")}
    assert len(answers) == 1


def test_changed_password__counts_from_the_next_request(stand: stands.Stand, raw: bytes) -> None:
    assert stand.post(raw).status == 200
    change_system(stand, password_hash=passwords.hash_password("another"))
    assert stand.post(raw).status == 401
    assert stand.post(raw, HTTP_AUTHORIZATION=basic(stands.LOGIN, "another")).status == 200


def test_password__is_not_kept_in_memory(stand: stands.Stand) -> None:
    asked = identity.Identity(stand.house.database, stand.settings)
    assert asked.authenticate(identity.Credentials(stands.LOGIN, stands.PASSWORD)).login == stands.LOGIN
    assert stands.PASSWORD not in repr(vars(asked))


def test_password__is_not_logged(stand: stands.Stand, raw: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        stand.post(raw)
        stand.post(raw, HTTP_AUTHORIZATION=basic("sit", "a wrong secret"))
    said = repr([vars(record) for record in caplog.records])
    assert stands.PASSWORD not in said
    assert "a wrong secret" not in said


# --- the client certificate ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [PROXY, "2001:db8::7"])
@pytest.mark.parametrize(
    "written", [FINGERPRINT, FINGERPRINT.upper(), ":".join(["0F"] * 20), f" {FINGERPRINT} "], ids=range(4)
)
def test_fingerprint_from_trusted_proxy__is_believed(
    proxied: stands.Stand, raw: bytes, address: str, written: str
) -> None:
    answer = proxied.post(raw, HTTP_AUTHORIZATION=None, HTTP_X_CLIENT_CERT_FINGERPRINT=written, REMOTE_ADDR=address)
    assert answer.status == 200


@pytest.mark.parametrize("address", [STRANGER, "127.0.0.1", "", "unix:", "10.2.0.1", "::ffff:192.0.2.1"])
def test_fingerprint_from_untrusted_address__is_ignored(proxied: stands.Stand, raw: bytes, address: str) -> None:
    told = {"HTTP_X_CLIENT_CERT_FINGERPRINT": FINGERPRINT, "REMOTE_ADDR": address}
    answer = proxied.post(raw, HTTP_AUTHORIZATION=None, **told)
    assert (answer.status, answer.code) == (401, "AUT011000")
    assert "нужны имя и пароль" in answer.text
    assert proxied.post(raw, **told).status == 200


def test_forwarded_address__does_not_make_a_proxy_trusted(proxied: stands.Stand, raw: bytes) -> None:
    answer = proxied.post(
        raw,
        HTTP_AUTHORIZATION=None,
        HTTP_X_CLIENT_CERT_FINGERPRINT=FINGERPRINT,
        HTTP_X_FORWARDED_FOR=PROXY,
        HTTP_FORWARDED=f"for={PROXY}",
        REMOTE_ADDR=STRANGER,
    )
    assert answer.status == 401


def test_unknown_fingerprint__is_401(proxied: stands.Stand, raw: bytes) -> None:
    answer = proxied.post(raw, HTTP_AUTHORIZATION=None, HTTP_X_CLIENT_CERT_FINGERPRINT="00" * 20, REMOTE_ADDR=PROXY)
    assert (answer.status, answer.code) == (401, "AUT011000")


def test_wrong_password_beside_a_good_fingerprint__is_401(proxied: stands.Stand, raw: bytes) -> None:
    answer = proxied.post(
        raw,
        HTTP_AUTHORIZATION=basic("sit", "wrong"),
        HTTP_X_CLIENT_CERT_FINGERPRINT=FINGERPRINT,
        REMOTE_ADDR=PROXY,
    )
    assert answer.status == 401


def test_no_proxy_configured__nobody_is_believed(stand: stands.Stand, raw: bytes) -> None:
    change_system(stand, fingerprint=FINGERPRINT)
    answer = stand.post(raw, HTTP_AUTHORIZATION=None, HTTP_X_CLIENT_CERT_FINGERPRINT=FINGERPRINT)
    assert answer.status == 401


# --- the organisation ------------------------------------------------------------------------------------------------


def test_organisation_without_grant__is_refused_and_not_named(stand: stands.Stand) -> None:
    with stand.house.database.write() as connection:
        stranger = directory.organisation(connection, stands.STRANGER)
        directory.change_organisation(connection, dataclasses.replace(stranger, name="Чужое имя"), clock.now())
    answer = stand.send(samples.EXPORT, organisation=stands.STRANGER, key=stands.KEYS[stands.STRANGER])
    assert answer.code == "AUT011009"
    assert stands.STRANGER in answer.text
    assert "Чужое имя" not in answer.text
    assert stands.STRANGER_OGRN not in answer.text
    assert refusals(stand) == ["AUT011009"]


def test_unknown_organisation__is_refused(stand: stands.Stand) -> None:
    answer = stand.send(samples.EXPORT, organisation="00000000-0000-4000-8000-0000000000ff")
    assert answer.code == "AUT011002"
    assert refusals(stand) == ["AUT011002"]


def test_grant_given_and_withdrawn__counts_from_the_next_request(stand: stands.Stand) -> None:
    def send() -> str | None:
        return stand.send(samples.EXPORT, organisation=stands.STRANGER, key=stands.KEYS[stands.STRANGER]).code

    assert send() == "AUT011009"
    with stand.house.database.write() as connection:
        directory.grant(connection, stands.STRANGER, stands.LOGIN, clock.now())
    assert send() is None
    with stand.house.database.write() as connection:
        directory.revoke(connection, stands.STRANGER, stands.LOGIN, clock.now())
    assert send() == "AUT011009"


def test_organisation_in_upper_case__is_the_same(stand: stands.Stand) -> None:
    assert stand.send(samples.EXPORT, organisation=stands.PROVIDER.upper()).status == 200


def test_granted_system__cannot_ask_for_the_result_of_another_organisation(stand: stands.Stand) -> None:
    guid = stand.send(samples.EXPORT).message_guid
    own = stand.state(guid)
    other = stand.state(guid, organisation=stands.OPERATOR)
    nothing = stand.state("00000000-0000-4000-8000-000000000000", organisation=stands.OPERATOR)
    assert own.status == 200
    assert (other.status, other.code) == (nothing.status, nothing.code) == (500, "INT002013")
    assert other.text.replace(guid, "") == nothing.text.replace("00000000-0000-4000-8000-000000000000", "")


# --- whose signature -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signer", "flag", "code"),
    [
        (stands.PROVIDER, {}, None),
        (stands.OPERATOR, {"by_operator": True}, None),
        (stands.OPERATOR, {}, "AUT011005"),
        (stands.PROVIDER, {"by_operator": True}, "AUT011005"),
        (stands.STRANGER, {}, "AUT011005"),
        (stands.STRANGER, {"by_operator": True}, "AUT011005"),
    ],
)
def test_signature__belongs_to_the_provider_or_with_the_flag_to_the_operator(
    stand: stands.Stand, signer: str, flag: dict[str, bool], code: str | None
) -> None:
    answer = stand.send(samples.EXPORT, key=stands.KEYS[signer], **flag)
    assert answer.code == code
    assert refusals(stand) == ([code] if code else [])


@pytest.mark.parametrize(
    ("mode", "unsigned", "foreign"),
    [("required", "FMT001310", "AUT011005"), ("optional", None, "AUT011005"), ("off", None, None)],
)
def test_mode__decides_what_becomes_of_unsigned_and_of_badly_signed_packages(
    tmp_path: Path, mode: str, unsigned: str | None, foreign: str | None
) -> None:
    stand = stands.Stand(tmp_path / "data", signature=mode)
    try:
        assert stand.send(samples.EXPORT, key=None).code == unsigned
        assert stand.send(samples.EXPORT, key=stands.KEYS[stands.STRANGER]).code == foreign
        assert stand.send(samples.EXPORT).code is None
    finally:
        stand.close()


def test_sole_trader__is_known_by_the_number_of_15_digits(stand: stands.Stand) -> None:
    number = "304500116000157"
    with stand.house.database.write() as connection:
        provider = directory.organisation(connection, stands.PROVIDER)
        directory.change_organisation(connection, dataclasses.replace(provider, ogrn=number), clock.now())
    assert stand.send(samples.EXPORT).code == "AUT011005"
    assert stand.send(samples.EXPORT, key=_sole_trader(number)).code is None


def _sole_trader(number: str) -> stands.issue.Identity:
    return stands.issue.issue(
        stands.AUTHORITY,
        "p256",
        stands.Subject(common_name="ИП Иванов", ogrnip=number),
        now=stands.NOW,
        not_after=stands.NOW.replace(year=stands.NOW.year + 1),
    )
