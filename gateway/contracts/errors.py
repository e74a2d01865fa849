"""What goes wrong with contracts, one exception per thing that somebody can be told.

    GatewayError
    ├── ContractError     a pack is broken, hostile or beyond the limits: file and reason, for the administrator
    ├── ContentError      content does not fit its shape: path and reason, a mistake of the code that made it
    ├── UnknownPath       no service stands at the path
    ├── UnknownOperation  the service has no such request element
    ├── UnknownVersion    no pack supports the declared version; carries those that are supported
    └── UnknownFile       the pack has no such file to publish

The last four are about a caller; intake gives them their wire codes.
"""

from __future__ import annotations

from typing import Final

from gateway import errors


class ContractError(errors.GatewayError):
    """A contract pack cannot be used."""

    def __init__(self, file: str, reason: str) -> None:
        self.file: Final = file
        """Path inside the pack, or empty where the pack as a whole is meant."""
        self.reason: Final = reason
        super().__init__(f"{file}: {reason}" if file else reason)


class ContentError(errors.GatewayError):
    """Content does not fit the shape that it should be written in."""

    def __init__(self, path: str, reason: str) -> None:
        self.path: Final = path
        """Where, in contract names: `getStateResult/ImportResult/CommonResult[2]`."""
        self.reason: Final = reason
        super().__init__(f"{path}: {reason}")


class UnknownPath(errors.GatewayError):
    """No pack has a service at this path."""

    def __init__(self, path: str) -> None:
        self.path: Final = path
        super().__init__(path)


class UnknownOperation(errors.GatewayError):
    """The service at this path has no operation with this request element."""

    def __init__(self, path: str, element: str) -> None:
        self.path: Final = path
        self.element: Final = element
        """Clark name of the request element."""
        super().__init__(f"{path}: {element}")


class UnknownVersion(errors.GatewayError):
    """No pack supports the version that the request element declares."""

    def __init__(self, element: str, version: str, supported: tuple[str, ...]) -> None:
        self.element: Final = element
        self.version: Final = version
        self.supported: Final = supported
        """Versions that any pack names for this element, lowest first; empty where any well-formed one would do."""
        super().__init__(f"{element}: {version} ({', '.join(supported)})")


class UnknownFile(errors.GatewayError):
    """The pack publishes no file at this path."""

    def __init__(self, path: str) -> None:
        self.path: Final = path
        super().__init__(path)
