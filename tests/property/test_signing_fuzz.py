"""A seeded sample of `make fuzz` in every run, and a long one with `HCS_LONG=1`."""

from __future__ import annotations

import os

import pytest

from tests.fuzz import __main__ as fuzz
from tests.fuzz import targets

_LONG = os.environ.get("HCS_LONG") == "1"
COUNTS = {
    "certificates": 1_000_000 if _LONG else 3_000,
    "documents": 1_000_000 if _LONG else 2_000,
    "messages": 100_000 if _LONG else 1_000,
}
SEED = 2027
OUTCOMES = {
    "certificates": {"refused", "read", "trusted"},
    "documents": {"not XML", "refused", "same"},
    "messages": {"certificate", "certificate-mismatch", "chain", "algorithm", "good"},
}
"""What must come out, and not one thing alone: changes that always fail at the first question prove little."""


@pytest.mark.parametrize("kind", targets.TARGETS)
def test_changed_input__is_judged_or_refused(kind):
    report = fuzz.run(kind, SEED, range(COUNTS[kind]))
    assert report.findings == [], report.text()
    assert report.outcomes.total() == COUNTS[kind]
    assert set(report.outcomes) >= OUTCOMES[kind]


@pytest.mark.parametrize("kind", targets.TARGETS)
def test_number__makes_the_same_input_again(kind):
    inputs = [fuzz.made(kind, SEED, number) for number in range(50)]
    assert inputs == [fuzz.made(kind, SEED, number) for number in range(50)]
    assert len(set(inputs)) > 40


@pytest.mark.parametrize("kind", targets.TARGETS)
def test_exception_of_a_judge__is_a_finding_that_can_be_made_again(kind, monkeypatch):
    def break_down(_encoded):
        raise KeyError("surprise")

    monkeypatch.setitem(targets.TARGETS, kind, (targets.TARGETS[kind][0], break_down))
    report = fuzz.run(kind, SEED, range(4, 5))
    assert [number for number, _text in report.findings] == [4]
    assert "KeyError: 'surprise'" in report.text()
    assert f"python -m tests.fuzz {kind} --seed {SEED} --only 4" in report.text()


def test_what_nobody_signed__is_noticed_by_the_judge_of_documents(monkeypatch):
    monkeypatch.setattr(targets, "_signed", frozenset)
    monkeypatch.setattr(targets, "_sealers", frozenset)
    with pytest.raises(targets.Broken, match="nobody sealed"):
        targets.judge_document(targets.document_bases()[0])


def test_chain_that_nobody_signed__is_noticed_by_the_judge_of_certificates(monkeypatch):
    monkeypatch.setattr(targets, "_is_signed", lambda *_: False)
    with pytest.raises(targets.Broken, match="has a chain"):
        targets.judge_certificate(targets.certificate_bases()[0])
