"""Small requests about meetings for one question each."""

from __future__ import annotations

from tests.unit.families.accounts.requests import FIAS, NAMESPACES, entry, transport

NAMES = f'{NAMESPACES} xmlns:r="http://dom.gosuslugi.ru/schema/integration/organizations-registry-base/"'
ROOT = "5e7c2f0a-3d0c-5b54-8a2f-9d1f5f0a7c11"
"""orgRootEntityGUID of the sender, as the rig's directory has it."""
HASH = "b4f1c0de" * 8
OPEN = ("2026-03-10T00:00:00+03:00", "2056-03-10T00:00:00+03:00")
"""A period in which it is now, whenever that is."""
PAST = ("2026-02-01T09:00:00+03:00", "2026-02-15T21:00:00+03:00")
AHEAD = ("2056-02-01T09:00:00+03:00", "2056-02-15T21:00:00+03:00")


def attachment(name: str = "Attachments", *, hashed: bool = True, count: int = 1) -> str:
    digest = f"<b:AttachmentHASH>{HASH}</b:AttachmentHASH>" if hashed else ""
    stored = f"<b:Attachment><b:AttachmentGUID>{transport(7000 + count)}</b:AttachmentGUID></b:Attachment>"
    return f"<{name}><b:Name>скан.pdf</b:Name><b:Description>Скан</b:Description>{stored}{digest}</{name}>"


def paper(number: str = "987650", dated: str = "<IssueDate>2011-05-04</IssueDate>") -> str:
    return f"<Type>{entry(95, '1')}</Type><Series>4510</Series><Number>{number}</Number>{dated}"


PERSON = "<i:Surname>Вымышленная</i:Surname><i:FirstName>Евлампия</i:FirstName><i:Patronymic>Пафнутьевна</i:Patronymic>"
_CONTACTS = "<Phone>+7 495 000-00-01</Phone><Email>lampa@example.org</Email>"
_ORGANISATION = (
    "<LegalAddress>г. Образцовск, ул. Примерная, д. 1</LegalAddress>"
    f"<MailingAddress>г. Образцовск, а/я 7</MailingAddress>{_CONTACTS}<Website>https://example.org</Website>"
    "<OrganizationRepresentative><Surname>Представительный</Surname><FirstName>Пётр</FirstName>"
    "<i:SNILS>11223344595</i:SNILS><Position>Директор</Position><PositionDocument>Order</PositionDocument>"
    "<DocumentNumber>15</DocumentNumber><DocumentDate>2025-01-09</DocumentDate></OrganizationRepresentative>"
)
IND = (
    f"<Ind>{PERSON}<i:SNILS>11223344595</i:SNILS>{paper()}<ResidenceAddress>г. Образцовск, кв. 7</ResidenceAddress>"
    f"{_CONTACTS}</Ind>"
)
ORG = f"<Org><r:orgRootEntityGUID>{transport(6001)}</r:orgRootEntityGUID>{_ORGANISATION}</Org>"
MANAGER = (
    f"<HouseManager><r:orgVersionGUID>{transport(6002)}</r:orgVersionGUID>{_ORGANISATION}"
    "<OwnersRequestInitiator>true</OwnersRequestInitiator></HouseManager>"
)


def initiators(*who: str) -> str:
    return f"<VoteInitiators>{''.join(who)}</VoteInitiators>"


CITIZEN = (
    f"<CitizenAdministator><Ind>{PERSON}<i:SNILS>11223344595</i:SNILS></Ind><FIASHouseGuid>{FIAS}</FIASHouseGuid>"
    "<PlaceAddress>г. Образцовск, кв. 7</PlaceAddress><Phone>+7 495 000-00-01</Phone></CitizenAdministator>"
)
"""Whom a question proposes as administrator."""


