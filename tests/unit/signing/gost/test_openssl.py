"""The engine behind `ctypes`: what it is given back, what it leaves behind, and what happens where it is absent."""

from __future__ import annotations

import collections
import gc
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from signing import errors
from signing.gost import curves, keys, libcrypto, openssl, selection
from signing.gost.openssl import OpenSSLBackend
from tests.unit.signing import makers

MAKING = {"EVP_MD_CTX_new", "EVP_PKEY_CTX_new", "d2i_PUBKEY", "d2i_AutoPrivateKey"}
FREEING = {"EVP_MD_CTX_free", "EVP_PKEY_CTX_free", "EVP_PKEY_free"}
KEY = keys.PrivateKey(keys.GOST_2012_256, curves.XCH_A, 34)
DIGEST = bytes(range(32))


@pytest.fixture
def backend():
    """One of its own, so that what a test does to it stays there."""
    makers.backend("openssl")
    return OpenSSLBackend()


class Counting:
    """The calls of the library, counted; some of them may be made to fail."""

    def __init__(self, calls, **instead):
        self._calls = calls
        self._instead = instead
        self.count = collections.Counter()

    def __getattr__(self, name):
        def call(*arguments):
            self.count[name] += 1
            if name in self._instead:
                return self._instead[name]
            return getattr(self._calls, name)(*arguments)

        return call

    def alive(self):
        gc.collect()
        return sum(self.count[name] for name in MAKING) - sum(self.count[name] for name in FREEING)


def counted(backend, monkeypatch, **instead):
    counting = Counting(backend.engine.calls, **instead)
    monkeypatch.setattr(backend, "engine", libcrypto.Engine(counting, backend.engine.pointer))
    return counting


def work(backend, number):
    """Everything once: hashing, left off in the middle too, verifying good and bad, signing, keys new and known."""
    for name in ("gost94", "streebog256", "streebog512"):
        running = backend.hash(name)
        running.update(b"data")
        assert running.digest() == running.digest()
        backend.hash(name).update(b"left off")
    key = keys.PrivateKey(keys.GOST_2012_256, curves.TC26_256[0], 1 + number % 2000)
    signature = backend.sign(key, DIGEST)
    assert backend.verify(key.public, DIGEST, signature)
    assert not backend.verify(KEY.public, DIGEST, signature)
    assert not backend.verify(key.public, DIGEST, signature + b"\0")


def test_objects_of_the_library__are_all_given_back(monkeypatch):
    makers.backend("openssl")
    backend = OpenSSLBackend()
    counting = counted(backend, monkeypatch)
    for number in range(20):
        work(backend, number)
    assert counting.alive() == 21  # the public keys, kept ready
    monkeypatch.undo()
    del backend
    assert counting.alive() == 0
    assert counting.count["EVP_MD_CTX_new"] > 200


def test_keys_that_were_kept_longest__make_room_for_new_ones(monkeypatch):
    makers.backend("openssl")
    monkeypatch.setattr(openssl, "_KEYS", 3)
    backend = OpenSSLBackend()
    counting = counted(backend, monkeypatch)
    for number in range(20):
        work(backend, number)
    assert counting.alive() == 3


@pytest.mark.skipif(not makers.LONG, reason="20 000 operations: HCS_LONG=1")
@pytest.mark.slow
def test_twenty_thousand_operations__do_not_grow_the_process(backend):
    def resident():
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1])

    for number in range(2500):
        work(backend, number)
    before = resident()
    for number in range(20_000):
        work(backend, number)
    assert resident() - before < 512  # pages


