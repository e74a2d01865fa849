"""P11: evidence of a package is verified offline with stock tools alone, whatever has become of its certificates."""

from __future__ import annotations

import json
import shutil
import stat
import zipfile

import pytest
from lxml import etree

from gateway import clock
from gateway.families import handlers
from signing import issue, revocation
from signing.subject import Subject
from storage import errors, journal, work
from tests import evidence, samples
from tests import stand as stands
from tests.replayed import HOUSE
from tests.unit.signing import makers

KINDS = ("rsa-2048", "p256", "gost2012-256")
DS = "{http://www.w3.org/2000/09/xmldsig#}"
GUID = "a5b1c7de-0000-4000-8000-000000000001"


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    evidence.need_tools(request.param)
    return request.param


@pytest.fixture(scope="module")
def told(kind, tmp_path_factory):
    """A package of the past with a receipt before its result, its signer revoked since: evidence before and after."""
    folder = tmp_path_factory.mktemp("evidence")
    with pytest.MonkeyPatch.context() as patch:
        house = evidence.house(folder / "data", kind, patch)
        guid = house.send(samples.HOUSE, guid=GUID)
        house.command("receipt", guid, "-o", folder / "receipt.json")
        house.stand.work()
        before = house.evidence(guid, folder / "before.zip")
        evidence.revoke(house, folder, patch)
        grow(house.stand, 300)
        house.command("checkpoint")
        yield house, before, house.evidence(guid, folder / "after.zip")
    house.stand.close()


@pytest.fixture
def opened(told, tmp_path):
    return evidence.unpacked(told[1], tmp_path / "opened")


@pytest.fixture
def house(tmp_path, monkeypatch):
    evidence.need_tools("p256")
    made = evidence.house(tmp_path / "data", "p256", monkeypatch)
    yield made
    made.stand.close()


def grow(stand, count):
    with stand.house.database.write() as connection:
        journal.append(connection, [journal.Event(journal.Kind.FILE_STORED, stands.NOW)] * count)


def good(folder, tmp_path):
    done = evidence.verify(folder, tmp_path)
    assert done.returncode == 0, done.stderr
    return done.stdout


