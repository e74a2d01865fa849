"""A client that changes the official description of bills for ours sends the same requests: zeep, from plain values."""

from __future__ import annotations

import pytest
import zeep
from lxml import etree

from gateway import wire
from gateway.study.samples.decisions import Thorough
from gateway.study.samples.instances import Maker
from tests.property import contract_pair
from tests.property.contract_families import BILLS

_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_DOCUMENTS = 20


@pytest.fixture(scope="module")
def clients():
    """The two descriptions, as zeep reads them: ours and the official one."""
    own = contract_pair.OURS.parent / "wsdl" / "bills.wsdl"
    official = contract_pair.official_pack() / "bills" / "hcs-bills-service-async.wsdl"
    return zeep.Client(str(own)), zeep.Client(str(official))


def _plain(element: etree._Element) -> object:
    """The values of an element as a client's program holds them: text, or a dictionary by local names."""
    attributes = {etree.QName(name).localname: value for name, value in element.attrib.items()}
    if not len(element):
        return {"_value_1": element.text, **attributes} if attributes else element.text
    children: dict[str, list[object]] = {}
    for child in element:
        children.setdefault(etree.QName(child).localname, []).append(_plain(child))
    return {**attributes, **{name: values if len(values) > 1 else values[0] for name, values in children.items()}}


def _written(client: zeep.Client, name: str, values: object) -> etree._Element:
    envelope = etree.Element(f"{{{wire.SOAP}}}Body")
    element = client.get_element(name)
    element.render(envelope, element(**values))
    return envelope[0]


@pytest.mark.parametrize("request_element", BILLS.requests)
def test_request__is_written_by_our_description_as_by_the_official_one(clients, request_element):
    name = f"{{{contract_pair.ROOT}bills/}}{request_element}"
    maker = Maker(contract_pair.service("bills").official.model, Thorough(f"zeep {request_element}"), {})
    whole = 0
    for _ in range(_DOCUMENTS):
        made = maker.make(name).root
        maker.choices.settle()
        for signature in made.findall(_SIGNATURE):
            made.remove(signature)
        own, official = (_written(client, name, _plain(made)) for client in clients)
        assert etree.tostring(own, method="c14n2") == etree.tostring(official, method="c14n2")
        whole += [each.tag for each in own.iter()] == [each.tag for each in made.iter()]
    # zeep loses a branch of a choice now and then, by either description.
    assert whole > _DOCUMENTS // 2