def test_many_threads__get_right_answers(backend):
    signature = backend.sign(KEY, DIGEST)
    expected = makers.value_of(backend, "streebog256", b"data" * 1000)
    answers = []

    def ask(number):
        for _ in range(5):
            answers.append(backend.verify(KEY.public, DIGEST, signature))
            answers.append(not backend.verify(KEY.public, DIGEST[::-1], signature))
            answers.append(makers.value_of(backend, "streebog256", b"data" * 1000) == expected)
            work(backend, number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8 * 15
    assert all(answers)


def test_errors__do_not_stay_in_the_library(backend):
    """Another user of the same library would take them for its own."""
    peek = backend.engine.calls.ERR_peek_error
    signature = backend.sign(KEY, DIGEST)
    assert not backend.verify(KEY.public, DIGEST[::-1], signature)
    assert peek() == 0
    assert backend.engine.decode("d2i_PUBKEY", b"\x30\x00") is None
    assert peek() == 0
    assert backend.verify(KEY.public, DIGEST, signature)
    assert peek() == 0


def test_every_parameter_set__is_known_to_the_engine(backend):
    for algorithm in keys.ALGORITHMS:
        for curve in algorithm.curves:
            assert backend.knows(keys.generate(algorithm, curve).public)


def test_key_that_the_engine_does_not_know__is_computed_in_plain_python(backend, monkeypatch):
    signature = backend.sign(KEY, DIGEST)
    counting = counted(backend, monkeypatch, d2i_PUBKEY=None, d2i_AutoPrivateKey=None)
    other = keys.PrivateKey(keys.GOST_2012_256, curves.XCH_A, 35)
    assert not backend.knows(other.public)
    assert backend.verify(other.public, DIGEST, backend.sign(other, DIGEST))
    assert not backend.verify(other.public, DIGEST, signature)
    assert not counting.count["EVP_PKEY_verify"]
    assert not counting.count["EVP_PKEY_sign"]


@pytest.mark.parametrize(
    ("call", "returned"),
    [
        ("EVP_MD_CTX_new", None),
        ("EVP_DigestInit_ex", 0),
        ("EVP_DigestUpdate", 0),
        ("EVP_DigestFinal_ex", 0),
        ("EVP_MD_CTX_copy_ex", 0),
        ("EVP_PKEY_CTX_new", None),
        ("EVP_PKEY_verify_init", 0),
        ("EVP_PKEY_verify", -1),
        ("EVP_PKEY_sign_init", -2),
        ("EVP_PKEY_sign", 0),
    ],
)
def test_call_that_fails__is_never_taken_for_an_answer(backend, monkeypatch, call, returned):
    counted(backend, monkeypatch, **{call: returned})
    with pytest.raises(errors.BackendFailed):
        work(backend, 1)


def test_engine_absent__is_unavailable_with_the_package_to_install(monkeypatch):
    makers.backend("openssl")
    monkeypatch.setattr(libcrypto, "_ENGINE", b"nonesuch")
    with pytest.raises(errors.BackendUnavailable, match="libengine-gost-openssl"):
        libcrypto.load.__wrapped__()


@pytest.mark.parametrize("name", ["libnonesuch.so.3", "libc.so.6"])
def test_library_absent_or_another_one__is_unavailable(monkeypatch, name):
    monkeypatch.setattr(libcrypto, "_NAME", name)
    with pytest.raises(errors.BackendUnavailable, match="OpenSSL 3"):
        libcrypto.load.__wrapped__()


def test_hash_that_the_engine_lacks__makes_it_unavailable(monkeypatch):
    makers.backend("openssl")
    monkeypatch.setattr(openssl, "_DIGESTS", {"streebog256": b"md_nonesuch"})
    with pytest.raises(errors.BackendUnavailable, match="md_nonesuch"):
        OpenSSLBackend()


NEIGHBOUR = """
import hashlib, ssl
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from signing.gost import selection

key, curve = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())

def neighbours():
    signature = key.sign(b"data", padding.PKCS1v15(), hashes.SHA256())
    key.public_key().verify(signature, b"data", padding.PKCS1v15(), hashes.SHA256())
    curve.public_key().verify(curve.sign(b"data", ec.ECDSA(hashes.SHA256())), b"data", ec.ECDSA(hashes.SHA256()))
    ciphers = [cipher["name"] for cipher in ssl.create_default_context().get_ciphers()]
    return signature, ciphers, [hashlib.new(name, b"data").hexdigest() for name in ("sha256", "sha512", "sha3_256")]

signature, ciphers, digests = neighbours()
assert selection.choose("openssl").name == "openssl"
signature_now, ciphers_now, digests_now = neighbours()
assert (signature_now, digests_now) == (signature, digests)
# A Python that shares its OpenSSL with the system, as Debian's does, offers the engine's suites besides.
assert [name for name in ciphers_now if "GOST" not in name] == [name for name in ciphers if "GOST" not in name]
"""


def test_engine_in_the_process__changes_nothing_for_its_neighbours():
    makers.backend("openssl")
    run = subprocess.run([sys.executable, "-c", NEIGHBOUR], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert run.stdout + run.stderr == ""


def test_backend_of_the_selection__is_made_once():
    makers.backend("openssl")
    assert selection.choose("openssl") is selection.choose("openssl")
