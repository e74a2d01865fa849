"""Every attack of samples/hostile/signatures is refused with its reason, and the folder is what its generator makes."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree

from signing import policy
from signing.gost import selection
from signing.verdict import Conclusion, Reason
from tests.signature_attacks import cases, corpus, families, message

PAGE = Path(__file__).resolve().parents[3] / "docs" / "signature-attacks.md"
CASES = cases.cases()
STORED = [case for case in CASES if case.is_stored]
MADE = [case for case in CASES if not case.is_stored]
FAMILY_NAMES = sorted({case.expected["attack"] for case in STORED})
GOST = [case for case in STORED if case.name.startswith(("gost-", "good-gost"))]
FAMILIES = {each: [case for case in STORED if case.expected["attack"] == each] for each in FAMILY_NAMES}
OF_OLD = {"gost-2001-cpxmlsec", "gost-2001-w3", "gost-certificate-of-2001"} | {
    f"gost-digest-of-the-{what}-94-{address}" for what in ("request", "properties") for address in ("cpxmlsec", "w3")
}
"""What the audit takes of old packages, and nobody else."""


@pytest.fixture(scope="module")
def strict():
    return policy.strict(selection.choose())


def _reason(verdict):
    return verdict.failure.reason if verdict.failure else None


def _check(case, root, judged_by):
    """Judge every element that could be taken for the request; nothing may be touched by that."""
    before = etree.tostring(root.getroottree())
    for path, reason in case.reasons.items():
        element = cases.place(root, path)
        verdict = cases.verify(element, judged_by, case.at)
        assert _reason(verdict) == reason, (path, verdict.failure)
        assert verdict.good is (reason is None)
        assert verdict.element is (element if verdict.good else None)
        assert verdict.good or verdict.failure.detail.endswith(".")
        assert verdict.good or len(verdict.failure.detail) < 500
    assert etree.tostring(root.getroottree()) == before


@pytest.mark.parametrize("case", STORED, ids=lambda case: case.name)
def test_attack__is_refused_with_its_reason(case, strict):
    _check(case, message.parse(case.octets()), strict)


@pytest.mark.parametrize("family", FAMILIES)
def test_attacks__leave_no_other_element_that_is_good(family, strict):
    for case in FAMILIES[family]:
        root = message.parse(case.octets())
        expected = {cases.place(root, path) for path, reason in case.reasons.items() if reason is None}
        good = {each for each in root.iter("*") if cases.verify(each, strict, case.at).good}
        assert good == expected, case.name


@pytest.mark.parametrize("family", FAMILIES)
def test_attacks__are_not_valid_for_the_audit_either(family):
    archive = policy.archive(selection.choose())
    for case in FAMILIES[family]:
        root = message.parse(case.octets())
        verdict = cases.verify(cases.place(root, case.expected["element"]), archive, case.at)
        valid = case.expected["reason"] is None or case.name in OF_OLD
        assert verdict.good is valid, case.name
        assert (verdict.conclusion is Conclusion.VALID) is valid, case.name


@pytest.mark.parametrize("case", GOST, ids=lambda case: case.name)
def test_attack_on_gost__is_refused_by_plain_python_too(case):
    _check(case, message.parse(case.octets()), policy.strict(selection.choose("pure")))


@pytest.mark.parametrize("case", GOST, ids=lambda case: case.name)
def test_attack_on_gost__is_refused_where_gost_is_off(case):
    root = message.parse(case.octets())
    assert not cases.verify(cases.place(root, case.expected["element"]), policy.STRICT, case.at).good


@pytest.mark.slow
@pytest.mark.parametrize("case", MADE, ids=lambda case: case.name)
def test_large_attack__is_refused_with_its_reason(case, strict):
    cases.forget()
    _check(case, message.parse(case.octets()), strict)


@pytest.mark.slow
def test_corpus__is_what_its_generator_makes():
    try:
        ec.derive_private_key(1, ec.SECP256R1()).sign(b"", ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    except UnsupportedAlgorithm:
        pytest.skip("this build of cryptography signs ECDSA with random nonces alone")
    made = families.files()
    stored = {item.name: item.read_bytes() for item in corpus.FOLDER.iterdir()}
    assert stored.keys() == made.keys()
    assert [name for name in made if made[name] != stored[name]] == [], "run python -m tests.signature_attacks"


def test_page__tells_of_every_attack_by_family():
    page = PAGE.read_text(encoding="utf-8")
    rows = [line.split(" | ")[:4] for line in page.splitlines() if line.startswith("| ")]
    told = {(row[0].removeprefix("| "), row[2], row[3]) for row in rows}
    assert {(each.name, each.by, each.reason) for each in families.ATTACKS} == told - {("attack", "by", "reason")}
    assert [family.about for family in families.FAMILIES if f"\n{family.about}\n" not in page] == []


def test_names__are_unique_and_say_something():
    attacks = families.ATTACKS
    assert len({attack.name for attack in attacks}) == len(attacks)
    assert len({attack.about for attack in attacks}) == len(attacks)
    assert [attack.name for attack in attacks if not attack.about.endswith(".")] == []
    assert {attack.by for attack in attacks} == {corpus.ANYBODY, corpus.HOLDER, corpus.AUTHORITY}


def test_reasons__are_all_provoked_but_those_that_need_a_list():
    reasons = {attack.reason for attack in families.ATTACKS}
    assert set(Reason) - reasons == {Reason.REVOKED, Reason.REVOCATION_UNKNOWN}


@pytest.mark.parametrize("attack", families.GOOD, ids=lambda attack: attack.name)
def test_good_message_in_a_frame_of_its_own__is_good_for_decades(attack, strict):
    root = message.parse(attack.make())
    for year in (2026, 2050, 2075):
        assert cases.verify(cases.place(root, message.REQUEST), strict, corpus.AT.replace(year=year)).good


def test_manifest__tells_all_that_its_reader_needs():
    for case in CASES:
        assert set(case.expected) - {"also", "make"} == {"about", "attack", "by", "reason", "at", "element"}
        assert case.at.tzinfo is not None
        assert all(reason is None or reason in set(Reason) for reason in case.reasons.values())
