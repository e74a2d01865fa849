"""A client that knows nothing of what is there: it creates, falls back to an update, goes on, and demolishes at last.

It is the flow of real clients (protocol §8.1): ToCreate, on SRV004016 or INT004132 ToUpdate, GUIDs from the export.
"""

from __future__ import annotations

import re

from lxml import etree

from gateway import wire
from tests import samples
from tests import stand as stands

HM = f"{{{wire.ROOT}house-management/}}"
EXISTS = {"SRV004016", "INT004132"}
FLAT = (
    "<hm:ResidentialPremises><hm:ResidentialPremisesToCreate><hm:No_RSO_GKN_EGRP_Registered>true"
    "</hm:No_RSO_GKN_EGRP_Registered><hm:PremisesNum>{number}</hm:PremisesNum><hm:HasNoEntrance>true</hm:HasNoEntrance>"
    "<base:TransportGUID>{guid}</base:TransportGUID></hm:ResidentialPremisesToCreate></hm:ResidentialPremises>"
)


class Client:
    """Speaks to one stand and remembers nothing between its steps."""

    def __init__(self, stand: stands.Stand) -> None:
        self.stand = stand

    def send(self, request: str) -> etree._Element:
        return self.stand.result(self.stand.send(request.encode()).message_guid)

    def place(self, request: str) -> list[str]:
        """Create; where the address is taken, update what is there instead. Returns what is still refused."""
        told = _codes(self.send(request))
        if EXISTS & set(told):
            told = _codes(self.send(as_update(request)))
        return told

    def flats(self) -> dict[str, str]:
        """GUIDs of the flats by their numbers, from the export."""
        found = self.send(samples.EXPORT.decode())
        return {
            flat.findtext(f"{HM}PremisesNum"): flat.findtext(f"{HM}PremisesGUID")
            for flat in found.iter(f"{HM}ResidentialPremises")
        }


def create(*flats: str) -> str:
    """The house of the samples with some flats and nothing else."""
    whole = samples.HOUSE.decode()
    head = re.search(r".*</hm:ApartmentHouseToCreate>", whole, re.DOTALL)
    assert head
    return f"{head[0].partition('?>')[2]}{''.join(flats)}</hm:ApartmentHouse></hm:importHouseUORequest>"


def as_update(request: str) -> str:
    inherit = "<hm:InheritMissingValues>true</hm:InheritMissingValues></hm:importHouseUORequest>"
    request = request.replace("ApartmentHouseToCreate", "ApartmentHouseToUpdate")
    return request.replace("</hm:importHouseUORequest>", inherit)


def flat(number: str) -> str:
    return FLAT.format(number=number, guid=f"aaaaaaaa-0000-4000-8000-{int(number):012}")


def _codes(result: etree._Element) -> list[str]:
    assert result.findtext(wire.base("RequestState")) == "3"
    return [item.text for item in result.iter(wire.base("ErrorCode"))]


def test_client_that_falls_back_from_create_to_update__gets_through(stand: stands.Stand) -> None:
    client = Client(stand)
    assert client.place(create(flat("1"), flat("2"))) == []
    assert client.place(create(flat("3"))) == []
    assert list(client.flats()) == ["1", "2", "3"]


def test_client_that_sends_again_what_is_there__is_told_of_each_and_spoils_nothing(stand: stands.Stand) -> None:
    client = Client(stand)
    assert client.place(create(flat("1"), flat("2"))) == []
    before = client.flats()
    assert client.place(create(flat("1"), flat("2"), flat("3"))) == ["INT004057", "INT004057"]
    assert client.flats().items() >= before.items()
    assert list(client.flats()) == ["1", "2", "3"]


def test_demolished_house__is_the_end_of_the_flow(stand: stands.Stand) -> None:
    client = Client(stand)
    assert client.place(create(flat("1"))) == []
    assert _codes(client.send(samples.valid("houses/demolish-houses.xml").decode().partition("?>")[2])) == ["INT002000"]
    assert client.place(create(flat("2"))) == ["INT004160"]
    assert f"с ОГРН {stands.PROVIDER_OGRN}" in etree.tostring(client.send(create(flat("2"))), encoding="unicode")
    assert list(client.flats()) == ["1"]
