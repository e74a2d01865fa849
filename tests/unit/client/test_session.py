"""The client polls with patience that grows, and tells apart what went wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from gateway import client, clock, initialise, wire
from gateway.client import message, session, transport
from gateway.contracts import builtin, catalogue, model
from gateway.soap import envelope
from signing import policy, trust, xades
from signing.subject import Subject

HM = "http://dom.gosuslugi.ru/schema/integration/house-management/"
HOUSES = "/ext-bus-home-management-service/services/HomeManagementAsync"
NOW = dt.datetime(2026, 4, 1, tzinfo=dt.UTC)
GUID = "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"
STAND = client.Stand(url="http://127.0.0.1:1/", user="sit", password="p", org_ppa_guid=GUID)
EXPORT = message.parse(
    f'<hm:exportHouseRequest xmlns:hm="{HM}" xmlns:base="{wire.BASE}" base:version="15.10.0.0"/>'.encode()
)


class Wire:
    """Answers in the place of a gateway, and remembers what it was asked."""

    def __init__(self, monkeypatch, *states: int) -> None:
        self.states = list(states)
        self.asked = []
        self.pauses: list[float] = []
        monkeypatch.setattr(transport, "post", self)

    def __call__(self, url, body, **options) -> transport.Answer:
        self.asked.append((url, body, options))
        if b"getStateRequest" not in body:
            return transport.Answer(200, envelope.acknowledgement(GUID, "mine", service=HM, at=NOW))
        state = (
            f'<s:getStateResult xmlns:s="{HM}" xmlns:b="{wire.BASE}"><b:RequestState>{self.states.pop(0)}'
            f"</b:RequestState><b:MessageGUID>{GUID}</b:MessageGUID></s:getStateResult>"
        )
        return transport.Answer(200, envelope.answer(state.encode(), GUID, service=HM, at=NOW))


def test_submitted_request__goes_to_its_path_with_its_action_and_credentials(monkeypatch):
    there = Wire(monkeypatch)
    ack = client.Client(STAND, signed=False).submit(EXPORT)
    ((url, _, options),) = there.asked
    assert url == f"http://127.0.0.1:1{HOUSES}"
    assert (options["action"], options["user"], options["password"]) == ("urn:exportHouseData", "sit", "p")
    assert (ack.message_guid, ack.path) == (GUID, HOUSES)


def test_waiting__ends_with_the_finished_result_and_pauses_grow(monkeypatch):
    there = Wire(monkeypatch, *([1] * 12), 2, 3)
    result = client.Client(STAND).wait(HOUSES, GUID, timeout=1000, pause=there.pauses.append)
    assert result.finished
    assert there.pauses == sorted(there.pauses)
    assert (there.pauses[0], there.pauses[-1]) == (session.FIRST_PAUSE, session.LONGEST_PAUSE)


def test_result_that_does_not_come__is_said_to_be_unfinished(monkeypatch):
    there = Wire(monkeypatch, *([1] * 5))
    with pytest.raises(client.NotFinished, match=GUID):
        client.Client(STAND).wait(HOUSES, GUID, timeout=0, pause=there.pauses.append)
    assert len(there.asked) == 1


def test_result_of_another_organisation__is_asked_for_in_its_name(monkeypatch):
    there = Wire(monkeypatch, 3, 3)
    other = "1f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"
    sender = client.Client(dataclasses.replace(STAND, org_ppa_guid=other), signed=False)
    ack = client.Client(STAND).send(sender.envelope(EXPORT))
    assert ack.org_ppa_guid == other
    client.Client(STAND).wait(ack.path, ack.message_guid, org_ppa_guid=ack.org_ppa_guid)
    client.Client(STAND).wait(ack.path, ack.message_guid)
    asked = [body for _, body, _ in there.asked[1:]]
    assert [other.encode() in body for body in asked] == [True, False]


class TestKey:
    """Who signs: by the header that the operation wants."""

    OGRN, OPERATOR = "1020000000019", "1020000000020"

    @pytest.fixture
    def stand(self, tmp_path):
        above = initialise.authority(tmp_path, "p256")
        members = []
        for role, ogrn in (("УО", self.OGRN), (client.stand.OPERATOR, self.OPERATOR)):
            paths = initialise.identity(above, "p256", Subject(common_name=role, ogrn=ogrn)).write(tmp_path, ogrn)
            members.append(client.Organisation(role, role, ogrn, GUID, *map(str, paths)))
        return dataclasses.replace(STAND, organisations=tuple(members)).acting("УО")

    def signer(self, stand, header) -> str:
        (pack,) = (builtin.pack(),)
        services = {
            path: dataclasses.replace(
                service,
                operations={
                    name: dataclasses.replace(each, header=header) for name, each in service.operations.items()
                },
            )
            for path, service in pack.services.items()
        }
        known = catalogue.Catalogue((dataclasses.replace(pack, services=services),))
        root = message.parse(client.Client(stand, contracts=known).envelope(EXPORT))
        element = message.open_envelope(root)
        return xades.verify(element, policy=policy.STRICT, trust=trust.TrustStore(), at=clock.now()).subject.ogrn

    def test_header_with_an_organisation__is_signed_by_it(self, stand):
        assert self.signer(stand, model.HeaderKind.REQUEST) == self.OGRN

    def test_header_without_an_organisation__is_signed_by_the_operator(self, stand):
        assert self.signer(stand, model.HeaderKind.IS_REQUEST) == self.OPERATOR

    def test_stand_without_an_operator__signs_with_what_it_has(self, stand):
        alone = dataclasses.replace(stand, organisations=stand.organisations[:1])
        assert self.signer(alone, model.HeaderKind.IS_REQUEST) == self.OGRN


def test_signing_without_a_key__cannot_be_done(monkeypatch):
    there = Wire(monkeypatch)
    with pytest.raises(client.Unsendable, match="a key and a certificate"):
        client.Client(STAND).submit(EXPORT)
    assert there.asked == []


def test_address_that_is_no_http_address__is_refused():
    with pytest.raises(client.Unsendable, match="not an http address"):
        client.Client(client.Stand(url="file:///etc", org_ppa_guid=GUID), signed=False).submit(EXPORT)


def test_nobody_listening__is_unreachable():
    with pytest.raises(client.Unreachable, match="does not answer"):
        client.Client(STAND, signed=False).submit(EXPORT)
