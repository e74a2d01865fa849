"""What goes in comes out: messages, protocols and decisions in the shape of their exports (property test)."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import FIAS, transport
from tests.unit.families.accounts.rig import shapes
from tests.unit.families.metering.test_round_trip import leaves
from tests.unit.families.voting import requests as r
from tests.unit.families.voting.rig import HM, Rig

_EXAMPLES = 300 if os.environ.get("HCS_LONG") else 15
_COUNTS = itertools.count(1)
LETTERS = st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№\"'<&")
DATES = st.dates().map(lambda date: date.isoformat())
PAST_DATES = st.sampled_from(("2026-02-16", "2026-03-01", "2026-04-01"))
VOTES = st.decimals(0, 299, places=3).map(str)
GUIDS = st.uuids().map(str)
NOT_EXPORTED = {
    "importVotingMessageRequest": {
        *("TransportGUID", "VotingMessage", "Operative", "Password", "Refuse", "Annulment", "HCS"),
        *("NSIAnnulmentReason", "AnnulmentReason", "AnnulmentOrganization", "AnnulmentOrganizationText"),
        *("AnnulmentDate", "AnnulmentNumber"),
    },
    "importVotingProtocolRequest": {
        *("TransportGUID", "Protocol", "Revert", "Delete", "VotingResultsImport", "VotingResume"),
    },
    "importOwnerDecisionRequest": {
        *("TransportGUID", "OwnerDecision", "Decision", "AnnulDecision", "PropertyDetails"),
        *("AdditionalAttachments", "DecisionAttachments"),
    },
}
"""What exports have no place for: what is asked, the password, why a meeting was annulled, and words of imports that
come back under other names."""
BRANCHES = {
    "importVotingMessageRequest": "VotingMessage",
    "importVotingProtocolRequest": "VotingProtocol",
    "importOwnerDecisionRequest": "exportOwnerDecision",
}


def _words(longest: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=longest).filter(str.strip)


def _entry(number: int, *codes: str) -> st.SearchStrategy[dict]:
    return st.sampled_from(codes).map(lambda code: {"Code": code, "GUID": builtin.guid(number, code)})


def _block(required: dict, **optional: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(required, optional=optional)


FILE = _block({
    "Name": _words(50), "Description": _words(50), "Attachment": _block({"AttachmentGUID": GUIDS}),
    "AttachmentHASH": st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
})  # fmt: skip
FILES = st.lists(FILE, min_size=1, max_size=2)
NAME = {"Surname": _words(60), "FirstName": _words(60)}
PAPER = {"Type": _entry(95, "1", "9"), "Number": _words(45)}
ORGANISATION = st.one_of(_block({"orgRootEntityGUID": GUIDS}), _block({"orgVersionGUID": GUIDS}))
REPRESENTATIVE = _block(
    {"Position": _words(99), "PositionDocument": st.just("Contract"), "DocumentNumber": _words(9),
     "DocumentDate": DATES}, Surname=_words(60), SNILS=st.just("11223344595"))  # fmt: skip
CONTACTS = _block(
    {"LegalAddress": _words(99), "MailingAddress": _words(99), "Phone": _words(60),
     "OrganizationRepresentative": REPRESENTATIVE},
    Email=_words(99), Website=_words(99),
)  # fmt: skip
CALLED = st.builds(lambda org, contacts: {**org, **contacts}, ORGANISATION, CONTACTS)
INITIATORS = _block(
    {"Ind": st.lists(_block({**NAME, **PAPER, "SNILS": st.just("11223344595"), "IssueDate": DATES,
                             "ResidenceAddress": _words(99), "Phone": _words(60)}, Email=_words(99), Series=_words(9)),
                     min_size=1, max_size=2)},
    Org=st.lists(CALLED, min_size=1, max_size=1), HouseManager=CALLED.map(lambda who: {**who, "HouseManager": "true"}),
)  # fmt: skip
CITIZEN = _block({"CitizenAdministator": _block({
    "Ind": _block(NAME, Sex=st.sampled_from("MF"), DateOfBirth=DATES, PlaceBirth=_words(99)),
    "FIASHouseGuid": GUIDS, "PlaceAddress": _words(99), "Phone": st.lists(_words(60), min_size=1, max_size=2),
}, Email=st.lists(_words(60), min_size=1, max_size=2))})  # fmt: skip
MAKING = {"StartMakingDecisionDate": st.just(r.PAST[0]), "EndMakingDecisionDate": st.just(r.PAST[1])}
DECIDED = {**MAKING, "ResolutionPlace": _words(99)}
MET = {"MeetingDate": st.just(r.PAST[0]), "VotingPlace": _words(99)}
SYSTEM = {"EVotingDateBegin": st.just(r.PAST[0]), "EVotingDateEnd": st.just(r.PAST[1]), "Discipline": _words(99),
          "InfoReview": _words(99), **MAKING}  # fmt: skip
ACTING = _block({"CitizenAdministator": _block({
    **NAME, **PAPER, "AdminOfGeneralMeetingType": st.just("Owner"), "SNILS": st.just("11223344595"),
    "IssueDate": DATES, "PlaceAddress": _words(99), "Phone": _words(60),
}, Email=_words(60))})  # fmt: skip
REGIONAL = _block({"VotingSystemGuid": GUIDS, "VotingSystemUrl": _words(99)})
OCCASION = st.sampled_from(({"ExtraVoting": "true"}, {"AnnualVoting": "true"}))


def _forms(**optional: st.SearchStrategy) -> list[st.SearchStrategy[dict]]:
    return [
        _block({name: _block(held, **optional)})
        for name, held in (("AVoting", DECIDED), ("Meeting", MET), ("MeetingAVoting", {**DECIDED, **MET}))
    ]


def _questions(votes: dict) -> st.SearchStrategy[list[dict]]:
    kinds = st.one_of(
        _block({"DecisionsType": _entry(63, "9", "10")}, ManagementType=_entry(25, "2")),
        _block({"DecisionsType": _entry(63, "13")}, AdminOfGeneralMeeting=CITIZEN),
        _block({"DecisionsType": _entry(63, "1")}, FormingFund=_entry(62, "1", "2")),
    )
    row = st.builds(lambda said, kind: {**said, **kind}, _block({"QuestionName": _words(99), **votes}), kinds)
    return st.lists(row, min_size=1, max_size=3).map(
        lambda rows: [{"QuestionNumber": str(3 * place), **row} for place, row in enumerate(rows, 1)]
    )


MESSAGE = st.builds(
    lambda said, form, occasion: {**said, **form, **occasion},
    _block({
        "MessageDate": PAST_DATES, "MeetingType": st.just("Owners"), "FIASHouseGUID": st.just(FIAS),
        "VoteInitiators": INITIATORS, "DecisionList": _questions({}), "ProtocolCopyStoragePlace": _words(99),
    }),
    st.one_of(*_forms(Attachments=FILES), _block({"EVoting": _block(
        {**SYSTEM, "VotingSystemDetails": REGIONAL, "AdminOfGeneralMeeting": ACTING}, Attachments=FILES)})),
    OCCASION,
)  # fmt: skip
PROTOCOL = st.builds(
    lambda said, form, occasion: {**said, **form, **occasion},
    _block({
        "FIASHouseGuid": st.just(FIAS), "ProtocolDate": PAST_DATES, "MeetingType": st.just("Owners"),
        "VoteInitiators": INITIATORS, "MeetingEligibility": st.sampled_from("CN"), "Modification": _words(99),
        "DecisionList": _questions({"Agree": VOTES, "Against": VOTES, "Abstent": VOTES, "votingResume": st.just("N")}),
    }),
    st.one_of(*(form.map(lambda form: {name: {**held, "Attachments": [_FILE]} for name, held in form.items()})
                for form in _forms())),
    OCCASION,
)  # fmt: skip
_FILE = {
    "Name": "протокол.pdf",
    "Description": "Протокол",
    "Attachment": {"AttachmentGUID": transport(1)},
    "AttachmentHASH": "00",
}
PERSON = _block(NAME, Patronymic=_words(60), SNILS=st.just("11223344595"), DecisionIndID=_block(PAPER))
OWNED = st.builds(
    lambda said, kind: {**said, **kind},
    _block({"RegistrationDate": st.just("2015-02-03"), "TotalArea": st.just("12.5")}),
    st.sampled_from((
        {"PropertyType": {"IndividualProperty": "true"}}, {"PropertyType": {"JointProperty": "true"}},
        {"PropertyType": {"ShareProperty": "true"}, "ShareSize": {"Numerator": "1", "Denumerator": "3"}},
    )),
)  # fmt: skip
REPRESENTED = st.builds(
    lambda who, said: {**who, **said},
    st.one_of(_block({"RepresentativeInd": PERSON}), _block({"RepresentativeOrg": ORGANISATION})),
    _block({"Notarized": st.sampled_from(("true", "false")), "RepRightsConfirmDocType": st.just("GuardianshipAct"),
            "RepRightsConfirmDocNumber": _words(45), "RepRightsConfirmDocDate": st.just("2026-01-01")},
           RepresentativeAttachments=FILES),
)  # fmt: skip
DECISION = _block(
    {"Owner": st.one_of(_block({"OwnerInd": PERSON}), _block({"OwnerOrg": ORGANISATION})),
     "PropertyDetails": st.lists(OWNED, min_size=1, max_size=2), "DecisionAttachments": FILES,
     "QuestionOnDecision": st.sampled_from(("OwnerAgree", "OwnerAgainst", "OwnerAbstent")).map(
         lambda answer: {"QuestionNumber": "1", answer: "true"})},
    Representative=REPRESENTED,
)  # fmt: skip


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    """One rig for all examples, with a house and a meeting in it."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        rig.settled()
        rig.accept(r.message(9999))
        yield rig
        rig.close()