def names(archive):
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def test_lines__verify_it_with_stock_tools_although_the_certificate_expired_and_was_revoked(opened, tmp_path):
    steps = evidence.lines(opened)
    assert steps[4].startswith("openssl verify")
    assert " -crl_check_all -CRLfile crls/1.pem " in steps[4]
    script = (opened / "verify.sh").read_text()
    ours = [line for line in script.split("\n") if line and not line.startswith("# ")]
    assert "\n".join(ours[1:-1]) == "".join(steps).strip()
    done = evidence.run(opened, script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("\nALL GOOD\n")
    assert "certificates/signer.pem: OK\n" in done.stdout
    assert "checkpoint: begins with proofs/receipt-checkpoint\n" in done.stdout


def test_certificate_that_is_on_the_list_of_the_day__fails(told, opened, tmp_path):
    house = told[0]
    days = (evidence.THEN - makers.NOW).days - 2
    revoked = makers.crl(house.authority, (house.provider, days), made=evidence.THEN - evidence.dt.timedelta(days=1))
    (opened / "crls" / "1.pem").write_bytes(revocation.pem(revoked))
    steps = evidence.lines(opened)
    done = evidence.run(opened, steps[0] + steps[4], tmp_path)
    assert done.returncode != 0
    assert "certificate revoked" in done.stderr


def test_evidence_of_today__is_that_of_the_day(told):
    """Deterministic: the journal has grown, another checkpoint and another list came."""
    _, before, after = told
    assert before.read_bytes() == after.read_bytes()
    assert stat.S_IMODE(after.stat().st_mode) == 0o600


def test_any_flipped_bit__makes_a_line_fail(told, tmp_path):
    whole = evidence.lines(evidence.unpacked(told[1], tmp_path / "whole"))
    for number, name in enumerate(names(told[1])):
        folder = evidence.unpacked(told[1], tmp_path / str(number))
        evidence.flip(folder / name)
        assert evidence.run(folder, whole[0] + whole[1], tmp_path).returncode != 0, name


FORGED = {
    "request.xml": (2, 3),
    "result.xml": (5, 6),
    "certificates/signer.pem": (3, 4),
    "certificates/result.pem": (6,),
    "certificate.pem": (7,),
    "proofs/receipt-certificate.pem": (7,),
    "checkpoint": (7, 8),
    "proofs/receipt-checkpoint": (7, 9),
    "proofs/consistency": (7,),
    "crls/1.pem": (4,),
}


def test_forged_file__is_found_by_each_step_that_is_about_it(told, tmp_path):
    """The manifest is written anew, and each step asked alone: none leans on another."""
    whole = evidence.unpacked(told[1], tmp_path / "whole")
    steps = evidence.lines(whole)
    records = sorted(path.name.removesuffix(".json") for path in (whole / "records").iterdir())
    forged = (
        FORGED
        | {f"proofs/{index}.tlog-proof": (8,) for index in records}
        | {
            f"records/{records[0]}.json": (8, 9),
            f"records/{records[1]}.json": (8,),
            "receipt.json": (9,),
        }
    )
    for number, (name, places) in enumerate(forged.items()):
        folder = evidence.unpacked(told[1], tmp_path / str(number))
        if name == "certificate.pem" or name.startswith("certificates/") or name.endswith("certificate.pem"):
            # Of a certificate the key counts here, not what an authority has written around it.
            other = issue.new_authority("rsa-2048", "Другой", now=evidence.THEN)
            (folder / name).write_bytes(issue.pem(other.certificate))
        else:
            evidence.flip(folder / name)
        evidence.list_anew(folder)
        assert evidence.run(folder, steps[0] + steps[1], tmp_path).returncode == 0
        for place in places:
            assert evidence.run(folder, steps[0] + steps[place], tmp_path).returncode != 0, (name, place)


def test_octets_for_openssl__are_bound_to_the_document(told, kind, tmp_path):
    if not kind.startswith("gost"):
        assert not any(name.startswith("signed/") for name in names(told[1]))
        return
    steps = evidence.lines(evidence.unpacked(told[1], tmp_path / "whole"))
    for place, which in ((3, "request"), (6, "result")):
        for part in ("signed-info", "properties", "payload", "signature", "canonical.xml"):
            folder = evidence.unpacked(told[1], tmp_path / f"{which}-{part}")
            evidence.flip(folder / "signed" / which / part)
            assert evidence.run(folder, steps[0] + steps[place], tmp_path).returncode != 0, part


def test_bundle__tells_what_it_holds(told, opened, kind):
    house, archive, _ = told
    assert names(archive)[:4] == ["README.md", "verify.sh", "request.xml", "result.xml"]
    assert names(archive)[-1] == "manifest.sha256"
    verdict = json.loads((opened / "verdict.json").read_text("utf-8"))
    assert (verdict["verdict"], verdict["requester_guid"]) == ("accepted", GUID)
    assert verdict["signer"]["revocation_asked_of"] == "all"
    assert verdict["signer"]["chain"][0]["sha256"] == house.provider.certificate.fingerprint
    contract = json.loads((opened / "contract.json").read_text("utf-8"))
    assert (contract["id"], contract["installed"]) == ("16.3.0.0-built-in", True)
    assert house.provider.certificate.fingerprint in (opened / "README.md").read_text("utf-8")
    assert ("-engine gost" in (opened / "verify.sh").read_text()) is kind.startswith("gost")
    with zipfile.ZipFile(archive) as packed:
        entries = packed.infolist()
    assert {each.date_time for each in entries} == {(*evidence.THEN.timetuple()[:5], evidence.THEN.second // 2 * 2)}
    assert {(each.external_attr >> 16, each.compress_type) for each in entries} == {(0o100600, zipfile.ZIP_STORED)}


def test_package_without_a_result__has_evidence_that_changes_when_there_is_one(house, tmp_path):
    guid = house.send(samples.HOUSE)
    early = house.evidence(guid, tmp_path / "early.zip")
    folder = evidence.unpacked(early, tmp_path / "early")
    assert "Ответа здесь нет" in (folder / "README.md").read_text("utf-8")
    assert not (folder / "result.xml").exists()
    good(folder, tmp_path)
    house.stand.work()
    late = house.evidence(guid, tmp_path / "late.zip")
    assert set(names(early)) < set(names(late))
    good(evidence.unpacked(late, tmp_path / "late"), tmp_path)


def test_failed_run_and_its_retry__are_records_of_the_package(house, tmp_path, monkeypatch):
    def broken(task, unit):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setitem(handlers.HANDLERS, HOUSE, broken)
        guid = house.send(samples.HOUSE)
        house.stand.work()
    failed = evidence.unpacked(house.evidence(guid, tmp_path / "failed.zip"), tmp_path / "failed")
    good(failed, tmp_path)
    assert "EXP001000" in (failed / "result.xml").read_text("utf-8")
    with house.stand.house.database.write() as connection:
        work.retry(connection, guid, clock.now())
    house.stand.work()
    done = evidence.unpacked(house.evidence(guid, tmp_path / "done.zip"), tmp_path / "done")
    good(done, tmp_path)
    kinds = [json.loads(path.read_bytes())["kind"] for path in sorted((done / "records").iterdir())]
    assert kinds == ["package-accepted", "run-failed", "retry-ordered", "result-made"]
    assert "EXP001000" not in (done / "result.xml").read_text("utf-8")


def refused(house, raw):
    answer = house.stand.post(raw)
    assert answer.code
    with house.stand.house.database.read() as connection:
        return answer.code, journal.size(connection) - 1


def test_refused_package__has_evidence_by_its_index_and_by_the_senders_guid(house, tmp_path):
    raw = stands.package(samples.HOUSE, guid=GUID, key=stands.KEYS[stands.PROVIDER])
    code, index = refused(house, raw)
    by_index = house.evidence(index, tmp_path / "index.zip")
    assert by_index.read_bytes() == house.evidence(GUID.upper(), tmp_path / "guid.zip").read_bytes()
    folder = evidence.unpacked(by_index, tmp_path / "opened")
    assert (folder / "request.xml").read_bytes() == raw
    verdict = json.loads((folder / "verdict.json").read_text("utf-8"))
    assert (verdict["verdict"], verdict["code"]) == ("refused", code)
    assert not (folder / "receipt.json").exists()
    assert code in (folder / "README.md").read_text("utf-8")
    good(folder, tmp_path)


def test_refused_package_with_a_good_signature__is_verified_like_an_accepted_one(house, tmp_path):
    subject = Subject(common_name="ООО «Чужая»", ogrn=stands.STRANGER_OGRN)
    ends = evidence.THEN + evidence.dt.timedelta(days=1)
    stranger = issue.issue(house.authority, "p256", subject, now=evidence.THEN, not_after=ends)
    code, index = refused(house, stands.package(samples.HOUSE, key=stranger))
    assert code == "AUT011005"
    folder = evidence.unpacked(house.evidence(index, tmp_path / "refused.zip"), tmp_path / "opened")
    assert "certificates/signer.pem: OK\n" in good(folder, tmp_path)


def test_refused_bytes_that_are_no_xml__are_kept_under_another_name(house, tmp_path):
    _, index = refused(house, b"\xff\x00 not XML")
    folder = evidence.unpacked(house.evidence(f"#{index}", tmp_path / "refused.zip"), tmp_path / "opened")
    assert (folder / "request.bin").read_bytes() == b"\xff\x00 not XML"
    good(folder, tmp_path)


def test_package_refused_by_http__has_evidence_without_its_bytes(house, tmp_path):
    house.stand.post(b"<a/>", CONTENT_LENGTH="99999999999")
    with house.stand.house.database.read() as connection:
        index = journal.size(connection) - 1
    folder = evidence.unpacked(house.evidence(index, tmp_path / "refused.zip"), tmp_path / "opened")
    assert "Запроса здесь нет: пакет отклонён раньше" in (folder / "README.md").read_text("utf-8")
    good(folder, tmp_path)


def test_documents_that_are_not_there_any_more__leave_records_receipt_and_proofs(house, tmp_path, monkeypatch):
    guid = house.send(samples.HOUSE)
    house.stand.work()

    def gone(connection, index, role):
        raise errors.NotFound(f"payload {role!r} of entry {index}")

    monkeypatch.setattr(journal, "payload", gone)
    folder = evidence.unpacked(house.evidence(guid, tmp_path / "erased.zip"), tmp_path / "opened")
    text = (folder / "README.md").read_text("utf-8")
    assert "Запроса здесь нет: «payload 'request': there is no" in text
    assert "Ответа здесь нет: «payload 'result': there is no" in text
    assert good(folder, tmp_path).count(": record ") == 3
    assert "certificates/" not in "".join(names(tmp_path / "erased.zip"))


def test_unsigned_package__is_told_to_be_so(tmp_path, monkeypatch):
    evidence.need_tools("p256")
    house = evidence.house(tmp_path / "data", "p256", monkeypatch, signature="optional")
    guid = house.send(samples.HOUSE, key=None)
    folder = evidence.unpacked(house.evidence(guid, tmp_path / "unsigned.zip"), tmp_path / "opened")
    assert "Подпись запроса здесь не проверяется" in (folder / "README.md").read_text("utf-8")
    good(folder, tmp_path)
    house.stand.close()


@pytest.mark.parametrize("listed", [False, True])
def test_chain_through_an_intermediate_authority__is_verified_as_far_as_there_are_lists(house, tmp_path, listed):
    begins = evidence.THEN - evidence.dt.timedelta(days=100)
    ends = evidence.THEN + evidence.dt.timedelta(days=100)
    between = issue.issue(
        house.authority, "p256", Subject(common_name="Посредник"), now=begins, not_after=ends, ca=True
    )
    subject = Subject(common_name="ООО", ogrn=stands.PROVIDER_OGRN)
    key = issue.issue(between, "p256", subject, now=begins, not_after=ends)
    if listed:
        users = makers.crl(between, made=begins, lasts=ends - begins, point={"only_contains_user_certs": True})
        (house.stand.settings.trust / "crl" / "between.crl").write_bytes(users)
    guid = house.send(samples.HOUSE, key=key)
    folder = evidence.unpacked(house.evidence(guid, tmp_path / "chain.zip"), tmp_path / "opened")
    line = evidence.lines(folder)[4]
    assert "-untrusted certificates/chain.pem" in line
    assert ("-crl_check_all -CRLfile crls/1.pem -CRLfile crls/2.pem" in line) is listed
    assert ("-crl_check" in line) is listed
    assert ("Списка отзыва, который отвечал бы" in (folder / "README.md").read_text("utf-8")) is not listed
    assert (folder / "crls" / "1.pem").exists()
    good(folder, tmp_path)


def test_pinned_certificate__is_verified_as_it_is(house, tmp_path):
    stranger = issue.new_authority("p256", "Неизвестный УЦ", now=evidence.THEN - evidence.dt.timedelta(days=1))
    subject = Subject(common_name="ООО", ogrn=stands.PROVIDER_OGRN)
    ends = evidence.THEN + evidence.dt.timedelta(days=1)
    key = issue.issue(stranger, "p256", subject, now=evidence.THEN - evidence.dt.timedelta(days=1), not_after=ends)
    (tmp_path / "pinned.crt").write_bytes(issue.pem(key.certificate))
    house.command("add", tmp_path / "pinned.crt", "--org", stands.PROVIDER, group="trust")
    house.stand.house.trusted.refresh()
    guid = house.send(samples.HOUSE, key=key)
    first = house.evidence(guid, tmp_path / "pinned.zip")
    folder = evidence.unpacked(first, tmp_path / "opened")
    assert "-trusted certificates/signer.pem certificates/signer.pem" in evidence.lines(folder)[4]
    assert "верили самому по себе" in (folder / "README.md").read_text("utf-8")
    good(folder, tmp_path)
    house.command("remove", key.certificate.fingerprint[:16], group="trust")
    assert house.evidence(guid, tmp_path / "later.zip").read_bytes() == first.read_bytes()


def test_list_of_the_day_that_is_in_the_folder_no_more__comes_from_the_journal(house, tmp_path, monkeypatch):
    folder = house.stand.settings.trust / "crl"
    (tmp_path / "first.crl").write_bytes(makers.crl(house.authority, made=evidence.THEN, number=2))
    house.command("crl", tmp_path / "first.crl", group="trust")
    guid = house.send(samples.HOUSE)
    before = house.evidence(guid, tmp_path / "before.zip")
    evidence.revoke(house, tmp_path, monkeypatch)
    shutil.rmtree(folder / "archive")
    after = house.evidence(guid, tmp_path / "after.zip")
    assert before.read_bytes() == after.read_bytes()
    assert "crls/1.pem" in names(after)


def test_schemas__are_put_in_when_asked_for(house, tmp_path):
    guid = house.send(samples.HOUSE)
    archive = house.evidence(guid, tmp_path / "schema.zip", "--with-schema")
    folder = evidence.unpacked(archive, tmp_path / "opened")
    contract = json.loads((folder / "contract.json").read_text("utf-8"))
    assert {f"schema/{path}" for path in contract["files"]} < set(names(archive))
    etree.parse(next((folder / "schema").rglob("*.xsd")))
    good(folder, tmp_path)


def test_name_of_several_packages__is_told_with_their_indexes(house, tmp_path):
    refused(house, stands.package(samples.HOUSE, guid=GUID, key=stands.KEYS[stands.PROVIDER]))
    own = house.send(samples.HOUSE, guid=GUID)
    said = house.command("evidence", GUID, "-o", tmp_path / "none.zip", code=1)
    assert f"{GUID} names several packages: choose one by the index of its entry" in said
    assert f"accepted {own}" in said
    assert "refused AUT" in said
    assert not (tmp_path / "none.zip").exists()


@pytest.mark.parametrize(
    ("message", "code", "said"),
    [
        ("00000000-0000-4000-8000-000000000000", 1, "no package 00000000-0000-4000-8000-000000000000, accepted or"),
        ("0", 1, "entry 0 tells of no package"),
        ("#99999", 1, "there is no entry 99999 in the journal"),
        ("nobody", 2, "is neither a GUID"),
    ],
)
def test_message_that_names_nothing__is_told_in_one_sentence(house, tmp_path, message, code, said):
    assert said in house.command("evidence", message, "-o", tmp_path / "none.zip", code=code)


def test_index_of_a_result__names_its_package(house, tmp_path):
    guid = house.send(samples.HOUSE)
    house.stand.work()
    with house.stand.house.database.read() as connection:
        last = journal.size(connection) - 1
    by_guid = house.evidence(guid, tmp_path / "guid.zip")
    assert by_guid.read_bytes() == house.evidence(last, tmp_path / "index.zip").read_bytes()


def test_file_that_is_there__is_kept_unless_forced(house, tmp_path):
    guid = house.send(samples.HOUSE)
    target = tmp_path / "evidence.zip"
    target.write_bytes(b"mine")
    assert "is there already" in house.command("evidence", guid, "-o", target, code=1)
    assert target.read_bytes() == b"mine"
    house.command("evidence", guid, "-o", target, "--force")
    assert "README.md" in names(target)
    gone = tmp_path / "no folder" / "evidence.zip"
    assert f"{gone} cannot be written: No such file" in house.command("evidence", guid, "-o", gone, code=1)


def test_json__tells_what_was_written(house, tmp_path):
    guid = house.send(samples.HOUSE)
    told = json.loads(house.command("evidence", guid, "-o", tmp_path / "evidence.zip", "--json"))
    assert told["size"] == (tmp_path / "evidence.zip").stat().st_size
    assert told["records"] == [6]
    assert told["absent"] == {"result": "there is none yet"}


def test_damaged_record__is_told_and_nothing_is_written(house, tmp_path, monkeypatch):
    guid = house.send(samples.HOUSE)
    monkeypatch.setattr(journal, "hash_of", lambda record: "0" * 64)
    said = house.command("evidence", guid, "-o", tmp_path / "none.zip", code=1)
    assert "gateway journal verify tells more" in said
    assert not (tmp_path / "none.zip").exists()


def test_token_that_is_gone__is_missed_only_where_no_checkpoint_covers_the_package(house, tmp_path):
    covered = house.send(samples.HOUSE)
    house.command("checkpoint")
    other = house.send(samples.HOUSE)
    (house.stand.settings.data / "gateway.toml").write_text('key = "pkcs11:token=gone;object=none"\n')
    good(evidence.unpacked(house.evidence(covered, tmp_path / "covered.zip"), tmp_path / "opened"), tmp_path)
    assert "look at the setting `key`" in house.command("evidence", other, "-o", tmp_path / "none.zip", code=3)


def test_container__is_verified_and_its_signature_is_over_all_files(told, kind, tmp_path):
    house, _, _ = told
    archive = house.evidence(GUID, tmp_path / "evidence.asice", "--asic")
    inside = names(archive)
    assert (inside[0], inside[-1]) == ("mimetype", "META-INF/signatures0.xml")
    assert archive.read_bytes()[38:].startswith(b"application/vnd.etsi.asic-e+zip")
    folder = evidence.unpacked(archive, tmp_path / "opened")
    good(folder, tmp_path)
    document = etree.parse(folder / "META-INF" / "signatures0.xml")
    signed = [each.get("URI") for each in document.iter(f"{DS}Reference") if "Type" not in each.attrib]
    assert signed == [name for name in inside[1:-1] if name != "META-INF/manifest.xml"]
    listed = etree.parse(folder / "META-INF" / "manifest.xml").getroot()
    assert [each.get(f"{{{listed.nsmap['manifest']}}}full-path") for each in listed] == ["/", *signed]


def test_container__is_the_same_each_time_where_the_key_signs_the_same(told, kind, tmp_path):
    makers.need_repeatable(kind)
    first, second = (told[0].evidence(GUID, tmp_path / name, "--asic") for name in ("first.asice", "second.asice"))
    # ГОСТ signs with a new random number each time.
    assert (first.read_bytes() == second.read_bytes()) is not kind.startswith("gost")


def test_container_with_a_flipped_bit__fails_by_its_signature(told, tmp_path):
    archive = told[0].evidence(GUID, tmp_path / "evidence.asice", "--asic")
    steps = evidence.lines(evidence.unpacked(archive, tmp_path / "whole"))
    for number, name in enumerate(("verdict.json", "manifest.sha256", "META-INF/signatures0.xml")):
        folder = evidence.unpacked(archive, tmp_path / str(number))
        evidence.flip(folder / name)
        assert evidence.run(folder, steps[0] + steps[-1], tmp_path).returncode != 0, name


def test_postgresql__gives_the_same_evidence(tmp_path, postgres, monkeypatch):
    evidence.need_tools("p256")
    house = evidence.house(tmp_path / "data", "p256", monkeypatch, database=postgres.new_database())
    (house.stand.settings.data / "gateway.toml").write_text(f'database = "{house.stand.settings.database}"\n')
    guid = house.send(samples.HOUSE)
    house.stand.work()
    first = house.evidence(guid, tmp_path / "first.zip")
    grow(house.stand, 10)
    house.command("checkpoint")
    assert house.evidence(guid, tmp_path / "second.zip").read_bytes() == first.read_bytes()
    good(evidence.unpacked(first, tmp_path / "opened"), tmp_path)
    house.stand.close()
