"""Authorities, pinned certificates and revocation lists are administered; whatever is wrong is told in a sentence."""

from __future__ import annotations

import datetime as dt
import shutil

import pytest
from cryptography import x509

from gateway import clock, installation, settings
from signing import issue
from signing.subject import Subject
from storage import database, journal
from tests import served_lists
from tests.unit.signing import makers

NOW = clock.now().replace(microsecond=0)
DAY = dt.timedelta(days=1)
OGRN, INN = "1020000000019", "7707083893"
UO, OTHER = "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90", "1f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"
ROOT = issue.new_authority("p256", "Корневой УЦ", now=NOW - 100 * DAY)
STRANGER = issue.new_authority("p256", "Чужой УЦ", now=NOW - 100 * DAY)


def leaf(name="Директор", *, above=ROOT, begins=-1, ends=300, **how):
    numbers = {"ogrn": OGRN, "inn_le": INN, "inn": "500100732259", "snils": "12345678964"}
    subject = Subject(common_name=name, **(numbers | how.pop("numbers", {})))
    return issue.issue(above, "p256", subject, now=NOW + begins * DAY, not_after=NOW + ends * DAY, **how)


LEAF = leaf()


@pytest.fixture(scope="module")
def _peopled(begun):
    begun.run("org", "add", "УК „Пример“", "--ogrn", OGRN, "--role", "УО", "--guid", UO)
    begun.run("org", "add", "Другая", "--ogrn", "1037739010891", "--role", "УО", "--guid", OTHER)
    return begun.data


@pytest.fixture
def peopled(gateway, _peopled):
    shutil.copytree(_peopled, gateway.data)
    return gateway


