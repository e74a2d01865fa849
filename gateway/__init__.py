"""The exchange gateway of ГИС ЖКХ: intake, contracts, exchange, families, command line.

The way of a package and the rooms it passes are drawn in docs/architecture.md.
"""

from __future__ import annotations

__version__ = "0.1.0"
