from __future__ import annotations

import pickle

import pytest

from storage import errors
from storage.database import Database


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_database_in_memory__is_refused(url):
    with pytest.raises(ValueError, match="memory"):
        Database.open(url)


def test_foreign_database__is_refused_by_name():
    with pytest.raises(ValueError, match="mysql"):
        Database.open("mysql://host/name")


def test_missing_file__is_not_created_by_looking(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/absent.db")
    with pytest.raises(errors.NotInitialised, match="gateway init"):
        database.check_schema()
    with pytest.raises(errors.NotReady), database.read() as connection:
        connection.exec_driver_sql("SELECT 1")
    assert not (tmp_path / "absent.db").exists()


def test_foreign_file__is_not_ready(tmp_path):
    (tmp_path / "photo.db").write_bytes(b"JFIF" * 4096)
    with pytest.raises(errors.NotReady), Database.open(f"sqlite:///{tmp_path}/photo.db").read() as connection:
        connection.exec_driver_sql("SELECT 1")


def test_path_with_signs_of_a_uri__is_that_path_here_and_in_a_spawned_process(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/дом #1.db")
    database.migrate()
    assert (tmp_path / "дом #1.db").exists()
    twin = pickle.loads(pickle.dumps(database))  # noqa: S301  # our own bytes
    twin.check_schema()
    twin.close()
    database.close()


def test_pickled_url__keeps_its_password():
    database = Database.open("postgresql://user:secret@localhost/name")
    assert "secret" in database.__reduce__()[1][0]
    assert "secret" not in repr(database)
