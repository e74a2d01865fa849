"""Keys on a token, with SoftHSM in its place: what they sign is good, and what is said when something is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

import signing
from gateway.exchange import worker
from signing import errors, issue
from signing.errors import Missing
from signing.pkcs11 import open_signer, uri
from signing.vocabulary import XADES
from tests import samples
from tests.unit.signing import makers

pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra 'pkcs11')")
from signing.pkcs11 import connection
from tests import softhsm

NOW = datetime.now(UTC).replace(microsecond=0)  # xmlsec1 checks certificates against the clock of the machine
KINDS = ["rsa-2048", "p256", "p384", "p521"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def tokens(tmp_path_factory):
    """A folder of tokens that is not the machine's own."""
    softhsm.module()
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    settings = f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    (folder / "softhsm2.conf").write_text(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))
        yield folder / "tokens"


@pytest.fixture(scope="module")
def authority():
    return issue.new_authority("rsa-2048", "Тестовый УЦ", now=NOW - timedelta(days=2))


@pytest.fixture(scope="module")
def token(tokens, authority):
    """A token with a key of each kind, its certificate beside it, and some keys that are odd."""
    made = softhsm.Token.create(tokens, "печать")
    softhsm.Token.create(tokens, "another")
    with made.administered() as session:
        for number, kind in enumerate((*KINDS, "asks each time"), start=1):
            private = {"always_authenticate": True} if kind not in KINDS else {}
            public = softhsm.generate(session, kind if kind in KINDS else "p256", kind, bytes([number]), **private)
            softhsm.store(session, certify(authority, public), bytes([number]))
        for number in (101, 102):
            softhsm.generate(session, "p256", "twin", bytes([number]))
        softhsm.generate(session, "p256", "decrypts only", b"\xff", sign=False)
    return made


@pytest.fixture
def opened(token):
    """Opens signers and closes them at the end."""
    signers = []

    def open_(reference, *arguments, pin=softhsm.PIN):
        signers.append(open_signer(reference, *arguments, pin=pin))
        return signers[-1]

    yield open_
    for signer in signers:
        signer.close()


def certify(authority, public_key):
    return softhsm.certify(authority, public_key, begins=NOW - timedelta(days=1), ends=NOW + timedelta(days=1))


def unavailable(reference, *arguments, pin=softhsm.PIN):
    """What is missing, and in which words."""
    with pytest.raises(errors.TokenUnavailable) as caught:
        open_signer(reference, *arguments, pin=pin)
    assert softhsm.PIN not in str(caught.value)
    return caught.value.missing, str(caught.value)


@pytest.mark.parametrize("kind", [*KINDS, "asks each time"])
def test_signed_on_the_token__is_good(token, authority, opened, kind):
    element = makers.envelope()
    signing.sign(element, opened(token.uri(kind)), at=NOW)
    verdict = makers.judge(makers.reparsed(element), store=makers.trust(authority), at=NOW)
    assert verdict.good, verdict.failure
    assert verdict.subject.common_name == "Ключ на токене"


@pytest.mark.parametrize("kind", KINDS)
def test_signed_on_the_token__verifies_in_xmlsec1(token, authority, opened, kind, tmp_path):
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed (Debian package xmlsec1)")
    element = makers.envelope()
    signing.sign(element, opened(token.uri(kind)), at=NOW)
    (tmp_path / "document.xml").write_bytes(etree.tostring(element.getroottree()))
    (tmp_path / "ca.pem").write_bytes(issue.pem(authority.certificate))
    bearers = (f"{makers.HM}:importHouseRequest", f"{XADES}:SignedProperties")
    identifiers = [option for bearer in bearers for option in ("--id-attr:Id", bearer)]
    command = ["xmlsec1", "--verify", *identifiers, "--trusted-pem", "ca.pem", "document.xml"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=30)


def test_result_of_the_gateway_signed_on_the_token__is_good(token, authority, opened, stand):
    stand.house.key = opened(token.uri("p256"))
    stand.worker = worker.Worker(stand.house, "test")
    result = stand.result(stand.send(samples.HOUSE).message_guid)
    verdict = makers.judge(result, store=makers.trust(authority), at=NOW)
    assert verdict.good, verdict.failure


def test_certificate_file__is_used_with_its_intermediates(token, authority, opened, tmp_path):
    chain = tmp_path / "chain.crt"
    leaf = signing.certificates.read(opened(token.uri("p256")).certificate)
    chain.write_bytes(issue.pem(leaf) + issue.pem(authority.certificate))
    signer = opened(token.uri("p256"), chain)
    assert signer.certificate == leaf.der
    assert signer.intermediates == (authority.certificate.der,)


def test_pin_from_a_file__opens(token, opened, tmp_path):
    (tmp_path / "pin").write_text(f"{softhsm.PIN}\n")
    for source in (f"file:{tmp_path / 'pin'}", f"file://{tmp_path / 'pin'}", str(tmp_path / "pin")):
        assert opened(token.uri("p256", **{"pin-source": source}), pin=None).sign(b"data")


