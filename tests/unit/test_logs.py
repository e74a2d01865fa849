"""Log lines: readable by machines, enough for whoever looks for a defect, silent about what packages say (P16)."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import sys
import warnings

import pytest

from gateway import errors, logs
from storage import errors as storage_errors

SECRET = "Иванов Иван Иванович"


@pytest.fixture
def written():
    """The lines of everything that is logged meanwhile; the logging of the tests is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in ("gateway", "signing", "storage")}
    stream = io.StringIO()

    def lines(at: str = "info") -> list[dict]:
        return [json.loads(line) for line in stream.getvalue().splitlines()]

    lines.configure = lambda at: logs.configure(at, stream)
    logs.configure("info", stream)
    yield lines
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def raised(error: BaseException) -> None:
    raise error


def failing(error: BaseException, cause: BaseException | None = None) -> None:
    error.__cause__ = cause
    try:
        raised(error)
    except BaseException:
        logging.getLogger("gateway.test").exception("defect", extra={"facts": {"incident": "1"}})


def test_event_with_facts__is_one_json_line(written):
    logging.getLogger("gateway.test").info("answered", extra={"facts": {"ms": 1.5, "path": "/х"}})
    (line,) = written()
    assert line["event"] == "answered"
    assert line["facts"] == {"ms": 1.5, "path": "/х"}
    assert line["level"] == "info"
    assert line["logger"] == "gateway.test"
    assert line["time"].endswith("+00:00")


def test_line_breaks_in_a_fact__do_not_make_a_second_line(written):
    logging.getLogger("gateway.test").info("said", extra={"facts": {"text": 'a\n{"event": "forged"}\u2028'}})
    assert [line["event"] for line in written()] == ["said"]


def test_exception_that_quotes_a_package__is_told_without_its_words(written):
    failing(ValueError(f"invalid literal: {SECRET}"), KeyError(SECRET))
    (line,) = written()
    assert line["error"]["type"] == "builtins.ValueError"
    assert line["error"]["causes"][0]["type"] == "builtins.KeyError"
    assert any("test_logs.py" in place and "failing" in place for place in line["error"]["traceback"])
    assert SECRET not in json.dumps(line, ensure_ascii=False)


def test_rejection__is_told_without_what_the_sender_wrote(written):
    failing(errors.Rejected(errors.XML_INVALID, f"значение «{SECRET}» недопустимо"))
    assert SECRET not in json.dumps(written(), ensure_ascii=False)


@pytest.mark.parametrize(
    "error",
    [OSError(28, "No space left"), sqlite3.OperationalError("disk I/O error"), storage_errors.NotReady("locked")],
    ids=["system", "sqlite", "storage"],
)
def test_exception_of_the_machine__keeps_its_message(written, error):
    failing(RuntimeError(SECRET), error)
    (line,) = written()
    assert line["error"]["causes"][0]["message"] == str(error)
    assert "message" not in line["error"]


def test_causes_that_never_end__are_cut(written):
    error = ValueError("0")
    for number in range(40):
        following = ValueError(str(number))
        following.__cause__ = error
        error = following
    failing(error, error.__cause__)
    assert len(written()[0]["error"]["causes"]) == 8


@pytest.mark.parametrize(("level", "told"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_level__is_the_least_that_is_told(written, level, told):
    written.configure(level)
    log = logging.getLogger("gateway.test")
    for each in (log.debug, log.info, log.warning, log.error):
        each("event")
    assert len(written()) == told


def test_library_that_chats__is_heard_from_warnings_on(written):
    logging.getLogger("_granian").info("Started worker")
    logging.getLogger("_granian").warning("something is wrong")
    assert [line["event"] for line in written()] == ["something is wrong"]


def test_python_warning__becomes_a_log_line(written):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    (line,) = written()
    assert line["logger"] == "py.warnings"


def test_without_a_stream__stderr_is_used(written, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure("info")
    logging.getLogger("gateway.test").info("event")
    assert json.loads(stream.getvalue())["event"] == "event"
