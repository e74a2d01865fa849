"""What the built-in contract claims to be equal in: one entry a family of operations, and the libraries of types.

`test_contract_equality` proves every line of it. Names are local; the namespace is that of the family's service.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Operations of one service that belong together."""

    name: str
    service: str
    """Last part of the service's namespace; also the name of our schema and of the official folder."""
    operations: tuple[str, ...]
    """Names in the WSDL."""
    requests: tuple[str, ...]
    """Their request elements."""
    results: frozenset[str]
    """The branches of getStateResult that answer them."""
    outcomes: frozenset[str] = frozenset()
    """The branches of CommonResult, where the service adds some of its own."""


HOUSES = Family(
    "houses",
    "house-management",
    ("importHouseUOData", "importHouseOMSData", "importHouseESPData", "exportHouseData"),
    ("importHouseUORequest", "importHouseOMSRequest", "importHouseESPRequest", "exportHouseRequest"),
    frozenset({"ImportResult", "exportHouseResult"}),
    frozenset({"ImportHouseUO", "ImportHouseOMS", "ImportHouseESP"}),
)

READINGS = Family(
    "readings",
    "device-metering",
    ("importMeteringDeviceValues", "exportMeteringDeviceHistory"),
    ("importMeteringDeviceValuesRequest", "exportMeteringDeviceHistoryRequest"),
    frozenset({"ImportResult", "exportMeteringDeviceHistoryResult", "PagedOutput"}),
)

ACCOUNTS = Family(
    "accounts",
    "house-management",
    (
        *("importAccountData", "exportAccountData"),
        *("importAccountIndividualServices", "exportAccountIndividualServices"),
    ),
    (
        *("importAccountRequest", "exportAccountRequest"),
        *("importAccountIndividualServicesRequest", "exportAccountIndividualServicesRequest"),
    ),
    frozenset({"ImportResult", "exportAccountResult", "exportAccountIndividualServicesResult"}),
    frozenset({"ImportAccount"}),
)

DEVICES = Family(
    "devices",
    "house-management",
    ("importMeteringDeviceData", "exportMeteringDeviceData"),
    ("importMeteringDeviceDataRequest", "exportMeteringDeviceDataRequest"),
    frozenset({"ImportResult", "exportMeteringDeviceDataResult"}),
    frozenset({"importMeteringDevice"}),
)

FAMILIES = (HOUSES, READINGS, ACCOUNTS, DEVICES)

LIBRARIES = {
    name: (f"{name}.xsd", f"hcs-{name}.xsd")
    for name in (
        *("base", "nsi-base", "premises-base", "account-base", "bills-base", "metering-device-base"),
        *("individual-registry-base", "organizations-base", "organizations-registry-base"),
    )
}
"""Libraries of types: our file and the official one of each namespace."""
