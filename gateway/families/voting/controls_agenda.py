"""Rules about what messages and protocols both say: dates, questions, initiators, attachments."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Protocol

from gateway.families import api, attachments, days, fields, references
from gateway.families.controls import Control, control
from gateway.families.fields import Fields
from gateway.families.problems import problem
from gateway.families.voting import codes, papers, times

DICTIONARIES: Final = {
    "DecisionsType": 63,
    "HomeownersDecisionsType": 341,
    "FormingFund": 62,
    "ManagementType": 25,
    "NSIAnnulmentReason": 271,
    "Type": 95,
}
_KINDS: Final = {
    "Owners": ("DecisionsType",),
    "Homeowners": ("HomeownersDecisionsType",),
    "Cooperative": ("CharterContained", "CharterNotContained"),
}
"""The elements that say what a question is about, by MeetingType."""
_ALL_KINDS: Final = [name for names in _KINDS.values() for name in names]
_NOT_CHOSEN: Final = "Значение не выбрано"
_ONLY_FOR: Final = {
    "VotingSystemDetails": "информационной системы",
    "AdminOfGeneralMeeting": "администратора общего собрания",
}
"""Words of the type of question (НСИ 63) that an element is only for; the annotations name types by their words."""
_NAMED_SYSTEMS: Final = ("Regional", "Other")


class Paper(Protocol):
    """What these rules ask about."""

    @property
    def content(self) -> Fields:
        """A message or a protocol, its questions numbered; empty where only a deed is asked for."""

    @property
    def task(self) -> api.Task:
        """The package."""


@control(codes.PERIOD_REVERSED)
def voting_ends_after_it_begins(case: Paper) -> Iterator[api.Problem]:
    """Refuse voting that ends before it begins."""
    for begin, first, end, last in times.reversed_pairs(case.content) if _says_agenda(case.content) else ():
        yield problem(codes.PERIOD_REVERSED, begin_name=begin, begin=first, end_name=end, end=last)


@control(codes.INITIATOR_MISSING)
def somebody_has_called_it(case: Paper) -> Iterator[api.Problem]:
    """Refuse a meeting that nobody has called: the contract exports none without initiators."""
    if _says_agenda(case.content) and not fields.block(case.content, papers.INITIATORS):
        yield problem(codes.INITIATOR_MISSING)


@control(codes.QUESTION_REPEATED)
def questions_have_numbers_of_their_own(case: Paper) -> Iterator[api.Problem]:
    """Refuse two questions with one number."""
    for number, times_ in Counter(papers.questions(case.content)).items():
        if times_ > 1:
            yield problem(codes.QUESTION_REPEATED, number=str(number))


@control(codes.QUESTION_TYPE_UNFIT)
def questions_are_of_the_meeting(case: Paper) -> Iterator[api.Problem]:
    """Refuse a question without the type that its MeetingType asks for, or with another one (annotations)."""
    meeting = fields.text(case.content, "MeetingType")
    for row in _questions(case.content):
        told = [name for name in _ALL_KINDS if name in row]
        if len(told) != 1 or told[0] not in _KINDS[meeting]:
            element = " или ".join(_KINDS[meeting])
            yield problem(codes.QUESTION_TYPE_UNFIT, number=str(row[papers.NUMBER]), meeting=meeting, element=element)


@control(codes.DETAIL_UNFIT)
def details_fit_their_question(case: Paper) -> Iterator[api.Problem]:
    """Refuse details of a question that its type does not have, and a fund that is formed in no way (annotations)."""
    for row in _questions(case.content):
        for element, why in _unfit(row, case.task.dictionaries):
            yield problem(codes.DETAIL_UNFIT, element=element, number=str(row[papers.NUMBER]), why=why)


@control(codes.HASH_MISSING)
def files_have_hashes(case: Paper) -> Iterator[api.Problem]:
    """Refuse an attachment without AttachmentHASH, which the contract demands of imports (protocol §7.3)."""
    for where, attachment in attachments.without_hash(case.content):
        yield problem(codes.HASH_MISSING, where=where, attachment=attachment)


@control(*references.CODES)
def references_are_entries(case: Paper) -> Iterator[api.Problem]:
    """Refuse entries that the dictionaries (НСИ 25, 62, 63, 95, 271, 341) do not have, and GUIDs of another stand."""
    yield from references.problems(case.content, DICTIONARIES, case.task.dictionaries)


def future(content: Fields, element: str, today: dt.date) -> Iterator[api.Problem]:
    """Yield a problem for a day that has not come."""
    text = fields.text(content, element)
    if text and days.day(text) > today:
        yield problem(codes.DATE_IN_FUTURE, element=element, date=days.shown(days.day(text)))


def question_type(row: Fields, dictionaries: api.Dictionaries) -> str:
    """Return the name of the type (НСИ 63) of a question, lower case; empty where it has none that is known."""
    code = fields.item_code(row, "DecisionsType")
    item = dictionaries.item(DICTIONARIES["DecisionsType"], code) if code else None
    return item.name.lower() if item else ""


def _unfit(row: Fields, dictionaries: api.Dictionaries) -> Iterator[tuple[str, str]]:
    told = question_type(row, dictionaries)
    for element, words in _ONLY_FOR.items():
        if element in row and told and words not in told:
            yield element, f"он только для вопросов, в типе которых есть «{words}»"
    fund = fields.item_code(row, "FormingFund")
    item = dictionaries.item(DICTIONARIES["FormingFund"], fund) if fund else None
    if item is not None and item.name == _NOT_CHOSEN:
        yield "FormingFund", f"«{_NOT_CHOSEN}» при импорте не указывают"
    system = fields.block(row, "VotingSystemDetails")
    named = fields.text(system, "VotingSystem") in _NAMED_SYSTEMS
    if named and not (fields.given(system, ("VotingSystemName", "VotingSystemGuid")) and "VotingSystemUrl" in system):
        yield "VotingSystemDetails", "у региональной и иной системы нужны название или идентификатор и адрес"
    if "VotingSystemGuid" in system and fields.text(system, "VotingSystem") != "Regional":
        yield "VotingSystemDetails", "идентификатор бывает только у региональной системы"


def _questions(content: Fields) -> tuple[Fields, ...]:
    return fields.rows(content, papers.QUESTIONS) if _says_agenda(content) else ()


def _says_agenda(content: Fields) -> bool:
    """Whether it says what the meeting is about: results name only the numbers of questions."""
    return "MeetingType" in content


RULES: Final[tuple[Control[Any], ...]] = (
    voting_ends_after_it_begins,
    somebody_has_called_it,
    questions_have_numbers_of_their_own,
    questions_are_of_the_meeting,
    details_fit_their_question,
    files_have_hashes,
    references_are_entries,
)
