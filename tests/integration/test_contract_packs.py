"""The official packs of two versions, whole: loaded, compiled, judged, published, installed (protocol annexes A, B)."""

import re

import pytest
from lxml import etree
from zeep import Client
from zeep.transports import Transport

from gateway import wire
from gateway.contracts import catalogue, facets, loader, model, packs, patterns, publish, schema, shape, tree
from gateway.study import reading
from gateway.study.samples import decisions, instances
from tests import resources

pytestmark = pytest.mark.contracts

VERSIONS = ("15.12.0.0", "16.3.0.0")
HOMES = "/ext-bus-home-management-service/services/HomeManagementAsync"
BILLS = "/ext-bus-bills-service/services/BillsAsync"
HM = f"{wire.ROOT}house-management/"
GUID = "01234567-89ab-cdef-0123-456789abcdef"
HOST = "http://gateway.example"


@pytest.fixture(scope="module")
def official():
    return {version: loader.load(tree.read(resources.contracts_root(version))) for version in VERSIONS}


@pytest.fixture(scope="module")
def pack(official):
    return official["16.3.0.0"]


@pytest.fixture(scope="module")
def judges():
    return schema.Schemas(width=1)


def _operations(pack):
    return [(service, each) for service in pack.services.values() for each in service.operations.values()]


@pytest.mark.parametrize(("version", "operations"), [("15.12.0.0", 193), ("16.3.0.0", 194)])
def test_official_pack__has_its_services_and_operations(official, version, operations):
    pack = official[version]
    assert pack.version == version
    assert len(pack.services) == 25
    assert len(_operations(pack)) == operations
    for service, operation in _operations(pack):
        assert operation.soap_action == f"urn:{operation.name}"
        assert operation.response == (service.result if operation.name == "getState" else operation.response)
        assert service.path.startswith("/ext-bus-")
        assert service.result == f"{{{service.namespace}}}getStateResult"
    polls = [each for _, each in _operations(pack) if each.kind is model.OperationKind.GET_STATE]
    assert len(polls) == 25
    assert [each.name for _, each in _operations(pack) if each.kind is model.OperationKind.GET_REQUESTS_STATE] == [
        "getRequestsState"
    ]


# Rows of annex B: service, operation, request element (local name), header, fixed version or listed versions.
ROWS = [
    ("house-management", "importHouseUOData", "importHouseUORequest", "RequestHeader", ("11.0.10.1", "13.2.3.2")),
    ("house-management", "demolishHouse", "demolishHouseRequest", "RequestHeader", "11.1.0.1"),
    (
        "house-management",
        "exportBriefBasicHouse",
        "exportBriefBasicHouseRequest",
        "RequestHeader",
        ("12.2.1.2", "13.2.3.2"),
    ),
    ("house-management", "exportRolloverStatusCACh", "exportRolloverStatusCAChRequest", "ISRequestHeader", "11.12.0.7"),
    ("bills", "importPaymentDocumentData", "importPaymentDocumentRequest", "RequestHeader", "11.2.0.16"),
    ("bills", "exportNotificationsOfOrderExecution", "exportNotificationsOfOrderExecutionRequest", "RequestHeader", ()),
    ("debt-requests", "importDebtRequests", "importDRsRequest", "RequestHeader", ("13.1.10.1", "14.0.0.0")),
    ("msp", "exportCategories", "exportCategoriesRequest", "RequestHeader", ("11.0.0.1", "13.1.2.1")),
    ("nsi-common", "exportNsiItem", "exportNsiItemRequest", "ISRequestHeader", "10.0.1.2"),
    ("rap", "importDecreesAndDocumentsData", "ImportDecreesAndDocumentsRequest", "RequestHeader", "11.10.0.5"),
    ("infrastructure", "importOKI", "importOKIRequest", "RequestHeader", "10.0.1.1"),
]
PATHS = {
    "house-management": HOMES,
    "bills": BILLS,
    "debt-requests": "/ext-bus-debtreq-service/services/DebtRequestsAsync",
    "msp": "/ext-bus-msp-service/services/MSPAsync",
    "nsi-common": "/ext-bus-nsi-common-service/services/NsiCommonAsync",
    "rap": "/ext-bus-rap-service/services/RapAsync",
    "infrastructure": "/ext-bus-rki-service/services/InfrastructureAsync",
}