@pytest.fixture
def file(tmp_path):
    """Write a certificate, a list or anything, and return its path."""

    def write(content, name="file.crt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else issue.pem(content.certificate))
        return path

    return write


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with served_lists.serving() as opened:
        yield opened


def crl(*entries, by=ROOT, made=-1, **how):
    """A list made some days ago; entries are of `makers.crl`, in days from its own present."""
    shift = (NOW - makers.NOW) / DAY
    shifted = [(revoked, days + shift, *more) for revoked, days, *more in entries]
    return makers.crl(by, *shifted, made=NOW + made * DAY, **how)


def entries(gateway):
    db = database.Database.open(settings.load(gateway.data).database_url)
    try:
        with db.read() as connection:
            facts = [each.facts for each in journal.entries(connection)]
    finally:
        db.close()
    return [each for each in facts if each.get("change", "").split("-")[0] in ("trust", "crl")]


def uses(gateway):
    return [(each["use"], each["name"], each["organisation"]) for each in gateway.json("trust", "list")["certificates"]]


# --- add --------------------------------------------------------------------------------------------------------------


def test_authority__is_believed_by_the_installation_listed_and_journaled(made, file):
    assert made.run("trust", "add", file(ROOT)).output.startswith("trusted  Корневой УЦ  until ")
    house = installation.Installation.open(settings.load(made.data))
    house.close()
    assert [anchor.der for anchor in house.anchors.anchors] == [ROOT.certificate.der]
    assert uses(made) == [("authority", "Корневой УЦ", None)]
    assert entries(made) == [{"change": "trust-added", "sha256": ROOT.certificate.fingerprint, "organisation": None}]


def test_authority_that_is_there__is_not_added_again_under_whatever_name(made, file):
    (made.data / "trust" / "by-hand.cer").write_bytes(ROOT.certificate.der)
    assert "already trusted  Корневой УЦ" in made.run("trust", "add", file(ROOT)).output
    assert len(uses(made)) == 1
    assert entries(made) == []


def test_several_files__are_all_added_once(made, file):
    both = file(issue.pem(ROOT.certificate) + issue.pem(STRANGER.certificate), "both.pem")
    found = made.json("trust", "add", both, file(ROOT.certificate.der, "one.der"))
    assert [(each["name"], each["added"]) for each in found] == [("Корневой УЦ", True), ("Чужой УЦ", True)]
    assert len(uses(made)) == 2


def test_pinned_certificate__is_of_its_organisation(peopled, file):
    output = peopled.run("trust", "add", file(LEAF), "--org", UO.upper()).output
    assert output.startswith("trusted  Директор  for «УК „Пример“»  until ")
    assert peopled.json("trust", "add", file(LEAF), "--org", UO)[0]["added"] is False
    assert peopled.json("trust", "add", file(LEAF), "--org", OTHER)[0]["added"] is True
    assert uses(peopled) == [("pinned", "Директор", UO), ("pinned", "Директор", OTHER)]
    assert [each["organisation"] for each in entries(peopled)] == [UO, OTHER]
    house = installation.Installation.open(settings.load(peopled.data))
    house.close()
    assert [(each.certificate.der, each.owner) for each in house.anchors.pinned] == [
        (LEAF.certificate.der, UO),
        (LEAF.certificate.der, OTHER),
    ]


BRIEF = issue.issue(
    ROOT, "p256", Subject(common_name="Бывший УЦ"), now=NOW - 9 * DAY, not_after=NOW - DAY, ca=True
)  # fmt: skip


def forged_root():
    der = ROOT.certificate.der
    return der[:-1] + bytes([der[-1] ^ 1])


@pytest.mark.parametrize(
    ("content", "options", "sentence"),
    [
        (
            LEAF,
            (),
            "«Директор» is the certificate of a signer, not of an authority: pin it for its organisation with --org",
        ),
        (ROOT.key_pem(), (), "holds no certificate: it is a private key, its certificate is wanted"),
        (b"garbage", (), "holds no certificate: PEM or DER is wanted"),
        (b"", (), "holds no certificate: PEM or DER is wanted"),
        (crl(), (), "holds no certificate: PEM or DER is wanted"),
        (makers.with_serial(LEAF.certificate.der, b"\x7f" * 30), (), "160 бит"),
        (forged_root(), (), "«Корневой УЦ» is damaged: the signature under its own certificate does not hold"),
        (BRIEF, (), "«Бывший УЦ» has ended on"),
        (ROOT, ("--org", UO), "«Корневой УЦ» is the certificate of an authority, which signs no packages"),
        (leaf(ends=-0.5, begins=-2), ("--org", UO), "«Директор» has ended on"),
        (leaf(usages=frozenset({"key_agreement"})), ("--org", UO), "is not meant for signing documents (KeyUsage)"),
        (LEAF, ("--org", UO.replace("0f", "2f")), f"there is no organisation {UO.replace('0f', '2f')}"),
    ],
)
def test_file_that_cannot_be_trusted__is_told_in_a_sentence_and_nothing_beside_it_is_taken(
    peopled, file, content, options, sentence
):
    good = file(LEAF if options else ROOT, "good.crt")
    output = peopled.run("trust", "add", good, file(content), *options, code=1).output
    assert output.startswith("Error: ")
    assert sentence in output
    assert output.count("\n") == 1
    assert uses(peopled) == []
    assert entries(peopled) == []


def test_revocation_list_in_pem__is_told_where_it_belongs(made, file):
    pem = x509.load_der_x509_crl(crl()).public_bytes(makers.Encoding.PEM)
    assert "gateway trust crl takes it" in made.run("trust", "add", file(pem), code=1).output


def test_what_has_ended__is_taken_for_the_past_when_that_is_said(peopled, file):
    peopled.run("trust", "add", file(BRIEF), "--ended")
    peopled.run("trust", "add", file(leaf(ends=-0.5, begins=-2)), "--org", UO, "--ended")
    assert [each["state"].split()[0] for each in peopled.json("trust", "list")["certificates"]] == ["ended", "ended"]


def test_wrong_guid_and_missing_file__are_wrong_calls(made, file):
    assert "is not a GUID" in made.run("trust", "add", file(LEAF), "--org", "УО", code=2).output
    assert "does not exist" in made.run("trust", "add", "/absent.crt", code=2).output


def test_disk_that_refuses__is_told_and_not_journaled(made, file, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(issue, "write_atomically", full)
    assert "cannot be changed: No space" in made.run("trust", "add", file(ROOT), code=1).output
    assert entries(made) == []


# --- list -------------------------------------------------------------------------------------------------------------


def test_empty_list__says_what_to_do(made):
    assert made.run("trust", "list").output == "nobody is trusted yet: gateway trust add\n"
    assert made.json("trust", "list") == {"certificates": [], "lists": [], "sources": [], "damaged": []}


def test_list__shows_names_numbers_fingerprints_and_owners(peopled, file):
    peopled.run("trust", "add", file(ROOT))
    peopled.run("trust", "add", file(LEAF), "--org", UO)
    output = peopled.run("trust", "list").output
    for each in (f"ОГРН {OGRN}", f"ИНН {INN}", "ИНН 500100732259", "СНИЛС 12345678964", UO, "Корневой УЦ", "until "):
        assert each in output
    assert LEAF.certificate.fingerprint[:16] in output
    pinned = peopled.json("trust", "list")["certificates"][1]
    assert pinned == {
        "use": "pinned", "organisation": UO, "name": "Директор", "ogrn": OGRN, "ogrnip": None, "inn": "500100732259",
        "inn_le": INN, "snils": "12345678964", "not_before": LEAF.certificate.not_before.isoformat(),
        "not_after": LEAF.certificate.not_after.isoformat(), "sha256": LEAF.certificate.fingerprint,
        "revoked_at": None, "state": pinned["state"],
    }  # fmt: skip
    assert pinned["state"].startswith("until ")


def test_list__tells_what_does_not_count(peopled, file):
    future = issue.new_authority("p256", "Будущий УЦ", now=NOW + 9 * DAY)
    peopled.run("trust", "add", file(ROOT), file(future, "b.crt"))
    peopled.run("trust", "add", file(LEAF), "--org", UO)
    peopled.run("trust", "crl", file(crl((LEAF, -2)), "a.crl"))
    (peopled.data / "trust" / "crl" / "stranger.crl").write_bytes(crl(by=STRANGER, lasts=None))
    (peopled.data / "trust" / "crl" / "late.crl").write_bytes(crl(made=-30, point={"only_contains_user_certs": True}))
    found = peopled.json("trust", "list")
    assert sorted(each["state"].split()[0] for each in found["certificates"]) == ["begins", "revoked", "until"]
    assert {each["state"]: each["authority"] for each in found["lists"]} == {
        "in force": "Корневой УЦ", "of nobody who is trusted": None, "out of date": "Корневой УЦ",
    }  # fmt: skip
    output = peopled.run("trust", "list").output
    assert all(word in output for word in ("CN=Чужой УЦ", "out of date", "in force", "of nobody who is trusted"))


def test_damaged_file__is_told_and_the_rest_is_listed(made, file):
    made.run("trust", "add", file(ROOT))
    (made.data / "trust" / "broken.crt").write_bytes(b"broken")
    result = made.run("trust", "list")
    assert "Warning: damaged: " in result.stderr
    assert "broken.crt" in result.stderr
    assert "Корневой УЦ" in result.stdout
    assert len(made.json("trust", "list")["damaged"]) == 1


# --- remove -----------------------------------------------------------------------------------------------------------


def test_removed_certificate__is_trusted_no_more_and_that_is_journaled(peopled, file):
    peopled.run("trust", "add", file(ROOT))
    digits = ROOT.certificate.fingerprint
    assert peopled.run("trust", "remove", digits[:6].upper()).output == "no longer trusted  Корневой УЦ\n"
    assert uses(peopled) == []
    assert entries(peopled)[-1] == {"change": "trust-removed", "sha256": digits, "organisation": None}


def test_certificate_pinned_twice__is_removed_for_one_or_for_all(peopled, file):
    for owner in (UO, OTHER):
        peopled.run("trust", "add", file(LEAF), "--org", owner)
    prefix = LEAF.certificate.fingerprint[:16]
    peopled.run("trust", "remove", prefix, "--org", OTHER)
    assert uses(peopled) == [("pinned", "Директор", UO)]
    peopled.run("trust", "add", file(LEAF), "--org", OTHER)
    output = peopled.run("trust", "remove", prefix).output
    assert output.count("no longer trusted  Директор  for the organisation ") == 2
    assert uses(peopled) == []
    assert list((peopled.data / "trust" / "organisations").iterdir()) == []


def test_certificate_in_a_file_with_others__leaves_them_there(made, file):
    both = made.data / "trust" / "both.pem"
    both.write_bytes(issue.pem(ROOT.certificate) + issue.pem(STRANGER.certificate))
    made.run("trust", "remove", ROOT.certificate.fingerprint)
    assert uses(made) == [("authority", "Чужой УЦ", None)]
    assert both.read_bytes() == issue.pem(STRANGER.certificate)


def test_unknown_or_ambiguous_fingerprint__is_told_and_nothing_is_removed(peopled, file):
    # Of seventeen certificates two begin with the same digit.
    several = [leaf(f"№ {number}") for number in range(17)]
    peopled.run("trust", "add", file(b"".join(issue.pem(each.certificate) for each in several)), "--org", UO)
    digits = [each.certificate.fingerprint for each in several]
    shared = next(each[0] for each in digits if sum(other[0] == each[0] for other in digits) > 1)
    assert "begins" in peopled.run("trust", "remove", shared, code=1).output
    assert "no certificate" in peopled.run("trust", "remove", digits[0], "xyz", code=1).output
    assert "no certificate" in peopled.run("trust", "remove", digits[0], "--org", OTHER, code=1).output
    assert "no certificate" in peopled.run("trust", "remove", ":", code=1).output
    assert len(uses(peopled)) == 17


# --- crl --------------------------------------------------------------------------------------------------------------


def test_list_from_a_file__is_in_force_shown_and_journaled(made, file):
    made.run("trust", "add", file(ROOT))
    path = file(crl((LEAF, -2), number=3), "root.crl")
    output = made.run("trust", "crl", path).output
    assert output.startswith(f"in force  {path}: Корневой УЦ, 1 revoked certificate, next ")
    (listed,) = made.json("trust", "list")["lists"]
    assert (listed["authority"], listed["number"], listed["revoked"], listed["state"]) == (
        "Корневой УЦ",
        3,
        1,
        "in force",
    )
    entry = entries(made)[-1]
    assert (entry["change"], entry["revoked"]) == ("crl-updated", 1)
    assert entry["authority_sha256"] == ROOT.certificate.fingerprint
    assert made.json("trust", "list")["sources"] == []


def test_address__is_remembered_and_fetched_again_without_arguments(made, file, server):
    made.run("trust", "add", file(ROOT))
    address = server.put("/root.crl", crl(made=-3))
    (report,) = made.json("trust", "crl", address)
    assert (report["source"], report["fate"], report["revoked"]) == (address, "taken", 0)
    assert made.json("trust", "list")["sources"] == [address]
    assert made.json("trust", "crl")[0]["fate"] == "unchanged"
    server.put("/root.crl", crl((LEAF, -2), made=-2))
    assert made.json("trust", "crl")[0] == {
        "source": address, "fate": "taken", "authority": "Корневой УЦ", "revoked": 1, "reason": None,
        "this_update": (NOW - 2 * DAY).isoformat(), "next_update": (NOW + 5 * DAY).isoformat(),
    }  # fmt: skip
    assert len(server.asked) == 3
    assert address in made.run("trust", "list").output
    assert [each["change"] for each in entries(made)] == ["trust-added", "crl-updated", "crl-updated"]


def test_each_source__is_reported_and_one_that_failed_makes_the_exit_code(made, file, server):
    made.run("trust", "add", file(ROOT))
    good, gone = server.put("/good.crl", crl()), server.address("/gone.crl")
    stranger = file(crl(by=STRANGER), "stranger.crl")
    reports = made.json("trust", "crl", gone, good, stranger, "/absent.crl", "ftp://x/y", code=1)
    assert [each["fate"] for each in reports] == ["failed", "taken", "failed", "failed", "failed"]
    assert [each["reason"] for each in reports] == [
        "the server answers 404 Not Found",
        None,
        "its authority is not trusted (gateway trust add): CN=Чужой УЦ",
        "No such file or directory",
        "it is no address that lists are fetched from: http://… or https://… is wanted",
    ]
    # What has never worked is not remembered.
    assert made.json("trust", "list")["sources"] == [good]
    result = made.run("trust", "crl", gone, good, code=1)
    assert f"failed  {gone}: the server answers 404" in result.stderr
    assert "unchanged" in result.stdout


def test_unusable_or_older_list_from_an_address__leaves_the_one_in_force(made, file, server):
    made.run("trust", "add", file(ROOT))
    address = server.put("/root.crl", crl((LEAF, -2)))
    made.run("trust", "crl", address)
    for body, reason in (
        (b"<html>maintenance</html>", "no revocation list"),
        (crl(made=-9), "older than the one in force"),
        (crl(made=1), "in the future"),
        (crl(by=STRANGER), "not trusted"),
    ):
        server.put("/root.crl", body)
        (report,) = made.json("trust", "crl", code=1)
        assert reason in report["reason"]
        assert [each["revoked"] for each in made.json("trust", "list")["lists"]] == [1]
    assert made.json("trust", "list")["sources"] == [address]


def test_older_list_from_a_file__is_kept_for_the_past(made, file):
    made.run("trust", "add", file(ROOT))
    made.run("trust", "crl", file(crl(), "new.crl"))
    assert "kept for the past" in made.run("trust", "crl", file(crl(made=-9), "old.crl")).output
    assert len(made.json("trust", "list")["lists"]) == 1
    assert len(list((made.data / "trust" / "crl" / "archive").iterdir())) == 1


def test_list_that_is_out_of_date__is_taken_and_that_is_said(made, file):
    made.run("trust", "add", file(ROOT))
    assert "out of date" in made.run("trust", "crl", file(crl(made=-30), "old.crl")).output
    endless = file(crl(made=-20, lasts=None), "endless.crl")
    assert "next not said" in made.run("trust", "crl", endless).output


def test_forgotten_address__is_not_fetched_any_more(made, file, server):
    made.run("trust", "add", file(ROOT))
    first, second = server.put("/1.crl", crl()), server.put("/2.crl", crl())
    made.run("trust", "crl", first, second)
    assert "is not remembered" in made.run("trust", "crl", "--forget", "http://other/", code=1).output
    assert f"forgotten  {first}" in made.run("trust", "crl", "--forget", first).output
    assert [each["source"] for each in made.json("trust", "crl")] == [second]


def test_nothing_to_fetch__is_a_wrong_call(made):
    assert "no address is remembered yet" in made.run("trust", "crl", code=2).output
