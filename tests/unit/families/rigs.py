"""The fixture `rig` of a family: an empty registry for each test, on an engine that a module keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest


def fixtures(make: Callable[..., Any], **options: Any) -> tuple[Any, Any]:
    """The fixtures `_rig` and `rig` of a conftest; what SQLAlchemy has compiled serves all tests of a module.

    `make` makes a rig in a folder, of a parameter where `options` of the fixture give some.
    """

    @pytest.fixture(scope="module", **options)
    def _rig(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Any]:
        folder: Path = tmp_path_factory.mktemp("rig")
        made = make(folder, request.param) if options else make(folder)
        yield made
        made.close()

    @pytest.fixture
    def rig(_rig: Any) -> Any:
        _rig.restart()
        return _rig

    return _rig, rig
