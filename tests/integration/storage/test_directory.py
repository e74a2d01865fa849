from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from storage import directory, errors, journal, verification
from tests.integration.storage import factories

NOW = factories.NOW
DAY = dt.timedelta(days=1)
SYSTEM = directory.System("login", "scrypt$secret", "org", "AB:CD")


@pytest.fixture
def connection(database):
    """One transaction with the organisation `org` and its system `login`."""
    with database.write() as connection:
        factories.organisation(connection)
        directory.add_system(connection, SYSTEM, NOW)
        yield connection


def test_organisation__is_found_changed_and_listed(connection):
    other = factories.organisation(connection, "other", kpp="770101001", inn="7712345671")
    changed = dataclasses.replace(other, name="АО «Тепло»", role="РСО")
    directory.change_organisation(connection, changed, NOW)
    assert directory.organisation(connection, "other") == changed
    assert directory.organisation(connection, "absent") is None
    assert [found.guid for found in directory.organisations(connection)] == ["other", "org"]


def test_change_of_an_organisation__begins_a_version_and_keeps_those_before(connection):
    first = directory.current_versions(connection, organisation="org")[0]
    directory.change_organisation(connection, directory.Organisation("org", "1", "Новое", "УО"), NOW + DAY)
    (second,) = directory.current_versions(connection, root=first.root)
    assert (second.number, second.name, second.since, second.until) == (2, "Новое", NOW + DAY, None)
    assert directory.version(connection, first.guid) == dataclasses.replace(first, until=NOW + DAY)
    assert directory.current_versions(connection, ogrn=first.ogrn) == []
    assert directory.version(connection, "absent") is None


def test_grants_of_a_system__are_its_own_only(connection):
    directory.add_system(connection, dataclasses.replace(SYSTEM, login="other", fingerprint=None), NOW)
    directory.grant(connection, "org", "login", NOW)
    directory.revoke(connection, "org", "login", NOW + DAY)
    directory.grant(connection, "org", "login", NOW + 2 * DAY)
    directory.grant(connection, "org", "other", NOW)
    assert [(each.since, each.revoked_at) for each in directory.grants_to(connection, "login")] == [
        (NOW, NOW + DAY),
        (NOW + 2 * DAY, None),
    ]
    assert directory.grants_to(connection, "absent") == []


def test_system__is_found_by_login_and_by_certificate(connection):
    assert directory.system_by_login(connection, "login") == SYSTEM
    assert directory.system_by_fingerprint(connection, "AB:CD") == SYSTEM
    assert directory.system_by_login(connection, "LOGIN") is None
    assert directory.system_by_fingerprint(connection, "EF") is None
    assert directory.systems(connection) == [SYSTEM]


def test_system_changed__old_password_and_certificate_are_gone(connection):
    changed = directory.System("login", "scrypt$other", "org")
    directory.change_system(connection, changed, NOW)
    assert directory.system_by_login(connection, "login") == changed
    assert directory.system_by_fingerprint(connection, "AB:CD") is None


def test_grant__counts_until_it_is_revoked_by_whatever_clock_and_can_be_given_again(connection):
    def granted():
        return directory.is_granted(connection, "org", "login")

    assert not granted()
    directory.grant(connection, "org", "login", NOW)
    assert granted()
    directory.revoke(connection, "org", "login", NOW + DAY)
    assert not granted()
    directory.grant(connection, "org", "login", NOW + 2 * DAY)
    assert granted()
    assert [(grant.since, grant.revoked_at) for grant in directory.grants(connection)] == [
        (NOW, NOW + DAY),
        (NOW + 2 * DAY, None),
    ]


def test_house__belongs_to_whom_it_was_granted(connection):
    factories.organisation(connection, "other")
    directory.grant_house(connection, "org", "house", NOW)
    assert directory.has_house(connection, "org", "house")
    assert not directory.has_house(connection, "other", "house")
    assert directory.houses(connection, "org") == ["house"]
    directory.revoke_house(connection, "org", "house", NOW)
    assert not directory.has_house(connection, "org", "house")


@pytest.mark.parametrize(
    "change",
    [
        factories.organisation,
        lambda connection: directory.add_system(connection, SYSTEM, NOW),
        lambda connection: directory.add_system(connection, directory.System("new", "x", "org", "AB:CD"), NOW),
        lambda connection: directory.grant(connection, "org", "granted", NOW),
        lambda connection: directory.grant_house(connection, "org", "house", NOW),
    ],
    ids=["organisation", "login", "certificate", "grant", "house"],
)
def test_what_is_there__cannot_be_added_again(connection, change):
    directory.add_system(connection, directory.System("granted", "x", "org"), NOW)
    directory.grant(connection, "org", "granted", NOW)
    directory.grant_house(connection, "org", "house", NOW)
    with pytest.raises(errors.AlreadyExists):
        change(connection)


@pytest.mark.parametrize(
    "change",
    [
        lambda connection: directory.change_organisation(
            connection, directory.Organisation("absent", "1", "n", "УО"), NOW
        ),
        lambda connection: directory.change_system(connection, directory.System("absent", "x", "org"), NOW),
        lambda connection: directory.add_system(connection, directory.System("new", "x", "absent"), NOW),
        lambda connection: directory.grant(connection, "absent", "login", NOW),
        lambda connection: directory.grant(connection, "org", "absent", NOW),
        lambda connection: directory.revoke(connection, "org", "login", NOW),
        lambda connection: directory.grant_house(connection, "absent", "house", NOW),
        lambda connection: directory.revoke_house(connection, "org", "house", NOW),
    ],
    ids=["organisation", "system", "operator", "grantor", "grantee", "grant", "owner", "house"],
)
def test_what_is_not_there__cannot_be_changed(connection, change):
    with pytest.raises(errors.NotFound):
        change(connection)


def test_every_change__raises_the_revision_and_is_journaled_without_secrets(database):
    changes = [
        factories.organisation,
        lambda connection: directory.add_system(connection, SYSTEM, NOW),
        lambda connection: directory.change_system(connection, SYSTEM, NOW),
        lambda connection: directory.grant(connection, "org", "login", NOW),
        lambda connection: directory.revoke(connection, "org", "login", NOW),
        lambda connection: directory.grant_house(connection, "org", "house", NOW),
        lambda connection: directory.revoke_house(connection, "org", "house", NOW),
        lambda connection: directory.record_trust(
            connection, "trust-added", {"sha256": "ab"}, NOW, journal.Payload("certificate", b"\x30")
        ),
    ]
    for number, change in enumerate(changes):
        with database.write() as connection:
            assert directory.revision(connection) == number
            change(connection)
    with database.read() as connection:
        assert directory.revision(connection) == len(changes)
        entries = list(journal.entries(connection))
        assert list(verification.verify(connection)) == []
    assert [entry.facts["change"] for entry in entries] == [
        "organisation-added", "system-added", "system-changed", "grant-added", "grant-revoked", "house-granted",
        "house-revoked", "trust-added",
    ]  # fmt: skip
    assert not any(b"secret" in entry.record for entry in entries)


def test_change_rolled_back__leaves_neither_revision_nor_entry(database):
    with pytest.raises(KeyError), database.write() as connection:  # noqa: PT012  # one transaction
        factories.organisation(connection)
        raise KeyError
    with database.read() as connection:
        assert (directory.revision(connection), journal.size(connection)) == (0, 0)