def question(
    number: int | None = 1,
    name: str = "Выбрать совет дома",
    *,
    kind: str | None = None,
    code: str = "10",
    votes: str = "",
    more: str = "",
    resume: str = "",
) -> str:
    """A question of a message; of a protocol with `votes` and `resume`."""
    numbered = f"<QuestionNumber>{number}</QuestionNumber>" if number else ""
    told = f"<DecisionsType>{entry(63, code)}</DecisionsType>" if kind is None else kind
    end = f"<votingResume>{resume}</votingResume>" if resume else ""
    return f"<DecisionList>{numbered}<QuestionName>{name}</QuestionName>{told}{votes}{more}{end}</DecisionList>"


def votes(agree: object, against: object = 0, abstent: object = 0) -> str:
    return f"<Agree>{agree}</Agree><Against>{against}</Against><Abstent>{abstent}</Abstent>"


def absent(period: tuple[str, str] = PAST, *, files: str = "") -> str:
    return f"<AVoting>{_making(period)}<ResolutionPlace>Подъезд 1</ResolutionPlace>{files}</AVoting>"


def meeting(when: str = PAST[0], *, files: str = "") -> str:
    return f"<Meeting><VotingPlace>Двор</VotingPlace><MeetingDate>{when}</MeetingDate>{files}</Meeting>"


def mixed(
    period: tuple[str, str] = PAST, when: str = "2026-02-03T19:00:00+03:00", *, files: str = "", held: bool = False
) -> str:
    """As messages have it, as protocols do where it was held: the contract orders the two differently."""
    decided = f"{_making(period)}<ResolutionPlace>Подъезд 1</ResolutionPlace>"
    met = f"<MeetingDate>{when}</MeetingDate><VotingPlace>Двор</VotingPlace>"
    return f"<MeetingAVoting>{met + decided if held else decided + met}{files}</MeetingAVoting>"


ADMIN = (
    f"<AdminOfGeneralMeeting><CitizenAdministator>{PERSON}<AdminOfGeneralMeetingType>Owner</AdminOfGeneralMeetingType>"
    f"<i:SNILS>11223344595</i:SNILS>{paper()}<PlaceAddress>г. Образцовск, кв. 7</PlaceAddress>"
    "<Phone>+7 495 000-00-01</Phone></CitizenAdministator></AdminOfGeneralMeeting>"
)
REGIONAL = (
    f"<VotingSystemGuid>{transport(6003)}</VotingSystemGuid><VotingSystemUrl>https://vote.example.org</VotingSystemUrl>"
    "<FirstVoting>true</FirstVoting>"
)


def system(period: tuple[str, str] = OPEN, *, details: str = "<HCS>true</HCS>") -> str:
    begin, end = period
    return (
        f"<EVoting><EVotingDateBegin>{begin}</EVotingDateBegin><EVotingDateEnd>{end}</EVotingDateEnd>"
        "<Discipline>В офисе по будням</Discipline><InfoReview>Там же</InfoReview>"
        f"<VotingSystemDetails>{details}</VotingSystemDetails>{ADMIN}{_making(period)}</EVoting>"
    )


def _making(period: tuple[str, str]) -> str:
    named = zip(("StartMakingDecisionDate", "EndMakingDecisionDate"), period, strict=True)
    return "".join(f"<{name}>{moment}</{name}>" for name, moment in named)


def archive(number: int | str = 12345678901234) -> str:
    return f"<UniqueVotingId>{number}</UniqueVotingId><Password>пароль</Password>"


OPERATIVE = "<Operative>true</Operative>"


def message(
    count: int,
    form: str | None = None,
    *questions: str,
    mode: str | None = None,
    date: str = "2026-01-15",
    kind: str = "Owners",
    place: str | None = None,
    who: str = IND,
) -> bytes:
    """A message; of a past absent vote of a house, from the archive, where nothing else is said."""
    dated = f"<MessageDate>{date}</MessageDate>" if date else ""
    where = f"<FIASHouseGUID>{FIAS}</FIASHouseGUID>" if place is None else place
    return _message(
        count,
        f"<VotingMessage>{archive() if mode is None else mode}{dated}<MeetingType>{kind}</MeetingType>{where}"
        f"<AnnualVoting>true</AnnualVoting>{form or absent()}{initiators(who) if who else '<VoteInitiators/>'}"
        f"{''.join(questions) or question()}"
        "<ProtocolCopyStoragePlace>Офис управляющей организации</ProtocolCopyStoragePlace></VotingMessage>",
    )


