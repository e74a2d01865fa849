"""`gateway send` against a gateway that runs: what is accepted, what is refused, and what each exit code means."""

from __future__ import annotations

import dataclasses
import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway import client, clock, demo, wire
from gateway.cli import main, target
from gateway.client import files, message, transport
from signing import policy, trust, xades

HOUSES = resources.files("samples") / "valid" / "houses"
HM = "http://dom.gosuslugi.ru/schema/integration/house-management/"
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(scope="module")
def served() -> Iterator[client.Stand]:
    with demo.running(["--suite", "p256"]) as stand:
        yield stand


@pytest.fixture
def stand_file(served, tmp_path) -> Path:
    path = tmp_path / "stand.json"
    served.write(path)
    return path


def run(*arguments: object, code: int = 0, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, list(map(str, arguments)), input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def send(*arguments: object, code: int = 0, stdin: str | None = None) -> list[dict]:
    """Send, and return the reports."""
    output = run("send", *arguments, "--json", code=code, stdin=stdin).stdout
    return [json.loads(line) for line in output.splitlines()]


@pytest.fixture
def sample(tmp_path):
    """Return a sample for a house of its own, so that tests do not meet."""

    def write(name: str, house: str, change=lambda data: data) -> Path:
        data = (HOUSES / f"{name}.xml").read_bytes()
        (fias,) = {each.text for each in message.parse(data).iter() if wire.local(str(each.tag)) == "FIASHouseGuid"}
        path = tmp_path / f"{name}.xml"
        path.write_bytes(change(data.replace(fias.encode(), house.encode())))
        return path

    return write


def house(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012x}"


def test_request__is_acknowledged_and_with_wait_its_objects_are_told(stand_file, sample):
    create, export = sample("create-apartment-house", house(1)), sample("export-house-15.10.0.0", house(1))
    first, second = send(create, export, "--stand", stand_file, "--wait")
    assert first["result"]["good"]
    assert len(first["result"]["outcomes"]) == 13
    assert all(each["guid"] and each["updated_at"] for each in first["result"]["outcomes"])
    (exported,) = second["result"]["exports"]
    assert exported["branch"] == "exportHouseResult"
    assert message.parse(exported["xml"].encode()).findtext(f".//{{{HM}}}FIASHouseGuid") == house(1)


def test_without_wait__only_the_acknowledgement_is_told(stand_file, sample):
    (report,) = send(sample("create-living-house", house(2)), "--stand", stand_file)
    assert report["ack"]["operation"] == "importHouseUOData"
    assert "result" not in report


def test_person__reads_each_object_and_each_error(stand_file, sample):
    path = sample("create-living-house", house(3))
    first = run("send", path, "--stand", stand_file, "--wait").stdout
    assert first.splitlines()[0] == str(path)
    assert "acknowledged" in first
    again = run("send", path, "--stand", stand_file, "--wait", code=1).stdout
    assert "SRV004016" in again


def test_envelope__is_sent_as_it_is_and_again_gets_the_same_acknowledgement(served, stand_file, sample, tmp_path):
    request = message.parse(sample("create-living-house", house(4)).read_bytes())
    path = tmp_path / "envelope.xml"
    path.write_bytes(client.Client(served).envelope(request))
    (first,), (second,) = send(path, "--stand", stand_file), send(path, "--stand", stand_file)
    assert first["ack"] == second["ack"]


def test_resigned_envelope__is_another_message(served, stand_file, sample, tmp_path):
    request = message.parse(sample("create-living-house", house(5)).read_bytes())
    path = tmp_path / "envelope.xml"
    path.write_bytes(client.Client(served).envelope(request))
    (first,), (second,) = send(path, "--stand", stand_file), send(path, "--stand", stand_file, "--resign")
    assert first["ack"]["requester_guid"] != second["ack"]["requester_guid"]


def test_envelope_of_another_organisation__gets_its_result_in_the_name_of_its_own_header(
    served, stand_file, sample, tmp_path
):
    request = message.parse(sample("create-apartment-house-by-municipality", house(20)).read_bytes())
    path = tmp_path / "envelope.xml"
    path.write_bytes(client.Client(served.acting("ОМС")).envelope(request))
    (report,) = send(path, "--stand", stand_file, "--wait")
    assert report["result"]["good"]
    assert report["ack"]["org_ppa_guid"] == served.acting("ОМС").org_ppa_guid != served.org_ppa_guid


@pytest.mark.parametrize("options", [("--as", "ОМС"), ("--unsigned",), ("--operator-signature",), ("--key", __file__)])
def test_option_that_an_envelope_cannot_obey__needs_resign_and_nothing_is_sent(
    served, stand_file, sample, tmp_path, options
):
    bare = sample("create-living-house", house(21))
    path = tmp_path / "envelope.xml"
    path.write_bytes(client.Client(served).envelope(message.parse(bare.read_bytes())))
    result = run("send", bare, path, "--stand", stand_file, *options, code=2)
    assert f"{path} is a whole envelope" in result.output
    assert f"{options[0]} needs --resign" in result.output
    assert result.stdout == ""


def test_output__gets_the_signed_result_byte_for_byte(served, stand_file, sample, tmp_path):
    path, folder = sample("create-living-house", house(22)), tmp_path / "results" / "today"
    (report,) = send(path, "--stand", stand_file, "--wait", "--output", folder)
    (written,) = folder.iterdir()
    guid = report["ack"]["message_guid"]
    assert (report["written"], written.name) == (str(written), f"{guid}.xml")
    assert written.read_bytes() == run("--data", served.data, "state", guid, "--result").stdout_bytes
    judged = xades.verify(
        message.parse(written.read_bytes()),
        policy=policy.STRICT,
        trust=trust.TrustStore(trust.load(Path(served.ca))),
        at=clock.now(),
    )
    assert judged.good, judged.failure


def test_output_without_wait__is_a_wrong_call(stand_file, tmp_path):
    assert "--output needs --wait" in run("send", __file__, "--stand", stand_file, "--output", tmp_path, code=2).output


def test_output_that_cannot_be_written__is_told(stand_file, sample, tmp_path):
    path = sample("create-living-house", house(23))
    (tmp_path / "file").touch()
    output = run("send", path, "--stand", stand_file, "--wait", "--output", tmp_path / "file" / "x", code=1).output
    assert "cannot be written" in output


def test_export__is_shown_to_a_person_indented_and_cut(stand_file, sample, tmp_path):
    send(sample("create-apartment-house", house(24)), "--stand", stand_file, "--wait")
    export = sample("export-house-15.10.0.0", house(24))
    lines = run("send", export, "--stand", stand_file, "--wait").stdout.splitlines()
    assert any(line.strip() == f"FIASHouseGuid: {house(24)}" for line in lines)
    assert "more lines; --output DIR" in lines[-1]
    written = run("send", export, "--stand", stand_file, "--wait", "--output", tmp_path).stdout
    assert "FIASHouseGuid" not in written
    assert f"written       {tmp_path}" in written


def test_violations__have_the_lines_of_the_file_and_stand_below_each_other(stand_file, tmp_path, sample):
    def broken(data):
        return b"<!-- one\ntwo -->\n" + data.partition(b"?>\n")[2].replace(b"Square>", b"Square>x", 1).replace(
            b"<hm:UsedYear>", b"<hm:UsedYear>x"
        )

    path = sample("create-living-house", house(25), broken)
    lines = [number for number, line in enumerate(path.read_text("utf-8").splitlines(), 1) if ">x" in line]
    output = run("send", path, "--stand", stand_file, code=1).stdout.splitlines()
    assert [f"строка {number}" in "".join(output) for number in lines] == [True, True]
    assert all(line.startswith(" " * 9) for line in output[2:])
    assert len(output) > 2


def test_empty_stand__is_waited_for_aloud_and_then_told(stand_file, tmp_path, monkeypatch):
    monkeypatch.setattr(target, "_START_SECONDS", 0.0)
    stand_file.write_text("")
    output = run("send", __file__, "--stand", stand_file, code=1).output
    assert "waiting for the sandbox" in output
    assert f"{stand_file} is still empty: did the sandbox start?" in output


def test_path_without_a_service__is_what_is_blamed(stand_file, sample):
    (report,) = send(sample("create-living-house", house(26)), "--stand", stand_file, "--path", "/nosuch", code=1)
    assert "no service stands at the path /nosuch" in report["error"]


def test_pack_of_the_stand_that_is_gone__is_told(served, stand_file, tmp_path, sample):
    dataclasses.replace(served, packs=(str(tmp_path / "gone"),)).write(stand_file)
    assert "gone, which is not there" in run("send", __file__, "--stand", stand_file, code=1).output


def test_package_for_another_organisation__is_signed_by_it_or_by_the_operator(stand_file, sample):
    path = sample("create-apartment-house-by-municipality", house(6))
    (report,) = send(path, "--stand", stand_file, "--as", "ОМС", "--wait")
    assert report["result"]["good"]
    send(path, "--stand", stand_file, "--as", "ОМС", "--operator-signature")


def test_unsigned_package__is_accepted_by_the_sandbox(stand_file, sample):
    send(sample("create-living-house", house(7)), "--stand", stand_file, "--unsigned")


def test_stand__is_read_from_standard_input(served, sample):
    send(sample("create-living-house", house(8)), "--stand", "-", stdin=f"{served.json()}\n")


def test_stand_that_is_not_ready_yet__is_waited_for(served, sample, tmp_path):
    path = tmp_path / "stand.json"
    path.touch()
    writer = threading.Timer(0.5, path.write_text, [served.json()])
    writer.start()
    send(sample("create-living-house", house(18)), "--stand", path)
    writer.join()


def test_options__do_without_a_stand(served, sample):
    path = sample("create-living-house", house(9))
    options = ("--url", served.url, "--user", served.user, "--org", served.org_ppa_guid)
    send(path, *options, "--password", served.password, "--key", served.key, "--certificate", served.certificate)


def test_key_of_another_organisation__is_refused_with_its_code(served, stand_file, sample):
    other = served.acting("РСО")
    path = sample("create-living-house", house(10))
    (report,) = send(path, "--stand", stand_file, "--key", other.key, "--certificate", other.certificate, code=1)
    assert (report["fault"]["code"], report["fault"]["status"]) == ("AUT011005", 500)


def test_wrong_password__is_refused_with_its_code(stand_file, sample):
    (report,) = send(sample("create-living-house", house(11)), "--stand", stand_file, "--password", "no", code=1)
    assert (report["fault"]["code"], report["fault"]["status"]) == ("AUT011000", 401)


def test_package_against_the_schema__is_refused_with_a_sentence_that_names_the_element(stand_file, sample):
    path = sample("create-living-house", house(12), lambda data: data.replace(b"<hm:Square>", b"<hm:Square>x", 1))
    output = run("send", path, "--stand", stand_file, code=1).stdout
    assert "FMT001300" in output
    assert "Square" in output


def test_bad_file_among_good_ones__does_not_stop_them(stand_file, sample, tmp_path):
    bad = tmp_path / "bad.xml"
    bad.write_bytes(b"not xml")
    reports = send(bad, sample("create-living-house", house(13)), "--stand", stand_file, code=1)
    assert ["error" in each for each in reports] == [True, False]
    assert "not XML" in reports[0]["error"]


def test_unknown_operation__is_told_with_a_way_out(stand_file, tmp_path):
    path = tmp_path / "unknown.xml"
    path.write_bytes(b'<importNothingRequest xmlns="urn:other"/>')
    (report,) = send(path, "--stand", stand_file, code=1)
    assert "gateway contracts list" in report["error"]


def test_gateway_that_does_not_run__is_not_reachable(stand_file, sample):
    path = sample("create-living-house", house(14))
    (report,) = send(path, "--stand", stand_file, "--url", NOBODY, code=3)
    assert "does not answer" in report["error"]


def test_address_of_another_server__is_not_a_gateway(stand_file, sample):
    class Page(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.send_response(502)
            self.end_headers()
            self.wfile.write(b"<html><title>Bad Gateway</title></html>")

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        (report,) = send(sample("create-living-house", house(15)), "--stand", stand_file, "--url", url, code=3)
        thread.join()
    assert "HTTP 502" in report["error"]


def test_result_that_does_not_come_in_time__is_not_ready_and_the_acknowledgement_is_told(
    stand_file, sample, monkeypatch
):
    monkeypatch.setattr(client.Result, "finished", property(lambda _: False))
    path = sample("create-living-house", house(16))
    (report,) = send(path, "--stand", stand_file, "--wait", "--timeout", "0", code=3)
    assert report["ack"]["message_guid"]
    assert "no result" in report["error"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "Missing argument"),
        (("none.xml", "--url", NOBODY), "does not exist"),
        ((__file__,), "where to?"),
        ((__file__, "--stand", "none.json"), "does not exist"),
        ((__file__, "--url", NOBODY, "--colour", "green"), "No such option"),
    ],
)
def test_wrong_call__is_told(arguments, reason):
    assert reason in run("send", *arguments, code=2).output


