"""The bundle as a container of ASiC-E with a XAdES signature (ETSI EN 319 162-1, section 4.4).

The installation signs every file of the bundle. That proves who handed it over; what the files prove does not depend
on it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Final

from lxml import etree

from gateway.journal.evidence import names, options
from signing import detached
from signing.certificates import Certificate
from signing.gost import keys
from signing.signer import Signer
from signing.vocabulary import XADES

_MIMETYPE: Final = "application/vnd.etsi.asic-e+zip"
_MANIFEST: Final = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_TYPES: Final = {
    "json": "application/json",
    "md": "text/markdown",
    "pem": "application/x-pem-file",
    "sh": "application/x-sh",
    "sha256": "text/plain",
    "tlog-proof": "text/plain",
    "wsdl": "text/xml",
    "xml": "text/xml",
    "xsd": "text/xml",
}
_OTHER: Final = "application/octet-stream"


def contained(files: Mapping[str, bytes], signer: Signer, at: dt.datetime) -> dict[str, bytes]:
    """Return the files of the container in the order that it has to have, signed as of `at`; raises SigningError."""
    types = {name: _TYPES.get(name.rpartition(".")[2], _OTHER) for name in files}
    # The Id is made of what is signed, so that the same bundle gets the same one.
    id_ = f"xmldsig-{hashlib.sha256(files[names.MANIFEST]).hexdigest()[:32]}"
    return {
        "mimetype": _MIMETYPE.encode(),
        "META-INF/manifest.xml": _manifest(types),
        **files,
        names.CONTAINER_SIGNATURE: detached.sign(files, types, signer, name=id_, at=at),
    }


def is_for_openssl(certificate: Certificate) -> bool:
    """Tell whether xmlsec1 does not know what the key signs: of ГОСТ."""
    return keys.read_public(certificate.spki) is not None


def lines(certificate: Certificate) -> tuple[str, ...]:
    """Return what verifies the signature of the container by the key in `$work/key.pem`."""
    key = keys.read_public(certificate.spki)
    if key is None:
        return (f"{options.XMLSEC} --id-attr:Id {XADES}:SignedProperties {names.CONTAINER_SIGNATURE}",)
    digest = options.of_dgst(key.algorithm.hash_name)
    value = f"$(openssl dgst {digest} -binary \"$work/properties\" | base64 | tr -d '\\n')"
    return (
        'part ds:SignedInfo > "$work/signed-info"',
        'part xades:SignedProperties > "$work/properties"',
        """part ds:SignatureValue | sed 's/<[^>]*>//g' | base64 -d > "$work/signature\"""",
        f'openssl dgst {digest} -verify "$work/key.pem" -signature "$work/signature" "$work/signed-info"',
        f'says "$work/signed-info" ">{value}</"',
        f"named {digest}",
    )


def _manifest(types: Mapping[str, str]) -> bytes:
    root = etree.Element(f"{{{_MANIFEST}}}manifest", nsmap={"manifest": _MANIFEST})
    root.set(f"{{{_MANIFEST}}}version", "1.2")
    for path, media_type in {"/": _MIMETYPE, **types}.items():
        entry = etree.SubElement(root, f"{{{_MANIFEST}}}file-entry")
        entry.set(f"{{{_MANIFEST}}}full-path", path)
        entry.set(f"{{{_MANIFEST}}}media-type", media_type)
    return bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
