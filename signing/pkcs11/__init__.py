"""Keys that never leave a token: a `Signer` over PKCS #11 (OASIS, version 2.40), named by a URI of RFC 7512.

    signer = pkcs11.open_signer("pkcs11:token=office;object=seal?module-path=/usr/lib/rtpkcs11ecp.so", pin=pin)
    xades.sign(element, signer, at=now)

Importable without python-pkcs11, which is an optional part of the installation; `open_signer` says where it is missing.
RSA and ECDSA. A token with ГОСТ keys is the same interface with other mechanisms (CKM_GOSTR3410…); none was at hand to
be tested with, so none is claimed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from signing import errors
from signing.pkcs11 import uri

if TYPE_CHECKING:
    from signing.pkcs11.signer import Pkcs11Signer

SCHEME = uri.SCHEME
"""What a reference to a key on a token begins with; anything else names a file."""


def open_signer(reference: str, certificate: Path | None = None, *, pin: str | None = None) -> Pkcs11Signer:
    """Open the key that `reference` names and prove that it signs; close it when it is no longer needed.

    `certificate` is a file: the signer's certificate first, then the intermediates; without it the token is asked for
    the certificate that has the key's CKA_ID. `pin` wins over the `pin-source` of the reference.

    Raises `errors.KeyReference` where the reference cannot be used, `errors.TokenUnavailable` with what is missing,
    `errors.CertificateUnreadable`, `errors.KeyMismatch` and `errors.UnknownKeyKind`.
    """
    parsed = uri.parse(reference)
    try:
        # Only who has a token needs the library.
        from signing.pkcs11 import signer
    except ModuleNotFoundError as error:
        raise errors.TokenUnavailable(
            errors.Missing.LIBRARY, "python-pkcs11 is not installed: pip install 'hcs-gateway[pkcs11]'"
        ) from error
    return signer.Pkcs11Signer.open(parsed, certificate, pin=pin)