def test_file_that_is_no_stand__is_told(tmp_path):
    (tmp_path / "stand.json").write_text("{}")
    assert "not the JSON of a stand" in run("send", __file__, "--stand", tmp_path / "stand.json", code=1).output


def test_state__tells_what_the_running_gateway_did(served, stand_file, sample):
    (report,) = send(sample("create-living-house", house(17)), "--stand", stand_file, "--wait")
    guid = report["ack"]["message_guid"]
    found = json.loads(run("--data", served.data, "state", guid, "--json").stdout)
    assert (found["state"], found["objects"], found["system"]) == ("done", 3, "sit")
    assert json.loads(run("state", guid, "--stand", stand_file, "--json").stdout) == found


def test_port_of_a_running_gateway__is_not_taken_from_it(served):
    # A process of its own: a server configures the logging of the whole process.
    command = [
        sys.executable,
        "-m",
        "gateway.cli",
        "--data",
        served.data,
        "serve",
        "--port",
        served.url.rpartition(":")[2],
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 3
    assert "Error: cannot listen on" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.postgres
def test_installation_on_postgresql__is_made_and_administered(postgres, tmp_path):
    url = postgres.new_database()
    run("--data", tmp_path, "init", "--suite", "p256", "--database", url)
    run("--data", tmp_path, "org", "add", "УК", "--ogrn", "1020000000019", "--role", "УО")
    (organisation,) = json.loads(run("--data", tmp_path, "org", "list", "--json").stdout)
    assert organisation["name"] == "УК"
    assert not (tmp_path / "gateway.db").exists()
    run("--data", tmp_path, "init", "--database", url)


def test_database_that_does_not_answer__is_not_ready(tmp_path):
    output = run(
        "--data", tmp_path, "init", "--suite", "p256", "--database", "postgresql://x@127.0.0.1:1/y", code=3
    ).output
    assert output.startswith("Error: ")


def test_small_and_large_file__are_uploaded_and_a_package_may_name_them(served, stand_file, tmp_path):
    small, large = tmp_path / "протокол собрания.pdf", tmp_path / "list.csv"
    small.write_bytes(b"%PDF-1.4\n%%EOF\n")
    large.write_bytes(b"1;2\n" * (files.PART // 4 + 1))
    output = run("upload", small, large, "--context", "voting", "--stand", stand_file, "--json").stdout
    told = [json.loads(line) for line in output.splitlines()]
    assert [each["length"] for each in told] == [15, files.PART + 4]
    for file, each in zip((small, large), told, strict=True):
        back = transport.ask(
            "GET",
            f"{served.url}{files.PREFIX}/voting/{each['attachment_guid']}?getfile",
            b"",
            {"X-Upload-OrgPPAGUID": served.org_ppa_guid},
            user=served.user,
            password=served.password,
            timeout=60,
        )
        assert (back.status, back.body) == (200, file.read_bytes())
    # The digest of an independent implementation: openssl dgst -md_gost94.
    assert told[0]["attachment_hash"] == "105d5f3941adb23eac422f56f6b6bef1608a5c20b2edd49286d661dbd7fcdcc5"


def test_file_that_the_store_does_not_take__is_told_and_the_others_go_on(stand_file, tmp_path):
    bad, empty, good = tmp_path / "run.exe", tmp_path / "empty.pdf", tmp_path / "good.txt"
    bad.write_bytes(b"MZ")
    empty.touch()
    good.write_text("текст", encoding="utf-8")
    printed = run("upload", bad, empty, good, "--context", "voting", "--stand", stand_file, code=1).stdout
    assert f"{bad}: refused  ExtensionException: " in printed
    assert f"{empty}: refused  " in printed
    assert f"{good}: stored, 10 bytes" in printed


def test_store_that_does_not_answer__is_exit_code_3(tmp_path):
    file = tmp_path / "good.txt"
    file.write_text("text", encoding="ascii")
    result = run("upload", file, "--context", "voting", "--url", NOBODY, "--org", house(1), code=3)
    assert "does not answer" in result.output
