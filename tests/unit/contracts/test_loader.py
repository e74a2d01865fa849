import pytest
from lxml import etree

from gateway import wire
from gateway.contracts import errors, loader, model
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import toys

SOAP12 = "http://schemas.xmlsoap.org/wsdl/soap12/"


def test_service__is_read_from_the_wsdl():
    service = pack_files.service()
    assert (service.name, service.port, service.path) == ("ToysServiceAsync", "ToysPortAsync", pack_files.PATH)
    assert (service.namespace, service.wsdl) == (pack_files.TOYS, pack_files.WSDL)
    assert (service.result, service.result_header) == (toys("getStateResult"), wire.base("ResultHeader"))
    assert (service.result_version, service.import_result_version) == ("2.5.0.0", "2.4.0.0")


def test_operations__are_found_by_their_request_element():
    operations = pack_files.service().operations
    assert operations[toys("exportToysRequest")] == model.Operation(
        "exportToys",
        "urn:exportToys",
        toys("exportToysRequest"),
        wire.base("AckRequest"),
        model.HeaderKind.IS_REQUEST,
        model.OperationKind.SUBMIT,
        model.Versions("2.5.0.0", (), required=True),
    )
    assert operations[wire.base("getStateRequest")].kind is model.OperationKind.GET_STATE
    assert operations[wire.base("getStateRequest")].header is model.HeaderKind.REQUEST


def test_listed_versions__come_from_documentation_or_appinfo_lowest_first():
    operations = pack_files.service().operations
    assert operations[toys("importToysRequest")].versions.listed == ("2.5.0.0", "2.9.0.1", "2.10.0.0")
    assert operations[toys("dropToysRequest")].versions.listed == ("2.5.0.0", "2.6.0.0")


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Доступны версии: 11.2.0.10, 12.2.0.1", ("11.2.0.10", "12.2.0.1")),
        ("Доступные версии формата экспорта: 10.0.1.1, 13.0.0.1 и 13.1.2.1", ("10.0.1.1", "13.0.0.1", "13.1.2.1")),
        ("Доступен экспорт версии 11.0.0.1 и 13.1.2.1", ("11.0.0.1", "13.1.2.1")),
        ("Доступны версии 13.1.10.1, 14.0.0.0,", ("13.1.10.1", "14.0.0.0")),
        ("Изменено в версии 13.1.10.1. Доступно организациям", ()),
    ],
)
def test_wording_of_versions__is_understood_as_published(text, listed):
    old = "Игрушки. Доступны версии 2.10.0.0, 2.9.0.1 и 2.5.0.0"
    pack = loader.load(pack_files.files(types=(old, text)))
    assert pack.services[pack_files.PATH].operations[toys("importToysRequest")].versions.listed == listed


def test_version_of_the_pack__is_the_highest_that_it_gives_itself():
    files = pack_files.files()
    assert loader.load(files).version == "2.5.0.0"
    assert loader.load({**files, "README.md": "# Т\n## Версия – 2.6.0.0".encode()}).version == "2.6.0.0"
    changes = "от версии 2.6.0.0 до версии 2.10.0.0\n до версии 2.9.0.0".encode()
    assert loader.load({**files, "changelog.txt": changes}).version == "2.10.0.0"
    assert loader.load(files, version="7.0").version == "7.0"


def test_title__is_the_heading_of_the_readme():
    assert loader.load({**pack_files.files(), "README.md": b"# Toys \r\nmore"}).title == "Toys"


