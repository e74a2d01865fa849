"""P2, P3: replies that are dropped, cut, reset or late, requests that come twice: one entry and one acknowledgement.

A real client, the gateway as it is served, and a proxy between them.
"""

from __future__ import annotations

import re

import pytest

from gateway.client import errors, session
from gateway.client.stand import Stand
from storage import journal
from storage.database import Database
from tests import samples, served
from tests import stand as stands
from tests.fault import invariants, proxy
from tests.fault.proxy import Trick

pytestmark = pytest.mark.slow

LOST = (Trick.DROP, Trick.RESET, Trick.CUT, Trick.LATE, Trick.CUT_REQUEST)
"""After these the client has no answer."""
PATIENT, IMPATIENT = 60.0, 1.0
"""Seconds that the client waits for a reply."""
MOST = 20


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """A served gateway with two processes, and what its clients have seen."""
    conf = served.new(tmp_path_factory.mktemp("gateway") / "data", processes=2, exchange_workers=1)
    running = served.Served(conf)
    yield running, conf, []
    running.close()


@pytest.fixture
def between(gateway):
    running, _, _ = gateway
    with proxy.running((running.host, running.port)) as made:
        yield made


def client(between, timeout):
    stand = Stand(between.url, stands.LOGIN, stands.PASSWORD, org_ppa_guid=stands.PROVIDER)
    return session.Client(stand, signed=False, timeout=timeout)


def sent(between, raw):
    """Send a package until it is acknowledged, as clients do; return the acknowledgement and how many tries it cost."""
    for tries in range(1, MOST):
        try:
            return client(between, IMPATIENT if between.next_is(Trick.LATE) else PATIENT).send(raw), tries
        except errors.Unreachable:
            between.gave_up.set()
    return pytest.fail(f"not acknowledged by {MOST} tries")


@pytest.mark.parametrize("trick", Trick, ids=lambda each: each.name)
def test_network_plays_a_trick__the_package_is_there_once_and_so_is_its_acknowledgement(gateway, between, trick):
    _, conf, seen = gateway
    raw = stands.package(samples.HOUSE)
    between.tricks.append(trick)
    ack, tries = sent(between, raw)
    assert tries == (2 if trick in LOST else 1)
    again, _ = sent(between, raw)
    assert again.message_guid == ack.message_guid
    seen.append(invariants.Acknowledged(raw, ack.message_guid))
    assert entries(conf, raw) == [ack.message_guid]


def test_all_tricks_in_a_row__one_entry(gateway, between):
    _, conf, seen = gateway
    raw = stands.package(samples.HOUSE)
    between.tricks.extend([*LOST, *LOST])
    ack, tries = sent(between, raw)
    assert tries == 2 * len(LOST) + 1
    seen.append(invariants.Acknowledged(raw, ack.message_guid))
    assert entries(conf, raw) == [ack.message_guid]


def test_result_is_dropped_and_asked_for_again__it_is_the_same(gateway, between):
    raw = stands.package(samples.HOUSE)
    ack, _ = sent(between, raw)
    asking = client(between, PATIENT)
    first = asking.wait(ack.path, ack.message_guid)
    for trick in (Trick.DROP, Trick.CUT, Trick.RESET):
        between.tricks.append(trick)
        with pytest.raises(errors.Unreachable):
            asking.result(ack.path, ack.message_guid)
    between.tricks.append(Trick.DOUBLE)
    again = asking.result(ack.path, ack.message_guid)
    assert signed(again) == signed(first)


def signed(result):
    """The bytes of the result itself, without the envelope, which tells the time."""
    (found,) = re.findall(rb"<(?:\w+:)?Body>(.*)</(?:\w+:)?Body>", result.raw, re.DOTALL)
    return found


def test_after_all_of_it__the_five_invariants_hold(gateway, between):
    running, conf, seen = gateway
    waiting = client(between, PATIENT)
    for each in seen:
        assert waiting.wait(stands.HOUSES, each.message_guid).finished
    running.close()
    invariants.check(conf, seen, finished=True)


def entries(conf, raw):
    """Return the MessageGUIDs under which the journal has accepted these bytes."""
    digest = journal.Payload("request", raw).sha256
    database = Database.open(conf.database_url)
    with database.read() as connection:
        found = [
            each.message
            for each in journal.entries(connection)
            if each.kind == journal.Kind.PACKAGE_ACCEPTED and each.payloads["request"].sha256 == digest
        ]
    database.close()
    return found
