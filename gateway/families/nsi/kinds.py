"""What each dictionary that organisations keep holds, and under which names its entries come and go.

A change is a list of entries to create or change, of deleted ones to recover and of ones to delete, each by its
TransportGUID. Names of fields are those under which clients look for them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api
from gateway.families import fields as fields_module

NAMESPACE: Final = f"{wire.ROOT}nsi/"


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One field of an exported entry, and the element of the import that it is filled from."""

    name: str
    kind: str
    """What it holds: String, Boolean, NsiRef or OkeiRef."""
    element: str
    number: int | None = None
    """The dictionary that an nsiRef leads to."""

    def exported(self, content: fields_module.Fields) -> list[api.Data]:
        """Return the field as it is exported, once for each value; none where the entry has no value."""
        value = content.get(self.element)
        values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        return [self._one(each) for each in values if each is not None]

    def _one(self, value: api.Data) -> Mapping[str, api.Data]:
        head: dict[str, api.Data] = {shape.KIND: f"NsiElement{self.kind}FieldType", "Name": self.name}
        if self.kind == "OkeiRef":
            return {**head, "Code": value}
        if self.kind == "NsiRef":
            return {**head, "NsiRef": {"NsiItemRegistryNumber": str(self.number), "Ref": value}}
        return {**head, "Value": value}


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One dictionary that organisations keep."""

    number: int
    name: str
    entry: str
    """What follows `Import`, `Recover` and `Delete` in the names of its elements."""
    fields: tuple[Field, ...]
    """The first one names the entry."""
    tops: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Entries that are the same for everybody and under which an organisation puts its own: code → name."""

    @property
    def request(self) -> str:
        """Return the Clark name of the request element that changes it."""
        return f"{{{NAMESPACE}}}import{_REQUESTS[self.number]}Request"

    @property
    def references(self) -> Mapping[str, int]:
        """Return the dictionaries that its nsiRefs lead to, by element."""
        return {field.element: field.number for field in self.fields if field.number is not None}

    def named(self, content: fields_module.Fields) -> str:
        """Return the name of an entry."""
        return fields_module.text(content, self.fields[0].element)

    def exported(self, content: fields_module.Fields) -> tuple[Mapping[str, api.Data], ...]:
        """Return all fields of an entry in the contract's words."""
        found = (one for field in self.fields for one in field.exported(content))
        return tuple(one for one in found if isinstance(one, Mapping))


_REQUESTS: Final = {
    1: "AdditionalServices",
    51: "MunicipalServices",
    59: "OrganizationWorks",
    219: "CapitalRepairWork",
    272: "CommunalInfrastructureSystem",
    302: "BaseDecisionMSP",
    337: "GeneralNeedsMunicipalResource",
}
_UNIT: Final = Field("Единица измерения", "OkeiRef", "OKEI")
_SORTING: Final = Field("Порядок сортировки", "String", "SortOrder")
_RESOURCE: Final = Field("Вид коммунального ресурса", "NsiRef", "MunicipalResourceRef", 2)

ADDITIONAL_SERVICES: Final = Kind(
    1,
    "Дополнительные услуги",
    "AdditionalServiceType",
    (Field("Вид дополнительной услуги", "String", "AdditionalServiceTypeName"), _UNIT),
)
MUNICIPAL_SERVICES: Final = Kind(
    51,
    "Коммунальные услуги",
    "MainMunicipalService",
    (
        Field("Главная коммунальная услуга", "String", "MainMunicipalServiceName"),
        Field("Вид коммунальной услуги", "NsiRef", "MunicipalServiceRef", 3),
        _RESOURCE,
        _UNIT,
        Field("Услуга предоставляется на общедомовые нужды", "Boolean", "GeneralNeeds"),
        Field("Самостоятельное производство коммунальной услуги", "Boolean", "SelfProduced"),
        _SORTING,
    ),
)
ORGANISATION_WORKS: Final = Kind(
    59,
    "Работы и услуги организации",
    "OrganizationWork",
    (
        Field("Наименование работы в системе", "String", "WorkName"),
        Field("Вид работ", "NsiRef", "ServiceTypeRef", 56),
        Field("Обязательные работы, обеспечивающие надлежащее содержание МКД", "NsiRef", "RequiredServiceRef", 67),
        _UNIT,
        Field("Другая единица измерения", "String", "StringDimensionUnit"),
    ),
    tops={"0": "Работы (услуги), скопированные из справочника другой организации"},
)
CAPITAL_REPAIR_WORKS: Final = Kind(
    219,
    "Вид работ капитального ремонта",
    "CapitalRepairWork",
    (
        Field("Наименование вида работ", "String", "ServiceName"),
        Field("Группа работ", "NsiRef", "WorkGroupRef", 218),
    ),
)
INFRASTRUCTURE_SYSTEMS: Final = Kind(
    272,
    "Система коммунальной инфраструктуры",
    "CommunalInfrastructureSystem",
    (
        Field("Наименование системы", "String", "SystemName"),
        Field("Вид системы коммунальной инфраструктуры", "NsiRef", "CommunalSystemInfrastructureType", 42),
    ),
)
SUPPORT_DECISIONS: Final = Kind(
    302,
    "Основание принятия решения о мерах социальной поддержки гражданина",
    "BaseDecisionMSP",
    (
        Field("Наименование основания принятия решения", "String", "DecisionName"),
        Field("Тип решения о мерах социальной поддержки гражданина", "NsiRef", "DecisionType", 301),
        Field("Применяется для субсидий", "Boolean", "IsAppliedToSubsidiaries"),
        Field("Применяется для компенсации расходов", "Boolean", "IsAppliedToRefundOfCharges"),
    ),
)
COMMON_PROPERTY_RESOURCES: Final = Kind(
    337,
    "Коммунальные ресурсы, потребляемые при использовании и содержании общего имущества в многоквартирном доме",
    "GeneralMunicipalResource",
    (
        Field("Главный коммунальный ресурс", "String", "GeneralMunicipalResourceName"),
        _RESOURCE,
        _UNIT,
        _SORTING,
    ),
    tops={"1": "Холодная вода", "2": "Горячая вода", "3": "Электрическая энергия", "8": "Сточные воды"},
)

ALL: Final[Mapping[int, Kind]] = {
    kind.number: kind
    for kind in (
        ADDITIONAL_SERVICES,
        MUNICIPAL_SERVICES,
        ORGANISATION_WORKS,
        CAPITAL_REPAIR_WORKS,
        INFRASTRUCTURE_SYSTEMS,
        SUPPORT_DECISIONS,
        COMMON_PROPERTY_RESOURCES,
    )
}
BY_REQUEST: Final[Mapping[str, Kind]] = {kind.request: kind for kind in ALL.values()}
"""By Clark name of the request element."""
