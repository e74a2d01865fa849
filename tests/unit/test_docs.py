"""The pages that are made from the code are those that the code makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gateway import errors

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
    errors.REQUEST_NOT_FOUND: "tests/integration/test_exchange.py",
    errors.NOT_HANDLED: "tests/integration/test_exchange.py",
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
