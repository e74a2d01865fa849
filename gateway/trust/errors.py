"""What can be told of a change of trust that was not made."""

from __future__ import annotations

from gateway import errors


class TrustError(errors.GatewayError):
    """A certificate or a revocation list cannot be taken, found or removed; the message says why."""
