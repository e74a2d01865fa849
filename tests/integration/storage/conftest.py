"""Every test of this folder runs on both databases; unless it shares one with its module, each time on a new one."""

from __future__ import annotations

import pytest

from storage.database import Database
from tests.integration.storage import factories

DATABASES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))


@pytest.fixture(params=DATABASES)
def url(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/gateway.db"
        database = Database.open(url)
        database.migrate()
        database.close()
        yield url
    else:
        yield request.getfixturevalue("postgres").clean_database()


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
    database = Database.open(f"sqlite:///{tmp_path}/gateway.db", factories.KEYRING)
    database.migrate()
    yield database
    database.close()