def test_eight_threads_at_once__each_gets_its_own_signature(token, opened):
    signers = [opened(token.uri(kind)) for kind in KINDS]
    results: list[bool] = []
    start = threading.Barrier(8)

    def work(number):
        signer = signers[number % len(signers)]
        spki = signing.certificates.read(signer.certificate).spki
        start.wait(30)
        for turn in range(10):
            data = f"{number}/{turn}".encode()
            results.append(signer.suite.verify(spki, data, signer.sign(data)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [True] * 80


def test_token_taken_away__is_said_and_when_it_is_back_it_signs(token, opened, monkeypatch):
    """P7: without its key the gateway does not accept, and nobody has to start it again when the key is back."""
    monkeypatch.setattr(connection, "PAUSE", 0.0)
    signer, other = opened(token.uri("rsa-2048")), opened(token.uri("p256"))
    signer.check()
    with token.removed():
        for attempt in (signer.check, lambda: signer.sign(b"data"), lambda: other.sign(b"data"), other.check):
            with pytest.raises(errors.TokenUnavailable, match="there are: 'another'") as caught:
                attempt()
            assert caught.value.missing is Missing.TOKEN
    for each in (signer, other):
        assert each.sign(b"data")
        each.check()


def test_token_that_is_away__is_looked_for_once_a_second_at_most(token, opened, monkeypatch):
    signer = opened(token.uri("p256"))
    looked = []
    find = connection.token.find
    monkeypatch.setattr(connection.token, "find", lambda *arguments: looked.append(1) or find(*arguments))
    monkeypatch.setattr(connection.time, "monotonic", lambda: 1000.0)
    with token.removed():
        for _ in range(5):
            with pytest.raises(errors.TokenUnavailable):
                signer.check()
    assert len(looked) == 2  # before the module was started anew, and after
    monkeypatch.setattr(connection.time, "monotonic", lambda: 1002.0)
    signer.check()


def test_two_signers_on_one_token__survive_each_other(token, opened):
    first, second = opened(token.uri("p256")), opened(token.uri("rsa-2048"))
    first.close()  # which logs the whole process out
    assert second.sign(b"data")
    assert first.sign(b"data")


def test_wrong_pin__is_said_and_never_tried_again(token, monkeypatch):
    """Each wrong PIN brings a real token nearer to locking itself."""
    monkeypatch.setattr(connection, "PAUSE", 0.0)
    way = connection.Connection(uri.parse(token.uri("p256")), "wrong")
    tried = []
    open_key = connection.token.open_key
    monkeypatch.setattr(connection.token, "open_key", lambda *arguments: tried.append(1) or open_key(*arguments))
    for words in ("PinIncorrect", "refused this PIN", "refused this PIN"):
        with pytest.raises(errors.TokenUnavailable, match=words) as caught:
            way.check()
        assert caught.value.missing is Missing.PIN
    assert len(tried) == 1


def test_no_pin__is_said(token, tmp_path):
    assert unavailable(token.uri("p256"), pin=None)[0] is Missing.PIN
    absent = token.uri("p256", **{"pin-source": f"file:{tmp_path / 'absent'}"})
    missing, words = unavailable(absent, pin=None)
    assert missing is Missing.PIN
    assert "No such file" in words


def test_module_that_is_absent_or_none__is_said(token, tmp_path):
    (tmp_path / "text.so").write_text("no library")
    for path in (tmp_path / "absent.so", tmp_path / "text.so"):
        missing, words = unavailable(token.uri("p256", **{"module-path": str(path)}))
        assert missing is Missing.MODULE
        assert path.name in words


def test_token_that_is_not_named_well__is_said_with_those_that_are_there(token):
    module = f"?module-path={token.module}"
    missing, words = unavailable(f"pkcs11:token=absent;object=p256{module}")
    assert missing is Missing.TOKEN
    assert "'печать' (serial " in words
    missing, words = unavailable(f"pkcs11:object=p256{module}")
    assert missing is Missing.TOKEN
    assert "several" in words


def test_key_that_is_not_there_or_not_alone_or_may_not_sign__is_said(token):
    assert unavailable(token.uri("absent")) == (Missing.KEY, "token 'печать' has no such private key: object=absent")
    missing, words = unavailable(token.uri("twin"))
    assert missing is Missing.KEY
    assert "object=twin;id=65, object=twin;id=66" in words
    missing, words = unavailable(token.uri("decrypts only"))
    assert missing is Missing.KEY
    assert "may not sign" in words


def test_key_named_by_its_id__is_found_among_twins(token, authority, tmp_path):
    reference = token.uri("twin").replace("object=twin", "object=twin;id=%65")
    missing, words = unavailable(reference)
    assert missing is Missing.CERTIFICATE
    assert "no certificate of the key" in words


def test_certificate_of_another_key__is_a_mismatch(token, opened, tmp_path):
    foreign = tmp_path / "foreign.crt"
    foreign.write_bytes(issue.pem(signing.certificates.read(opened(token.uri("p256")).certificate)))
    with pytest.raises(errors.KeyMismatch):
        open_signer(token.uri("asks each time"), foreign, pin=softhsm.PIN)


def test_certificate_that_no_suite_fits__is_refused(token, opened, monkeypatch):
    monkeypatch.setattr("signing.pkcs11.signer._ECDSA", {})
    with pytest.raises(errors.UnknownKeyKind):
        opened(token.uri("p256"))


CHILD = """
import os, sys
from signing.pkcs11 import open_signer
signer = open_signer(sys.argv[1], pin=os.environ["PIN"])
child = os.fork()
if child == 0:
    signer.check()
    os._exit(0 if len(signer.sign(b"child")) == 64 else 1)
_, status = os.waitpid(child, 0)
assert status == 0, status
assert len(signer.sign(b"parent")) == 64
signer.close()
"""


def test_other_processes__started_afresh_or_forked_off_sign_too(token, opened):
    ours = opened(token.uri("rsa-2048"))
    environ = {**os.environ, "PIN": softhsm.PIN, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", CHILD, token.uri("p256")]
    done = subprocess.run(command, env=environ, check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert ours.sign(b"still here")
