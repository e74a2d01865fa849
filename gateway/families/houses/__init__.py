"""Houses and what stands in them: entrances, premises, rooms, blocks, lifts (protocol §8.1).

An import goes one way: `request` (what is asked) → `plan` (beside what the registry holds) → `judge` (which of it the
`controls` and the numbers allow) → `changes` (into the registry) → one outcome per TransportGUID. Three operations of
three roles share that way; `exporting` gives the house back in the contract's words, `brief` in fewer of them, and
`demolishing` ends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.houses import brief, content, demolishing, exporting, importing

HANDLERS: Final[Mapping[str, api.Handler]] = {
    f"{{{content.NAMESPACE}}}importHouseUORequest": importing.import_house,
    f"{{{content.NAMESPACE}}}importHouseOMSRequest": importing.import_house,
    f"{{{content.NAMESPACE}}}importHouseESPRequest": importing.import_house,
    f"{{{content.NAMESPACE}}}demolishHouseRequest": demolishing.demolish,
    f"{{{content.NAMESPACE}}}exportHouseRequest": exporting.export_house,
    f"{{{content.NAMESPACE}}}exportBriefBasicHouseRequest": brief.export_basic,
    f"{{{content.NAMESPACE}}}exportBriefApartmentHouseRequest": brief.export_apartment,
    f"{{{content.NAMESPACE}}}exportBriefLivingHouseRequest": brief.export_living,
}
"""By Clark name of the request element."""
