"""Stories from the life of a management company (УО), played on a stand over real HTTP and compared with its books.

A story is a sequence of steps. `samples/month` and `samples/quarter` have the messages, `template` fills them,
`office` sends them and keeps what comes back, `compare` reads exports. `gateway demo month` and `gateway demo quarter`
show them. Whoever writes an integration may begin from them: what a step needs has come with an answer to an earlier
one.
"""

from __future__ import annotations

from gateway.stories.errors import Surprise
from gateway.stories.letters import Letters
from gateway.stories.office import Office
from gateway.stories.step import Step

__all__ = ["Letters", "Office", "Step", "Surprise"]
