"""What the registry keeps of an account and of an individual service, and how other families read it.

An account is an aggregate of its own, `account:<AccountGUID>`, together with its services: packages about different
accounts never meet, two about one are serialised. Its key is the provider's number (one live account has it), its
links are the houses it pays for and its ЕЛС. Personal data stand in it sealed, bound to its GUID.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway.families import api, fields
from storage.registry import Thing

ACCOUNT: Final = "account"
SERVICE: Final = "individual-service"
_PERSONAL: Final = (("PayerInfo", "Ind"), ("Closed", "Description"))
"""Who pays; and the note at the closing, in which people write of people."""


def aggregate(guid: str) -> str:
    """Return the registry's name for an account with its individual services."""
    return f"account:{guid}"


def key(provider: str, number: str) -> str | None:
    """Return the natural key of an account; one without a number has none."""
    return f"{provider}:{number}" if number else None


def links(unified: str, houses: Iterable[str]) -> frozenset[str]:
    """Return what an account is found by."""
    return frozenset((unified_link(unified), *(house_link(house) for house in houses)))


def unified_link(number: str) -> str:
    """Return the link of the one account with this ЕЛС."""
    return f"unified:{number}"


def house_link(fias: str) -> str:
    """Return the link of the accounts that pay for something in this house."""
    return f"house:{fias}"


def data(
    provider: str, content: fields.Fields, houses: Iterable[str], vault: api.Vault, guid: str
) -> dict[str, object]:
    """Return the data of an account with this content of the contract; what is personal is sealed."""
    open_, personal = _parted(content)
    kept: dict[str, object] = {"provider": provider, "houses": sorted(set(houses)), "content": open_}
    return {**kept, "sealed": vault.seal(personal, _owner(guid))} if personal else kept


def provider(thing: Thing) -> str:
    """Return the orgPPAGUID of whoever keeps the account or gives the service."""
    return str(thing.data["provider"])


def houses(thing: Thing) -> tuple[str, ...]:
    """Return the FIASHouseGuids, lower case, of the houses that an account pays for something in."""
    return tuple(thing.data["houses"])


def public(thing: Thing) -> fields.Fields:
    """Return the content without anything personal."""
    content: fields.Fields = thing.data["content"]
    return content


def whole(thing: Thing, vault: api.Vault) -> fields.Fields:
    """Return the content as it was imported; for the eyes of its provider alone."""
    content = public(thing)
    if "sealed" not in thing.data:
        return content
    opened = vault.unseal(thing.data["sealed"], _owner(thing.id))
    personal = opened if isinstance(opened, dict) else {}
    return {**content, **{name: {**fields.block(content, name), **fields.block(personal, name)} for name in personal}}


def is_open(thing: Thing) -> bool:
    """Return whether an account is not closed."""
    return thing.ended_at is None


def closed_on(thing: Thing) -> str:
    """Return the CloseDate of a closed account; empty for an open one."""
    return fields.text(fields.block(public(thing), "Closed"), "CloseDate")


def _parted(content: fields.Fields) -> tuple[fields.Fields, fields.Fields]:
    open_, personal = dict(content), dict[str, api.Data]()
    for outer, inner in _PERSONAL:
        around = fields.block(content, outer)
        if inner in around:
            open_[outer] = fields.without(around, (inner,))
            personal[outer] = {inner: around[inner]}
    return open_, personal


def _owner(guid: str) -> str:
    return f"{ACCOUNT}:{guid}"
