"""Rules about the parameters of the description form (OGFData) as dictionary 197 has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway.families import api, fields
from gateway.families.houses import codes, kinds, parameters, plan
from gateway.families.houses.controls import Control, Phase, control
from gateway.families.problems import problem

_EVERYTHING: Final = (*kinds.HOUSES, *kinds.PARTS)
_STATES: Final = 24
_EMERGENCY: Final = "1"
"""State "Аварийный" of dictionary 24."""


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_UNKNOWN)
def parameter_is_known(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter that dictionary 197 does not have."""
    for given in _given(change, whole):
        if given.item is None:
            yield problem(codes.PARAMETER_UNKNOWN, parameter=given.code)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_ENDED)
def parameter_is_current(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter that is no longer to be used."""
    for given in _given(change, whole):
        if given.item is not None and not given.item.actual:
            yield problem(codes.PARAMETER_ENDED, parameter=given.code)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_TYPE)
def value_is_of_its_type(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a value in another element than the type of the parameter demands."""
    for given in _given(change, whole):
        if given.type in parameters.TYPES.values() and given.type != parameters.TYPES.get(given.element):
            yield problem(codes.PARAMETER_TYPE, parameter=given.code, type=given.type, element=given.element)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_NOT_APPLICABLE)
def parameter_describes_such_objects(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter of other objects, for example one of lifts that is given for a flat."""
    title = parameters.title(change.item.kind)
    for given in _given(change, whole):
        if given.objects and title not in given.objects:
            yield problem(codes.PARAMETER_NOT_APPLICABLE, parameter=given.code, object=title)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_VALUE_UNKNOWN)
def value_is_in_its_dictionary(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse an enumerated value (NsiCode) that its dictionary does not have, or no longer has."""
    for given in _given(change, whole):
        if given.dictionary is None or given.element != "NsiCode":
            continue
        item = whole.task.dictionaries.item(given.dictionary, given.value)
        if item is None or not item.actual:
            values = {"value": given.value, "number": str(given.dictionary)}
            yield problem(codes.PARAMETER_VALUE_UNKNOWN, parameter=given.code, **values)


@control(Phase.CONTENT, (kinds.APARTMENT_HOUSE,), codes.STATE_DISAGREES)
def state_agrees_with_recognition(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a state that contradicts the parameter "recognised as dangerous", where there is such a parameter."""
    dictionaries = whole.task.dictionaries
    code = parameters.emergency(dictionaries) if "State" in change.item.fields else None
    if code is None:
        return
    recognised = any(
        fields.flag(fields.block(row, "Value"), "BooleanValue")
        for row in fields.rows(change.after, "OGFData")
        if fields.text(row, "Code").rstrip(".") == code
    )
    state = dictionaries.item(_STATES, fields.item_code(change.item.fields, "State"))
    dangerous = state is not None and state.code.rstrip(".") == _EMERGENCY
    if state is not None and recognised != dangerous:
        yield problem(codes.STATE_DISAGREES, state=state.name, value="Да" if dangerous else "Нет")


def _given(change: plan.Change, whole: plan.Plan) -> Iterator[parameters.Given]:
    return parameters.given(change.item.fields, whole.task.dictionaries)


CONTROLS: Final[tuple[Control, ...]] = (
    parameter_is_known,
    parameter_is_current,
    value_is_of_its_type,
    parameter_describes_such_objects,
    value_is_in_its_dictionary,
    state_agrees_with_recognition,
)