def association(root: str = ROOT) -> str:
    return f"<OrganizationGuid><r:orgRootEntityGUID>{root}</r:orgRootEntityGUID></OrganizationGuid>"


def refuse(count: int, of: int) -> bytes:
    return _message(count, f"<MessageGUID>{transport(of)}</MessageGUID><Refuse>true</Refuse>")


def annul(count: int, of: int, *, code: str = "2", date: str = "2026-03-20", files: str = "") -> bytes:
    inside = (
        f"<NSIAnnulmentReason>{entry(271, code)}</NSIAnnulmentReason><AnnulmentReason>Ошибка</AnnulmentReason>"
        f"<AnnulmentDate>{date}</AnnulmentDate><AnnulmentNumber>5</AnnulmentNumber>{files}"
    )
    return _message(count, f"<MessageGUID>{transport(of)}</MessageGUID><Annulment>{inside}</Annulment>")


def results(
    count: int,
    of: int,
    *rows: str,
    all_: object = 1000,
    quorum: str = "C",
    date: str = "2026-02-16",
    why: str = "",
    files: str | None = None,
) -> bytes:
    """VotingResultsImport for the meeting whose message was made under `of`."""
    reason = f"<Modification>{why}</Modification>" if why else ""
    return _protocol(
        count,
        of,
        f"<VotingResultsImport>{reason}<ProtocolDate>{date}</ProtocolDate>"
        f"<MeetingEligibility>{quorum}</MeetingEligibility><AllOwnersVotesSum>{all_}</AllOwnersVotesSum>"
        f"{''.join(rows) or result()}{attachment() if files is None else files}</VotingResultsImport>",
    )


def result(number: int = 1, counted: str = "", resume: str = "M") -> str:
    told = f"{counted or votes(600, 10, '0.5')}<VotingResume>{resume}</VotingResume>"
    return f"<DecisionList><QuestionNumber>{number}</QuestionNumber>{told}</DecisionList>"


def protocol(
    count: int,
    of: int | str,
    form: str | None = None,
    *questions: str,
    number: str = "1",
    date: str = "2026-02-16",
    kind: str = "Owners",
    place: str | None = None,
    quorum: str = "C",
    who: str = IND,
) -> bytes:
    """Protocol: `of` is a VotingGUID, or the action that has made the meeting."""
    numbered = f"<ProtocolNum>{number}</ProtocolNum>" if number else ""
    where = f"<FIASHouseGuid>{FIAS}</FIASHouseGuid>" if place is None else place
    return _protocol(
        count,
        of,
        f"<Protocol>{where}{numbered}<ProtocolDate>{date}</ProtocolDate>{form or absent(files=attachment())}"
        f"<MeetingType>{kind}</MeetingType><ExtraVoting>true</ExtraVoting>{initiators(who)}"
        f"<MeetingEligibility>{quorum}</MeetingEligibility>"
        f"{''.join(questions) or question(votes=votes(600, 10), resume='M')}"
        "<Modification>Опечатка</Modification></Protocol>",
    )


def revert(count: int, of: int) -> bytes:
    return _protocol(count, of, "<Revert>true</Revert>")


def delete(count: int, of: int) -> bytes:
    return _protocol(count, of, "<Delete>true</Delete>")


def owned(
    registration: str = "50-50/001/1",
    *,
    flat: str = "1",
    area: str = "50",
    share: tuple[int, int] | None = None,
    kind: str | None = None,
    date: str = "2015-06-01",
) -> str:
    what = kind or ("ShareProperty" if share else "IndividualProperty")
    size = f"<Numerator>{share[0]}</Numerator><Denumerator>{share[1]}</Denumerator>" if share else ""
    part = f"<ShareSize>{size}</ShareSize>" if share else ""
    return (
        f"<PropertyDetails><RegistrationNumber>{registration}</RegistrationNumber>"
        f"<RegistrationDate>{date}</RegistrationDate><PremisesNum>{flat}</PremisesNum><TotalArea>{area}</TotalArea>"
        f"<PropertyType><{what}>true</{what}></PropertyType>{part}</PropertyDetails>"
    )


