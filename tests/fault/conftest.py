from __future__ import annotations

import pytest

from tests.fault.nursery import Nursery


@pytest.fixture(scope="session")
def nursery():
    """Forks the processes of all tests of this folder."""
    with Nursery() as started:
        yield started
