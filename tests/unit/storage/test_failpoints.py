from __future__ import annotations

import errno
import re
from pathlib import Path

import pytest

from storage import failpoints


def test_no_variable__nothing_happens(monkeypatch):
    monkeypatch.delenv(failpoints.VARIABLE, raising=False)
    failpoints.reach("unit.a")


def test_another_point__nothing_happens(monkeypatch):
    monkeypatch.setenv(failpoints.VARIABLE, "unit.other:raise")
    failpoints.reach("unit.b")


def test_raise__stands_for_a_defect(monkeypatch):
    monkeypatch.setenv(failpoints.VARIABLE, "unit.c:raise")
    for _ in range(2):
        with pytest.raises(failpoints.FailPoint, match=r"unit\.c"):
            failpoints.reach("unit.c")


def test_numbered__only_that_passage_fails(monkeypatch):
    monkeypatch.setenv(failpoints.VARIABLE, "unit.d:enospc:3")
    failpoints.reach("unit.d")
    failpoints.reach("unit.d")
    with pytest.raises(OSError, match="No space") as caught:
        failpoints.reach("unit.d")
    assert caught.value.errno == errno.ENOSPC
    failpoints.reach("unit.d")


def test_unknown_action__is_said(monkeypatch):
    monkeypatch.setenv(failpoints.VARIABLE, "unit.e:explode")
    with pytest.raises(ValueError, match="explode"):
        failpoints.reach("unit.e")


def test_catalogue__names_exactly_the_points_of_the_code():
    root = Path(failpoints.__file__).parents[1]
    found = set()
    for path in (each for package in ("gateway", "signing", "storage") for each in (root / package).rglob("*.py")):
        code = path.read_text("utf-8")
        found |= {*re.findall(r'failpoints\.reach\("([^"]+)"\)', code)}
        for name in re.findall(r'\.write\(point="([^"]+)"\) as', code):
            found |= {f"{name}.before-commit", f"{name}.after-commit"}
    assert found == failpoints.POINTS.keys()
