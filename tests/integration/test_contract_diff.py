"""Official packs compared: the publisher's own list of changes is found, and the built-in contract is the official one.

The list is `changelog.txt` of 16.3.0.0, its parts from 15.12.0.0 on. What it says of checks (controls, INT and SRV
codes) and of versions still to come ("начиная с версии 16.4") is no matter of these schemas.
"""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from gateway.contracts import builtin, loader, tree
from gateway.study.differences import compare, report
from gateway.study.differences.difference import Aspect
from tests import resources

pytestmark = pytest.mark.contracts

XS = "{http://www.w3.org/2001/XMLSchema}"


@pytest.fixture(scope="module")
def packs():
    return {version: loader.load(tree.read(resources.contracts_root(version))) for version in ("15.12.0.0", "16.3.0.0")}


@pytest.fixture(scope="module")
def found(packs):
    return compare.packs(packs["15.12.0.0"], packs["16.3.0.0"])


def _facts(differences):
    return {
        (place.path or place.operations[0], each.change.aspect): each for each in differences for place in each.places
    }


# Number of the request for change → where its statement about a schema is met.
STATED = [
    ("NEWHCS-28408 1", "importDebtRequest/Debt/PlacingDebt/JudicalAct/JudicalActAttachment", Aspect.OCCURRENCE),
    # The element of the answer is ExportDebtResult, the list writes exportDebtResult.
    ("NEWHCS-28408 2", "getStateResult/ExportDebtResult/Debt/JudicalAct/JudicalActAttachment", Aspect.OCCURRENCE),
    ("NEWHCS-26450 1", "importExternalVotingProtocol", Aspect.VERSIONS),
    ("NEWHCS-26450 1.1", "importExternalVotingProtocolRequest/Annulment", Aspect.ADDED),
    ("NEWHCS-26722 1", "exportOwnerDecision", Aspect.VERSIONS),
    ("NEWHCS-26722 1", "exportOwnerRefusal", Aspect.VERSIONS),
    # "Attributes" of the list are elements.
    ("NEWHCS-26722 1.1.1", "exportOwnerDecisionRequest/VotingGUID", Aspect.ADDED),
    ("NEWHCS-26722 1.1.1", "exportOwnerRefusalRequest/VotingGUID", Aspect.ADDED),
    ("NEWHCS-26722 1.1.2", "exportOwnerDecisionRequest/UniqueVotingId", Aspect.ADDED),
    ("NEWHCS-26722 1.1.2", "exportOwnerRefusalRequest/UniqueVotingId", Aspect.ADDED),
    ("NEWHCS-26722 1.2.1", "exportOwnerDecisionRequest/ProtocolGUID", Aspect.REMOVED),
    ("NEWHCS-26722 1.2.2", "exportOwnerDecisionRequest/MessageGUID", Aspect.REMOVED),
    ("NEWHCS-26722 1.2.2", "exportOwnerRefusalRequest/MessageGUID", Aspect.REMOVED),
    ("NEWHCS-26722 1.3", "getStateResult/exportOwnerDecision/MessageGUID", Aspect.DOCUMENTATION),
    ("NEWHCS-26722 1.3", "getStateResult/exportOwnerDecision/ProtocolGUID", Aspect.DOCUMENTATION),
    ("NEWHCS-26722 1.3", "getStateResult/exportOwnerRefusal/MessageGUID", Aspect.DOCUMENTATION),
    # The list writes VotingGUI.
    ("NEWHCS-26722 1.4", "getStateResult/exportOwnerRefusal/VotingGUID", Aspect.ADDED),
]

# What the list keeps silent about: a whole operation, and annotations.
UNSTATED = {
    ("exportForPaymentAggregator", Aspect.ADDED),
    ("getStateResult/exportForPaymentAggregatorResult", Aspect.ADDED),
    ("importExternalVotingProtocolRequest/ChangeResults", Aspect.DOCUMENTATION),
}

# Stated for 16.4 already; the schemas of 16.3.0.0 have none of it.
TO_COME = {"NEWHCS-26451": "DeleteDecision", "NEWHCS-26553": "MeansDistantInteraction", "NEWHCS-26452": "SNILS"}


@pytest.mark.parametrize(("number", "place", "aspect"), STATED)
def test_statement_of_the_changelog__is_found(packs, found, number, place, aspect):
    assert number.partition(" ")[0] in packs["16.3.0.0"].files["changelog.txt"].decode()
    assert (place, aspect) in _facts((*found.differences, *found.documentation))


def test_what_the_changelog_does_not_state__is_known(found):
    stated = {(place, aspect) for _, place, aspect in STATED}
    rest = _facts((*found.differences, *found.documentation)).keys() - stated - UNSTATED
    # "AddressType" was announced with 15.12.0.0 (NEWHCS-26735), and its annotation changes in 16.x only.
    assert {place.rpartition("/")[2] for place, _ in rest} == {"AddressType"}
    assert {aspect for _, aspect in rest} == {Aspect.DOCUMENTATION}


@pytest.mark.parametrize("number", TO_COME)
def test_statement_about_the_next_version__is_not_found_yet(packs, found, number):
    assert number in packs["16.3.0.0"].files["changelog.txt"].decode()
    assert TO_COME[number] not in {each.subject for each in found.differences}


