"""What a hint says to do next: the program as it was called, and a message to try that is really there."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Final

_NAME: Final = "gateway"
_EXAMPLES: Final = resources.files("samples") / "valid"


def program() -> str:
    """Return how this program was called, so that a hint can be pasted."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m gateway.cli"
    found = shutil.which(_NAME)
    # The shell hands over the whole path even where the name alone was typed.
    if called.name != _NAME or (found is not None and Path(found) == called):
        return _NAME
    return shlex.quote(str(called))


def sample(name: str, family: str = "houses") -> str:
    """Return the path of a valid sample that is installed with the gateway, as short as it can be typed here."""
    path = Path(str(_EXAMPLES / family / f"{name}.xml"))
    return shlex.quote(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
