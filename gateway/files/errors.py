"""What a client of the file store is told: a name in X-Upload-Error and a sentence in the body (protocol §7.2).

Whatever goes wrong is one of these names with HTTP 400, as the real system answers; 401 where HTTP demands a
challenge, 405, 408 and 416 where HTTP has a status of its own.
"""

from __future__ import annotations

from typing import Final

from gateway import errors

FIELD: Final = "FieldValidationException"
SIZE: Final = "InvalidSizeException"
HASH: Final = "HashConflictException"
CONTEXT: Final = "ContextNotFoundException"
DETECTION: Final = "DetectionException"
EXTENSION: Final = "ExtensionException"
PROVIDER: Final = "DataProviderValidationException"
CERTIFICATE: Final = "CertificateValidationException"
NOT_FOUND: Final = "FileNotFoundException"
STATUS: Final = "InvalidStatusException"
PART_NUMBER: Final = "InvalidPartNumberException"
PERMISSION: Final = "FilePermissionException"
INFECTED: Final = "FileVirusInfectionException"
NOT_CHECKED: Final = "FileVirusNotCheckedException"
MAINTENANCE: Final = "INT002029"

NAMES: Final = (
    FIELD, SIZE, HASH, CONTEXT, DETECTION, EXTENSION, PROVIDER, CERTIFICATE, NOT_FOUND, STATUS, PART_NUMBER,
    PERMISSION, INFECTED, NOT_CHECKED, MAINTENANCE,
)  # fmt: skip
"""Every name that can stand in X-Upload-Error; docs/files.md explains each."""

BAD_REQUEST: Final = "400 Bad Request"


class FileError(errors.GatewayError):
    """The client is wrong; `name` is one of `NAMES`, `detail` a Russian sentence for people."""

    def __init__(self, name: str, detail: str, *, status: str = BAD_REQUEST) -> None:
        self.name: Final = name
        self.detail: Final = detail
        self.status: Final = status
        """HTTP status line."""
        super().__init__(f"{name}: {detail}")
