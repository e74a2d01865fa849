"""The samples of payment documents: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from gateway.families.bills import codes, controls
from tests.unit.families import family_samples


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("bills")
    WRONG = family_samples.wrong("PaymentDocumentData")
    CONTROLS = controls.CONTROLS
    WITHOUT_SAMPLE = frozenset(
        {
            # An account is closed on the day on which a sample is played: no file can hold the month after it.
            codes.ACCOUNT_CLOSED_BEFORE,
            # Nobody places ten thousand documents for one account to see what comes then.
            codes.NUMBERS_EXHAUSTED,
        }
    )