def test_raised_version__says_from_what_to_what(found):
    change = _facts(found.differences)["importExternalVotingProtocol", Aspect.VERSIONS].change
    assert (change.before, change.after) == ("15.10.0.1", "16.3.0.0")


def test_same_comparison__gives_the_same_outcome(packs):
    first, second = (compare.packs(packs["15.12.0.0"], packs["16.3.0.0"], ["house-management"]) for _ in range(2))
    assert first.differences
    assert first == second


def test_excerpt_of_the_page__is_what_the_command_prints(packs):
    page = (Path(__file__).resolve().parents[2] / "docs" / "contract-diff.md").read_text(encoding="utf-8")
    told = report.text(compare.packs(packs["15.12.0.0"], packs["16.3.0.0"], ["house-management"]))
    assert "\n".join(f"    {line}".rstrip() for line in told.splitlines()) in page


# Facets that the built-in schemas write otherwise; test_contract_equality proves that they allow the same.
SPELLED = {
    "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}": (
        "([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}"
    ),
    r"\d{8}(\d{3})?": r"\d{11}|\d{8}",
}


RESPELLED = {
    # Eleven digits are no more than eleven characters: the facet repeats what the pattern says.
    ("code", "maxLength", "11"),
    # Whole numbers from a least to a greatest one are what the published list counts up.
    *(("ESTSTATUS", aspect, "") for aspect in ("minInclusive", "maxInclusive")),
    ("ESTSTATUS", "enumeration", "0, 1, 10, 2, 3, 4, 5, 6, 7, 8, 9"),
    *(("STRSTATUS", aspect, "") for aspect in ("minInclusive", "maxInclusive")),
    ("STRSTATUS", "enumeration", "0, 1, 2, 3"),
    # No text is shorter than nothing.
    ("BUILDNUM", "minLength", "0"),
    ("STRUCNUM", "minLength", "0"),
    # A branch that may be empty, of a choice that may be left out.
    ("exportCAChResult", "occurrence", "optional, any number"),
    ("exportStatusCAChResult", "occurrence", "optional, any number"),
}
"""What the built-in contract says in other words than the published one: subject, aspect, how it is published."""


def test_built_in_contract__has_no_difference_where_it_covers_the_official_one(packs):
    """Second proof of equality: what it lacks are other operations and their branches of answers, and nothing else."""
    found = compare.packs(builtin.pack(), packs["16.3.0.0"], ["house-management"])
    changed = [each for each in found.differences if each.change.aspect is not Aspect.ADDED]
    patterns = {(each.change.before, each.change.after) for each in changed if each.change.aspect is Aspect.PATTERN}
    assert patterns == set(SPELLED.items())
    others = {(each.subject, each.change.aspect, each.change.after) for each in changed} - {
        (each.subject, Aspect.PATTERN, each.change.after) for each in changed
    }
    assert {(subject, aspect.value, after) for subject, aspect, after in others} == RESPELLED
    parents = {
        place.path.rpartition("/")[0]
        for each in found.differences
        if each.change.aspect is Aspect.ADDED
        for place in each.places
    }
    assert parents == {"", "getStateResult", "getStateResult/ImportResult/CommonResult"}


def _mutated(pack, change, index):
    """The built-in pack with one element declaration changed; its name too."""
    path = f"xsd/house-management/houses/import-{('parts', 'apartment', 'living')[index % 3]}.xsd"
    root = etree.fromstring(pack.files[path])
    declared = [
        each
        for each in root.iter(f"{XS}element")
        if each.get("name") and each.getparent().tag == f"{XS}sequence" and len(each.getparent()) > 1
    ]
    chosen = declared[index % len(declared)]
    name = chosen.get("name")
    change(chosen)
    files = {**pack.files, path: etree.tostring(root, encoding="UTF-8", xml_declaration=True)}
    return loader.load(files, version="99.0.0.0"), name


MUTATIONS = {
    "dropped": (lambda element: element.getparent().remove(element), {Aspect.REMOVED}),
    "renamed": (lambda element: element.set("name", "Renamed"), {Aspect.REMOVED}),
    "required or optional": (
        lambda element: element.set("minOccurs", "1" if element.get("minOccurs") == "0" else "0"),
        {Aspect.OCCURRENCE},
    ),
    "another number": (lambda element: element.set("maxOccurs", "77"), {Aspect.OCCURRENCE}),
}


_MUTANTS = 16 if os.environ.get("HCS_LONG") else 1


@pytest.mark.parametrize("how", MUTATIONS)
@pytest.mark.parametrize("index", Random("mutants of the built-in schema").sample(range(100), _MUTANTS))  # noqa: S311  (a seeded sample)
def test_mutated_schema__is_named(how, index):
    change, aspects = MUTATIONS[how]
    mutant, name = _mutated(builtin.pack(), change, index)
    found = compare.packs(builtin.pack(), mutant, ["house-management"])
    named = [each for each in found.differences if each.subject == name]
    assert {each.change.aspect for each in named} == aspects
    others = {each.subject for each in found.differences} - {name}
    assert others <= {"Renamed"}