@pytest.mark.parametrize(("folder", "name", "element", "header", "versions"), ROWS, ids=[row[1] for row in ROWS])
def test_operation__is_as_the_annex_says(pack, folder, name, element, header, versions):
    service = pack.services[PATHS[folder]]
    operation = service.operations[f"{{{service.namespace}}}{element}"]
    assert service.wsdl.startswith(f"{folder}/")
    assert (operation.name, operation.header.value) == (name, header)
    assert operation.response == wire.base("AckRequest")
    assert (operation.versions.fixed or operation.versions.listed) == versions
    assert operation.versions.required


def test_versions__are_fixed_listed_or_free_as_often_as_the_annex_says(pack):
    submits = [each.versions for _, each in _operations(pack) if each.kind is model.OperationKind.SUBMIT]
    assert sum(each.fixed is not None for each in submits) == 135
    assert sum(bool(each.listed) for each in submits) == 30
    assert sum(not each.supported for each in submits) == 3
    assert sum(not each.required for each in submits) == 8


def test_operations_for_information_systems__are_those_of_three_services(pack):
    found = {
        (service.path, each.name) for service, each in _operations(pack) if each.header is model.HeaderKind.IS_REQUEST
    }
    assert len(found) == 4 + 6 + 1
    assert (HOMES, "exportRolloverStatusCACh") in found


def test_result_versions__are_those_that_the_schema_fixes(pack):
    homes = pack.services[HOMES]
    assert (homes.result_version, homes.import_result_version) == ("11.0.0.1", "10.0.1.1")
    assert pack.services["/ext-bus-debt-service/services/DebtAsync"].result_version is None


def test_both_versions_side_by_side__each_judges_what_it_supports(official):
    both = catalogue.Catalogue(official.values())
    request = f"{{{HM}}}importExternalVotingProtocolRequest"
    older = official["15.12.0.0"].services[HOMES].operations[request].versions.fixed
    assert older != "16.3.0.0"
    assert both.choose(HOMES, request, "16.3.0.0")[0].version == "16.3.0.0"
    assert both.choose(HOMES, request, older)[0].version == "15.12.0.0"
    assert both.choose(HOMES, f"{{{HM}}}exportHouseRequest", "15.6.0.1")[0].version == "16.3.0.0"


def test_every_schema_of_both_packs__compiles_and_judges(official, judges):
    judges.warm(official.values())
    for pack in official.values():
        for service in pack.services.values():
            poll = etree.Element(wire.base("getStateRequest"))
            etree.SubElement(poll, wire.base("MessageGUID")).text = GUID
            assert judges.judge(pack, service, poll) == ()
            poll[0].text = "1"
            assert len(judges.judge(pack, service, poll)) == 1


def test_every_dangerous_pattern_of_both_packs__is_known(official):
    dangerous = set()
    for pack in official.values():
        for path, data in pack.files.items():
            if path.endswith(".xsd"):
                values = {each.get("value") for each in etree.fromstring(data).iter("{*}pattern")}
                dangerous |= {value for value in values if patterns.danger(value)}
                assert facets.harden(path, data)
    assert dangerous == set(facets.EQUIVALENTS)


@pytest.mark.parametrize(
    ("body", "path", "text"),
    [
        ("", "importHouseUORequest", "не хватает вложенного элемента; ожидается один из: "),
        ("<Castle/>", "importHouseUORequest/Castle", "элемент здесь не ожидается; ожидается один из: "),
        (
            "<ApartmentHouse/>",
            "importHouseUORequest/ApartmentHouse",
            "не хватает вложенного элемента; ожидается один из: ApartmentHouseToCreate, ApartmentHouseToUpdate",
        ),
    ],
)
def test_violation__is_told_in_names_of_the_contract(pack, judges, body, path, text):
    element = etree.fromstring(
        f'<importHouseUORequest xmlns="{HM}" xmlns:b="{wire.BASE}" b:version="13.2.3.2">{body}</importHouseUORequest>'
    )
    (violation,) = judges.judge(pack, pack.services[HOMES], element)
    assert violation.path == path
    assert violation.text.startswith(text)
    assert not re.search(r"[{}]|http|Element|expected", violation.text)


