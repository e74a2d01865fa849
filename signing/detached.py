"""XAdES over files beside it (EN 319 132-1, level B-B), as a container of ASiC-E has it (EN 319 162-1, annex A).

Each reference is the relative URI of a file, digested as it is: no transforms, so that any tool that opens the files
verifies it. Unlike the enveloped signatures of the wire it names its certificate by SigningCertificateV2.

SignedInfo and SignedProperties stand in the document as the canonical octets that they are signed by. So they can be
cut out by a tool that knows no XML, where no tool that knows it computes the algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lxml import etree

from signing import canonical, errors, layout
from signing.signer import Signer
from signing.vocabulary import DS, INCLUSIVE_C14N, SIGNATURE, SIGNED_PROPERTIES_TYPE, ds, xades

_ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"


def sign(
    files: Mapping[str, bytes], media_types: Mapping[str, str], signer: Signer, *, name: str, at: datetime
) -> bytes:
    """Return the document `META-INF/signatures….xml` with one signature over `files`, by their relative URIs.

    `media_types` has that of each file, `name` becomes the Id of the signature, `at` SigningTime. Raises
    `errors.NaiveTime`, `errors.CertificateUnreadable`, or what the signer raises.
    """
    if at.tzinfo is None:
        raise errors.NaiveTime
    digest, chain = signer.suite.digest, layout.chain_of(signer)
    root = etree.Element(f"{{{_ASIC}}}XAdESSignatures", nsmap={"asic": _ASIC})
    signature = etree.SubElement(root, SIGNATURE, {"Id": name}, nsmap={"ds": DS})
    signed_info = layout.append(signature, ds("SignedInfo"))
    layout.append(signed_info, ds("CanonicalizationMethod"), {"Algorithm": INCLUSIVE_C14N})
    layout.append(signed_info, ds("SignatureMethod"), {"Algorithm": signer.suite.uri})
    for number, (uri, data) in enumerate(files.items()):
        reference = layout.append(signed_info, ds("Reference"), {"Id": f"{name}-ref{number}", "URI": uri})
        layout.append_digest(reference, digest).text = layout.encoded(digest.of(data))
    reference = layout.append(
        signed_info, ds("Reference"), {"Type": SIGNED_PROPERTIES_TYPE, "URI": f"#{name}-signedprops"}
    )
    properties_digest = layout.append_digest(reference, digest)
    value = layout.append(signature, ds("SignatureValue"), {"Id": f"{name}-sigvalue"})
    layout.append_key_info(signature, chain)
    properties = layout.append_signed_properties(signature, name)
    signed = layout.append(properties, xades("SignedSignatureProperties"))
    layout.append(signed, xades("SigningTime"), text=at.isoformat(timespec="milliseconds"))
    certificate = layout.append(layout.append(signed, xades("SigningCertificateV2")), xades("Cert"))
    layout.append_digest(layout.append(certificate, xades("CertDigest")), digest).text = layout.encoded(
        digest.of(chain[0].der)
    )
    about = layout.append(properties, xades("SignedDataObjectProperties"))
    for number, uri in enumerate(files):
        described = layout.append(about, xades("DataObjectFormat"), {"ObjectReference": f"#{name}-ref{number}"})
        layout.append(described, xades("MimeType"), text=media_types[uri])
    canonical_properties = canonical.inclusive(properties)
    properties_digest.text = layout.encoded(digest.of(canonical_properties))
    canonical_info = canonical.inclusive(signed_info)
    value.text = layout.encoded(signer.sign(canonical_info))
    document = bytes(etree.tostring(root, encoding="utf-8", xml_declaration=True))
    document = _spliced(document, b"ds:SignedInfo", canonical_info)
    return _spliced(document, b"xades:SignedProperties", canonical_properties)


def _spliced(document: bytes, tag: bytes, octets: bytes) -> bytes:
    """Put the octets in the place of the one element of the tag: the same element, written otherwise."""
    before, opening, rest = document.partition(b"<" + tag)
    _, closing, after = rest.partition(b"</" + tag + b">")
    if not opening or not closing:
        raise ValueError(f"no {tag.decode()} in the document")
    return before + octets + after
