"""`python -m bench`: the same as bench/run.py."""

from __future__ import annotations

import sys

from bench import run

sys.exit(run.main())
