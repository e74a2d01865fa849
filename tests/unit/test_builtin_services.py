"""Every service of the built-in contract: its description agrees with its schemas, and its rules hold by themselves."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
from lxml import etree

from gateway.study import reading

_PROJECT = Path(__file__).parents[2]
_XSD = _PROJECT / "xsd"
_ROOT = "http://dom.gosuslugi.ru/schema/integration/"
_GUID = "0f5b1c1e-3d9c-4c55-9a4e-1b8a4a3f0001"
_OTHER_GUID = "0f5b1c1e-3d9c-4c55-9a4e-1b8a4a3f0002"


@pytest.mark.parametrize("path", sorted((_PROJECT / "wsdl").glob("*.wsdl")), ids=lambda path: path.stem)
class TestDescription:
    """The WSDL of each service."""

    def test_operations_of_the_port__are_all_bound_in_the_same_order(self, path):
        wsdl = etree.parse(path)
        port, binding = (
            [each.get("name") for each in wsdl.findall(f"{{*}}{kind}/{{*}}operation")]
            for kind in ("portType", "binding")
        )
        assert port[0] == "getState"
        assert port == binding

    def test_every_message_of_an_operation__is_declared(self, path):
        wsdl = etree.parse(path)
        declared = {f"tns:{each.get('name')}" for each in wsdl.iterfind("{*}message")}
        used = {each.get("message") for each in wsdl.iter("*") if each.get("message")}
        assert used == declared

    def test_every_message__names_an_element_of_the_schemas(self, path):
        elements = reading.declarations_of([str(_XSD / f"{path.stem}.xsd")]).maps.elements
        for part in etree.parse(path).iter("{*}part"):
            prefix, _, name = part.get("element").partition(":")
            assert f"{{{part.nsmap[prefix]}}}{name}" in elements

    def test_schema_locations__lead_to_the_schemas(self, path):
        places = [each.get("schemaLocation") for each in etree.parse(path).iter("{*}import")]
        assert [(path.parent / place).resolve() for place in places] == [_XSD / "base.xsd", _XSD / f"{path.stem}.xsd"]


class _Service:
    """Judges requests of one service that are written as the text between the tags."""

    def __init__(self, name: str) -> None:
        self._namespace = f"{_ROOT}{name}/"
        self._judge = etree.XMLSchema(etree.parse(_XSD / f"{name}.xsd"))

    def refusal(self, element: str, version: str, content: str) -> str | None:
        """Return what the schema has against a request, or None."""
        root = etree.fromstring(
            f'<{element} xmlns="{self._namespace}" xmlns:base="{_ROOT}base/" xmlns:nsi="{_ROOT}nsi-base/" '
            f'xmlns:payments="{_ROOT}payments-base/" base:version="{version}">{content}</{element}>'
        )
        return None if self._judge.validate(root) else self._judge.error_log[0].message


@functools.cache
def _service(name: str) -> _Service:
    return _Service(name)


class TestProviderDictionaries:
    """Requests to the service `nsi`."""

    @pytest.fixture
    def service(self):
        return _service("nsi")

    @staticmethod
    def _deleted(transport: str, entry: str) -> str:
        return (
            f"<DeleteOrganizationWork><base:TransportGUID>{transport}</base:TransportGUID>"
            f"<ElementGuid>{entry}</ElementGuid></DeleteOrganizationWork>"
        )

    def _refusal(self, service: _Service, *entries: tuple[str, str]) -> str | None:
        content = "".join(self._deleted(*each) for each in entries)
        return service.refusal("importOrganizationWorksRequest", "10.0.1.2", content)

    def test_two_entries__are_valid(self, service):
        assert self._refusal(service, (_GUID, _GUID), (_OTHER_GUID, _OTHER_GUID)) is None

    @pytest.mark.parametrize(
        ("second", "key"),
        [((_GUID, _OTHER_GUID), "TransportGUID"), ((_OTHER_GUID, _GUID), "ElementGuid")],
    )
    def test_entry_or_mark_named_twice__is_refused(self, service, second, key):
        assert f"importOrganizationWorks.{key}" in self._refusal(service, (_GUID, _GUID), second)

    @pytest.mark.parametrize(
        ("number", "whole", "paged"), [("59", True, True), ("272", True, False), ("3", False, False)]
    )
    def test_dictionary__is_one_that_a_provider_keeps(self, service, number, whole, paged):
        item = f"<RegistryNumber>{number}</RegistryNumber>"
        assert (service.refusal("exportDataProviderNsiItemRequest", "10.0.1.2", item) is None) == whole
        page = f"{item}<Page>1</Page>"
        assert (service.refusal("exportDataProviderNsiPagingItemRequest", "11.1.0.5", page) is None) == paged


class TestPayment:
    """Requests to the service `payment`."""

    @pytest.fixture
    def service(self):
        return _service("payment")

    @pytest.mark.parametrize(("second", "valid"), [(_OTHER_GUID, True), (_GUID, False)])
    def test_cancellations__are_told_apart_by_their_marks(self, service, second, valid):
        content = "".join(
            f"""<NotificationOfOrderExecutionCancellation>
                  <payments:OrderID>{"7" * 32}</payments:OrderID>
                  <payments:CancellationDate>2026-03-12</payments:CancellationDate>
                  <base:TransportGUID>{transport}</base:TransportGUID>
                </NotificationOfOrderExecutionCancellation>"""
            for transport in (_GUID, second)
        )
        name = "importNotificationsOfOrderExecutionCancellationRequest"
        assert (service.refusal(name, "10.0.1.1", content) is None) == valid

    def test_premises__need_an_account_or_a_document_beside_them(self, service):
        place = f"<FIASHouseGuid>{_GUID}</FIASHouseGuid><ResidentialPremise>12</ResidentialPremise>"
        number = f'<AccountNumber xmlns="{_ROOT}account-base/">7-1</AccountNumber>'
        assert service.refusal("exportPaymentDocumentDetailsRequest", "13.1.0.1", place + number) is None
        assert "AccountNumber" in service.refusal("exportPaymentDocumentDetailsRequest", "13.1.0.1", place)
