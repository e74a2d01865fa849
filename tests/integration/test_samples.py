"""Every sample through a whole installation: what its expectation says is what its sender gets (samples/README.md)."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import samples
from gateway import clock, wire
from gateway.families.nsi import loading
from signing import issue, subject
from storage import directory, journal, numbers, registry, verification
from tests import answers, hostile
from tests import samples as texts
from tests import stand as stands

ROOT = Path(samples.__file__).parent
VALID = sorted((ROOT / "valid").rglob("*.xml"))
_ALL_INVALID = sorted(path for path in (ROOT / "invalid").rglob("*") if path.suffix in (".xml", ".bin"))
REPAIRED = [path for path in _ALL_INVALID if texts.is_repaired(path)]
INVALID = [path for path in _ALL_INVALID if not texts.is_repaired(path)]
STORED = [case for case in hostile.cases() if not case.is_made]

HM = "{http://dom.gosuslugi.ru/schema/integration/house-management/}"
DM = "{http://dom.gosuslugi.ru/schema/integration/device-metering/}"
_PARTS = (
    "Premises",
    "Premise",
    "Entrance",
    "LivingRoom",
    "Block",
    "Lift",
    "Account",
    "AccountIndividualService",
    "Contract",
    "HMObject",
    "HMobject",
    "AbsenceDeviceInfo",
    "Notification",
    "Message",
    "Protocol",
    "RootOwnerDecision",
)
_OBJECTS = ("ContractObject", "ContractPaymentsInfo", "CharterPaymentsInfo")
_OF_PAYMENTS = ("NotificationsOfOrderExecutionGUID", "PaymentDocumentGUID", "ServiceIDGUID", "MSType", "ASType")
_OURS = frozenset(
    (
        *(f"{HM}{name}GUID" for name in _PARTS),
        *(f"{HM}{name}VersionGUID" for name in _OBJECTS),
        *(f"{space}MeteringDeviceRootGUID" for space in (HM, DM)),
        f"{{{wire.ROOT}account-base/}}AccountGuid",
        f"{{{wire.ROOT}bills/}}AccountGUID",
        f"{{{wire.ROOT}nsi/}}ElementGuid",
        *(f"{{{wire.ROOT}payments-base/}}{name}" for name in _OF_PAYMENTS),
        f"{{{wire.ROOT}nsi-base/}}GUID",
    )
)
_VOTING = f"{HM}VotingGUID"
HOUSES = (f"{HM}FIASHouseGuid", f"{HM}FIASHouseGUID", f"{DM}FIASHouseGuid")
_VERSIONS = tuple(f"{HM}{name}VersionGUID" for name in ("Contract", "Charter", "AbsenceDeviceInfo"))
_DEVICES = frozenset(
    (
        f"{DM}MeteringDeviceVersionGUID",
        *(f"{HM}{name}MeteringDeviceVersionGUID" for name in ("", "Linked", "Replacing")),
    )
)
"""Versions of devices: no answer to an import tells them."""
_ORGANISATIONS = {
    "provider": stands.PROVIDER,
    "operator": stands.OPERATOR,
    "stranger": stands.STRANGER,
    "unknown": "00000000-0000-4000-8000-0000000000ff",
    "none": None,
}


@functools.cache
def key(name: str) -> issue.Identity:
    """Make the signer that a manifest names."""
    if name in _ORGANISATIONS:
        return stands.KEYS[_ORGANISATIONS[name]]
    if name == "untrusted":
        strange = issue.new_authority("p256", "Strange CA", now=stands.NOW)
        return stands.person("ООО «УО»", stands.PROVIDER_OGRN, authority=strange, begins=0)
    if name == "not-for-signing":
        return issue.issue(
            stands.AUTHORITY,
            "p256",
            subject.Subject(common_name="ООО «УО»", ogrn=stands.PROVIDER_OGRN),
            now=stands.NOW,
            not_after=stands.NOW.replace(year=stands.NOW.year + 1),
            usages=frozenset({"key_agreement"}),
        )
    begins, ends = {"expired": (-300, -1), "not-yet-valid": (1, 300)}[name]
    return stands.person("ООО «УО»", stands.PROVIDER_OGRN, begins=begins, ends=ends)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT).with_suffix(""))


class Player:
    """Plays samples against one stand, each after those that its expectation names."""

    def __init__(self, stand: stands.Stand) -> None:
        self.stand = stand
        self.given: dict[str, str] = {}
        """GUIDs of the registry by the TransportGUID under which an object was created."""
        self.versions: dict[str, str] = {}
        """GUIDs of the versions of agreements, acts and devices by the TransportGUID of the action that made them."""
        self.votings: dict[str, str] = {}
        """GUIDs of meetings by the TransportGUID of the message or protocol that made them."""
        self.last_guid = ""
        """MessageGUID of the last message."""

    def play(self, path: Path) -> tuple[stands.Answer, etree._Element | None]:
        """Send a sample after its predecessors; return the answer and, for an accepted package, its result."""
        expected = texts.expectation(path)
        self.load(path)
        with self.basis(path, expected):
            for before in expected["before"]:
                _, result = self.send((path.parent / before).resolve())
                assert result is not None
                assert result.find(f".//{wire.base('Error')}") is None
        return self.send(path)

    def send(self, path: Path) -> tuple[stands.Answer, etree._Element | None]:
        expected = texts.expectation(path)
        self.role(expected["role"])
        message = self.message(path, expected)
        answer = self.stand.dispatch(message, self.path(message, expected), **hostile.http_of(expected))
        if answer.status != 200:
            return answer, None
        result = self.stand.result(answer.message_guid)
        answers.check(result)
        for one in outcomes(result):
            transport_guid = one.findtext(wire.base("TransportGUID"))
            self.given[transport_guid] = one.findtext(wire.base("GUID"))
            for version in one.iter(*_VERSIONS):
                self.versions[transport_guid] = version.text
            for voting in one.iter(_VOTING):
                self.votings[transport_guid] = voting.text
            for device in one.iter(f"{HM}MeteringDeviceGUID"):
                self.versions[transport_guid] = self.device_version(device.text)
        return answer, result

    def device_version(self, root: str) -> str:
        """Look up the version of a device that is in force: an answer to its import does not tell it."""
        with self.stand.house.database.read() as connection:
            device = registry.Registry(connection, numbers.Numbers(self.stand.house.database)).get(root)
        return str(device.data["version"])

    @staticmethod
    def path(message: bytes, expected: dict[str, Any]) -> str:
        """The path of the service that the request element belongs to; a whole envelope goes to that of houses."""
        if expected.get("envelope"):
            return stands.HOUSES
        return stands.path_of(etree.fromstring(message).find(f"{{{wire.SOAP}}}Body")[0].tag)

    def message(self, path: Path, expected: dict[str, Any]) -> bytes:
        data = path.read_bytes()
        if expected.get("envelope"):
            return data
        if "today" in expected:
            today = clock.now().astimezone(clock.MOSCOW).date().isoformat()
            data = data.replace(expected["today"].encode(), today.encode())
        element = etree.fromstring(data)
        for named in element.iter(*_OURS):
            named.text = self.given.get(named.text, named.text)
        for named in element.iter(*_VERSIONS, *_DEVICES):
            named.text = self.versions.get(named.text, named.text)
        for named in element.iter(_VOTING):
            named.text = self.votings.get(named.text, named.text)
        sender = expected.get("sender", {})
        signer = sender.get("key", "provider")
        package = stands.package(
            element,
            guid=self.last_guid if sender.get("message_guid") == "before" else None,
            organisation=_ORGANISATIONS[sender.get("organisation", "provider")],
            key=key(signer) if signer else None,
            by_operator=sender.get("by_operator", False),
        )
        self.last_guid = etree.fromstring(package).findtext(f".//{wire.base('MessageGUID')}")
        for old, new in sender.get("edit", ()):
            assert package.count(old.encode()) == 1, old
            package = package.replace(old.encode(), new.encode())
        return package

    def load(self, path: Path) -> None:
        """Load the dictionaries that a sample needs."""
        for new, before in texts.dictionaries(path):
            with self.stand.house.database.read() as connection:
                unit = registry.Registry(connection, numbers.Numbers(self.stand.house.database))
                loading.put(new, before, unit)
            with self.stand.house.database.write() as connection:
                registry.apply(connection, unit, organisation="", message="nsi", at=clock.now())

    def role(self, role: str) -> None:
        """Give the data provider a role."""
        with self.stand.house.database.write() as connection:
            provider = directory.organisation(connection, stands.PROVIDER)
            directory.change_organisation(connection, dataclasses.replace(provider, role=role), clock.now())

    @contextlib.contextmanager
    def basis(self, path: Path, expected: dict[str, Any]) -> Iterator[None]:
        """Give the provider a basis for the houses of all messages; take it before the last one where it has none."""
        paths = [path, *((path.parent / before).resolve() for before in expected["before"])]
        trees = [etree.parse(each) for each in paths if each.suffix == ".xml"]
        houses = {item.text for tree in trees for item in tree.iter(*HOUSES)}
        with self.stand.house.database.write() as connection:
            for house in houses:
                directory.grant_house(connection, stands.PROVIDER, house, clock.now())
        yield
        if not expected.get("basis", True):
            with self.stand.house.database.write() as connection:
                for house in houses:
                    directory.revoke_house(connection, stands.PROVIDER, house, clock.now())


@pytest.fixture
def player(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Player]:
    expected = texts.expectation(request.getfixturevalue("path"))
    signature = "optional" if expected.get("envelope") else "required"
    stand = stands.Stand(tmp_path / "data", house_basis="granted", signature=signature)
    yield Player(stand)
    stand.close()


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_valid_sample__is_accepted_and_executed(player: Player, path: Path) -> None:
    _, result = player.play(path)
    expected = texts.expectation(path)
    assert result.findtext(wire.base("RequestState")) == "3"
    assert result.find(f".//{wire.base('ErrorMessage')}") is None
    assert result.find(f".//{wire.base('Error')}") is None
    if "branch" in expected:
        assert len(result.findall(f"{{*}}{expected['branch']}")) == expected.get("items", 1)
    else:
        assert len(outcomes(result)) == expected["accepted"]


@pytest.mark.parametrize("path", INVALID, ids=name_of)
def test_p6_invalid_sample__gets_its_code_and_leaves_one_entry_with_it(player: Player, path: Path) -> None:
    answer, result = player.play(path)
    expected = texts.expectation(path)
    hostile.check_answer(answer)
    if "status" in expected:
        assert result is None
        assert (answer.status, answer.code) == (expected["status"], expected["code"])
        assert expected["text"] in answer.text
    else:
        assert codes_at(result, expected["where"]) == [expected["code"]]
    told = [entry for entry in entries(player.stand) if entry.facts.get("code") == expected["code"]]
    by_object = expected["where"] is not None
    assert len(told) == (0 if by_object or not expected.get("journaled", True) else 1)
    assert list(refusals(player.stand)) == ([expected["code"]] if expected.get("journaled") else [])


@pytest.fixture(scope="module")
def lenient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stands.Stand]:
    """One stand for all hostile samples: what the first one breaks, the second one finds."""
    stand = stands.Stand(tmp_path_factory.mktemp("hostile") / "data", signature="optional")
    yield stand
    stand.close()


@pytest.mark.parametrize("case", STORED, ids=lambda case: case.name)
def test_p15_hostile_sample__gets_what_it_expects_and_the_stand_goes_on(
    lenient: stands.Stand, case: hostile.Case
) -> None:
    before = list(refusals(lenient))
    answer = case.send(lenient, case.body())
    hostile.check_answer(answer)
    assert (answer.status, answer.code) == (case.expected["status"], case.expected["code"])
    assert (case.expected["text"] or "") in (answer.text or "")
    left = list(refusals(lenient))[len(before) :]
    assert left == ([case.expected["code"]] if case.expected["journaled"] else [])
    assert lenient.send(texts.EXPORT).status == 200
    with lenient.house.database.read() as connection:
        assert list(verification.verify(connection)) == []


def test_makers__are_named_by_manifests_and_manifests_by_makers() -> None:
    assert {case.expected["make"] for case in hostile.cases() if case.is_made} == set(hostile.MAKERS)


def test_every_stored_message__has_a_manifest() -> None:
    # The folder `signatures` has manifests of its own, held by tests/unit/signing/test_attacks.py.
    stored = [item for item in hostile.FOLDER.iterdir() if item.is_file()]
    files = {item.name for item in stored if not item.name.endswith(".expected.json")}
    named = {f"{case.name}{end}" for case in hostile.cases() for end in (".xml", ".bin")}
    assert files <= named


def entries(stand: stands.Stand) -> list[journal.Entry]:
    with stand.house.database.read() as connection:
        return list(journal.entries(connection))


def refusals(stand: stands.Stand) -> Iterator[str]:
    return (entry.facts["code"] for entry in entries(stand) if entry.kind == journal.Kind.PACKAGE_REFUSED)


def outcomes(result: etree._Element) -> list[etree._Element]:
    """Return the CommonResults: nested in an ImportResult, or ImportResults themselves (protocol §4.2)."""
    return [item.getparent() for item in result.iter(wire.base("TransportGUID"))]


def codes_at(result: etree._Element, transport_guid: str | None) -> list[str]:
    """Return the codes of the object with this TransportGUID, of the whole message where there is none."""
    if transport_guid is None:
        return [item.findtext(wire.base("ErrorCode")) for item in result.iter(wire.base("ErrorMessage"))]
    found = next(one for one in outcomes(result) if one.findtext(wire.base("TransportGUID")) == transport_guid)
    return [item.findtext(wire.base("ErrorCode")) for item in found.findall(wire.base("Error"))]
