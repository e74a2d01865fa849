import pytest
from lxml import etree

from gateway.contracts import errors, publish
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import PATH, pack, service

HOST = "https://stand.example:8443"


def test_wsdl__points_at_the_callers_host():
    root = etree.fromstring(publish.wsdl(pack(), service(), HOST))
    assert [each.get("location") for each in root.iter("{*}address")] == [HOST + PATH]
    places = [each.get("schemaLocation") for each in root.iter("{*}import")]
    assert places == [f"{HOST}/contracts/2.5.0.0/toys/toys.xsd", f"{HOST}/contracts/2.5.0.0/lib/base.xsd"]


def test_wsdl__is_otherwise_the_published_one():
    served = etree.fromstring(publish.wsdl(pack(), service(), HOST))
    original = etree.fromstring(pack().files[pack_files.WSDL])
    for root in (served, original):
        for each in root.iter("{*}address", "{*}import"):
            each.attrib.clear()
    assert etree.tostring(served, method="c14n") == etree.tostring(original, method="c14n")


def test_schema__is_served_byte_for_byte():
    assert publish.file(pack(), pack_files.PARTS) == pack().files[pack_files.PARTS]


@pytest.mark.parametrize("path", ["README.md", "toys/none.xsd", "../toys/toys.xsd", "", "toys"])
def test_anything_else__is_not_served(path):
    with pytest.raises(errors.UnknownFile):
        publish.file(pack(), path)