@pytest.mark.parametrize(
    ("replaced", "file", "reason"),
    [
        ({"wsdl": ("<w:types>", "<w:types")}, pack_files.WSDL, "not XML"),
        ({"wsdl": ("<w:definitions", "<!DOCTYPE a><w:definitions")}, pack_files.WSDL, "DOCTYPE"),
        ({"wsdl": ("../lib/base.xsd", "../../lib/base.xsd")}, pack_files.WSDL, "leaves the pack"),
        ({"wsdl": ("../lib/base.xsd", "http://example.org/base.xsd")}, pack_files.WSDL, "not a relative path"),
        ({"wsdl": ("../lib/base.xsd", "../lib/none.xsd")}, pack_files.WSDL, "not in the pack"),
        ({"wsdl": ('"toys.xsd"', '"toys.wsdl"')}, pack_files.WSDL, "not an XML schema"),
        ({"wsdl": ("<xs:import", '<xs:element name="x"/><xs:import')}, pack_files.WSDL, "types of its own"),
        ({"wsdl": ('style="document"', 'style="rpc"')}, pack_files.WSDL, "document/literal"),
        ({"wsdl": ('use="literal"', 'use="encoded"')}, pack_files.WSDL, "document/literal"),
        ({"wsdl": ("http://schemas.xmlsoap.org/wsdl/soap/", SOAP12)}, pack_files.WSDL, "no SOAP 1.1 port"),
        ({"wsdl": ("https://api.example.org", "ftp://")}, pack_files.WSDL, "no SOAP 1.1 port"),
        ({"wsdl": ("b:getStateRequest", "t:dropToysRequest")}, pack_files.WSDL, "two operations"),
        ({"wsdl": ('message="tns:Plain"', 'message="tns:getStateIn"')}, pack_files.WSDL, "not exactly one element"),
        ({"wsdl": ('element="b:RequestHeader"', 'element="b:Fault"')}, pack_files.WSDL, "unknown header"),
        ({"base": ('"ErrorMessage"', '"Error"')}, pack_files.WSDL, "getStateResult without ErrorMessage"),
        ({"wsdl": ('"t:importToysRequest"', '"t:noRequest"')}, pack_files.WSDL, "no schema that declares"),
        ({"types": ("../lib/base.xsd", "/etc/passwd")}, pack_files.TYPES, "not a relative path"),
        ({"types": ("<xs:include", "<xs:redefine")}, pack_files.TYPES, "redefine"),
        ({"types": (f'namespace="{wire.BASE}"', 'namespace="urn:other"')}, pack_files.TYPES, "which it is not"),
        ({"types": ('base="b:StateType"', 'base="b:NoType"')}, pack_files.TYPES, "not declared"),
        ({"types": ('base="b:StateType"', 'base="c:StateType"')}, pack_files.TYPES, "prefix c"),
        ({"types": ('Result" maxOccurs="unbounded"', 'Result" maxOccurs="many"')}, pack_files.TYPES, "no number"),
        ({"parts": ("<xs:schema", "<xs:schem")}, pack_files.PARTS, "not XML"),
        (
            {"parts": (f'targetNamespace="{pack_files.TOYS}"', 'targetNamespace="x"')},
            pack_files.TYPES,
            "another namespace",
        ),
    ],
)
def test_broken_pack__is_refused_with_file_and_reason(replaced, file, reason):
    with pytest.raises(errors.ContractError, match=reason) as caught:
        loader.load(pack_files.files(**replaced))
    assert caught.value.file == file


def test_type_derived_from_itself__is_refused():
    itself = '<xs:complexContent><xs:extension base="b:StateType"/></xs:complexContent>'
    opening = '<xs:complexType name="StateType">'
    endless = (opening, f'{opening}{itself}</xs:complexType><xs:complexType name="Rest">')
    with pytest.raises(errors.ContractError, match="derived from themselves"):
        loader.load(pack_files.files(base=endless))


def test_two_services_at_one_address__are_refused():
    files = pack_files.files()
    with pytest.raises(errors.ContractError, match="the same address"):
        loader.load({**files, "toys/zwei.wsdl": files[pack_files.WSDL]})


def test_pack_without_wsdl__is_refused():
    files = pack_files.files()
    del files[pack_files.WSDL]
    with pytest.raises(errors.ContractError, match="no WSDL"):
        loader.load(files)


def test_pack_without_a_version__is_refused():
    files = pack_files.files(types=('version="2.5.0.0"', ""), base=('version="1.0.0.0"', 'version="one"'))
    with pytest.raises(errors.ContractError, match="names its version"):
        loader.load(files)


def test_included_document_without_namespace__takes_that_of_its_includer():
    pack = loader.load(pack_files.files(parts=(f'targetNamespace="{pack_files.TOYS}"', "")))
    assert pack.services[pack_files.PATH].result_version == "2.5.0.0"


def _mutants():
    for name, data in pack_files.files().items():
        root = etree.fromstring(data)
        for index, element in enumerate(root.iter(etree.Element)):
            for attribute in element.attrib:
                yield name, index, attribute


@pytest.mark.slow
@pytest.mark.parametrize("value", [None, "", "x:y", "-1", "http://[", "\u0663"])
def test_any_attribute_broken__is_refused_as_a_contract_error_or_harmless(value):
    refused = 0
    for name, index, attribute in _mutants():
        files = pack_files.files()
        root = etree.fromstring(files[name])
        element = list(root.iter(etree.Element))[index]
        element.attrib.pop(attribute)
        if value is not None:
            element.set(attribute, value)
        try:
            loader.load({**files, name: etree.tostring(root)})
        except errors.ContractError:
            refused += 1
    assert refused > 50
