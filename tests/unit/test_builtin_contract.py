"""The built-in contract by itself: it compiles, is documented, and judges hand-written packages as the rules say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

from gateway.study import reading

_PROJECT = Path(__file__).parents[2]
_ROOT = _PROJECT / "xsd"
_WSDL = _PROJECT / "wsdl" / "house-management.wsdl"
_FILES = sorted(_ROOT.rglob("*.xsd"))
_XS = "{http://www.w3.org/2001/XMLSchema}"
_NAMED = {f"{_XS}{kind}" for kind in ("element", "attribute", "complexType", "simpleType", "group", "attributeGroup")}
_NAMESPACES = {
    "base": "http://dom.gosuslugi.ru/schema/integration/base/",
    "nsi": "http://dom.gosuslugi.ru/schema/integration/nsi-base/",
    "hm": "http://dom.gosuslugi.ru/schema/integration/house-management/",
    "registry": "http://dom.gosuslugi.ru/schema/integration/organizations-registry-base/",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}
_GUID = "0f5b1c1e-3d9c-4c55-9a4e-1b8a4a3f0001"
_OTHER_GUID = "0f5b1c1e-3d9c-4c55-9a4e-1b8a4a3f0002"
_REF = f"<nsi:Code>2</nsi:Code><nsi:GUID>{_GUID}</nsi:GUID>"
_HOUSE = f"""
    <hm:ApartmentHouse>
      <hm:ApartmentHouseToCreate>
        <hm:BasicCharacteristicts>
          <hm:CadastralNumber>54:35:101000:1</hm:CadastralNumber>
          <hm:FIASHouseGuid>{_GUID}</hm:FIASHouseGuid>
          <hm:TotalSquare>4512.35</hm:TotalSquare>
          <hm:State>{_REF}</hm:State>
          <hm:UsedYear>1977</hm:UsedYear>
          <hm:FloorCount>9</hm:FloorCount>
          <hm:OlsonTZ>{_REF}</hm:OlsonTZ>
          <hm:CulturalHeritage>false</hm:CulturalHeritage>
        </hm:BasicCharacteristicts>
        <hm:UndergroundFloorCount>1</hm:UndergroundFloorCount>
        <base:TransportGUID>{_GUID}</base:TransportGUID>
      </hm:ApartmentHouseToCreate>
      <hm:EntranceToCreate>
        <hm:EntranceNum>1</hm:EntranceNum>
        <base:TransportGUID>{_OTHER_GUID}</base:TransportGUID>
      </hm:EntranceToCreate>
    </hm:ApartmentHouse>"""


@pytest.fixture(scope="module")
def judge():
    return etree.XMLSchema(etree.parse(_ROOT / "house-management.xsd"))


@pytest.fixture(scope="module")
def model():
    """The component model of the second processor."""
    return reading.declarations_of([str(_ROOT / "house-management.xsd")])


@pytest.mark.slow
def test_second_processor__builds_every_file():
    built = {
        Path(schema.filepath)
        for root in _ROOT.glob("*.xsd")
        for schema in xmlschema.XMLSchema(str(root)).maps.iter_schemas()
        if schema.filepath
    }
    assert built >= set(_FILES)


@pytest.mark.parametrize("root", sorted(_ROOT.glob("*.xsd")), ids=lambda path: path.name)
def test_includes_of_one_schema__are_spelled_apart_for_files_apart(root):
    """Zeep reads the first file of each spelling, wherever the reference stands, and misses the others."""
    places: dict[str, set[Path]] = {}
    for path in (root, *root.with_suffix("").rglob("*.xsd")):
        for link in etree.parse(path).iter(f"{_XS}include"):
            spelled = link.get("schemaLocation")
            places.setdefault(spelled, set()).add((path.parent / spelled).resolve())
    assert {spelled: found for spelled, found in places.items() if len(found) > 1} == {}


def test_same_include_within_a_namespace__leads_to_the_same_file():
    """zeep knows the files of a namespace by the text of `schemaLocation` and passes over a text that it has seen."""
    places: dict[tuple[str, str], set[Path]] = {}
    for path in _FILES:
        root = etree.parse(path).getroot()
        for link in root.iter(f"{_XS}include"):
            text = link.get("schemaLocation")
            places.setdefault((root.get("targetNamespace"), text), set()).add((path.parent / text).resolve())
    assert {each: found for each, found in places.items() if len(found) > 1} == {}


def _request(content: str, *, name: str = "importHouseUORequest", attributes: str = 'base:version="13.2.3.2"'):
    namespaces = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in _NAMESPACES.items())
    return etree.fromstring(f"<hm:{name} {namespaces} {attributes}>{content}</hm:{name}>")


def _refusal(judge: etree.XMLSchema, root: etree._Element) -> str:
    assert not judge.validate(root)
    return judge.error_log[0].message


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.relative_to(_ROOT).as_posix())
class TestFile:
    """Every schema file, taken alone."""

    def test_compiles_alone(self, path):
        assert etree.XMLSchema(etree.parse(path)) is not None

    def test_has_no_document_type(self, path):
        assert not etree.parse(path).docinfo.internalDTD

    def test_names_its_namespace_and_qualifies_its_elements(self, path):
        root = etree.parse(path).getroot()
        assert root.get("targetNamespace") in root.nsmap.values()
        assert root.get("elementFormDefault") == "qualified"

    def test_every_component_is_documented(self, path):
        bare = [_title(each) for each in _declared(path) if not _documented(each)]
        assert bare == []

    def test_every_documentation_is_in_russian(self, path):
        texts = [each.text for each in etree.parse(path).iter(f"{_XS}documentation")]
        assert texts
        assert [text for text in texts if not re.search("[а-яё]", text)] == []

    def test_references_only_neighbours(self, path):
        for link in etree.parse(path).iter(f"{_XS}import", f"{_XS}include"):
            assert (path.parent / link.get("schemaLocation")).resolve() in _FILES


def _declared(path: Path) -> Iterator[etree._Element]:
    return (each for each in etree.parse(path).iter(*_NAMED) if each.get("name"))


def _title(component: etree._Element) -> str:
    return f"{etree.QName(component).localname} {component.get('name')}, line {component.sourceline}"


def _documented(component: etree._Element) -> bool:
    """By itself, or (a local element) by the type of ours that it carries, or inside a documented attribute group."""
    if component.find(f"{_XS}annotation/{_XS}documentation") is not None:
        return True
    local = component.getparent().tag != f"{_XS}schema"
    return local and (component.tag == f"{_XS}attribute" or not component.get("type", "xs:").startswith("xs:"))


class TestService:
    """The description of the service."""

    def test_operations_of_the_port__are_all_bound_in_the_same_order(self):
        wsdl = etree.parse(_WSDL)
        port, binding = (
            [each.get("name") for each in wsdl.findall(f"{{*}}{kind}/{{*}}operation")]
            for kind in ("portType", "binding")
        )
        assert port[0] == "getState"
        assert len(set(port)) == len(port)
        assert port == binding

    def test_every_message__names_an_element_of_the_schemas(self, model):
        for part in etree.parse(_WSDL).iter("{*}part"):
            prefix, _, name = part.get("element").partition(":")
            assert f"{{{part.nsmap[prefix]}}}{name}" in model.maps.elements

    def test_schema_locations__lead_to_the_schemas(self):
        places = [each.get("schemaLocation") for each in etree.parse(_WSDL).iter(f"{_XS}import")]
        assert [(_WSDL.parent / place).resolve() for place in places] == [
            _ROOT / "base.xsd",
            _ROOT / "house-management.xsd",
        ]


class TestHouse:
    """importHouseUORequest, written by hand."""

    def test_complete_house__is_valid(self, judge):
        judge.assertValid(_request(_HOUSE))

    def test_update_of_little__is_valid(self, judge):
        judge.assertValid(
            _request(f"""
              <hm:LivingHouse>
                <hm:LivingHouseToUpdate>
                  <hm:BasicCharacteristicts><hm:FIASHouseGuid>{_GUID}</hm:FIASHouseGuid></hm:BasicCharacteristicts>
                  <base:TransportGUID>{_GUID}</base:TransportGUID>
                </hm:LivingHouseToUpdate>
              </hm:LivingHouse>
              <hm:InheritMissingValues>true</hm:InheritMissingValues>""")
        )

    def test_same_transport_guid_twice__is_refused(self, judge):
        assert "TransportGUID" in _refusal(judge, _request(_HOUSE.replace(_OTHER_GUID, _GUID)))

    @pytest.mark.parametrize(
        ("written", "instead", "named"),
        [
            (f"<hm:FIASHouseGuid>{_GUID}</hm:FIASHouseGuid>", "", "FIASHouseGuid"),
            (_OTHER_GUID, _OTHER_GUID[:-1], "TransportGUID"),
            (_OTHER_GUID, f" {_OTHER_GUID} ", "TransportGUID"),
            ("<hm:FloorCount>9<", "<hm:FloorCount>0<", "FloorCount"),
            ("<hm:FloorCount>9<", "<hm:FloorCount>1000<", "FloorCount"),
            ("<hm:UsedYear>1977<", "<hm:UsedYear>1599<", "UsedYear"),
            ("4512.35", "4512.35001", "TotalSquare"),
            ("4512.35", "-1", "TotalSquare"),
            ("BasicCharacteristicts", "BasicCharacteristics", "BasicCharacteristics"),
            ("<nsi:Code>2<", "<nsi:Code>2.B<", "Code"),
            ("<hm:EntranceNum>1<", "<hm:EntranceNum><", "EntranceNum"),
            ("<hm:UndergroundFloorCount>1</hm:UndergroundFloorCount>", "", "TransportGUID"),
        ],
    )
    def test_one_thing_wrong__is_refused_by_its_name(self, judge, written, instead, named):
        assert written in _HOUSE
        assert named in _refusal(judge, _request(_HOUSE.replace(written, instead)))

    def test_two_houses__are_refused(self, judge):
        second = _HOUSE.replace(_GUID, _GUID.upper()).replace(_OTHER_GUID, _OTHER_GUID.upper())
        assert "ApartmentHouse" in _refusal(judge, _request(_HOUSE + second))

    def test_no_version__is_refused(self, judge):
        assert "version" in _refusal(judge, _request(_HOUSE, attributes=""))

    def test_living_house_of_esp__is_refused(self, judge):
        content = _HOUSE.replace("ApartmentHouse", "LivingHouse")
        assert "LivingHouse" in _refusal(judge, _request(content, name="importHouseESPRequest"))

    def test_house_of_esp_without_oktmo__is_refused(self, judge):
        assert "OKTMO" in _refusal(judge, _request(_HOUSE, name="importHouseESPRequest"))

    @pytest.mark.parametrize("length", [20, 21, 5000])
    def test_long_code__is_judged_by_its_length_in_linear_time(self, judge, length):
        """The published pattern would need more than a lifetime for the longest of these."""
        code = _HOUSE.replace("<nsi:Code>2<", f"<nsi:Code>{'7' * length}<")
        wrong = _HOUSE.replace("<nsi:Code>2<", f"<nsi:Code>{'7' * (length - 1)}!<")
        assert judge.validate(_request(code)) == (length <= 20)
        assert not judge.validate(_request(wrong))


class TestAccount:
    """importAccountRequest, written by hand."""

    _ACCOUNT = f"""
      <hm:Account>
        <hm:isUOAccount>true</hm:isUOAccount>
        <hm:Accommodation>
          <hm:PremisesGUID>{_GUID}</hm:PremisesGUID><hm:SharePercent>100</hm:SharePercent>
        </hm:Accommodation>
        <hm:PayerInfo/>
        <base:TransportGUID>{_GUID}</base:TransportGUID>
        <hm:AccountGUID>{_GUID}</hm:AccountGUID>
      </hm:Account>"""
    _OTHER = _ACCOUNT.replace(_GUID, _OTHER_GUID)

    def _request(self, content: str) -> etree._Element:
        return _request(content, name="importAccountRequest", attributes='base:version="10.0.1.1"')

    def test_changes_of_two_accounts__are_valid(self, judge):
        judge.assertValid(self._request(self._ACCOUNT + self._OTHER))

    def test_two_changes_of_one_account__are_refused(self, judge):
        same = self._OTHER.replace(f"<hm:AccountGUID>{_OTHER_GUID}", f"<hm:AccountGUID>{_GUID}")
        assert "importAccount.AccountGUID" in _refusal(judge, self._request(self._ACCOUNT + same))

    @pytest.mark.parametrize(("share", "valid"), [("0", True), ("99.99", True), ("100.01", False), ("-1", False)])
    def test_share_of_payment__is_a_part_of_a_hundred(self, judge, share, valid):
        assert judge.validate(self._request(self._ACCOUNT.replace(">100<", f">{share}<"))) == valid


class TestDevice:
    """importMeteringDeviceDataRequest, written by hand."""

    _PLACES = ("ResidentialPremiseDevice", "NonResidentialPremiseDevice", "CollectiveApartmentDevice")
    _OTHER_PLACES = ("ApartmentHouseDevice", "LivingRoomDevice")

    def _request(self, content: str) -> etree._Element:
        return _request(content, name="importMeteringDeviceDataRequest", attributes='base:version="11.1.0.8"')

    def _created(self, place: str, *accounts: str, transport: str = _GUID) -> str:
        linked = "".join(f"<hm:AccountGUID>{each}</hm:AccountGUID>" for each in accounts)
        return f"""
          <hm:MeteringDevice>
            <base:TransportGUID>{transport}</base:TransportGUID>
            <hm:DeviceDataToCreate>
              <hm:BasicChatacteristicts>
                <hm:MeteringDeviceNumber>7</hm:MeteringDeviceNumber>
                <hm:RemoteMeteringMode>false</hm:RemoteMeteringMode>
                <hm:TemperatureSensor>false</hm:TemperatureSensor>
                <hm:PressureSensor>false</hm:PressureSensor>
                <hm:{place}>{linked}</hm:{place}>
              </hm:BasicChatacteristicts>
              <hm:NotLinkedWithMetering>true</hm:NotLinkedWithMetering>
              <hm:MunicipalResources><hm:MunicipalResource>{_REF}</hm:MunicipalResource></hm:MunicipalResources>
            </hm:DeviceDataToCreate>
          </hm:MeteringDevice>"""

    def _corrected(self, *accounts: str) -> str:
        linked = "".join(f"<hm:AccountGUID>{each}</hm:AccountGUID>" for each in accounts)
        return f"""
          <hm:MeteringDevice>
            <base:TransportGUID>{_GUID}</base:TransportGUID>
            <hm:DeviceDataToUpdate>
              <hm:MeteringDeviceVersionGUID>{_GUID}</hm:MeteringDeviceVersionGUID>
              <hm:UpdateAfterDevicesValues>{linked}</hm:UpdateAfterDevicesValues>
            </hm:DeviceDataToUpdate>
          </hm:MeteringDevice>"""

    @pytest.mark.parametrize("place", _PLACES + _OTHER_PLACES)
    def test_same_account_twice_at_one_device__is_refused(self, judge, place):
        judge.assertValid(self._request(self._created(place, _GUID, _OTHER_GUID)))
        assert f"{place}.AccountGUID" in _refusal(judge, self._request(self._created(place, _GUID, _GUID)))

    def test_same_account_at_two_devices__is_valid(self, judge):
        devices = [self._created(self._PLACES[0], _GUID, transport=each) for each in (_GUID, _OTHER_GUID)]
        judge.assertValid(self._request("".join(devices)))

    def test_device_without_account__is_refused(self, judge):
        assert "AccountGUID" in _refusal(judge, self._request(self._created(self._PLACES[0])))

    def test_same_account_twice_in_a_correction__is_refused(self, judge):
        judge.assertValid(self._request(self._corrected(_GUID, _OTHER_GUID)))
        assert "DeviceCorrection.AccountGUID" in _refusal(judge, self._request(self._corrected(_GUID, _GUID)))


class TestVotingMessage:
    """importVotingMessageRequest, written by hand."""

    _INITIATOR = """
        <hm:Org>
          <registry:orgRootEntityGUID>{organization}</registry:orgRootEntityGUID>
          <hm:LegalAddress>Казань</hm:LegalAddress>
          <hm:MailingAddress>Казань</hm:MailingAddress>
          <hm:Phone>1</hm:Phone>
          <hm:OrganizationRepresentative>
            <hm:Position>Директор</hm:Position>
            <hm:PositionDocument>Order</hm:PositionDocument>
            <hm:DocumentNumber>1</hm:DocumentNumber>
            <hm:DocumentDate>2025-01-01</hm:DocumentDate>
          </hm:OrganizationRepresentative>
        </hm:Org>"""

    def _message(self, *organizations: str, mode: str = "<hm:Operative>true</hm:Operative>") -> etree._Element:
        initiators = "".join(self._INITIATOR.format(organization=each) for each in organizations)
        content = f"""
          <base:TransportGUID>{_GUID}</base:TransportGUID>
          <hm:VotingMessage>
            {mode}
            <hm:MeetingType>Owners</hm:MeetingType>
            <hm:FIASHouseGUID>{_GUID}</hm:FIASHouseGUID>
            <hm:AnnualVoting>true</hm:AnnualVoting>
            <hm:Meeting>
              <hm:VotingPlace>Двор</hm:VotingPlace>
              <hm:MeetingDate>2025-03-01T12:00:00</hm:MeetingDate>
            </hm:Meeting>
            <hm:VoteInitiators>{initiators}</hm:VoteInitiators>
            <hm:DecisionList>
              <hm:QuestionName>Ремонт крыши</hm:QuestionName>
              <hm:DecisionsType>{_REF}</hm:DecisionsType>
            </hm:DecisionList>
            <hm:ProtocolCopyStoragePlace>Казань</hm:ProtocolCopyStoragePlace>
          </hm:VotingMessage>"""
        return _request(content, name="importVotingMessageRequest", attributes='base:version="15.10.0.1"')

    def test_message_of_two_organizations__is_valid(self, judge):
        judge.assertValid(self._message(_GUID, _OTHER_GUID))

    def test_same_initiator_twice__is_refused(self, judge):
        assert "orgRootEntityGUID" in _refusal(judge, self._message(_GUID, _GUID))

    def test_past_meeting_without_its_password__is_refused(self, judge):
        mode = "<hm:UniqueVotingId>12345678901234</hm:UniqueVotingId>"
        judge.assertValid(self._message(mode=f"{mode}<hm:Password>тайна</hm:Password>"))
        assert "Password" in _refusal(judge, self._message(mode=mode))


class TestResult:
    """getStateResult, written by hand."""

    _STATE = f"<base:RequestState>3</base:RequestState><base:MessageGUID>{_GUID}</base:MessageGUID>"
    _VERSION = 'base:version="11.0.0.1"'

    def _result(self, content: str) -> etree._Element:
        return _request(self._STATE + content, name="getStateResult", attributes=self._VERSION)

    def test_good_and_bad_objects_side_by_side__are_valid(self, judge):
        judge.assertValid(
            self._result(f"""
              <hm:ImportResult base:version="10.0.1.1">
                <hm:CommonResult>
                  <base:GUID>{_GUID}</base:GUID>
                  <base:TransportGUID>{_GUID}</base:TransportGUID>
                  <base:UniqueNumber>54-1</base:UniqueNumber>
                  <base:UpdateDate>2026-03-12T10:00:00+07:00</base:UpdateDate>
                  <hm:ImportHouseUO>
                    <hm:GKNRelationshipStatus><hm:Status>N</hm:Status></hm:GKNRelationshipStatus>
                    <hm:EGRPRelationshipStatus/>
                  </hm:ImportHouseUO>
                </hm:CommonResult>
                <hm:CommonResult>
                  <base:TransportGUID>{_OTHER_GUID}</base:TransportGUID>
                  <base:Error>
                    <base:ErrorCode>INT004143</base:ErrorCode>
                    <base:Description>Не указана причина</base:Description>
                  </base:Error>
                </hm:CommonResult>
              </hm:ImportResult>""")
        )

    def test_processed_without_result__is_valid(self, judge):
        judge.assertValid(self._result(""))

    def test_other_fixed_version__is_refused(self, model):
        """By `xmlschema`: libxml2 does not look at the fixed value of an attribute reference."""
        text = etree.tostring(self._result(""), encoding="unicode")
        assert model.is_valid(text)
        assert not model.is_valid(text.replace("11.0.0.1", "11.0.0.2"))

    def test_result_and_error_of_the_whole__exclude_each_other(self, judge):
        error = "<base:ErrorMessage><base:ErrorCode>1</base:ErrorCode><base:Description/></base:ErrorMessage>"
        judge.assertValid(self._result(error))
        assert "ErrorMessage" in _refusal(judge, self._result(error * 2))


class TestHeader:
    """RequestHeader, written by hand."""

    def _header(self, content: str) -> etree._Element:
        return etree.fromstring(
            f'<RequestHeader xmlns="{_NAMESPACES["base"]}"><Date>2026-03-12T10:00:00</Date>'
            f"<MessageGUID>{_GUID}</MessageGUID>{content}</RequestHeader>"
        )

    def test_organisation_with_operator_signature__is_valid(self, judge):
        content = f"<orgPPAGUID>{_GUID}</orgPPAGUID><IsOperatorSignature>true</IsOperatorSignature>"
        judge.assertValid(self._header(content))

    @pytest.mark.parametrize(
        "content",
        [
            "",
            f"<orgPPAGUID>{_GUID}</orgPPAGUID><SenderID>{_GUID}</SenderID>",
            f"<orgPPAGUID>{_GUID}</orgPPAGUID><IsOperatorSignature>false</IsOperatorSignature>",
        ],
        ids=["nobody", "two senders", "operator signature denied"],
    )
    def test_wrong_sender__is_refused(self, judge, content):
        assert not judge.validate(self._header(content))
