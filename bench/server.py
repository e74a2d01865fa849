"""The gateway itself, as `gateway serve` runs it, with the settings of the environment."""

from __future__ import annotations

import sys

from gateway import settings
from gateway.web import serve

if __name__ == "__main__":
    sys.exit(serve.run(settings.load()))
