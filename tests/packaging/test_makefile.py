"""Every command of the Makefile is told by `make help`, and CI runs what people run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
HIDDEN = {"test-system"}
"""Called by others, for nobody to type."""


def test_help__lists_every_command():
    done = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True)
    listed = set(re.findall(r"(?m)^  ([a-z-]+) ", done.stdout))
    phony = set(re.search(r"(?m)^\.PHONY: (.*)$", MAKEFILE)[1].split())
    assert listed == phony - HIDDEN
    assert {"setup", "demo", "test", "fast", "lint", "bench", "wheel"} <= listed


def test_ci__calls_the_test_command_and_nothing_else():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines == ["set -euo pipefail", 'cd "$(dirname "$0")/.."', "exec make test"]
