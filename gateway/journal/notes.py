"""Signed notes (C2SP signed-note): a text, an empty line, and signatures, a line each, over the bytes of the text.

The key of an installation is what its results are signed with. ECDSA on P-256 is signature type 0x02 of the standard,
and its key id the hash of the public key alone. The others have no type there, so they are of type 0xff, named by the
address of their XML signature algorithm. Signatures are what openssl takes: DER for ECDSA, the bare octets for RSA and
ГОСТ.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import hashlib
from typing import Final

from gateway.journal import errors
from signing import suites
from signing.certificates import Certificate, read
from signing.gost.backend import Backend
from signing.signer import Signer
from signing.suites import Suite, ecdsa, gost

MOST: Final = 64 * 1024
"""Bytes of the longest note that is read; the standard wants sixteen signatures to fit."""

_DASH: Final = "\u2014 "
_KEY_ID: Final = 4
_OTHER: Final = b"\xff"


@dataclasses.dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart; nothing of it is verified."""

    text: str
    """What is signed, with its last newline."""
    signatures: tuple[tuple[str, bytes, bytes], ...]
    """Name of the key, key id, signature."""

    def is_signed_by(self, name: str, certificate: Certificate, backend: Backend | None) -> bool:
        """Tell whether the key of `certificate`, under this name, has signed the text; `backend` is for ГОСТ."""
        return self.suite_of(name, certificate, backend) is not None

    def suite_of(self, name: str, certificate: Certificate, backend: Backend | None) -> Suite | None:
        """Return the algorithm by which the key of `certificate` has signed the text; None where it has not."""
        known = (*suites.KNOWN, *(gost.suites(backend) if backend else ()))
        for suite in (each for each in known if each.accepts(certificate.spki)):
            wanted = (name, key_id(name, suite, certificate.spki))
            for signer, id_, signature in self.signatures:
                if (signer, id_) == wanted and suite.verify_certificate(
                    certificate.spki, self.text.encode(), signature
                ):
                    return suite
        return None


def sign(text: str, name: str, signer: Signer) -> str:
    """Return the note of `text` with one signature under the key name `name`; raises SigningError."""
    raw = signer.sign(text.encode())
    if isinstance(signer.suite, ecdsa.EcdsaSuite):
        raw = ecdsa.in_der(raw)
    line = base64.b64encode(key_id(name, signer.suite, read(signer.certificate).spki) + raw).decode()
    return f"{text}\n{_DASH}{name} {line}\n"


def parse(note: str) -> Note:
    """Take a note apart; raises BadNote for anything that is none."""
    text, separator, below = note.rpartition("\n\n")
    lines = below.split("\n")
    if not separator or lines.pop() or not lines or len(note) > MOST:
        raise errors.BadNote("not a signed note: a text, an empty line, and signatures")
    if any(char < " " and char != "\n" for char in note):
        raise errors.BadNote("a signed note has no control characters")
    return Note(f"{text}\n", tuple(_signature(line) for line in lines))


def key_id(name: str, suite: Suite, spki: bytes) -> bytes:
    """Return the four bytes by which a signature says whose it is."""
    if suite is ecdsa.ECDSA_SHA256:
        return hashlib.sha256(spki).digest()[:_KEY_ID]
    return hashlib.sha256(name.encode() + b"\n" + _OTHER + suite.uri.encode() + spki).digest()[:_KEY_ID]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, blank, value = line.removeprefix(_DASH).partition(" ")
    try:
        octets = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        octets = b""
    if not line.startswith(_DASH) or not name or not blank or len(octets) <= _KEY_ID:
        raise errors.BadNote("not a line of a signature: — name base64")
    return name, octets[:_KEY_ID], octets[_KEY_ID:]
