"""zeep reads and writes every message of the built-in contract wherever it can by the official description.

zeep takes some schemas for something else than they are (a bare group as a type's content, a choice through a group, an
optional group), and integrators meet that before they meet us. So random documents make the round trip through its
objects by both descriptions; what it brings back whole by the official one it has to bring back whole by ours.
"""

from __future__ import annotations

import functools

import pytest
import zeep
from lxml import etree

from gateway import wire
from gateway.contracts import builtin, walk
from gateway.study import reading
from gateway.study.samples.decisions import Thorough
from gateway.study.samples.instances import Maker
from tests import resources
from tests.property import contract_pair

pytestmark = [
    pytest.mark.contracts,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
_DOCUMENTS = 100 if contract_pair.LONG else 10
_MESSAGES = [
    pytest.param(service.short_name, name, id=f"{service.short_name}-{wire.local(name)}")
    for service in builtin.pack().services.values()
    for name in dict.fromkeys([*service.operations, service.result])
]


@functools.cache
def _ours(short: str) -> zeep.wsdl.Document:
    return zeep.Client(str(contract_pair.OURS.parent / builtin.pack().service(short).wsdl)).wsdl


@functools.cache
def _official(short: str) -> zeep.wsdl.Document:
    folder = resources.contracts_root("16.3.0.0") / short
    return zeep.Client(str(folder / f"hcs-{short}-service-async.wsdl")).wsdl


@functools.cache
def _model(short: str):
    pack = builtin.pack()
    return reading.component_model(pack, pack.service(short))


@pytest.mark.parametrize(("short", "message"), _MESSAGES)
def test_document__comes_back_from_zeep_as_by_the_official_description(short, message):
    official, ours = _official(short), _ours(short)
    maker = Maker(_model(short), Thorough(f"zeep {message}"))
    for _ in range(_DOCUMENTS):
        made = maker.make(message).root
        maker.choices.settle()
        for signature in list(made.iter(walk.SIGNATURE)):
            signature.getparent().remove(signature)
        sent = etree.tostring(made)
        if _round_trip(official, message, sent):
            assert _round_trip(ours, message, sent), sent.decode()


def _round_trip(description: zeep.wsdl.Document, message: str, sent: bytes) -> bool:
    """Whether every element is there again after zeep has read and written a document."""
    element = description.types.get_element(message)
    try:
        value = element.parse(etree.fromstring(sent), description.types)
        holder = etree.Element("holder")
        element.render(holder, value)
    except (zeep.exceptions.Error, AttributeError, IndexError, KeyError, TypeError, ValueError, NotImplementedError):
        # zeep fails in many ways on what it does not understand.
        return False
    return [each.tag for each in holder[0].iter()] == [each.tag for each in etree.fromstring(sent).iter()]
