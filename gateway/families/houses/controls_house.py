"""Rules about the house itself; where one fails, nothing else of the request is looked at (protocol §4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway import clock, errors
from gateway.contracts import model
from gateway.families import api, fields, roles
from gateway.families.houses import codes, content, demolition, kinds, plan
from gateway.families.houses.controls import Control, Phase, control
from gateway.families.problems import problem

_ROLES: Final = {
    f"{{{content.NAMESPACE}}}importHouseUORequest": roles.MANAGERS,
    f"{{{content.NAMESPACE}}}importHouseOMSRequest": roles.AUTHORITIES,
    f"{{{content.NAMESPACE}}}importHouseESPRequest": roles.SINGLE_PROVIDER,
}
"""For whom each operation is, by request element."""
_YEARS_AHEAD: Final = 10
_DIRECT: Final = {"1": "Непосредственное управление (1)", "6": "Не выбран (6)"}
"""What dictionary 25 lets a sender choose; every other way follows from a contract or a charter."""
_CHOSEN_NOT_DONE: Final = "Выбран, но не реализован"
_CHOSEN_NOT_DONE_SINCE: Final = (15, 6, 0, 1)
"""Version of importHouseOMS and importHouseESP that added the third choice; its code differs between stands."""


@control(Phase.ADMISSION, kinds.HOUSES, roles.WITHOUT_FUNCTION)
def organisation_has_the_function(_change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a house from an organisation whose role is not that of the operation (УО, ОМС, ЕСП)."""
    refused = roles.refusal(whole.task, _ROLES[whole.task.element.tag])
    if refused is not None:
        yield refused


@control(Phase.ADMISSION, kinds.HOUSES, errors.HOUSE_WITHOUT_BASIS)
def organisation_has_a_basis(_change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a house for which the organisation has no basis."""
    guid = whole.request.fias_guid
    if not whole.task.may_use_house(guid.lower()):
        yield problem(errors.HOUSE_WITHOUT_BASIS, organisation=whole.task.organisation, house=guid)


@control(Phase.IDENTITY, kinds.HOUSES, codes.DEMOLISHED)
def house_was_not_demolished(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a house that was demolished."""
    if change.before is not None and demolition.is_demolished(change.before):
        yield demolition.refusal(change.before)


@control(Phase.IDENTITY, kinds.HOUSES, errors.HOUSE_EXISTS)
def house_is_created_once(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse to create a house that is in the registry."""
    if change.item.creates and change.was_live:
        yield problem(errors.HOUSE_EXISTS)


@control(Phase.IDENTITY, kinds.HOUSES, errors.NOT_IN_REGISTRY)
def updated_house_exists(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse to update a house that is not in the registry."""
    if not change.item.creates and change.before is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"FIASHouseGuid {whole.request.fias_guid}")


@control(Phase.IDENTITY, kinds.HOUSES, errors.HOUSE_TYPE_DIFFERS)
def house_keeps_its_type(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse to turn an apartment house into a living house, or back."""
    stored = change.before
    if not change.item.creates and stored is not None and change.was_live and stored.kind != change.item.kind.name:
        kind = next(kind for kind in kinds.HOUSES if kind.name == stored.kind)
        yield problem(errors.HOUSE_TYPE_DIFFERS, type=kind.title)


@control(Phase.CONTENT, kinds.HOUSES, errors.USED_IN_FUTURE)
def year_of_use_is_near(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a house that goes into use (UsedYear) more than ten years from now."""
    latest = whole.task.now.astimezone(clock.MOSCOW).year + _YEARS_AHEAD
    year = fields.text(change.item.fields, "UsedYear")
    if year and int(year) > latest:
        yield problem(errors.USED_IN_FUTURE, latest=str(latest), year=year)


@control(Phase.CONTENT, kinds.HOUSES, errors.DEMOLITION_BY_IMPORT)
def demolition_has_its_own_operation(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse the stage "demolished" (LifeCycleStage 5), which demolishHouse alone sets."""
    if fields.item_code(change.item.fields, "LifeCycleStage") == demolition.STAGE:
        yield problem(errors.DEMOLITION_BY_IMPORT)


@control(Phase.CONTENT, (kinds.APARTMENT_HOUSE,), errors.MANAGEMENT_TYPE_UNAVAILABLE)
def management_type_is_open_to_choice(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a HouseManagementType other than direct or not chosen (since 15.6.0.1: or chosen and not yet done)."""
    sent = fields.block(change.item.fields, "HouseManagementType")
    code, name = fields.item_code(change.item.fields, "HouseManagementType"), fields.text(sent, "Name")
    named = (_CHOSEN_NOT_DONE,) if model.number(whole.task.version) >= _CHOSEN_NOT_DONE_SINCE else ()
    if sent and code not in _DIRECT and name not in named:
        value = f"{name} ({code})" if name else code
        yield problem(errors.MANAGEMENT_TYPE_UNAVAILABLE, value=value, allowed=", ".join((*_DIRECT.values(), *named)))


@control(Phase.CONTENT, (kinds.LIVING_HOUSE,), errors.SAME_ADDRESS_WITHOUT_BLOCKS)
def same_address_needs_blocks(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse HasMultipleHousesWithSameAddress for a house that is not built as blocks."""
    shares = fields.flag(change.after, "HasMultipleHousesWithSameAddress")
    if shares and not fields.flag(change.after, "HasBlocks"):
        yield problem(errors.SAME_ADDRESS_WITHOUT_BLOCKS)


CONTROLS: Final[tuple[Control, ...]] = (
    organisation_has_the_function,
    organisation_has_a_basis,
    house_was_not_demolished,
    house_is_created_once,
    updated_house_exists,
    house_keeps_its_type,
    year_of_use_is_near,
    demolition_has_its_own_operation,
    management_type_is_open_to_choice,
    same_address_needs_blocks,
)
