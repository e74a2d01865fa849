"""Every rule of the family, in the order in which they are asked: of messages, of protocols, of owners' decisions."""

from __future__ import annotations

import itertools
from typing import Any, Final

from gateway.families.controls import Control
from gateway.families.voting import controls_decisions, controls_messages, controls_protocols

CONTROLS: Final[tuple[Control[Any], ...]] = tuple(
    dict.fromkeys(itertools.chain(*controls_messages.STAGES, *controls_protocols.STAGES, *controls_decisions.STAGES))
)
"""Rules of agendas are asked of messages and of protocols, and stand here once."""
