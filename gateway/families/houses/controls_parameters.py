"""Rules about the parameters of the description form (OGFData) as dictionary 197 has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gateway.families import api, fields
from gateway.families.houses import codes, kinds, plan
from gateway.families.houses.controls import Control, Phase, control
from gateway.families.problems import problem

_EVERYTHING: Final = (*kinds.HOUSES, *kinds.PARTS)
_DICTIONARY: Final = 197
_STATES: Final = 24
_EMERGENCY: Final = "1"
"""State "Аварийный" of dictionary 24."""
_RECOGNISED: Final = "Наличие признания МКД аварийным"
"""Name of the parameter that the state of a house has to agree with; its code is not public."""
_OBJECTS: Final[Mapping[kinds.Kind, frozenset[str]]] = {
    kinds.APARTMENT_HOUSE: frozenset({"МКД"}),
    kinds.LIVING_HOUSE: frozenset({"ЖД"}),
    kinds.RESIDENTIAL: frozenset({"Жилое помещение"}),
    kinds.NON_RESIDENTIAL: frozenset({"Нежилое помещение"}),
    kinds.ROOM: frozenset({"Комната"}),
    kinds.BLOCK: frozenset({"Жилое помещение", "Нежилое помещение"}),
}
"""What dictionary 197 calls each kind of objects; it knows no lifts."""
_CLOSED: Final[Mapping[kinds.Kind, str]] = {
    kinds.RESIDENTIAL: codes.PREMISES_PARAMETERS_CLOSED,
    kinds.NON_RESIDENTIAL: codes.PREMISES_PARAMETERS_CLOSED,
    kinds.BLOCK: codes.PREMISES_PARAMETERS_CLOSED,
    kinds.ROOM: codes.ROOM_PARAMETERS_CLOSED,
}


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_UNKNOWN)
def parameter_is_known(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter that dictionary 197 does not have, where the installation knows it whole."""
    for code, _ in _given(change) if _is_whole(_DICTIONARY, whole) else ():
        if whole.task.dictionaries.parameter(code) is None:
            yield problem(codes.PARAMETER_UNKNOWN, parameter=code)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_ENDED)
def parameter_is_current(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter that is no longer to be used."""
    for parameter, _ in _known(change, whole):
        if not parameter.actual:
            yield problem(codes.PARAMETER_ENDED, parameter=parameter.code)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_TYPE)
def value_is_of_its_type(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a value in an element that the parameter does not take."""
    for parameter, value in _known(change, whole):
        element = next(iter(value), "")
        if element not in parameter.accepts:
            accepted = ", ".join(sorted(parameter.accepts)) or "значения нет"
            yield problem(codes.PARAMETER_TYPE, parameter=parameter.code, accepted=accepted, element=element)


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_NOT_APPLICABLE)
def parameter_describes_such_objects(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter of other objects, for example one of flats that is given for a house."""
    objects = _OBJECTS.get(change.item.kind)
    for parameter, _ in _known(change, whole) if objects else ():
        if objects and not objects & parameter.applies_to:
            yield problem(codes.PARAMETER_NOT_APPLICABLE, parameter=parameter.code, object=min(objects))


@control(Phase.CONTENT, _EVERYTHING, codes.PARAMETER_VALUE_UNKNOWN)
def value_is_in_its_dictionary(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse an enumerated value (NsiCode) that its dictionary, known whole, does not have, or no longer has."""
    for parameter, value in _known(change, whole):
        code, number = fields.text(value, "NsiCode"), parameter.dictionary
        if not code or number is None or not _is_whole(number, whole):
            continue
        item = whole.task.dictionaries.item(number, code)
        if item is None or not item.actual:
            yield problem(codes.PARAMETER_VALUE_UNKNOWN, parameter=parameter.code, value=code, number=str(number))


@control(
    Phase.CONTENT,
    _EVERYTHING,
    codes.HOUSE_PARAMETERS_CLOSED,
    codes.PREMISES_PARAMETERS_CLOSED,
    codes.ROOM_PARAMETERS_CLOSED,
)
def parameter_is_open_to_the_role(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter that the role of the organisation may not set."""
    closed = {each.code: None for each, _ in _known(change, whole) if whole.task.role in each.closed_to}
    if closed:
        code = _CLOSED.get(change.item.kind, codes.HOUSE_PARAMETERS_CLOSED)
        yield problem(code, parameters=", ".join(closed))


@control(Phase.CONTENT, (kinds.APARTMENT_HOUSE,), codes.STATE_DISAGREES, codes.STATE_IS_RECOGNISED)
def state_agrees_with_recognition(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a state that contradicts the parameter "recognised as dangerous", where there is such a parameter."""
    parameter = _recognition(whole) if "State" in change.item.fields else None
    state = whole.task.dictionaries.item(_STATES, fields.item_code(change.item.fields, "State"))
    if parameter is None or state is None:
        return
    recognised = any(
        fields.flag(fields.block(row, "Value"), "BooleanValue")
        for row in fields.rows(change.after, "OGFData")
        if fields.text(row, "Code") == parameter.code
    )
    dangerous = state.code.rstrip(".") == _EMERGENCY
    if recognised and not dangerous and whole.task.role in parameter.closed_to:
        yield problem(codes.STATE_IS_RECOGNISED)
    elif recognised != dangerous:
        yield problem(codes.STATE_DISAGREES, state=state.name, value="Да" if dangerous else "Нет")


def _is_whole(number: int, whole: plan.Plan) -> bool:
    known = whole.task.dictionaries.dictionary(number)
    return known is not None and known.complete


def _recognition(whole: plan.Plan) -> api.Parameter | None:
    known = whole.task.dictionaries.dictionary(_DICTIONARY)
    items = known.items.values() if known else ()
    code = next((item.code for item in items if item.name == _RECOGNISED and item.actual), None)
    return whole.task.dictionaries.parameter(code) if code else None


def _given(change: plan.Change) -> Iterator[tuple[str, fields.Fields]]:
    for row in fields.rows(change.item.fields, "OGFData"):
        yield fields.text(row, "Code"), fields.block(row, "Value")


def _known(change: plan.Change, whole: plan.Plan) -> Iterator[tuple[api.Parameter, fields.Fields]]:
    for code, value in _given(change):
        parameter = whole.task.dictionaries.parameter(code)
        if parameter is not None:
            yield parameter, value


CONTROLS: Final[tuple[Control, ...]] = (
    parameter_is_known,
    parameter_is_current,
    value_is_of_its_type,
    parameter_describes_such_objects,
    value_is_in_its_dictionary,
    parameter_is_open_to_the_role,
    state_agrees_with_recognition,
)
