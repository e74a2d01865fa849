"""What can have happened to a signature, a certificate and its authorities, and what is said at which time: one table.

Every row is judged as a package that arrives (stops at the first failure) and as the auditor judges it (asks all).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from cryptography import x509
from lxml import etree

import signing
from signing import issue, revocation, trust
from signing.policy import STRICT, THOROUGH
from signing.verdict import UNDECIDED, Conclusion, Failure, Reason, Verdict
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, SUBJECT, below, crl, reissued

VALID, INVALID, UNDECIDABLE = Conclusion.VALID, Conclusion.INVALID, Conclusion.INDETERMINATE
DAY = timedelta(days=1)
KEY_COMPROMISE, HOLD = x509.ReasonFlags.key_compromise, x509.ReasonFlags.certificate_hold

ROOT = makers.authority()
MIDDLE = below(ROOT, "Промежуточный УЦ", not_after=NOW + 60 * DAY)
TWIN = issue.new_authority("p256", "Тестовый УЦ", now=NOW - 100 * DAY)
STRANGER = issue.new_authority("p256", "Чужой УЦ", now=NOW - 100 * DAY)


@functools.cache
def signer(authority, **how):
    """Whose certificate is in force from NOW for ninety days."""
    return issue.issue(authority, "p256", SUBJECT, now=NOW, not_after=NOW + 90 * DAY, **how)


@functools.cache
def _text(identity):
    element = makers.envelope()
    signing.sign(element, identity.signer(), at=NOW)
    return etree.tostring(element.getroottree())


@dataclass(frozen=True)
class Case:
    """A signer, and what has happened since."""

    signer: issue.Identity
    anchors: tuple[issue.Identity, ...] = (ROOT,)
    lists: tuple[bytes, ...] = ()
    forged: bool = False
    revocation: trust.Demand = "known"
    pinned: tuple[str | None, ...] = ()
    others: tuple[issue.Identity, ...] = field(default=())
    """Authorities that the store knows besides."""

    def judge(self, days, policy):
        element = etree.fromstring(_text(self.signer))[-1][0]
        if self.forged:
            makers.at(element, "hm:Guid").text = "0002"
        store = trust.TrustStore(
            tuple(each.certificate for each in (*self.anchors, *self.others)),
            tuple(trust.Pinned(self.signer.certificate, owner) for owner in self.pinned),
            revocation.RevocationLists(map(revocation.read, self.lists)),
            self.revocation,
        )
        return makers.judge(element, policy=policy, store=store, at=NOW + days * DAY)


PLAIN = signer(ROOT)
LOWER = signer(MIDDLE)
FORGED = reissued(signer(TWIN), TWIN, key_id=ROOT.certificate.key_id)
USELESS = signer(ROOT, usages=frozenset({"key_agreement"}))
FRESH, STALE = {"made": NOW - DAY, "lasts": 60 * DAY}, {"made": NOW - 9 * DAY, "lasts": DAY}


def revoked(days, reason=KEY_COMPROMISE, *, who=PLAIN, by=ROOT, **made):
    return crl(by, (who, days, reason), **made)


# Situation: what has happened, and (days after signing, conclusion, reason, (valid, trusted, intact)) as the auditor
# finds them.
TABLE = {
    "nothing": (Case(PLAIN), [
        (0, VALID, None, (True, True, True)),
        (90, VALID, None, (True, True, True)),
        (-1, UNDECIDABLE, Reason.NOT_YET_VALID, (False, True, True)),
        (91, UNDECIDABLE, Reason.EXPIRED, (False, True, True)),
    ]),
    "revoked before": (Case(PLAIN, lists=(revoked(-5),)), [
        (0, INVALID, Reason.REVOKED, (False, True, True)),
        (91, INVALID, Reason.REVOKED, (False, True, True)),
    ]),
    "revoked since": (Case(PLAIN, lists=(revoked(5, made=NOW + 6 * DAY),)), [
        (0, VALID, None, (True, True, True)),
        (4.999, VALID, None, (True, True, True)),
        (5, INVALID, Reason.REVOKED, (False, True, True)),
        (10, INVALID, Reason.REVOKED, (False, True, True)),
        (91, INVALID, Reason.REVOKED, (False, True, True)),
    ]),
    "revoked since, and dropped from the list after it expired": (
        Case(PLAIN, lists=(revoked(5, made=NOW + 6 * DAY), crl(ROOT, made=NOW + 95 * DAY))), [
            (0, VALID, None, (True, True, True)),
            (10, INVALID, Reason.REVOKED, (False, True, True)),
            (100, INVALID, Reason.REVOKED, (False, True, True)),
        ]),
    "on hold for a while": (
        Case(PLAIN, lists=(revoked(5, HOLD, made=NOW + 6 * DAY), crl(ROOT, made=NOW + 9 * DAY))), [
            (0, VALID, None, (True, True, True)),
            (7, INVALID, Reason.REVOKED, (False, True, True)),
            (9, VALID, None, (True, True, True)),
        ]),
    "revoked on a list that is stale": (Case(PLAIN, lists=(revoked(-10, **STALE),)), [
        (0, INVALID, Reason.REVOKED, (False, True, True)),
    ]),
    "a list that somebody else has signed in the authority's name": (
        Case(PLAIN, lists=(revoked(-5, by=TWIN),)), [(0, VALID, None, (True, True, True))]),
    "changed content": (Case(PLAIN, forged=True), [
        (0, INVALID, Reason.PAYLOAD_DIGEST, (True, True, False)),
        (91, INVALID, Reason.PAYLOAD_DIGEST, (False, True, False)),
    ]),
    "changed content, revoked since": (Case(PLAIN, forged=True, lists=(revoked(5),)), [
        (0, INVALID, Reason.PAYLOAD_DIGEST, (True, True, False)),
        (10, INVALID, Reason.REVOKED, (False, True, False)),
    ]),
    "authority that is known by another key": (Case(signer(TWIN)), [
        (0, UNDECIDABLE, Reason.UNTRUSTED, (True, False, True)),
    ]),
    "certificate forged in the name of an authority that is known": (Case(FORGED), [
        (0, INVALID, Reason.CHAIN, (True, False, True)),
        (91, INVALID, Reason.CHAIN, (False, False, True)),
    ]),
    "authority that is not known": (Case(signer(STRANGER)), [
        (0, UNDECIDABLE, Reason.UNTRUSTED, (True, False, True)),
        (91, UNDECIDABLE, Reason.EXPIRED, (False, False, True)),
    ]),
    "authority that is not known, changed content": (Case(signer(STRANGER), forged=True), [
        (0, INVALID, Reason.PAYLOAD_DIGEST, (True, False, False)),
    ]),
    "certificate for something else": (Case(USELESS), [
        (0, INVALID, Reason.KEY_USAGE, (False, True, True)),
        (91, INVALID, Reason.KEY_USAGE, (False, True, True)),
    ]),
    "authority between": (Case(LOWER), [
        (0, VALID, None, (True, True, True)),
        (61, UNDECIDABLE, Reason.EXPIRED, (True, False, True)),
        (91, UNDECIDABLE, Reason.EXPIRED, (False, False, True)),
    ]),
    "authority between, revoked before": (Case(LOWER, lists=(revoked(-1, who=MIDDLE),)), [
        (0, INVALID, Reason.REVOKED, (True, False, True)),
        (61, INVALID, Reason.REVOKED, (True, False, True)),
    ]),
    "authority between, revoked since": (Case(LOWER, lists=(revoked(5, who=MIDDLE),)), [
        (0, VALID, None, (True, True, True)),
        (10, INVALID, Reason.REVOKED, (True, False, True)),
    ]),
    "authority that is an anchor, revoked by one above it that is known too": (
        Case(LOWER, anchors=(MIDDLE, ROOT), lists=(revoked(5, who=MIDDLE),)), [
            (0, VALID, None, (True, True, True)),
            (10, INVALID, Reason.REVOKED, (True, False, True)),
        ]),
    "authority that is an anchor, revoked by one that is not known": (
        Case(LOWER, anchors=(MIDDLE,), lists=(revoked(5, who=MIDDLE),)), [(10, VALID, None, (True, True, True))]),
    "lists demanded, none there": (Case(PLAIN, revocation="required"), [
        (0, UNDECIDABLE, Reason.REVOCATION_UNKNOWN, (False, True, True)),
        (91, UNDECIDABLE, Reason.EXPIRED, (False, True, True)),
    ]),
    "lists demanded, none there, changed content": (Case(PLAIN, revocation="required", forged=True), [
        (0, INVALID, Reason.PAYLOAD_DIGEST, (False, True, False)),
    ]),
    "lists demanded, a fresh one there": (Case(PLAIN, revocation="required", lists=(crl(ROOT, **FRESH),)), [
        (0, VALID, None, (True, True, True)),
        (70, UNDECIDABLE, Reason.REVOCATION_UNKNOWN, (False, True, True)),
    ]),
    "lists demanded, a stale one there": (Case(PLAIN, revocation="required", lists=(crl(ROOT, **STALE),)), [
        (0, UNDECIDABLE, Reason.REVOCATION_UNKNOWN, (False, True, True)),
    ]),
    "lists demanded, revoked on a stale one": (Case(PLAIN, revocation="required", lists=(revoked(-10, **STALE),)), [
        (0, INVALID, Reason.REVOKED, (False, True, True)),
    ]),
    "lists demanded, that of the upper authority missing": (
        Case(LOWER, revocation="required", lists=(crl(MIDDLE, **FRESH),)), [
            (0, UNDECIDABLE, Reason.REVOCATION_UNKNOWN, (True, False, True)),
        ]),
    "lists demanded, of both authorities there": (
        Case(LOWER, revocation="required", lists=(crl(MIDDLE, **FRESH), crl(ROOT, **FRESH))), [
            (0, VALID, None, (True, True, True)),
        ]),
    "lists demanded, an anchor needs none": (
        Case(LOWER, anchors=(MIDDLE,), revocation="required", lists=(crl(MIDDLE, **FRESH),)), [
            (0, VALID, None, (True, True, True)),
        ]),
    "pinned, no authority known": (Case(PLAIN, anchors=(), pinned=("a",), revocation="required"), [
        (0, VALID, None, (True, True, True)),
        (91, UNDECIDABLE, Reason.EXPIRED, (False, True, True)),
    ]),
    "pinned, revoked by an authority that is known": (Case(PLAIN, pinned=("a",), lists=(revoked(5),)), [
        (0, VALID, None, (True, True, True)),
        (10, INVALID, Reason.REVOKED, (False, True, True)),
    ]),
    "pinned, the list of an authority that is not known": (
        Case(PLAIN, anchors=(), pinned=("a",), lists=(revoked(5),)), [(10, VALID, None, (True, True, True))]),
    "pinned, the authority above revoked": (Case(LOWER, pinned=("a",), lists=(revoked(5, who=MIDDLE),)), [
        (10, VALID, None, (True, True, True)),
    ]),
    "pinned, named by the authority between": (Case(LOWER, pinned=("a",), lists=(revoked(5, who=LOWER, by=MIDDLE),)), [
        (0, VALID, None, (True, True, True)),
        (10, INVALID, Reason.REVOKED, (False, True, True)),
    ]),
    "pinned, changed content": (Case(PLAIN, anchors=(), pinned=(None,), forged=True), [
        (0, INVALID, Reason.PAYLOAD_DIGEST, (True, True, False)),
    ]),
}  # fmt: skip

ROWS = [
    pytest.param(case, *row, id=f"{situation}, day {row[0]}")
    for situation, (case, rows) in TABLE.items()
    for row in rows
]


@pytest.mark.parametrize(("case", "days", "conclusion", "reason", "answers"), ROWS)
def test_auditor__gets_every_answer(case, days, conclusion, reason, answers):
    verdict = case.judge(days, THOROUGH)
    assert (verdict.conclusion, verdict.failure and verdict.failure.reason) == (conclusion, reason)
    assert (verdict.valid, verdict.trusted, verdict.intact) == answers
    assert verdict.good is (conclusion is VALID)


@pytest.mark.parametrize(("case", "days", "conclusion", "reason", "answers"), ROWS)
def test_arriving_package__is_good_at_the_same_times_and_refused_at_the_first_failure(
    case, days, conclusion, reason, answers
):
    thorough, strict = case.judge(days, THOROUGH), case.judge(days, STRICT)
    assert strict.good is (conclusion is VALID)
    assert strict.failures == thorough.failures[:1]
    # Not asked is not proved: what it claims, the auditor finds too.
    assert all(claimed <= found for claimed, found in zip(_answers(strict), _answers(thorough), strict=True))
    # Nothing that is only undecided is ever said to be refuted.
    assert strict.conclusion in (conclusion, UNDECIDABLE)


def _answers(verdict):
    return verdict.valid, verdict.trusted, verdict.intact


def test_good_signature__is_told_what_happened_since():
    verdict = Case(PLAIN, lists=(revoked(5, made=NOW + 6 * DAY),)).judge(0, STRICT)
    assert (verdict.good, verdict.revoked_at) == (True, NOW + 5 * DAY)
    assert verdict.listed_at == NOW + 6 * DAY
    assert verdict.certificate.not_valid_after_utc == NOW + 90 * DAY
    assert Case(PLAIN).judge(0, STRICT).revoked_at is None
    assert Case(PLAIN).judge(0, STRICT).listed_at is None


def test_revocation__is_told_with_date_reason_and_whose_certificate():
    detail = Case(PLAIN, lists=(revoked(-5),)).judge(0, STRICT).failure.detail
    assert detail == "Сертификат «Иванов Иван» отозван 24.02.2027 12:00 UTC (причина: ключ скомпрометирован)."
    detail = Case(PLAIN, lists=(revoked(-5, None),)).judge(0, STRICT).failure.detail
    assert detail == "Сертификат «Иванов Иван» отозван 24.02.2027 12:00 UTC."
    detail = Case(LOWER, lists=(revoked(-5, None, who=MIDDLE),)).judge(0, STRICT).failure.detail
    assert "удостоверяющего центра «Промежуточный УЦ» отозван" in detail
    since = (x509.InvalidityDate(NOW - 30 * DAY), False)
    listed = crl(ROOT, (PLAIN, -5, KEY_COMPROMISE, since))
    assert "недействителен с 30.01.2027" in Case(PLAIN, lists=(listed,)).judge(0, STRICT).failure.detail


def test_missing_list__is_told_with_whose_certificate():
    detail = Case(PLAIN, revocation="required").judge(0, STRICT).failure.detail
    assert "«Иванов Иван»" in detail
    lower = Case(LOWER, revocation="required", lists=(crl(MIDDLE, **FRESH),)).judge(0, STRICT).failure.detail
    assert "удостоверяющего центра «Промежуточный УЦ»" in lower


def test_pinned_certificate__is_told_with_its_owners():
    verdict = Case(PLAIN, pinned=("a", "b")).judge(0, STRICT)
    assert (verdict.pinned_for, verdict.confined, len(verdict.chain)) == ({"a", "b"}, False, 2)
    verdict = Case(PLAIN, anchors=(), pinned=("a",)).judge(0, STRICT)
    assert (verdict.pinned_for, verdict.confined, len(verdict.chain)) == ({"a"}, True, 1)


def test_chain_that_was_not_in_force__is_shown_nevertheless():
    verdict = Case(LOWER).judge(61, THOROUGH)
    assert not verdict.trusted
    assert [each.subject for each in verdict.chain] == [each.certificate.subject_name for each in (LOWER, MIDDLE, ROOT)]


def test_failure_that_refutes__decides_over_those_that_do_not():
    undecided, refuting = (Failure(reason, "") for reason in (Reason.EXPIRED, Reason.PAYLOAD_DIGEST))
    verdict = Verdict(failures=(undecided, refuting))
    assert (verdict.failure, verdict.conclusion) == (refuting, INVALID)
    assert Verdict(failures=(undecided,)).failure is undecided
    assert Verdict().conclusion is UNDECIDABLE


@pytest.mark.parametrize("reason", Reason)
def test_reason__refutes_unless_more_knowledge_may_mend_it(reason):
    assert Failure(reason, "").refutes is (reason not in UNDECIDED)
    expected = UNDECIDABLE if reason in ("expired", "not-yet-valid", "untrusted", "revocation-unknown") else INVALID
    assert Verdict(failures=(Failure(reason, ""),)).conclusion is expected
