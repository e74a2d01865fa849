"""What a client of the gateway can meet.

ClientError
├── Unsendable    no message can be made of this: unknown element, no key, no such organisation on the stand
├── Unreachable   nobody answers at the address, or whoever answers does not speak this contract
├── NotFinished   no result within the time that the caller wanted to wait; it can be asked for later
└── Fault         refused by the gateway: a code and a sentence (protocol §1.7)
"""

from __future__ import annotations

from typing import Final

from gateway import errors


class ClientError(errors.GatewayError):
    """Base of everything that this package raises on purpose."""


class Unsendable(ClientError):
    """No message can be made of what was given."""


class Unreachable(ClientError):
    """The stand does not answer, or not as a gateway."""


class NotFinished(ClientError):
    """The result was not there in time."""


class Fault(ClientError):
    """A SOAP fault: nothing was accepted."""

    def __init__(self, code: str, text: str, status: int) -> None:
        self.code: Final = code
        """Code of the catalogue, for example FMT001300; empty where a fault names none."""
        self.text: Final = text
        """The sentence for a person, in Russian."""
        self.status: Final = status
        """HTTP status that came with it."""
        super().__init__(f"{code}: {text}" if code else text)
