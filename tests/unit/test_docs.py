"""The pages that are made from the code are those that the code makes."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from gateway import errors
from gateway.exchange import attachments
from gateway.families import catalogue, handlers
from gateway.families.bills import codes as bills
from gateway.families.payments import codes as payments
from tests import resources

_DOCS = Path(__file__).resolve().parents[2] / "docs"
_SPEC = importlib.util.spec_from_file_location("render", _DOCS / "render.py")
render = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(render)

# What no file can provoke: these have tests of their own, by name.
_BY_CIRCUMSTANCE = {
    errors.NOT_READY: "tests/integration/test_unavailable.py",
    errors.EXCHANGE_FAILED: "tests/integration/test_exchange.py",
    errors.TRANSPORT_INVALID: "tests/integration/test_http.py",
    errors.TOO_LARGE: "tests/integration/test_http.py",
    errors.PATH_UNKNOWN: "tests/integration/test_http.py",
    errors.SYSTEM_UNKNOWN: "tests/integration/test_identity.py",
    errors.SYSTEM_NOT_GRANTED: "tests/integration/test_identity.py",
    errors.MESSAGE_GUID_USED: "tests/integration/test_duplicates.py",
    errors.RESULT_ERASED: "tests/integration/test_erasure.py",
    errors.REQUEST_NOT_FOUND: "tests/integration/test_exchange.py",
    errors.RESULT_ARCHIVED: "tests/integration/test_archive_read.py",
    errors.NOT_HANDLED: "tests/integration/test_exchange.py",
    bills.ACCOUNT_CLOSED_BEFORE: "tests/unit/families/bills/test_importing.py",
    bills.NUMBERS_EXHAUSTED: "tests/unit/families/bills/test_importing.py",
    payments.CONSUMER_DIFFERS: "tests/unit/families/payments/test_details.py",
    payments.EXECUTOR_INCOMPLETE: "tests/unit/families/payments/test_details.py",
    attachments.FILE_UNKNOWN: "tests/integration/test_attachments.py",
    attachments.FILE_FOREIGN: "tests/integration/test_attachments.py",
    attachments.HASH_DIFFERS: "tests/integration/test_attachments.py",
    attachments.FILE_INCOMPLETE: "tests/integration/test_attachments.py",
}


@pytest.mark.parametrize("page", render.PAGES)
def test_page__is_what_the_code_makes(page):
    assert (_DOCS / page).read_text(encoding="utf-8") == render.PAGES[page](), "run `make docs`"


@pytest.mark.parametrize("code", [code.id for code in errors.catalogue()])
def test_code__has_a_sample_or_a_test_that_provokes_it(code):
    if code in _BY_CIRCUMSTANCE:
        test = _DOCS.parent / _BY_CIRCUMSTANCE[code]
        assert code in test.read_text(encoding="utf-8")
    else:
        assert render.sample(code)


@pytest.mark.parametrize("row", render.official_codes(), ids=lambda row: row["code"])
def test_known_code_of_the_real_system__has_a_sample_a_reason_or_an_operation_that_is_not_executed(row):
    sampled = render.sample(row["code"]) is not None
    assert sampled or row["reason"] or not render.is_executed(row["operations"]), (
        "add a sample, or say why there is none"
    )
    assert not (sampled and row["reason"]), "there is a sample: take the reason out of docs/official_codes.csv"
    twins = [render.twin(row["code"], name) for name in render.samples_of(row["code"])]
    # The MessageGUID of a package that is there is given by the gateway: no file can hold it.
    assert all(twins) or row["code"] == errors.REQUEST_NOT_FOUND


def test_known_codes_of_the_real_system__are_those_of_the_protocol():
    sections = resources.protocol().partition("\n### 5.2 ")[2].partition("\n## 6. ")[0]
    cells = [line.split("|")[1] for line in sections.splitlines() if line.startswith("|")]
    told = {code for cell in cells for code in re.findall(r"(?:INT|SRV)\d{6}", cell)}
    listed = [row["code"] for row in render.official_codes()]
    assert listed == sorted(set(listed))
    assert len(told) > 100
    assert told <= set(listed)


def test_controls__are_all_on_their_page_with_their_codes():
    page = render.controls_page()
    families = catalogue.catalogue()
    assert {request for family in families for request in family.requests} == set(handlers.HANDLERS)
    for family in families:
        assert family.rules, f"{family.name} declares no CONTROLS"
        for rule in family.rules:
            row = next(line for line in page.splitlines() if line.startswith(f"| `{rule.name}`<br>{rule.sentence} |"))
            assert all(f"(errors.md#{code.lower()})" in row for code in rule.codes)
            assert rule.sentence.endswith(".")


def test_codes_of_controls__are_in_the_catalogue():
    known = {code.id for code in errors.catalogue()}
    assert {code for family in catalogue.catalogue() for rule in family.rules for code in rule.codes} <= known


@pytest.mark.parametrize("file", sorted((_DOCS.parent / "samples" / "invalid").rglob("*repaired.xml")), ids=str)
def test_repaired_twin__stands_beside_what_it_repairs_and_is_named(file):
    broken = [name for name in render.samples_of(file.parent.name) if render.twin(file.parent.name, name)]
    assert file.name in {render.twin(file.parent.name, name).rpartition("/")[2] for name in broken}
