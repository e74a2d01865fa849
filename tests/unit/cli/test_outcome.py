"""What is raised on purpose becomes a sentence and an exit code; a defect keeps its trace."""

from __future__ import annotations

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
