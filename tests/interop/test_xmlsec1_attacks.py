"""What xmlsec1 says of the attacks: many of their signatures are true, and only the profile tells what was signed.

So the corpus has teeth: a verifier that follows references wherever they lead, with whatever certificate is there,
takes these messages. The rest of the attacks break the signature itself, or use what this xmlsec1 does not know.
"""

from __future__ import annotations

import concurrent.futures
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.signature_attacks import cases, corpus, families, message

TRUE = {
    "body-in-the-body",
    "both-to-the-properties",
    "both-to-the-request",
    "canonicalization-exclusive",
    "comment-in-a-signed-value",
    "id-on-the-body",
    "issuer-serial-other",
    "key-on-secp256k1",
    "one-to-the-properties",
    "properties-in-the-header",
    "properties-of-the-attacker",
    "rsa-1024",
    "rsa-exponent-1",
    "target-of-another-signature",
    "transforms-inclusive",
    "two-bodies-forged-first",
    "two-bodies-forged-second",
    "uri-empty",
    "usage-without-signing",
    "wrapped-in-an-attachment",
    "wrapped-original-first-child",
    "xsw-03-forged-before-the-original",
    "xsw-04-original-inside-the-forged",
    "xsw-09-original-in-the-header",
    "xsw-10-header-of-another-actor",
    "xsw-11-wrapper-beside-the-forged",
    "xsw-12-forged-after-the-original",
}
GOOD = {"good", "good-rsa"}
_ALL = [case for case in cases.cases() if case.is_stored and not case.name.startswith(("gost-", "good-gost"))]
_EVERY = 1 if os.environ.get("HCS_LONG") else 4
STORED = [case for number, case in enumerate(_ALL) if number % _EVERY == 0 or case.name in TRUE | GOOD]
"""All of them with HCS_LONG=1: each is a process of xmlsec1."""


@pytest.fixture(scope="module")
def taken() -> set[str]:
    """Names of the messages that xmlsec1 takes, believing the authority of the corpus."""
    if shutil.which("xmlsec1") is None:
        pytest.skip("xmlsec1 is not installed")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = pool.map(_is_taken, STORED)
        return {case.name for case, is_taken in zip(STORED, answers, strict=True) if is_taken}


def _is_taken(case: cases.Case) -> bool:
    folder = Path(str(corpus.FOLDER))
    identified = (f"{message.HM}:exportHouseRequest", f"{message.XADES}:SignedProperties")
    command = ["xmlsec1", "--verify", *(word for name in identified for word in ("--id-attr:Id", name))]
    command += ["--trusted-pem", str(folder / families.AUTHORITY_FILE), str(folder / f"{case.name}.xml")]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0


@pytest.mark.slow
def test_good_message__is_taken(taken):
    assert taken >= GOOD


@pytest.mark.slow
def test_attack_whose_signature_is_true__is_taken_by_who_only_verifies(taken):
    assert taken >= TRUE
    assert len(taken) > len(STORED) / 4


@pytest.mark.slow
def test_attack_on_the_value__is_not_taken_by_xmlsec1_either(taken):
    assert [case.name for case in STORED if case.expected["attack"] == "values" and case.name in taken] == []
