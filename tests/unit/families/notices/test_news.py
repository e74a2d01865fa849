"""importNotificationData: what becomes of news, action by action; there is no export, so the registry is looked at."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.families.notices import records
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, account, closed, flat, house, transport
from tests.unit.families.accounts.requests import accounts as opened
from tests.unit.families.accounts.rig import HM, NOW, THEIRS, Rig, codes, shapes
from tests.unit.families.notices.requests import (
    DELETE,
    RECALL,
    SEND,
    debts,
    houses,
    news,
    request,
    until,
    write,
)

_EXAMPLES = 400 if os.environ.get("HCS_LONG") else 30
ELS = ("10АА000001", "10АА000002")


def _settle(rig: Rig) -> Rig:
    """A house with two accounts."""
    assert codes(rig.play(house())) == {}
    assert codes(rig.play(opened(account(1, flat(101)), account(2, flat(102))))) == {}
    return rig


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """A house with two accounts; news 20 is written, news 21 sent."""
    _settle(rig)
    assert codes(rig.play(request(news(20, write()), news(21, write(send=True))))) == {}
    return rig


def _one(rig: Rig, action: str, of: int | str | None = 20, **options: object) -> list[str]:
    """The codes that an action with one piece of news gets."""
    return codes(rig.play(request(news(30, action, of)), **options)).get(transport(30), [])


def test_news__keeps_its_guid_whatever_is_done_with_it(settled: Rig) -> None:
    guid = settled.given[transport(20)]
    for action in (write(topic="Иначе"), SEND, RECALL):
        (one,) = settled.play(request(news(30, action, 20))).outcomes
        assert (one.guid, one.problems) == (guid, ())
    kept = settled.thing(guid)
    assert kept.data["content"]["Topic"] == "Иначе"
    assert kept.data["recalled"] == {"RecallReason": "Отменено"}
    assert kept.version == 4


def test_news_written_to_be_sent__is_sent(settled: Rig) -> None:
    sent = settled.thing(settled.given[transport(21)])
    assert records.is_sent(sent)
    assert "IsShipOff" not in sent.data["content"]
    assert not records.is_sent(settled.thing(settled.given[transport(20)]))


@pytest.mark.parametrize(
    ("of", "action", "code"),
    [
        (20, RECALL, "INT002953"),
        (21, write(), "INT002952"),
        (21, SEND, "INT002952"),
        (21, DELETE, "INT002952"),
        (None, DELETE, "INT002951"),
        (None, RECALL, "INT002951"),
        (FIAS, SEND, "INT002000"),
    ],
)
def test_action__needs_news_in_a_state_for_it(settled: Rig, of: int | str | None, action: str, code: str) -> None:
    assert _one(settled, action, of) == [code]


@pytest.mark.parametrize(("of", "last"), [(20, DELETE), (21, RECALL)])
@pytest.mark.parametrize("action", [write(), SEND, DELETE, RECALL], ids=["write", "send", "delete", "recall"])
def test_news_that_is_gone__stays_gone(settled: Rig, of: int, last: str, action: str) -> None:
    assert _one(settled, last, of) == []
    assert _one(settled, action, of) == ["INT002954"]


def test_actions_of_one_request__are_done_one_after_the_other(settled: Rig) -> None:
    actions = (write(topic="Иначе"), SEND, DELETE, RECALL, RECALL)
    answer = settled.play(request(*(news(count, action, 20) for count, action in enumerate(actions, 30))))
    assert codes(answer) == {transport(32): ["INT002952"], transport(34): ["INT002954"]}


def test_news_of_somebody_else__is_as_if_it_were_not_there(settled: Rig) -> None:
    assert _one(settled, DELETE, organisation=THEIRS) == ["INT002000"]


def test_bad_news__does_not_spoil_the_others(settled: Rig) -> None:
    answer = settled.play(request(news(30, write()), news(31, write(houses(OTHER_FIAS))), news(32, write())))
    assert codes(answer) == {transport(31): ["INT002000"]}


def test_what_is_sent__is_judged_again(settled: Rig) -> None:
    end = "2026-04-05T00:00:00+03:00"
    assert _one(settled, write(period=until(end))) == []
    assert _one(settled, SEND, basis=False) == ["AUT011003"]
    assert _one(settled, SEND, now=NOW + dt.timedelta(days=30)) == ["INT002958"]
    assert _one(settled, SEND) == []


@pytest.mark.parametrize("action", [DELETE, RECALL], ids=["delete", "recall"])
def test_news_for_a_house_that_is_lost__can_go(settled: Rig, action: str) -> None:
    assert _one(settled, action, 20 if action is DELETE else 21, basis=False) == []


def test_period__may_begin_in_the_past_and_ends_in_the_future(settled: Rig) -> None:
    now = NOW.isoformat()
    assert _one(settled, write(period=until(now)), None) == ["INT002958"]
    assert _one(settled, write(period=until((NOW + dt.timedelta(seconds=1)).isoformat())), None) == []
    # A moment without a zone is one in Moscow, where it is three hours later.
    assert _one(settled, write(period=until("2026-04-01T01:30:00")), None) == ["INT002958"]
    assert _one(settled, write(period=until("2026-04-01T01:30:01")), None) == []


def test_debt__is_told_of_accounts_of_ones_own_closed_ones_too(settled: Rig) -> None:
    assert codes(settled.play(opened(account(40, of=1, said=closed())))) == {}
    assert _one(settled, write(debts(*ELS)), None) == []
    assert _one(settled, write(debts(ELS[0])), None, organisation=THEIRS) == ["INT002955"]


def test_debts__rest_sealed_and_are_judged_again_when_they_are_sent(settled: Rig) -> None:
    assert codes(settled.play(request(news(40, write(debts(*ELS), topic="Долг"))))) == {}
    kept = settled.thing(settled.given[transport(40)])
    assert not any(text in json.dumps(kept.data, ensure_ascii=False) for text in ("1250", *ELS))
    rows = records.content(kept, settled.vault)["RoomOwners"]["DeptsInforming"]["Account"]
    assert [row["UnifiedAccountNumber"] for row in rows] == list(ELS)
    assert _one(settled, SEND, 40) == []
    settled.database.close()
    with contextlib.closing(sqlite3.connect(settled.file)) as connection:
        stored = "".join(
            str(row) for row in connection.execute("SELECT data FROM registry_version WHERE id = ?", (kept.id,))
        )
    assert "Долг" in stored
    assert not any(text in stored for text in ("1250", *ELS))


def test_news_written_anew_for_houses__forgets_the_debts(settled: Rig) -> None:
    assert codes(settled.play(request(news(40, write(debts(*ELS)))))) == {}
    assert _one(settled, write(), 40) == []
    assert "sealed" not in settled.thing(settled.given[transport(40)]).data


def test_statements_of_a_package__grow_by_one_with_each_new_news_and_with_nothing_else(settled: Rig) -> None:
    """New news is looked for once, so that nobody else has made some with its GUID meanwhile."""
    few = settled.statements(request(news(100, write(debts(ELS[0])))))
    many = [news(count, write(debts(*ELS))) for count in range(101, 160)]
    assert settled.statements(request(*many)) == few + len(many) - 1
    few = settled.statements(request(news(200, SEND, 100)))
    assert settled.statements(request(*(news(100 + n, SEND, n) for n in range(101, 160)))) == few


WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№\"'<&\n"), min_size=1, max_size=60
).filter(lambda text: text == text.strip() != "")
PERIODS = st.one_of(
    st.just({"IsNotLimit": "true"}),
    st.fixed_dictionaries(
        {"EndDate": st.just("2099-01-01T00:00:00")}, optional={"StartDate": st.just("2020-01-01T00:00:00Z")}
    ),
)
ORGANISATIONS = st.lists(st.fixed_dictionaries({"orgRootEntityGUID": st.uuids().map(str)}), min_size=1, max_size=3)
TO_HOUSES = st.just({"FIASHouseGuid": [FIAS]})
DEBT = st.from_regex(r"[0-9]{1,9}(\.[0-9]{2})?", fullmatch=True)
TO = st.one_of(
    st.just({"IsAll": "true"}),
    TO_HOUSES,
    *(st.fixed_dictionaries({name: ORGANISATIONS}) for name in ("SpecialAccountOwner", "InspectionAuthority")),
    *(
        st.fixed_dictionaries({"RoomOwners": st.fixed_dictionaries({name: TO_HOUSES})})
        for name in ("OtherOrganizationSelection", "AccountOpening")
    ),
    st.lists(DEBT, min_size=1, max_size=2).map(lambda sums: {"RoomOwners": {"DeptsInforming": {"Account": [
        {"TotalDebt": each, "UnifiedAccountNumber": number} for each, number in zip(sums, ELS, strict=False)
    ]}}}),
)  # fmt: skip
TOPICS = st.one_of(
    st.fixed_dictionaries({"Topic": WORDS}),
    st.sampled_from("1234").map(lambda code: {"TopicNSIRef": {"Code": code, "GUID": builtin.guid(364, code)}}),
)
PHONES = st.one_of(
    st.just({}),
    st.just({"IsForPublishToMobileApp": "true"}),
    st.fixed_dictionaries({
        "IsForPublishToMobileApp": st.just("true"),
        "MobileAppData": st.fixed_dictionaries(
            {name: st.sampled_from(("true", "false")) for name in ("IsShortTopic", "IsPin")}, optional={"url": WORDS}),
    }),
)  # fmt: skip
PAPERS = st.lists(
    st.fixed_dictionaries({
        "Name": WORDS, "Description": WORDS,
        "Attachment": st.fixed_dictionaries({"AttachmentGUID": st.uuids().map(str)}),
    }), min_size=1, max_size=2,
)  # fmt: skip
NEWS = st.builds(
    lambda *parts: {name: value for part in parts for name, value in part.items()},
    TOPICS, TO, PERIODS, PHONES,
    st.fixed_dictionaries({}, optional={"IsImportant": st.just("true"), "content": WORDS, "Attachment": PAPERS}),
)  # fmt: skip


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory() as folder:
        rig = _settle(Rig(Path(folder)))
        yield rig
        rig.close()


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(first=NEWS, second=NEWS)
def test_news__is_kept_as_it_was_sent(lasting: Rig, first: dict, second: dict) -> None:
    pattern = shapes().element(f"{HM}importNotificationRequest")
    for content, named in ((first, {}), (second, {"NotificationGUID": transport(90)})):
        row = {"TransportGUID": transport(90), **named, "Create": content}
        sent = shape.write(pattern, {"notification": [row]}, wire.nsmap(HM.strip("{}")))
        sent.set(wire.base("version"), "13.2.2.0")
        answer = lasting.play(etree.tostring(sent))
        assert codes(answer) == {}, [one.problems for one in answer.outcomes]
        assert records.content(lasting.thing(answer.outcomes[0].guid), lasting.vault) == content
