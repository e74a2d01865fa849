"""P7, P13: what cannot be kept and answered is not acknowledged, and the sender is told to come again (EXP002001)."""

from __future__ import annotations

import dataclasses

import pytest

from gateway import errors, installation, signatures, vault
from tests import samples
from tests import stand as stands


def refuses(stand):
    answer = stand.send(samples.HOUSE)
    return answer.status == 500 and answer.code == "EXP002001"


def forget(stand):
    """Let the next package look again at what was found ready a moment ago."""
    stand.house.forget_readiness()


def test_key_removed__no_acknowledgement_until_it_is_back(stand):
    key, _ = signatures.key_paths(stand.settings)
    hidden = key.rename(key.with_suffix(".away"))
    forget(stand)
    assert refuses(stand)
    assert stand.get("/readyz").status == 503
    assert stand.get("/healthz").status == 200
    hidden.rename(key)
    assert stand.send(samples.HOUSE).status == 200
    assert stand.get("/readyz").status == 200


def test_key_missing_at_start__does_not_open(stand):
    signatures.key_paths(stand.settings)[0].unlink()
    with pytest.raises(errors.Unavailable, match="gateway init"):
        installation.Installation.open(stand.settings)


def test_key_of_personal_data_removed__no_acknowledgement_until_it_is_back(stand):
    key = vault.path(stand.settings)
    hidden = key.rename(key.with_suffix(".away"))
    forget(stand)
    assert refuses(stand)
    with pytest.raises(errors.Unavailable, match="put it back from a copy"):
        installation.Installation.open(stand.settings)
    hidden.rename(key)
    assert stand.send(samples.HOUSE).status == 200


def test_schema_missing_at_start__does_not_open(stand, tmp_path):
    settings = dataclasses.replace(stand.settings, database=f"sqlite:///{tmp_path / 'other.db'}")
    with pytest.raises(errors.Unavailable, match="gateway init"):
        installation.Installation.open(settings)


def test_little_disk_left__no_acknowledgement(stand):
    stand.house.settings = dataclasses.replace(stand.settings, min_free=2**62)
    forget(stand)
    assert refuses(stand)
    assert stand.get("/readyz").status == 503


@pytest.mark.parametrize("point", ["journal.before-commit", "journal.after-commit"])
def test_disk_full_while_storing__no_acknowledgement_and_accepted_later(stand, monkeypatch, point):
    raw = stands.package(samples.HOUSE)
    monkeypatch.setenv("GATEWAY_FAILPOINT", f"{point}:enospc")
    answer = stand.post(raw)
    assert (answer.status, answer.code) == (500, "EXP002001")
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    assert stand.post(raw).status == 200


def test_database_gone__no_acknowledgement_and_not_ready(stand):
    file = stand.settings.data / "gateway.db"
    stand.house.database.close()
    hidden = file.rename(file.with_suffix(".away"))
    assert refuses(stand)
    assert stand.get("/readyz").status == 503
    stand.house.database.close()
    for leftover in stand.settings.data.glob("gateway.db*"):
        leftover.unlink()
    hidden.rename(file)
    assert stand.send(samples.HOUSE).status == 200
