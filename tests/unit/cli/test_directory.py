"""Organisations, systems and grants are administered; every wrong name is told, with exit code 1 or 2."""

from __future__ import annotations

import shutil

import pytest

from gateway import passwords, settings
from storage import database, directory

pytestmark = pytest.mark.slow  # each command is a durable transaction

UO, OTHER = "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90", "1f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"
HOUSE, SECOND = "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101", "b1f0c7e2-7a0e-4f0e-9f2b-6c1d5b7e2202"
OGRN, SECOND_OGRN = "1020000000019", "1037739010891"


@pytest.fixture(scope="module")
def _peopled(begun):
    begun.run("org", "add", "УК „Пример“", "--ogrn", OGRN, "--role", "УО", "--guid", UO.upper())
    begun.run("system", "add", "billing", "--operator", UO, "--password-stdin", stdin="correct horse\n")
    return begun.data


@pytest.fixture
def peopled(gateway, _peopled):
    shutil.copytree(_peopled, gateway.data)
    return gateway


def ask(gateway, question, *arguments):
    db = database.Database.open(settings.load(gateway.data).database_url)
    try:
        with db.read() as connection:
            return question(connection, *arguments)
    finally:
        db.close()


def test_organisation_without_a_guid__gets_one_and_it_is_printed(made):
    guid = made.run("org", "add", "ТСЖ", "--ogrn", OGRN, "--role", "ТСЖ").output.strip()
    assert ask(made, directory.organisation, guid).name == "ТСЖ"


def test_organisation__is_listed_and_shown_with_its_rights(peopled):
    peopled.run("grant", "add", UO, "billing")
    peopled.run("grant", "house", "add", UO, HOUSE)
    assert peopled.json("org", "list") == [
        {"guid": UO, "ogrn": OGRN, "name": "УК „Пример“", "role": "УО", "kpp": None, "inn": None}
    ]
    assert "УК „Пример“" in peopled.run("org", "list").output
    shown = peopled.json("org", "show", UO)
    assert (shown["systems"], shown["operates"], shown["houses"]) == (["billing"], ["billing"], [HOUSE])
    assert HOUSE in peopled.run("org", "show", UO).output


def test_organisation__is_changed_in_what_is_given_only(peopled):
    peopled.run("org", "change", UO, "--role", "ТСЖ")
    assert ask(peopled, directory.organisation, UO) == directory.Organisation(UO, OGRN, "УК „Пример“", "ТСЖ")
    assert "nothing to change" in peopled.run("org", "change", UO, code=2).output


@pytest.mark.parametrize(
    ("ogrn", "reason"),
    [
        ("1020000000018", "it should be 9"),
        ("304500116000158", "it should be 7"),
        ("123", "neither an ОГРН"),
        ("102000000001x", "neither an ОГРН"),
    ],
)
def test_wrong_ogrn__is_a_wrong_call(made, ogrn, reason):
    assert reason in made.run("org", "add", "x", "--ogrn", ogrn, "--role", "УО", code=2).output


@pytest.mark.parametrize(
    ("inn", "reason"),
    [
        ("7707083894", "it should be 3"),
        ("500100732269", "it should be 5"),
        ("500100732258", "it should be 9"),
        ("123", "no ИНН"),
        ("770708389x", "no ИНН"),
        ("٧٧٠٧٠٨٣٨٩٣", "no ИНН"),
        ("500100732259", "10 digits goes with an ОГРН"),
    ],
)
def test_wrong_inn__is_a_wrong_call(made, inn, reason):
    assert reason in made.run("org", "add", "x", "--ogrn", OGRN, "--inn", inn, "--role", "УО", code=2).output


def test_inn__is_kept_shown_and_changed(made):
    guid = made.run("org", "add", "УК", "--ogrn", OGRN, "--inn", "7707083893", "--role", "УО").output.strip()
    assert "7707083893" in made.run("org", "list").output
    assert "7707083893" in made.run("org", "show", guid).output
    made.run("org", "change", guid, "--inn", "7736207543")
    assert made.json("org", "show", guid)["inn"] == "7736207543"
    assert "12 digits goes" in made.run("org", "change", guid, "--ogrn", "304500116000157", code=2).output
    made.run("org", "change", guid, "--ogrn", "304500116000157", "--inn", "500100732259")
    assert made.json("org", "show", guid)["inn"] == "500100732259"


