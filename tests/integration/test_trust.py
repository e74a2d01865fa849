"""AUT011004, AUT011005: whose signature is accepted, as authorities, pinned certificates and lists come and go."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from gateway import clock
from gateway.trust import folder as trusted
from gateway.trust import lists
from signing import issue, policy
from signing.subject import Subject
from storage import directory
from tests import samples
from tests import served as processes
from tests import stand as stands
from tests.unit.signing import makers

DAY = dt.timedelta(days=1)
INN, OTHER_INN = "7707083893", "7736207543"
STRANGE = issue.new_authority("p256", "Чужой УЦ", now=stands.NOW - 400 * DAY)


def signer(authority=stands.AUTHORITY, **numbers):
    return issue.issue(
        authority,
        "p256",
        Subject(common_name="Директор", **numbers),
        now=stands.NOW - DAY,
        not_after=stands.NOW + 300 * DAY,
    )


def answer(stand, key, **options):
    got = stand.send(samples.EXPORT, key=key, **options)
    return got.code, got.text


def pin(stand, key, owner):
    trusted.add(stand.settings.trust, key.certificate, owner)
    assert stand.house.trusted.refresh()


def revoke(settings, *serials, made=0):
    """Take a list of the authority that names these since yesterday."""
    since = (stands.NOW - makers.NOW) / DAY - 1
    encoded = makers.crl(
        stands.AUTHORITY, *((serial, since) for serial in serials), made=stands.NOW - DAY + made * dt.timedelta(hours=1)
    )
    lists.Keeper(settings.trust, policy.STRICT).take(encoded, at=clock.now())


def know(stand, **numbers):
    """Change what the directory knows of the provider."""
    with stand.house.database.write() as connection:
        provider = directory.organisation(connection, stands.PROVIDER)
        directory.change_organisation(connection, dataclasses.replace(provider, **numbers), clock.now())


# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", [{"inn_le": INN}, {"inn": f"00{INN}"}, {"inn_le": INN, "inn": "500100732259"}])
def test_certificate_without_ogrn__is_known_by_its_inn(stand, numbers):
    code, text = answer(stand, signer(**numbers))
    assert code == "AUT011005"
    assert f"ИНН {INN}" in text
    know(stand, inn=INN)
    assert answer(stand, signer(**numbers))[0] is None


def test_number_that_differs__is_refused_with_what_was_found_and_what_was_expected(stand):
    know(stand, inn=INN)
    code, text = answer(stand, signer(ogrn=stands.PROVIDER_OGRN, inn_le=OTHER_INN))
    assert code == "AUT011005"
    assert (
        f"в сертификате подписи ОГРН {stands.PROVIDER_OGRN}, ИНН {OTHER_INN}; "
        f"ОГРН поставщика данных — {stands.PROVIDER_OGRN}, ИНН поставщика данных — {INN}" in text
    )
    assert answer(stand, signer(ogrn=stands.PROVIDER_OGRN, inn_le=INN))[0] is None
    assert answer(stand, signer(ogrn=stands.PROVIDER_OGRN))[0] is None


def test_certificate_of_a_person__names_no_organisation(stand):
    know(stand, inn=INN)
    code, text = answer(stand, signer(inn="500100732259", snils="12345678964"))
    assert (code, "ИНН 500100732259" in text, "12345678964" in text) == ("AUT011005", True, False)
    code, text = answer(stand, signer())
    assert (code, "нет ни ОГРН, ни ИНН" in text) == ("AUT011005", True)


# --- pinned certificates ----------------------------------------------------------------------------------------------


def test_pinned_certificate__signs_for_its_organisation_without_numbers_and_without_an_authority(stand):
    key = signer(STRANGE)
    assert answer(stand, key)[0] == "AUT011004"
    pin(stand, key, stands.PROVIDER)
    assert answer(stand, key)[0] is None
    assert answer(stand, signer(STRANGE))[0] == "AUT011004"


def test_pinned_certificate__signs_for_nobody_else_whatever_it_says_of_itself(stand):
    key = signer(STRANGE, ogrn=stands.PROVIDER_OGRN)
    pin(stand, key, stands.STRANGER)
    code, text = answer(stand, key)
    assert (code, "закреплён за другой организацией" in text) == ("AUT011005", True)
    assert f"ОГРН поставщика данных — {stands.PROVIDER_OGRN}" in text
    pin(stand, key, stands.PROVIDER)
    assert answer(stand, key)[0] is None


def test_certificate_pinned_for_another_and_vouched_for__is_that_of_whom_it_names(stand):
    key = signer(ogrn=stands.PROVIDER_OGRN)
    pin(stand, key, stands.STRANGER)
    assert answer(stand, key)[0] is None


def test_certificate_pinned_for_the_operator__signs_with_the_flag_alone(stand):
    key = signer(STRANGE)
    pin(stand, key, stands.OPERATOR)
    assert answer(stand, key)[0] == "AUT011005"
    assert answer(stand, key, by_operator=True)[0] is None


def test_certificate_of_a_signer_among_the_authorities__is_believed_for_whom_it_names(stand):
    key, other = signer(STRANGE, ogrn=stands.PROVIDER_OGRN), signer(STRANGE, ogrn=stands.STRANGER_OGRN)
    for each in (key, other):
        trusted.write(stand.settings.trust / f"{each.certificate.serial}.crt", each.certificate.der)
    assert stand.house.trusted.refresh()
    assert (answer(stand, key)[0], answer(stand, other)[0]) == (None, "AUT011005")


# --- authorities and revocation ---------------------------------------------------------------------------------------


def test_authority__comes_and_goes(stand):
    key = signer(STRANGE, ogrn=stands.PROVIDER_OGRN)
    code, text = answer(stand, key)
    assert (code, "не входит в число доверенных" in text) == ("AUT011004", True)
    pin(stand, STRANGE, None)
    assert answer(stand, key)[0] is None
    (stand.settings.trust / f"{STRANGE.certificate.fingerprint[:16]}.crt").unlink()
    assert stand.house.trusted.refresh()
    assert answer(stand, key)[0] == "AUT011004"


def test_revoked_certificate__is_refused_from_the_list_on(stand):
    key = signer(ogrn=stands.PROVIDER_OGRN)
    assert answer(stand, key)[0] is None
    revoke(stand.settings, key.certificate.serial)
    assert stand.house.trusted.refresh()
    code, text = answer(stand, key)
    assert (code, "Сертификат «Директор» отозван" in text) == ("AUT011004", True)
    assert answer(stand, stands.KEYS[stands.PROVIDER])[0] is None


def test_certificate_in_the_name_of_an_authority__is_refused_as_the_forgery_that_it_is(stand):
    twin = issue.new_authority("p256", "Test CA", now=stands.NOW - 400 * DAY)
    named = stands.AUTHORITY.certificate.key_id
    code, text = answer(stand, makers.reissued(signer(twin, ogrn=stands.PROVIDER_OGRN), twin, key_id=named))
    assert (code, "«Директор» неверна" in text) == ("AUT011004", True)


def test_package_that_was_begun__is_judged_to_its_end_by_whom_was_believed_then(stand, monkeypatch):
    """The store is a value: what a verdict was asked with does not change under it."""
    key = signer(ogrn=stands.PROVIDER_OGRN)
    begun = stand.house.anchors
    revoke(stand.settings, key.certificate.serial)
    assert stand.house.trusted.refresh()
    monkeypatch.setattr(type(stand.house), "anchors", begun)
    assert answer(stand, key)[0] is None
    monkeypatch.undo()
    assert answer(stand, key)[0] == "AUT011004"


@pytest.mark.slow
def test_running_server__notices_authorities_and_revocations_and_survives_a_damaged_file(tmp_path):
    conf = processes.new(tmp_path / "data", processes=2)
    key, other = signer(STRANGE, ogrn=stands.PROVIDER_OGRN), signer(ogrn=stands.PROVIDER_OGRN)
    served = processes.Served(conf)

    def follow(**facts):
        processes.until(
            lambda: sum(facts.items() <= each["facts"].items() for each in served.events("trust in force")) == 2,
            f"{facts} in each process",
        )

    def code(signed_by):
        body = served.send(stands.package(samples.EXPORT, key=signed_by))[1]
        return next((each for each in ("AUT011004", "AckRequest") if each in body), body)

    try:
        follow(authorities=1, lists=0)
        assert (code(key), code(other)) == ("AUT011004", "AckRequest")
        trusted.add(conf.trust, STRANGE.certificate, None)
        follow(authorities=2, lists=0)
        assert (code(key), code(other)) == ("AckRequest", "AckRequest")
        revoke(conf, other.certificate.serial)
        follow(lists=1, revoked=1)
        assert (code(key), code(other)) == ("AckRequest", "AUT011004")
        (conf.trust / "broken.crt").write_bytes(b"broken")
        processes.until(lambda: len(served.events("trust file damaged")) == 2, "each process tells of the damage")
        assert (code(key), code(other)) == ("AckRequest", "AUT011004")
        (conf.trust / "broken.crt").unlink()
        revoke(conf, other.certificate.serial, 5, made=1)
        follow(lists=1, revoked=2)
        assert served.stop() == 0
    finally:
        served.close()
