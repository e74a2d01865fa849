"""Every test of this folder runs on both databases, each time on a new one."""

from __future__ import annotations

import pytest

from storage.database import Database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/gateway.db"
        database = Database.open(url)
        database.migrate()
        database.close()
        yield url
    else:
        yield request.getfixturevalue("postgres").clean_database()


@pytest.fixture
def database(url):
    database = Database.open(url)
    yield database
    database.close()


@pytest.fixture
def sqlite(tmp_path):
    """For what only a file can show."""
    database = Database.open(f"sqlite:///{tmp_path}/gateway.db")
    database.migrate()
    yield database
    database.close()
