"""Every test of this folder runs on both databases; unless it shares one with its module, each time on a new one."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

import pytest

from storage.database import Database
from tests.integration.storage import factories

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@functools.cache
def _migrated() -> bytes:
    """Return a new database with the schema of this release, which every test gets a copy of."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        database = Database.open(f"sqlite:///{file}")
        database.migrate()
        database.close()
        return file.read_bytes()


def _copied(folder):
    file = folder / "gateway.db"
    file.touch(mode=0o600)
    file.write_bytes(_migrated())
    return f"sqlite:///{file}"


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    return _copied(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres").clean_database()


@pytest.fixture(params=DATABASES, scope="module")
def shared_url(request, tmp_path_factory):
    """A new database for all tests of a module, which keep out of each other's way; without a schema."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('shared')}/gateway.db"
    return request.getfixturevalue("postgres").new_database()


@pytest.fixture
def database(url):
    database = Database.open(url, factories.KEYRING)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path):
    """For what only a file can show."""
    database = Database.open(_copied(tmp_path), factories.KEYRING)
    yield database
    database.close()
