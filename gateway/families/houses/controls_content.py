"""Rules about what is said of an object: dates, years, parameters (OGFData), annulment, confirmed information."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from gateway import clock, errors
from gateway.families import api, fields, references
from gateway.families.houses import kinds, plan
from gateway.families.houses.controls import Control, Phase, control
from gateway.families.problems import problem

_EVERYTHING: Final = (*kinds.HOUSES, *kinds.PARTS)
_DATE: Final = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)")
_EARLIEST: Final = (1900, 1, 1)
_LATEST: Final = (5000, 1, 1)
_DICTIONARIES: Final = {
    "State": 24,
    "HouseManagementType": 25,
    "PremisesCharacteristic": 30,
    "OlsonTZ": 32,
    "Type": 192,
    "AnnulmentReason": 330,
    "LifeCycleStage": 338,
    "HostelType": 362,
}
"""Which dictionary an nsiRef of this name refers to, as the contract says beside each."""
_CONFIRMABLE: Final = tuple(kind for kind in kinds.PARTS if kind.confirmed)


@control(Phase.CONTENT, _EVERYTHING, *references.CODES)
def references_are_of_our_dictionaries(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a reference to an entry that no dictionary of this installation has, or that has another GUID here."""
    yield from references.problems(change.item.fields, _DICTIONARIES, whole.task.dictionaries)


