"""The judges of bench/signatures.py: whoever is measured has to judge, and to judge alike."""

from __future__ import annotations

import argparse

import pytest
from signxml.exceptions import InvalidDigest

from bench import elements, judges, signatures

KINDS = sorted(elements.KINDS)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    arguments = argparse.Namespace(suites=signatures.SUITES, kinds=KINDS, sizes=["5 KB"])
    made = signatures.cases(arguments, tmp_path_factory.mktemp("messages"))
    return {(case.suite, case.kind): case for case in made}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("suite", signatures.SUITES)
def test_every_judge__takes_the_message_and_none_that_was_changed(cases, suite, kind):
    case = cases[suite, kind]
    raw = case.message.read_bytes()
    end = raw.index(b"Signature><") + len(b"Signature>")
    changed = raw[:end] + b"<added/>" + raw[end:]
    for name, judge in case.judges().items():
        judge()
        if name in judges.JUDGES:
            with pytest.raises((AssertionError, InvalidDigest)):
                judges.JUDGES[name](changed, case.authority)()