def _sent(rig: Rig, request: str, content: dict) -> str:
    element = shape.write(shapes().element(f"{HM}{request}"), content, wire.nsmap(HM.strip("{}")))
    return rig.accept(etree.tostring(element))


def _initiators(said: dict) -> list[dict]:
    manager = [said["HouseManager"]] if "HouseManager" in said else []
    rows = (("Ind", said["Ind"]), ("Org", said.get("Org", [])), ("HouseManager", manager))
    return [{who: row} for who, each in rows for row in each]


def _kept(shown: dict, sent: dict) -> dict:
    """What an export tells of what was sent: it adds identifiers, states and dates."""
    return {name: shown.get(name) for name in sent}


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(content=MESSAGE)
def test_message__comes_back_as_it_was_sent(lasting: Rig, content: dict) -> None:
    count = next(_COUNTS)
    moded = {"UniqueVotingId": str(count), "Password": "тайна", **content}
    guid = _sent(lasting, "importVotingMessageRequest", {"TransportGUID": transport(count), "VotingMessage": moded})
    (shown,) = lasting.exported("exportVotingMessage", ("MessageGUID", guid))
    expected = {**content, "VoteInitiators": _initiators(content["VoteInitiators"]), "FIASHouseGUID": [FIAS]}
    if "EVoting" in content:
        system = {"VotingSystem": "Regional", **content["EVoting"]["VotingSystemDetails"]}
        expected["EVoting"] = {**content["EVoting"], "VotingSystemDetails": system}
    assert _kept(shown, expected) == expected


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(content=PROTOCOL)
def test_protocol__comes_back_as_it_was_sent(lasting: Rig, content: dict) -> None:
    count = next(_COUNTS)
    asked = {"TransportGUID": transport(count), "VotingGUID": transport(10_000 + count)}
    said = {**content, "ProtocolNum": str(count)}
    guid = _sent(lasting, "importVotingProtocolRequest", {**asked, "Protocol": said})
    (shown,) = lasting.exported("exportVotingProtocol", ("ProtocolGUID", guid))
    expected = {**said, "VoteInitiators": _initiators(content["VoteInitiators"]), "FIASHouseGuid": [FIAS]}
    assert _kept(shown, expected) == expected


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(content=DECISION)
def test_decision__comes_back_as_it_was_sent(lasting: Rig, content: dict) -> None:
    count = next(_COUNTS)
    rights = [
        {"RegistrationNumber": f"{count}/{place}", "PremisesNum": f"{count}-{place}", **row}
        for place, row in enumerate(content["PropertyDetails"])
    ]
    said = {**content, "PropertyDetails": rights}
    row = {"TransportGUID": transport(count), "MessageGUID": lasting.given[transport(9999)], "Decision": said}
    guid = _sent(lasting, "importOwnerDecisionRequest", {"OwnerDecision": [row]})
    (shown,) = lasting.exported("exportOwnerDecision", ("RootOwnerDecisionGUID", guid))
    renamed = {"PropertyDetails": "exportPropertyDetails", "DecisionAttachments": "Attachments"}
    expected = {renamed.get(name, name): value for name, value in said.items()}
    assert _kept(shown, expected) == expected
    lasting.accept(r.decisions(r.annul_decision(count, 9999, count)))


@pytest.mark.parametrize("request_", BRANCHES)
def test_every_field_of_an_import__is_exported_or_told_not_to_be(request_: str) -> None:
    asked, result = shapes().element(f"{HM}{request_}"), shapes().element(f"{HM}getStateResult")
    branch = result.child(BRANCHES[request_])
    assert branch is not None
    assert leaves(asked) - leaves(branch.shape) == NOT_EXPORTED[request_]