@control(Phase.CONTENT, _EVERYTHING, errors.DATE_OUT_OF_RANGE)
def dates_are_of_our_millennia(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse dates before 01.01.1900 and after 01.01.5000."""
    for element, date in _dates(change.item.fields):
        found = _DATE.match(date)
        # Python's dates end at the year 9999, the contract's do not.
        if found and not _EARLIEST <= tuple(int(part) for part in found.groups()) <= _LATEST:
            yield problem(errors.DATE_OUT_OF_RANGE, element=element, date=date)


@control(Phase.CONTENT, _EVERYTHING, errors.PARAMETER_REPEATED)
def parameter_is_given_once(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a parameter that is given twice; only enumerated ones (NsiCode) can have several values, and not all."""
    several = {code for code, value in _parameters(change) if "NsiCode" in value and not _is_single(code, whole)}
    given = Counter(code for code, value in _parameters(change) if "NsiCode" not in value or code not in several)
    enumerated = {code for code, value in _parameters(change) if "NsiCode" in value and code in several}
    for code, times in given.items():
        if times > 1 or code in enumerated:
            yield problem(errors.PARAMETER_REPEATED, parameter=code)


@control(Phase.CONTENT, _EVERYTHING, errors.PARAMETER_VALUE_REPEATED)
def values_of_a_parameter_differ(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse an enumerated parameter that has one value twice."""
    chosen = Counter((code, fields.text(value, "NsiCode")) for code, value in _parameters(change) if "NsiCode" in value)
    for code in dict.fromkeys(code for (code, _), times in chosen.items() if times > 1):
        yield problem(errors.PARAMETER_VALUE_REPEATED, parameter=code)


@control(Phase.CONTENT, kinds.PARTS, errors.ANNULMENT_WITHOUT_REASON)
def annulment_has_a_reason(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse AnnulmentInfo without the AnnulmentReason that it explains."""
    if "AnnulmentInfo" in change.item.fields and not change.ends:
        yield problem(errors.ANNULMENT_WITHOUT_REASON)


@control(Phase.CONTENT, (kinds.ENTRANCE,), errors.BUILT_IN_FUTURE)
def year_of_building_is_past(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse an entrance that is built (CreationYear) in the future."""
    year = fields.text(change.item.fields, "CreationYear")
    if year and int(year) > whole.task.now.astimezone(clock.MOSCOW).year:
        yield problem(errors.BUILT_IN_FUTURE, year=year)


@control(Phase.CONTENT, _CONFIRMABLE, errors.CONFIRMED_WITH_INHERITANCE)
def first_confirmation_inherits_nothing(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a first confirmation that inherits: whoever confirms states everything."""
    confirmed = change.before is not None and fields.flag(change.before.data, "InformationConfirmed")
    if whole.request.inherits and fields.flag(change.item.fields, "InformationConfirmed") and not confirmed:
        yield problem(errors.CONFIRMED_WITH_INHERITANCE)


@control(Phase.CONTENT, _CONFIRMABLE, errors.CONFIRMED_INCOMPLETE)
def confirmed_object_is_complete(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a confirmed object (InformationConfirmed) that is not complete."""
    kind = change.item.kind
    if not isinstance(kind, kinds.PartKind) or not _confirmed(change):
        return
    missing = [title for title, names in kind.confirmed if not fields.given(change.after, names)]
    if missing:
        yield problem(errors.CONFIRMED_INCOMPLETE, missing=", ".join(missing))


@control(Phase.CONTENT, (kinds.RESIDENTIAL,), errors.CHARACTERISTIC_MISSING)
def confirmed_premises_have_a_characteristic(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse confirmed residential premises without their characteristic (dictionary 30)."""
    if _confirmed(change) and not fields.given(change.after, ("PremisesCharacteristic",)):
        yield problem(errors.CHARACTERISTIC_MISSING)


@control(Phase.CONTENT, (kinds.BLOCK,), errors.GROSS_AREA_MISSING)
def confirmed_block_states_its_living_area(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a confirmed residential block without its living area, or the word that it has none."""
    residential = not is_non_residential(change.after)
    if residential and _confirmed(change) and not fields.given(change.after, ("GrossArea", "NoGrossArea")):
        yield problem(errors.GROSS_AREA_MISSING)


@control(Phase.CONTENT, (kinds.BLOCK,), errors.GROSS_AREA_NOT_APPLICABLE)
def non_residential_block_has_no_living_area(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a living area of a non-residential block."""
    if not change.ends and is_non_residential(change.after) and fields.given(change.after, ("GrossArea",)):
        yield problem(errors.GROSS_AREA_NOT_APPLICABLE)


def is_non_residential(block: fields.Fields) -> bool:
    """Return whether a block is non-residential; one without a category is residential."""
    return fields.text(block, "Category") == "NonResidential"


def _confirmed(change: plan.Change) -> bool:
    return not change.ends and fields.flag(change.after, "InformationConfirmed")


def _parameters(change: plan.Change) -> Iterator[tuple[str, fields.Fields]]:
    for row in fields.rows(change.item.fields, "OGFData"):
        yield fields.text(row, "Code"), fields.block(row, "Value")


def _is_single(code: str, whole: plan.Plan) -> bool:
    """Return whether a parameter has one value; where its type is not known, it may have several."""
    parameter = whole.task.dictionaries.parameter(code)
    return parameter is not None and not parameter.multiple and parameter.accepts == {"NsiCode"}


def _dates(sent: fields.Fields) -> Iterator[tuple[str, str]]:
    for row in fields.rows(sent, "RightOrEncumbrance"):
        yield "RegDate", fields.text(row, "RegDate")
    yield "ManagementPeriodFrom", fields.text(sent, "ManagementPeriodFrom")
    for row in fields.rows(sent, "OGFData"):
        yield f"OGFData {fields.text(row, 'Code')}", fields.text(fields.block(row, "Value"), "DateTimeValue")


CONTROLS: Final[tuple[Control, ...]] = (
    references_are_of_our_dictionaries,
    dates_are_of_our_millennia,
    parameter_is_given_once,
    values_of_a_parameter_differ,
    annulment_has_a_reason,
    year_of_building_is_past,
    first_confirmation_inherits_nothing,
    confirmed_object_is_complete,
    confirmed_premises_have_a_characteristic,
    confirmed_block_states_its_living_area,
    non_residential_block_has_no_living_area,
)
