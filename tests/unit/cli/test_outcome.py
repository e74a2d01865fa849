"""What is raised on purpose becomes a sentence and an exit code; a defect keeps its trace."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from click.testing import CliRunner

from gateway import client, errors, settings
from gateway.cli import main, outcome
from gateway.contracts import errors as contract_errors
from signing import errors as signing_errors
from storage import errors as storage_errors


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.Rejected(errors.XML_INVALID), outcome.BAD),
        (client.Fault("FMT001300", "x", 500), outcome.BAD),
        (client.Unsendable("x"), outcome.BAD),
        (contract_errors.ContractError("a.xsd", "x"), outcome.BAD),
        (signing_errors.FileExists("x"), outcome.BAD),
        (storage_errors.NotFound("x"), outcome.BAD),
        (settings.SettingsError("x"), outcome.USAGE),
        (errors.Unavailable("x"), outcome.NOT_READY),
        (client.Unreachable("x"), outcome.NOT_READY),
        (client.NotFinished("x"), outcome.NOT_READY),
        (storage_errors.NotReady("x"), outcome.NOT_READY),
        (storage_errors.NotInitialised("x"), outcome.NOT_READY),
    ],
)
def test_error__has_its_exit_code_and_its_own_sentence(error, code):
    with pytest.raises(outcome.Stop) as caught, outcome.told():
        raise error
    assert caught.value.exit_code == code
    assert caught.value.message == str(error)


@pytest.mark.parametrize("name", outcome._EXIT_CODES)  # noqa: SLF001  # a name that nobody has any more would go unseen
def test_name_with_an_exit_code__is_that_of_an_error_that_is_there(name):
    module, _, kind = name.rpartition(".")
    found = getattr(importlib.import_module(module), kind)
    assert (issubclass(found, Exception), found.__module__, found.__qualname__) == (True, module, kind)


@pytest.mark.parametrize("question", ["--help", "--version"])
def test_question_about_the_program__loads_neither_database_nor_parser_nor_keys(question):
    asked = "import sys\nfrom gateway.cli import main\nmain([sys.argv[1]], standalone_mode=False)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked, question], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "gateway.cli" in loaded
    assert loaded.isdisjoint({"sqlalchemy", "lxml", "cryptography", "gateway.installation"})


def test_defect__is_not_hidden():
    with pytest.raises(ZeroDivisionError), outcome.told():
        raise ZeroDivisionError


def test_exit_codes__are_in_the_help():
    text = CliRunner().invoke(main, ["--help"]).output
    assert all(f"\n    {code}  " in text for code in (0, outcome.BAD, outcome.USAGE, outcome.NOT_READY))


def test_unknown_command__is_a_wrong_call():
    result = CliRunner().invoke(main, ["sned"])
    assert result.exit_code == outcome.USAGE
    assert "No such command" in result.output
