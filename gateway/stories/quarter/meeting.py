"""A meeting of owners that is over: its message, decisions on paper, the protocol with its scan; and back again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from gateway import client, clock
from gateway.stories import compare
from gateway.stories.office import Flat, expect
from gateway.stories.quarter.books import Company

_UIN: Final = "20260000000001"
_QUESTIONS: Final = (("1", "Выбрать совет дома", "10"), ("2", "Отремонтировать подъезды", "9"))
"""Number, what is asked, its kind in dictionary 63."""
_VOTED: Final = 70
"""Flats whose owners have voted."""
_SCAN: Final = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"
)
_NOT_COUNTED: Final = "INT023918"


def upload(company: Company) -> Iterator[str]:
    """Put the scan of the protocol into the file store."""
    with tempfile.TemporaryDirectory(prefix="hcs-quarter-") as folder:
        scan = Path(folder) / "протокол.pdf"
        scan.write_bytes(_SCAN)
        stored = client.upload(company.stand, "voting", scan)
    company.told |= {"file": stored.name, "file_guid": stored.guid, "file_hash": stored.digest}
    yield f"PUT …/voting/: {stored.name}, {stored.length} bytes, AttachmentGUID {stored.guid}"


def announce(company: Company) -> Iterator[str]:
    """Place the message of the meeting, which was held in the second month."""
    month = company.months[1]
    rows = [
        {"question": number, "about": about, "kind": kind, "kind_guid": company.told[f"63/{kind}"]}
        for number, about, kind in _QUESTIONS
    ]
    exchange = company.accepted(
        "announce-meeting",
        uin=_UIN,
        called=company.months[0].day(20),
        opened=f"{month.day(1)}T09:00:00+03:00",
        ended=f"{month.day(15)}T21:00:00+03:00",
        DecisionList=rows,
    )
    (outcome,) = exchange.result.outcomes
    voting = compare.first(exchange.result.element, "VotingGUID").text or ""
    company.told |= {"message": outcome.guid, "voting": voting}
    yield f"importVotingMessage: the meeting {_UIN} with {len(rows)} questions, VotingGUID {voting}"


def decide(company: Company) -> Iterator[str]:
    """Place the written decisions of the owners, on every question."""
    rows = [_decision(flat, number) for flat in company.flats[:_VOTED] for number, _, _ in _QUESTIONS]
    company.accepted("import-decisions", OwnerDecision=rows)
    yield f"importOwnerDecision: {len(rows)} decisions of {_VOTED} owners, each with the scan"


def conclude(company: Company) -> Iterator[str]:
    """Place the protocol: at first with more votes than there are, then as it is; and read it back."""
    all_votes = sum(Decimal(flat.area) for flat in company.flats)
    rows = [_result(company, number) for number, _, _ in _QUESTIONS]
    said = {"signed_on": company.months[1].day(20), "all_votes": str(all_votes)}
    wrong = [rows[0], {**rows[1], "agree": str(all_votes)}]
    (refused,) = company.send("import-protocol", DecisionList=wrong, **said).result.outcomes
    expect("code of more votes than there are", {each.code for each in refused.problems}, {_NOT_COUNTED})
    yield f"✗ {refused.problems[0].code}  {refused.problems[0].text}"
    company.accepted("import-protocol", DecisionList=rows, **said)
    told = company.exported_one("export-protocol")
    expect("state of the protocol", compare.first(told, "ProtocolStatus").text, "Posted")
    found = {
        compare.text(each, "QuestionNumber"): tuple(
            Decimal(compare.text(each, name) or 0) for name in ("Agree", "Against")
        )
        for each in compare.every(told, "DecisionList")
    }
    compare.same("votes", found, {row["question"]: (Decimal(row["agree"]), Decimal(row["against"])) for row in rows})
    (file,) = {each.text for each in compare.every(told, "AttachmentGUID")}
    expect("scan of the protocol", file, company.told["file_guid"])
    votes = ", ".join(f"{number}: {agree} for, {against} against" for number, (agree, against) in found.items())
    yield f"importVotingProtocol, exportVotingProtocol: Posted, with its scan; {votes} of {all_votes}"


def _agrees(flat: Flat, question: str) -> bool:
    """Every fifth owner is against repairs."""
    return question == _QUESTIONS[0][0] or int(flat.number) % 5 != 0


def _decision(flat: Flat, question: str) -> dict[str, Any]:
    agrees = _agrees(flat, question)
    return {
        "transport": clock.new_guid(),
        "surname": "Собственников",
        "first_name": "Пётр",
        "record": f"50:00:0000001:{flat.number}-50/001/2015-1",
        "flat": flat.number,
        "area": flat.area,
        "question": question,
        "agrees": "true" if agrees else None,
        "objects": None if agrees else "true",
    }


def _result(company: Company, question: str) -> dict[str, str]:
    votes = {True: Decimal(), False: Decimal()}
    for flat in company.flats[:_VOTED]:
        votes[_agrees(flat, question)] += Decimal(flat.area)
    return {"question": question, "agree": str(votes[True]), "against": str(votes[False]), "resume": "M"}
