"""What the caller of `signing` did wrong. A bad signature is never one of these: it is a `Verdict`.

    SigningError
    ├── KeyUnreadable           the private key file is absent, encrypted or not a key
    ├── CertificateUnreadable   a certificate file is absent or not a certificate
    ├── RevocationListUnusable  a revocation list cannot be read, or is of a kind that is not understood
    ├── KeyMismatch             the private key does not belong to the certificate
    ├── UnknownKeyKind          no suite signs with such a key
    ├── KeyReference            the reference to a key on a token cannot be used
    ├── TokenUnavailable        the token or its key cannot be used now; `missing` says what it lacks
    ├── FileExists              a key or certificate would have been overwritten
    ├── AlreadySigned           the element carries a signature already
    ├── AmbiguousId             the `Id` of the element occurs elsewhere in its document
    ├── Unsignable              the element has no canonical form, or too long a one
    ├── NaiveTime               a time was given without its zone
    ├── BackendUnavailable      no library here computes ГОСТ, or it fails its self-test
    └── BackendFailed           the library that computes ГОСТ broke down in the middle

The docstring of an exception is its default message.
"""

from __future__ import annotations

from enum import StrEnum


class SigningError(Exception):
    """The signing package was called wrongly."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class KeyUnreadable(SigningError):
    """The private key cannot be read."""


class CertificateUnreadable(SigningError):
    """The certificate cannot be read."""


class RevocationListUnusable(SigningError):
    """The revocation list cannot be read, or is of a kind that is not understood."""


class KeyMismatch(SigningError):
    """The private key does not belong to the certificate."""


class UnknownKeyKind(SigningError):
    """No suite signs with such a key."""


class KeyReference(SigningError):
    """The reference to the key is no PKCS #11 URI that can be used."""


class Missing(StrEnum):
    """What is needed to sign with a token, in the order in which it is looked for."""

    LIBRARY = "library"
    """python-pkcs11 is not installed."""
    MODULE = "module"
    """The PKCS #11 module, a shared library of the token's maker, is absent or does not start."""
    TOKEN = "token"  # noqa: S105 - no secret
    """No token is like the one that is named, or several are, or it has failed."""
    PIN = "pin"
    """There is no PIN, it is wrong, or the token does not take it any more."""
    KEY = "key"
    """No private key is like the one that is named, or several are, or it may not sign."""
    CERTIFICATE = "certificate"
    """The token holds no certificate of the key, and no file was given."""


class TokenUnavailable(SigningError):
    """The key on the token cannot be used now."""

    def __init__(self, missing: Missing, message: str) -> None:
        super().__init__(message)
        self.missing = missing


class FileExists(SigningError):
    """The file exists and is not overwritten."""


class AlreadySigned(SigningError):
    """The element carries a signature already."""


class AmbiguousId(SigningError):
    """The Id of the element occurs elsewhere in its document, so no reference to it can hold."""


class Unsignable(SigningError):
    """The element cannot be brought into canonical form."""


class NaiveTime(SigningError):
    """The time was given without its zone."""


class BackendUnavailable(SigningError):
    """The library that should compute ГОСТ is not here."""


class BackendFailed(SigningError):
    """The library that computes ГОСТ could not do its work."""