def test_sole_trader__has_fifteen_digits(made):
    made.run("org", "add", "ИП", "--ogrn", "304500116000157", "--role", "УО")


def test_wrong_guid__is_a_wrong_call(made):
    assert "is not a GUID" in made.run("org", "show", "УО", code=2).output


@pytest.mark.parametrize(
    "arguments",
    [
        ("org", "show", OTHER),
        ("org", "change", OTHER, "--role", "УО"),
        ("org", "add", "twin", "--ogrn", OGRN, "--role", "УО", "--guid", UO),
        ("system", "add", "other", "--operator", OTHER),
        ("system", "add", "billing", "--operator", UO),
        ("system", "passwd", "nobody"),
        ("system", "change", "nobody", "--operator", UO),
        ("system", "disable", "nobody"),
        ("grant", "add", OTHER, "billing"),
        ("grant", "add", UO, "nobody"),
        ("grant", "remove", UO, "billing"),
        ("grant", "house", "add", OTHER, HOUSE),
        ("grant", "house", "remove", UO, HOUSE),
        ("state", OTHER),
    ],
)
def test_name_that_does_not_exist_or_exists_already__is_told_in_one_sentence(peopled, arguments):
    output = peopled.run(*arguments, code=1).output
    assert output.startswith("Error: ")
    assert output.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("org", "list"),
        ("state", UO),
        ("key", "list"),
        ("trust", "list"),
        ("trust", "add", __file__),
        ("trust", "remove", "ab"),
        ("trust", "crl", __file__),
    ],
)
def test_command_without_an_installation__is_not_ready_and_says_what_to_do(gateway, arguments):
    output = gateway.run(*arguments, code=3).output
    assert f"{gateway.data} is not an installation yet" in output
    assert f"`gateway --data {gateway.data} init`" in output
    assert "GATEWAY_DATA" in output


def test_made_password__is_shown_once_and_works(peopled):
    shown = peopled.json("system", "add", "second", "--operator", UO)
    stored = ask(peopled, directory.system_by_login, "second")
    assert passwords.verify(shown["password"], stored.password_hash)
    assert shown["password"] not in str(peopled.json("system", "list"))


def test_given_password__is_not_shown(peopled):
    result = peopled.run("system", "passwd", "billing", "--password-stdin", stdin="battery staple\n")
    assert "battery" not in result.output
    assert passwords.verify("battery staple", ask(peopled, directory.system_by_login, "billing").password_hash)


def test_empty_password__is_a_wrong_call(peopled):
    assert "empty" in peopled.run("system", "passwd", "billing", "--password-stdin", stdin="", code=2).output


def test_login_with_a_colon__is_a_wrong_call(peopled):
    assert "colon" in peopled.run("system", "add", "a:b", "--operator", UO, code=2).output


def test_certificate_of_a_system__is_stored_as_proxies_report_it_and_may_be_one_systems_only(peopled):
    printed = "2F:D4:E1:C6:7A:2D:28:FC:ED:84:9E:E1:BB:76:E7:39:1B:93:EB:12"
    peopled.run("system", "change", "billing", "--fingerprint", printed)
    assert ask(peopled, directory.system_by_login, "billing").fingerprint == printed.replace(":", "").lower()
    peopled.run("system", "add", "second", "--operator", UO, "--fingerprint", printed, code=1)
    assert "40 hex digits" in peopled.run("system", "change", "billing", "--fingerprint", "xy", code=2).output
    assert "nothing to change" in peopled.run("system", "change", "billing", code=2).output


