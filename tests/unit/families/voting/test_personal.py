"""P16: whom messages, protocols and decisions name is nowhere in the registry's file or its log, and comes back."""

from __future__ import annotations

import json

from tests.unit.families.accounts.requests import transport
from tests.unit.families.voting import requests as r
from tests.unit.families.voting.rig import Rig

WORDS = (
    *("Вымышленная", "Евлампия", "Пафнутьевна", "11223344595", "987650", "4510", "Образцовск", "+7 495 000-00-01"),
    *("lampa@example.org", "Представительный", "Собственникова", "Поверенный", "77 АВ 1", "50-50/001/1"),
)


def _lived(rig: Rig) -> None:
    proposed = r.question(code="13", more=f"<AdminOfGeneralMeeting>{r.CITIZEN}</AdminOfGeneralMeeting>")
    rig.accept(r.message(1, None, proposed, who=r.IND + r.ORG + r.MANAGER))
    rig.accept(r.message(2, r.system(), mode=r.OPERATIVE))
    rig.accept(r.decisions(r.decision(3, 1, r.owned(area="1"), by_whom=r.REPRESENTED)))
    rig.accept(r.results(4, 1))
    rig.accept(r.protocol(5, transport(9900), who=r.IND + r.ORG + r.MANAGER))
    reason = "<AnnulmentOrganizationText>Вымышленная Евлампия Пафнутьевна</AnnulmentOrganizationText>"
    annulment = r.annul(6, 2).replace(b"<AnnulmentDate>", f"{reason}<AnnulmentDate>".encode())
    rig.accept(annulment)


def test_p16_registry__holds_nobody_in_the_clear_and_gives_everybody_back(settled: Rig) -> None:
    _lived(settled)
    files = sorted(settled.file.parent.glob("registry.db*"))
    raw = b"".join(path.read_bytes() for path in files)
    assert settled.given[transport(3)].encode() in raw
    assert [word for word in WORDS if word.encode() in raw or json.dumps(word)[1:-1].encode() in raw] == []
    assert "пароль".encode() not in raw
    shown = (
        settled.exported("exportVotingMessage", ("VotingGUID", 1), ("VotingGUID", 2)),
        settled.exported("exportVotingProtocol", ("VotingGUID", 1)),
        settled.exported("exportOwnerDecision", ("VotingGUID", 1)),
    )
    told = json.dumps(shown, ensure_ascii=False)
    assert [word for word in WORDS if word not in told] == []


def test_same_owner__is_sealed_otherwise_for_every_decision(settled: Rig) -> None:
    settled.accept(r.message(1))
    settled.accept(r.decisions(r.decision(2, 1), r.decision(3, 1, r.owned("b", flat="2"))))
    first, second = (settled.thing(settled.given[transport(count)]) for count in (2, 3))
    assert first.data["sealed"] != second.data["sealed"]
    assert first.links is None or first.links.isdisjoint(second.links or ())
