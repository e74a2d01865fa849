"""The signature algorithms that this installation knows, as values behind one interface (`base.Suite`).

A policy names the suites that it allows; nothing is switched on by being importable. Those of ГОСТ are made for the
backend that computes them (`gost.suites`).
"""

from __future__ import annotations

from signing.suites import ecdsa, gost, rsa
from signing.suites.base import Suite

KNOWN: tuple[Suite, ...] = (*rsa.SUITES, *ecdsa.SUITES)
"""Every suite that needs no backend, the preferred of its kind first."""

__all__ = ["KNOWN", "Suite", "ecdsa", "gost", "rsa"]
