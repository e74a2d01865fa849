"""What the registry keeps of news: an aggregate of its own, `notification:<NotificationGUID>`.

Debts of accounts stand in it sealed. News that is recalled or deleted stays, as an ended object.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.notices import request
from storage.registry import Thing

NEWS: Final = "notification"


def new(guid: str) -> Thing:
    """Return news that is not stored yet."""
    return Thing(guid, NEWS, f"{NEWS}:{guid}")


def written(news: Thing, content: Fields, task: api.Task) -> Thing:
    """Return the news with this content, not sent yet."""
    owners = fields.block(content, request.OWNERS)
    kept: dict[str, object] = {"provider": task.organisation, "content": fields.without(content, (request.SEND,))}
    if request.DEBTS in owners:
        kept["content"] = fields.without(content, (request.SEND, request.OWNERS))
        kept["sealed"] = task.vault.seal(owners, _owner(news))
    return dataclasses.replace(news, data=kept)


def sent(news: Thing, task: api.Task) -> Thing:
    """Return the news as sent to its addressees."""
    return dataclasses.replace(news, data={**news.data, "sent_at": task.now.isoformat()})


def deleted(news: Thing, task: api.Task) -> Thing:
    """Return the news as deleted."""
    return dataclasses.replace(news, ended_at=task.now)


def recalled(news: Thing, why: Fields, task: api.Task) -> Thing:
    """Return the news as recalled; `why` is RecallNotification."""
    return dataclasses.replace(news, data={**news.data, "recalled": dict(why)}, ended_at=task.now)


def content(news: Thing, vault: api.Vault) -> Fields:
    """Return what the news says, in the words of the contract; for the eyes of its provider alone."""
    kept: Fields = news.data["content"]
    if "sealed" not in news.data:
        return kept
    return {**kept, request.OWNERS: vault.unseal(news.data["sealed"], _owner(news))}


def provider(news: Thing) -> str:
    """Return the orgPPAGUID of whoever has written the news."""
    return str(news.data["provider"])


def is_sent(news: Thing) -> bool:
    """Return whether it was sent to its addressees."""
    return "sent_at" in news.data


def is_live(news: Thing) -> bool:
    """Return whether it is neither recalled nor deleted."""
    return news.ended_at is None


def _owner(news: Thing) -> str:
    return f"{NEWS}:{news.id}"