def test_disabled_system__has_neither_password_nor_certificate_and_keeps_its_grants(peopled):
    peopled.run("grant", "add", UO, "billing")
    peopled.run("system", "change", "billing", "--fingerprint", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")
    peopled.run("system", "disable", "billing")
    disabled = ask(peopled, directory.system_by_login, "billing")
    assert not passwords.verify("correct horse", disabled.password_hash)
    assert disabled.fingerprint is None
    assert ask(peopled, directory.is_granted, UO, "billing")


def test_grant__is_listed_until_it_is_taken_back(peopled):
    peopled.run("grant", "add", UO, "billing")
    assert [each["system"] for each in peopled.json("grant", "list")] == ["billing"]
    peopled.run("grant", "remove", UO, "billing")
    assert peopled.json("grant", "list") == []
    assert "no grant yet" in peopled.run("grant", "list").output
    (ended,) = peopled.json("grant", "list", "--all")
    assert ended["revoked_at"] is not None


def test_houses__are_granted_all_or_none(peopled):
    peopled.run("grant", "house", "add", UO, HOUSE)
    peopled.run("grant", "house", "add", UO, SECOND, HOUSE, code=1)
    assert peopled.json("grant", "house", "list", UO) == [HOUSE]
    peopled.run("grant", "house", "add", UO, SECOND)
    assert peopled.run("grant", "house", "list", UO).output.split() == [HOUSE, SECOND]
    peopled.run("grant", "house", "remove", UO, HOUSE)
    assert peopled.json("grant", "house", "list", UO) == [SECOND]


def test_unknown_setting__is_a_wrong_call(made):
    (made.data / settings.FILE).write_text("colour = 'green'\n")
    assert "unknown setting: colour" in made.run("org", "list", code=2).output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("system", "add", "billing", "--operator", UO), "information system billing exists already"),
        (("system", "add", "x", "--operator", OTHER), f"there is no organisation {OTHER}"),
        (("system", "passwd", "x"), "there is no information system x"),
        (("org", "add", "x", "--ogrn", SECOND_OGRN, "--role", "УО", "--guid", UO), f"organisation {UO} exists already"),
        (("org", "show", OTHER), f"there is no organisation {OTHER}"),
        (("org", "change", OTHER, "--name", "x"), f"there is no organisation {OTHER}"),
        (("grant", "add", UO, "x"), "there is no information system x"),
        (("grant", "remove", UO, "billing"), f"there is no grant of {UO} to billing"),
        (("grant", "house", "remove", UO, HOUSE), f"there is no house {HOUSE} of {UO}"),
    ],
)
def test_error__is_a_sentence(peopled, arguments, sentence):
    assert peopled.run(*arguments, code=1).output == f"Error: {sentence}\n"


def test_state_of_a_system__is_listed(peopled):
    def state():
        (system,) = peopled.json("system", "list")
        assert system["state"] in peopled.run("system", "list").output
        return system["state"]

    assert state() == "enabled"
    peopled.run("system", "disable", "billing")
    assert state() == "disabled"
    peopled.run("system", "change", "billing", "--fingerprint", "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12")
    assert state() == "enabled"
    peopled.run("system", "disable", "billing")
    peopled.run("system", "passwd", "billing")
    assert state() == "enabled"


def test_list_of_systems__has_no_password(peopled):
    assert set(peopled.json("system", "list")[0]) == {"login", "state", "operator", "fingerprint"}


def test_second_organisation_with_the_same_numbers__is_refused_unless_forced(peopled):
    twin = ("org", "add", "УК", "--ogrn", OGRN, "--role", "УО")
    output = peopled.run(*twin, code=1).output
    assert f"«УК „Пример“» has ОГРН {OGRN} already: it is {UO}" in output
    peopled.run(*twin, "--kpp", "770101001")
    assert "КПП 770101001" in peopled.run(*twin, "--kpp", "770101001", code=1).output
    peopled.run(*twin, "--force")
    assert len(peopled.json("org", "list")) == 3


def test_unknown_role__is_taken_with_a_warning_that_lists_the_known_ones(peopled):
    result = peopled.run("org", "add", "УК", "--ogrn", SECOND_OGRN, "--role", "YO")
    assert "Warning: 'YO' is none of the known roles: УО, РСО" in result.stderr
    assert peopled.run("org", "change", UO, "--role", "ТСЖ").stderr == ""
    assert "Warning" in peopled.run("org", "change", UO, "--role", "тсж").stderr
