"""Names of the wire: namespaces, and the prefixes that clients have come to depend on (protocol §1.6).

Some clients read `ns4:MessageGUID` literally and some look for `ns<digits>:ErrorCode` by pattern, so every message that
leaves uses `env` for the envelope, `ns4` for base, `ns3` for signatures and `ns13` for the service itself.
"""

from __future__ import annotations

from typing import Final

ROOT: Final = "http://dom.gosuslugi.ru/schema/integration/"
BASE: Final = f"{ROOT}base/"
SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12: Final = "http://www.w3.org/2003/05/soap-envelope"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XMLDSIG: Final = "http://www.w3.org/2000/09/xmldsig#"

_PREFIXES: Final = {
    "env": SOAP,
    "ns3": XMLDSIG,
    "ns4": BASE,
    "ns5": f"{ROOT}account-base/",
    "ns6": f"{ROOT}individual-registry-base/",
    "ns7": f"{ROOT}nsi-base/",
    "ns8": f"{ROOT}metering-device-base/",
    "ns9": f"{ROOT}organizations-registry-base/",
    "ns10": f"{ROOT}organizations-base/",
    "ns11": f"{ROOT}payments-base/",
    "ns12": f"{ROOT}bills-base/",
    "ns14": f"{ROOT}premises-base/",
}


# Their answers name types (xsi:type) in every field; nobody else's do.
_TYPED: Final = (f"{ROOT}nsi/", f"{ROOT}nsi-common/")


def nsmap(service: str) -> dict[str, str]:
    """Return prefix → namespace for messages of the service with this types namespace."""
    typed = {"xsi": XSI} if service in _TYPED else {}
    return {**_PREFIXES, **typed, "ns13": service}


def base(name: str) -> str:
    """Return the Clark name of an element of the base namespace."""
    return f"{{{BASE}}}{name}"


def local(tag: str) -> str:
    """Return the local part of a Clark name."""
    return tag.rpartition("}")[2]