def citizen(surname: str = "Собственникова") -> str:
    identity = f"<DecisionIndID>{paper(dated='')}</DecisionIndID>"
    return f"<i:Surname>{surname}</i:Surname><i:FirstName>Анна</i:FirstName><i:SNILS>11223344595</i:SNILS>{identity}"


REPRESENTED = (
    f"<Representative><RepresentativeInd>{citizen('Поверенный')}</RepresentativeInd><Notarized>true</Notarized>"
    f"{attachment('RepresentativeAttachments', count=3)}"
    "<RepRightsConfirmDocType>PowerOfAttorney</RepRightsConfirmDocType>"
    "<RepRightsConfirmDocNumber>77 АВ 1</RepRightsConfirmDocNumber>"
    "<RepRightsConfirmDocDate>2026-01-20</RepRightsConfirmDocDate></Representative>"
)
OWNER_ORG = f"<OwnerOrg><r:orgRootEntityGUID>{transport(6001)}</r:orgRootEntityGUID></OwnerOrg>"


def decision(
    count: int,
    of: int | str,
    *properties: str,
    question: int = 1,
    answer: str = "Agree",
    root: int | str | None = None,
    by: str = "MessageGUID",
    owner: str | None = None,
    by_whom: str = "",
    files: str | None = None,
) -> str:
    """A decision about the message (or protocol) that was made under `of`; `root` names the one to change."""
    files = attachment("DecisionAttachments", count=2) if files is None else files
    said = (
        f"<Owner>{owner or f'<OwnerInd>{citizen()}</OwnerInd>'}</Owner>{''.join(properties) or owned()}{by_whom}"
        f"<QuestionOnDecision><QuestionNumber>{question}</QuestionNumber><Owner{answer}>true</Owner{answer}>"
        f"</QuestionOnDecision>{files}"
    )
    return _decision(count, of, by, root, f"<Decision>{said}</Decision>")


def annul_decision(count: int, of: int, root: int | None) -> str:
    return _decision(count, of, "MessageGUID", root, "<AnnulDecision>true</AnnulDecision>")


def decisions(*made: str) -> bytes:
    return _request("importOwnerDecisionRequest", "15.10.0.1", "".join(made))


def export(what: str, *names: tuple[str, object], version: str = "15.10.0.1") -> bytes:
    """exportVotingMessage, exportVotingProtocol; objects by the count of what has made them."""
    inside = "".join(f"<{name}>{_guid(value)}</{name}>" for name, value in names)
    return _request(f"{what}Request", version, inside)


def export_decisions(*names: tuple[str, object]) -> bytes:
    return export("exportOwnerDecision", *names, version="16.1.0.0")


def _decision(count: int, of: int | str, by: str, root: int | str | None, inside: str) -> str:
    named = f"<RootOwnerDecisionGUID>{_guid(root)}</RootOwnerDecisionGUID>" if root else ""
    return (
        f"<OwnerDecision><b:TransportGUID>{transport(count)}</b:TransportGUID><{by}>{_guid(of)}</{by}>{named}{inside}"
        "</OwnerDecision>"
    )


def _message(count: int, inside: str) -> bytes:
    return _request("importVotingMessageRequest", "15.10.0.1", _transport(count) + inside)


def _protocol(count: int, of: int | str, inside: str) -> bytes:
    voting = f"<VotingGUID>{_guid(of)}</VotingGUID>"
    return _request("importVotingProtocolRequest", "15.10.0.1", _transport(count) + voting + inside)


def _transport(count: int) -> str:
    return f"<b:TransportGUID>{transport(count)}</b:TransportGUID>"


def _guid(named: object) -> str:
    return transport(named) if isinstance(named, int) else str(named)


def _request(name: str, version: str, inside: str) -> bytes:
    return f'<{name} {NAMES} b:version="{version}">{inside}</{name}>'.encode()
