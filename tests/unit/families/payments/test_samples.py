"""The samples of payments: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from gateway.families.payments import controls
from tests.unit.families import family_samples


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("payments")
    WRONG = family_samples.wrong("NotificationsOfOrderExecution", "Acknowledgment", "PaymentDocumentDetails")
    CONTROLS = controls.CONTROLS
