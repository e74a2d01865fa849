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
    outcomes: frozenset[str] | None = None
    """The branches of CommonResult that the family uses; None where the service adds none of its own."""


HOUSES = Family(
    "houses",
    "house-management",
    ("importHouseUOData", "importHouseOMSData", "importHouseESPData", "exportHouseData", "demolishHouse"),
    (
        *("importHouseUORequest", "importHouseOMSRequest", "importHouseESPRequest"),
        *("exportHouseRequest", "demolishHouseRequest"),
    ),
    frozenset({"ImportResult", "exportHouseResult"}),
    frozenset({"ImportHouseUO", "ImportHouseOMS", "ImportHouseESP"}),
)

BRIEF_HOUSES = Family(
    "brief-houses",
    "house-management",
    ("exportBriefBasicHouse", "exportBriefLivingHouse", "exportBriefApartmentHouse"),
    ("exportBriefBasicHouseRequest", "exportBriefLivingHouseRequest", "exportBriefApartmentHouseRequest"),
    frozenset({"exportBriefBasicHouseResult", "exportBriefLivingHouseResult", "exportBriefApartmentHouseResult"}),
)

READINGS = Family(
    "readings",
    "device-metering",
    ("importMeteringDeviceValues", "exportMeteringDeviceHistory"),
    ("importMeteringDeviceValuesRequest", "exportMeteringDeviceHistoryRequest"),
    frozenset({"ImportResult", "exportMeteringDeviceHistoryResult", "PagedOutput"}),
)

COMMON_DICTIONARIES = Family(
    "common dictionaries",
    "nsi-common",
    ("exportNsiList", "exportNsiItem", "exportNsiPagingItem"),
    ("exportNsiListRequest", "exportNsiItemRequest", "exportNsiPagingItemRequest"),
    frozenset({"NsiList", "NsiItem", "NsiPagingItem"}),
)

PROVIDER_DICTIONARIES = Family(
    "provider dictionaries",
    "nsi",
    (
        *("importAdditionalServices", "importMunicipalServices", "importGeneralNeedsMunicipalResource"),
        *("importOrganizationWorks", "importCapitalRepairWork"),
        *("importCommunalInfrastructureSystem", "importBaseDecisionMSP"),
        *("exportDataProviderNsiItem", "exportDataProviderPagingNsiItem"),
    ),
    (
        *("importAdditionalServicesRequest", "importMunicipalServicesRequest"),
        *("importGeneralNeedsMunicipalResourceRequest", "importOrganizationWorksRequest"),
        *("importCapitalRepairWorkRequest", "importCommunalInfrastructureSystemRequest"),
        *("importBaseDecisionMSPRequest", "exportDataProviderNsiItemRequest"),
        "exportDataProviderNsiPagingItemRequest",
    ),
    frozenset({"ImportResult", "NsiItem", "NsiPagingItem", "NsiList"}),
)

ORGANIZATIONS = Family(
    "organizations",
    "organizations-registry-common",
    ("exportOrgRegistry", "exportDataProvider", "exportDelegatedAccess"),
    ("exportOrgRegistryRequest", "exportDataProviderRequest", "exportDelegatedAccessRequest"),
    frozenset(
        {
            *("ImportResult", "exportOrgRegistryResult", "exportDataProviderResult"),
            *("exportDelegatedAccessResult", "IsNextPage"),
        }
    ),
)

PAYMENTS = Family(
    "payments",
    "payment",
    (
        *("importNotificationsOfOrderExecution", "importNotificationsOfOrderExecutionCancellation"),
        "exportPaymentDocumentDetails",
    ),
    (
        *("importNotificationsOfOrderExecutionRequest", "importNotificationsOfOrderExecutionCancellationRequest"),
        "exportPaymentDocumentDetailsRequest",
    ),
    frozenset({"ImportResult", "exportPaymentDocumentDetailsResult"}),
)

BILLS = Family(
    "bills",
    "bills",
    (
        *("importPaymentDocumentData", "exportPaymentDocumentData", "exportNotificationsOfOrderExecution"),
        *("importAcknowledgment", "getRequestsState"),
    ),
    (
        *("importPaymentDocumentRequest", "exportPaymentDocumentRequest"),
        *("exportNotificationsOfOrderExecutionRequest", "importAcknowledgmentRequest"),
    ),
    frozenset(
        {
            *("ImportResult", "exportPaymentDocResult", "exportNotificationsOfOrderExecutionResult"),
            "ExportNotificationsOfOrderExecutionGUID",
        }
    ),
)

CONTRACTS = Family(
    "contracts",
    "house-management",
    ("importContractData", "importCharterData", "exportStatusCAChData", "exportCAChData"),
    ("importContractRequest", "importCharterRequest", "exportStatusCAChRequest", "exportCAChAsyncRequest"),
    frozenset({"ImportResult", "exportStatusCAChResult", "exportCAChResult"}),
    frozenset({"importContract", "importCharter"}),
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

ABSENCES = Family(
    "absences of devices",
    "house-management",
    ("importAbsenceDeviceInfo", "exportAbsenceDeviceInfo"),
    ("importAbsenceDeviceInfoRequest", "exportAbsenceDeviceInfoRequest"),
    frozenset({"ImportResult", "exportAbsenceDeviceInfoResultType"}),
    frozenset({"AbsenceDeviceImportResult"}),
)

NOTIFICATIONS = Family(
    "notifications",
    "house-management",
    ("importNotificationData",),
    ("importNotificationRequest",),
    frozenset({"ImportResult"}),
    frozenset(),
)

VOTING_MESSAGES = Family(
    "voting messages",
    "house-management",
    ("importVotingMessage", "exportVotingMessage"),
    ("importVotingMessageRequest", "exportVotingMessageRequest"),
    frozenset({"ImportResult", "VotingMessage"}),
    frozenset({"importVotingInformation"}),
)

VOTING_PROTOCOLS = Family(
    "voting protocols",
    "house-management",
    ("importVotingProtocol", "exportVotingProtocol"),
    ("importVotingProtocolRequest", "exportVotingProtocolRequest"),
    frozenset({"ImportResult", "VotingProtocol"}),
    frozenset({"importVotingInformation"}),
)

OWNER_DECISIONS = Family(
    "owner decisions",
    "house-management",
    ("importOwnerDecision", "exportOwnerDecision"),
    ("importOwnerDecisionRequest", "exportOwnerDecisionRequest"),
    frozenset({"ImportResult", "exportOwnerDecision"}),
    frozenset({"importVotingInformation"}),
)

FAMILIES = (
    HOUSES,
    BRIEF_HOUSES,
    READINGS,
    COMMON_DICTIONARIES,
    PROVIDER_DICTIONARIES,
    ORGANIZATIONS,
    PAYMENTS,
    BILLS,
    CONTRACTS,
    ACCOUNTS,
    DEVICES,
    ABSENCES,
    NOTIFICATIONS,
    VOTING_MESSAGES,
    VOTING_PROTOCOLS,
    OWNER_DECISIONS,
)

LIBRARIES = {
    name: (f"{name}.xsd", f"hcs-{name}.xsd")
    for name in (
        *("base", "nsi-base", "premises-base", "account-base", "bills-base", "metering-device-base"),
        *("individual-registry-base", "organizations-base", "organizations-registry-base", "payments-base"),
    )
}
"""Libraries of types: our file and the official one of each namespace."""
