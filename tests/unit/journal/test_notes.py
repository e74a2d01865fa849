"""Signed notes are what the standard says, and openssl alone verifies them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import subprocess

import pytest

from gateway.journal import errors, notes
from gateway.journal.checkpoint import Checkpoint
from signing import certificates, issue
from signing.gost import selection
from signing.subject import Subject

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
HEAD = "9f" * 32
CHECKPOINT = Checkpoint(
    "gateway.example.ru/journal", 70_000, bytes(range(32)), dt.datetime(2026, 1, 31, tzinfo=dt.UTC), HEAD
)
TEXT = (
    "gateway.example.ru/journal\n70000\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    f"at 2026-01-31T00:00:00.000000Z head {HEAD}\n"
)
KINDS = ("rsa-2048", "p256", "p384", "p521", "gost2012-256", "gost2012-512")


def identity(kind):
    return issue.issue(
        issue.new_authority(kind, "Test CA", now=NOW), kind, Subject(common_name="Шлюз"), now=NOW,
        not_after=NOW + dt.timedelta(days=10),
    )  # fmt: skip


@pytest.fixture(scope="module")
def rsa():
    return identity("rsa-2048")


def of(made):
    return certificates.read(made.signer().certificate)


def test_checkpoint__is_the_text_of_the_standard_with_one_extension_line():
    assert CHECKPOINT.text == TEXT
    assert Checkpoint.read(notes.Note(TEXT, ())) == CHECKPOINT


@pytest.mark.parametrize("kind", KINDS)
def test_note__is_verified_by_its_key_under_its_name_and_by_nothing_else(kind, rsa):
    made, backend = identity(kind), selection.choose()
    note = notes.parse(CHECKPOINT.sign(made.signer()))
    assert note.text == TEXT
    assert note.is_signed_by(CHECKPOINT.origin, of(made), backend)
    assert not note.is_signed_by("another.name", of(made), backend)
    assert not note.is_signed_by(CHECKPOINT.origin, of(rsa), backend)
    changed = notes.Note(note.text.replace("70000", "70001"), note.signatures)
    assert not changed.is_signed_by(CHECKPOINT.origin, of(made), backend)


def test_key_ids__are_those_of_the_standard(rsa):
    p256 = identity("p256")
    ((name, id_, _),) = notes.parse(CHECKPOINT.sign(p256.signer())).signatures
    assert (name, id_) == (CHECKPOINT.origin, hashlib.sha256(of(p256).spki).digest()[:4])
    ((_, id_, _),) = notes.parse(CHECKPOINT.sign(rsa.signer())).signatures
    seed = f"{CHECKPOINT.origin}\n".encode() + b"\xffhttp://www.w3.org/2001/04/xmldsig-more#rsa-sha256" + of(rsa).spki
    assert id_ == hashlib.sha256(seed).digest()[:4]


@pytest.mark.parametrize("kind", KINDS)
def test_openssl__verifies_the_note_without_us(kind, tmp_path):
    """The lines of docs/journal.md."""
    engine = []
    if kind.startswith("gost"):
        loaded = subprocess.run(["openssl", "engine", "gost"], capture_output=True, timeout=30, check=False)
        if loaded.returncode or b"gost" not in loaded.stdout:
            pytest.skip("openssl has no engine gost (Debian package libengine-gost-openssl)")
        engine = ["-engine", "gost"]
    digest = {"p384": "sha384", "p521": "sha512", "gost2012-256": "md_gost12_256", "gost2012-512": "md_gost12_512"}
    made = identity(kind)
    (tmp_path / "checkpoint").write_text(CHECKPOINT.sign(made.signer()), "utf-8")
    (tmp_path / "certificate.pem").write_bytes(issue.pem(of(made)))
    script = f"""
        set -e
        sed '/^$/,$d' checkpoint > text
        sed -n '$s/.* //p' checkpoint | base64 -d | tail -c +5 > signature
        openssl x509 {" ".join(engine)} -in certificate.pem -noout -pubkey > key.pem
        openssl dgst {" ".join(engine)} -{digest.get(kind, "sha256")} -verify key.pem -signature signature text
    """
    ran = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, timeout=30, check=False, text=True)
    assert (ran.returncode, ran.stdout) == (0, "Verified OK\n"), ran.stderr


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.rstrip("\n"),
        lambda note: note.partition("—")[0],
        lambda note: note.replace("— ", "- "),
        lambda note: note.replace("70000", "7\t000"),
        lambda note: note.rpartition(" ")[0] + " AAAA\n",
        lambda note: note.rpartition(" ")[0] + " не-base64\n",
        lambda note: note.rpartition(" ")[0] + "\n",
        lambda note: note + "x" * notes.MOST + "\n",
        lambda _: "",
    ],
)
def test_text_of_another_form__is_no_note(spoil, rsa):
    with pytest.raises(errors.BadNote, match=r"note|signature"):
        notes.parse(spoil(CHECKPOINT.sign(rsa.signer())))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("70000", "070000"), ("70000", "0"), ("70000", "-1"), ("gateway.example.ru", "gate way"), ("gateway", "a+b"),
        ("AAEC", "AAE"), ("Hh8=", "Hh9="), ("31T00", "32T00"), ("Z head", "+03:00 head"), ("at ", "\nat "),
        ("9f\n", "9g\n"),
    ],
)  # fmt: skip
def test_note_of_another_text__is_no_checkpoint(old, new):
    assert old in TEXT
    with pytest.raises(errors.BadNote):
        Checkpoint.read(notes.Note(TEXT.replace(old, new), ()))


def test_further_signatures__do_no_harm(rsa):
    note = CHECKPOINT.sign(rsa.signer())
    foreign = "".join(f"— witness.example/{number} {base64.b64encode(bytes(68)).decode()}\n" for number in range(16))
    assert notes.parse(note + foreign).is_signed_by(CHECKPOINT.origin, of(rsa), None)
