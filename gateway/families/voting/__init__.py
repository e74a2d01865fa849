"""Meetings of owners (ОСС): messages, protocols and written decisions of owners (protocol §8.5).

`records` is how the registry keeps a meeting, `papers` how it keeps what messages and protocols say, `states` what can
be done in which state. `messages` takes messages in, `protocols` protocols and results, `decisions` owners' decisions,
each judged by the `controls` module of its name; `counting` adds votes up. `exporting` chooses papers and `showing`
writes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway import wire
from gateway.families import api
from gateway.families.voting import decisions, exporting, messages, protocols

_NAMESPACE: Final = f"{wire.ROOT}house-management/"

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{_NAMESPACE}}}importVotingMessageRequest": messages.import_message,
    f"{{{_NAMESPACE}}}importOwnerDecisionRequest": decisions.import_decisions,
    f"{{{_NAMESPACE}}}exportVotingMessageRequest": exporting.export_messages,
    f"{{{_NAMESPACE}}}importVotingProtocolRequest": protocols.import_protocol,
    f"{{{_NAMESPACE}}}exportVotingProtocolRequest": exporting.export_protocols,
    f"{{{_NAMESPACE}}}exportOwnerDecisionRequest": decisions.export_decisions,
}
"""By Clark name of the request element."""
