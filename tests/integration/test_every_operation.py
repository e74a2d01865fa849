"""Every operation of every pack is served over HTTP: taken, acknowledged and answered, or refused with a code.

A package is made from the contract itself (`gateway.study`), signed, sent to the running gateway and polled; then a
damaged copy of it is sent, which its own schema refuses.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
from random import Random

import pytest
import xmlschema
from lxml import etree

from gateway import errors, wire
from gateway.contracts import builtin, model, packs, schema
from gateway.study import reading
from gateway.study.samples import declarations, sample
from gateway.study.samples.decisions import Extent
from signing import policy, trust, xades
from tests import resources, served
from tests import stand as stands
from tests.property.schema_mutants import mutate

pytestmark = pytest.mark.slow

LOG = logging.getLogger(__name__)
VERSIONS = {"15.12.0.0": 193, "16.3.0.0": 194}
"""The packs, and how many operations each has (protocol §2)."""
SERVICES = (
    *("appeals", "bills", "capital-repair", "debts", "device-metering", "drs", "fas", "house-management"),
    *("infrastructure", "inspection", "licenses", "msp", "nsi", "nsi-common", "organizations-registry"),
    *("organizations-registry-common", "outage-report", "payment", "rap", "rvuo", "services", "tariff", "tech-conn"),
    *("uk", "volume-quality"),
)
ANCHORS = trust.TrustStore.of([stands.AUTHORITY.certificate.loaded])
BUILT_IN = "built-in"
_OFFICIAL = [pytest.param(version, marks=pytest.mark.contracts) for version in VERSIONS]
_every_service = pytest.mark.parametrize(
    ("gateway", "short"),
    [
        *((BUILT_IN, service.short_name) for service in builtin.pack().services.values()),
        *(pytest.param(version, short, marks=pytest.mark.contracts) for version in VERSIONS for short in SERVICES),
    ],
    indirect=["gateway"],
)
STATE = f'<b:getStateRequest xmlns:b="{wire.BASE}"><b:MessageGUID>{{}}</b:MessageGUID></b:getStateRequest>'


@dataclasses.dataclass(frozen=True)
class Gateway:
    """A running gateway, and the pack that it serves beside the built-in one."""

    processes: served.Served
    pack: model.Pack
    judges: schema.Schemas

    def post(self, service: model.Service, element: etree._Element | bytes, **options: object) -> etree._Element:
        """Send a request element; return the element in the body of the answer."""
        body = stands.package(element, **options)  # type: ignore[arg-type]
        answer = etree.fromstring(self.processes.send(body, path=service.path)[1].encode())
        return answer.find(f"{{{wire.SOAP}}}Body")[0]

    def result(self, service: model.Service, guid: str) -> etree._Element:
        """Poll until a package has its result."""
        asked = STATE.format(guid).encode()

        def finished() -> list[etree._Element]:
            found = self.post(service, asked, key=None)
            return [found] if found.findtext(wire.base("RequestState")) == "3" else []

        return served.until(finished, f"{guid} has its result")[0]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One running gateway for each pack that is asked for: pytest would start a parametrised one for every test."""
    started: dict[str, Gateway] = {}

    def of(version: str) -> Gateway:
        if version not in started:
            conf = served.new(tmp_path_factory.mktemp("every") / "data", exchange_workers=1)
            pack = builtin.pack()
            if version != BUILT_IN:
                pack = packs.install(resources.contracts_root(version), conf.packs)
            started[version] = Gateway(served.Served(conf), pack, schema.Schemas(width=1))
        return started[version]

    yield of
    codes = [each.processes.stop() for each in started.values()]
    for each in started.values():
        each.processes.close()
    assert not any(codes)


@pytest.fixture
def gateway(request, running):
    return running(request.param)


@functools.cache
def declared_by(pack: model.Pack, service: model.Service) -> xmlschema.XMLSchema:
    """What a service declares; slow to read, and every service is played twice."""
    return reading.component_model(pack, service)


def submitted(service: model.Service) -> list[model.Operation]:
    return [each for each in service.operations.values() if each.kind is model.OperationKind.SUBMIT]


@pytest.mark.parametrize("gateway", _OFFICIAL, indirect=True)
def test_all_operations_of_a_pack__are_those_that_these_tests_send(gateway):
    services = [gateway.pack.service(short) for short in SERVICES]
    assert len(services) == len(gateway.pack.services)
    assert sum(len(service.operations) for service in services) == VERSIONS[gateway.pack.version]
    polled = [each for service in services for each in service.operations.values()]
    others = {each.kind for each in polled} - {model.OperationKind.SUBMIT}
    assert others == {model.OperationKind.GET_STATE, model.OperationKind.GET_REQUESTS_STATE}


@_every_service
def test_valid_package_of_every_operation__is_acknowledged_and_answered(gateway, short):
    service = gateway.pack.service(short)
    declared = declared_by(gateway.pack, service)
    sent = {}
    for operation in submitted(service):
        answer = gateway.post(service, sample.request(declared, gateway.pack, operation, Extent.FULL))
        assert answer.tag == wire.base("AckRequest"), (operation.name, etree.tostring(answer, encoding="unicode"))
        sent[operation] = answer.findtext(f"{wire.base('Ack')}/{wire.base('MessageGUID')}")
    for operation, guid in sent.items():
        result = gateway.result(service, guid)
        assert result.tag == service.result
        assert gateway.judges.judge(gateway.pack, service, result) == ()
        assert xades.verify(result, policy=policy.STRICT, trust=ANCHORS, at=stands.NOW).good
        code = result.findtext(f".//{wire.base('ErrorCode')}", "")
        LOG.info("%s %s/%s: acknowledged, %s", gateway.pack.id, short, operation.name, code or "executed")
        assert code == "" or errors.code(code)


@_every_service
def test_damaged_package_of_every_operation__is_refused_with_a_code(gateway, short):
    service = gateway.pack.service(short)
    declared = declared_by(gateway.pack, service)
    for operation in submitted(service):
        answer = gateway.post(service, damaged(gateway, service, operation, declared))
        code = answer.findtext(f"detail/{wire.base('Fault')}/{wire.base('ErrorCode')}")
        assert code == errors.XML_INVALID, (operation.name, etree.tostring(answer, encoding="unicode"))
        said = answer.findtext(f"detail/{wire.base('Fault')}/{wire.base('ErrorMessage')}")
        assert "(строка" in said
        LOG.info("%s %s/%s: refused, %s", gateway.pack.id, short, operation.name, code)


def damaged(
    gateway: Gateway, service: model.Service, operation: model.Operation, declared: xmlschema.XMLSchema
) -> etree._Element:
    """A copy with one thing wrong that the operation's own schema does not forgive."""
    whole = sample.instance(declared, gateway.pack, operation, Extent.FULL)
    names = sorted(declarations.names_below(declared, operation.request))
    random = Random(operation.name)  # noqa: S311  (a seeded sample, no secret)
    while True:
        mutant = mutate(whole, names, random).root
        same = mutant.tag == whole.root.tag and mutant.get(wire.base("version")) == whole.root.get(wire.base("version"))
        if same and gateway.judges.judge(gateway.pack, service, etree.fromstring(etree.tostring(mutant))):
            return mutant
