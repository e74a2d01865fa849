"""One piece of news of a request with all that it has to be judged by."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence

from gateway.families import api
from gateway.families.accounts import records as accounts
from gateway.families.fields import Fields
from gateway.families.houses import finding
from gateway.families.notices import records, request
from gateway.families.notices.request import Asked, Verb
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One notification of a request."""

    asked: Asked
    before: Thing | None
    """The stored news; None for new one, and where the sender has no news with this GUID."""
    content: Fields
    """What it will say where it is written or sent; empty where it goes."""
    houses: Mapping[str, Thing | None]
    """Houses that it is addressed to, by FIASHouseGuid in lower case; None where there is no such live house."""
    debtors: Sequence[tuple[str, Thing | None]]
    """ЕЛС of the accounts that it tells of a debt, and the accounts; None where the sender has no such account."""
    may_use_house: Callable[[str], bool]
    task: api.Task

    @property
    def is_to_be_sent(self) -> bool:
        """Whether addressees are to get it now."""
        return self.asked.verb is Verb.SEND or request.SEND in self.asked.content


class Cases:
    """Makes the cases of one request; the objects of the registry that they need are read together."""

    def __init__(self, task: api.Task, registry: Registry, sent: Sequence[Asked]) -> None:
        self._task = task
        self._registry = registry
        self._may_use_house = functools.cache(task.may_use_house)
        self._house = functools.cache(lambda fias: finding.house(registry, fias))
        registry.get_all(asked.guid for asked in sent if asked.guid)
        contents = [self._content(asked, self._before(asked)) for asked in sent]
        numbers = {number for content in contents for number in request.debtors(content)}
        found = registry.linked(accounts.ACCOUNT, map(accounts.unified_link, numbers)) if numbers else []
        self._accounts = {
            str(each.unique_number): each for each in found if accounts.provider(each) == task.organisation
        }

    def case(self, asked: Asked) -> Case:
        """Return what there is to be known of a piece of news; earlier ones of the request have been dealt with."""
        before = self._before(asked)
        content = self._content(asked, before)
        return Case(
            asked=asked,
            before=before,
            content=content,
            houses={fias: self._house(fias) for fias in request.houses(content)},
            debtors=[(number, self._accounts.get(number)) for number in request.debtors(content)],
            may_use_house=self._may_use_house,
            task=self._task,
        )

    def _before(self, asked: Asked) -> Thing | None:
        found = self._registry.get(asked.guid) if asked.guid else None
        ours = found and found.kind == records.NEWS and records.provider(found) == self._task.organisation
        return found if ours else None

    def _content(self, asked: Asked, before: Thing | None) -> Fields:
        if asked.verb is Verb.WRITE:
            return asked.content
        return records.content(before, self._task.vault) if asked.verb is Verb.SEND and before else {}