def test_shapes_of_every_message__are_walked(official):
    for pack in official.values():
        for service in pack.services.values():
            shapes = shape.Shapes(pack, service)
            names = {name for each in service.operations.values() for name in (each.request, each.response)}
            assert sum(_depth(shapes.element(name), 0) for name in names) > len(names)


def _depth(found, above):
    """Levels of an element down to the texts, at most four: every type is named somewhere up there."""
    if found.is_text or above == 4:
        return 1
    return 1 + max((_depth(child.shape, above + 1) for child in found.children), default=0)


def test_written_result__is_valid(pack, judges):
    homes = pack.services[HOMES]
    data = {
        "RequestState": "3",
        "MessageGUID": GUID,
        "ImportResult": [
            {"CommonResult": [{"TransportGUID": GUID, "GUID": GUID, "UpdateDate": "2026-01-31T00:00:00"}]}
        ],
    }
    found = shape.Shapes(pack, homes).element(homes.result)
    written = shape.write(found, data, wire.nsmap(homes.namespace))
    assert judges.judge(pack, homes, written) == ()
    assert [written.prefix, written[0].prefix] == ["ns13", "ns4"]
    read = shape.read(written, found)
    assert etree.tostring(shape.write(found, read, wire.nsmap(homes.namespace))) == etree.tostring(written)


@pytest.mark.parametrize(
    ("folder", "messages"),
    [
        ("house-management", ("importHouseUORequest", "importHouseOMSRequest", "importHouseESPRequest")),
        ("bills", ("importPaymentDocumentRequest", "exportPaymentDocumentRequest", "getStateResult")),
        (
            "device-metering",
            ("importMeteringDeviceValuesRequest", "exportMeteringDeviceHistoryRequest", "getStateResult"),
        ),
    ],
)
def test_random_message__is_written_again_as_it_was_read(pack, folder, messages):
    service = next(each for each in pack.services.values() if each.wsdl.startswith(f"{folder}/"))
    schemas = resources.contracts_root("16.3.0.0") / folder / f"hcs-{folder}-types.xsd"
    maker = instances.Maker(reading.declarations_of([str(schemas)]), decisions.Thorough(folder))
    shapes = shape.Shapes(pack, service)
    for name in (f"{{{service.namespace}}}{message}" for message in messages):
        for _ in range(5):
            element = maker.make(name).root
            # Its values need not fit every facet, its structure does; a signature is no content.
            for signature in [*element.iter(f"{{{wire.XMLDSIG}}}Signature")]:
                signature.getparent().remove(signature)
            found = shapes.element(name)
            written = shape.write(found, shape.read(element, found), dict(element.nsmap))
            assert _canonical(written) == _canonical(element)


def _canonical(element):
    return etree.tostring(etree.fromstring(etree.tostring(element)), method="c14n", exclusive=True)


class _Published(Transport):
    """Answers from the published files, the way a server of them would."""

    def __init__(self, pack):
        super().__init__()
        self._pack = pack

    def load(self, url):
        path = url.removeprefix(HOST)
        if path.endswith("?wsdl"):
            return publish.wsdl(self._pack, self._pack.services[path.removesuffix("?wsdl")], HOST)
        return publish.file(self._pack, path.removeprefix(f"/contracts/{self._pack.id}/"))


@pytest.mark.parametrize("path", [HOMES, BILLS])
def test_foreign_client__loads_the_published_wsdl(pack, path):
    client = Client(f"{HOST}{path}?wsdl", transport=_Published(pack))
    (service,) = client.wsdl.services.values()
    (port,) = service.ports.values()
    assert port.binding_options["address"] == f"{HOST}{path}"
    assert set(port.binding.all()) == {each.name for each in pack.services[path].operations.values()}


def test_official_pack__is_installed_and_read_back(pack, tmp_path):
    assert packs.install(resources.contracts_root("16.3.0.0"), tmp_path / "contracts") == pack
    assert packs.installed(tmp_path / "contracts") == [pack]
