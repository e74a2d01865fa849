"""Our schema of a service and the official one, side by side, and how they are compared."""

from __future__ import annotations

import functools
import itertools
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import xmlschema
from lxml import etree

from gateway.study import reading
from gateway.study.samples.decisions import Thorough
from gateway.study.samples.declarations import names_below
from gateway.study.samples.instances import Instance, Maker
from tests import resources
from tests.property.schema_mutants import Mutant, mutate

LOG = logging.getLogger(__name__)
LONG = os.environ.get("HCS_LONG") == "1"
ROOT = "http://dom.gosuslugi.ru/schema/integration/"
OURS = Path(__file__).parents[2] / "xsd"

_INSTANCES, _MUTANTS, _SECOND_OPINIONS = (200, 1000, 100) if LONG else (3, 40, 2)
# The long run goes on until nothing is untried; this many documents without success are a defect of the maker.
_PATIENCE = 6000


@dataclass(frozen=True, slots=True)
class Contract:
    """One schema: the judge and the component model."""

    judge: etree.XMLSchema
    model: xmlschema.XMLSchema

    def accepts(self, root: etree._Element) -> bool:
        """The verdict on the bytes; a tree in memory may hold what no parser makes, such as empty text nodes."""
        try:
            return self.judge.validate(etree.fromstring(etree.tostring(root)))
        except etree.XMLSchemaValidateError:
            # libxml2 gave the document up, which is its word for "invalid" on some values.
            return False

    def accepts_by_second_judge(self, root: etree._Element) -> bool:
        """The verdict of `xmlschema`: slow, but it sees what libxml2 overlooks, such as fixed attribute references."""
        try:
            return self.model.is_valid(etree.tostring(root, encoding="unicode"))
        except xmlschema.XMLSchemaException:
            # An xsi:type that is no name at all.
            return False


@dataclass(frozen=True, slots=True)
class Pair:
    """Two contracts for one namespace."""

    ours: Contract
    official: Contract


def contract(path: Path) -> Contract:
    """Compile one schema for both judges."""
    return Contract(etree.XMLSchema(etree.parse(path)), reading.declarations_of([str(path)]))


def official_pack() -> Path:
    """Folder of the official pack that the built-in contract follows; skips the test where it is absent."""
    return resources.contracts_root("16.3.0.0")


@functools.cache
def service(name: str) -> Pair:
    """Both schemas of a service, by the last part of its namespace."""
    published = official_pack() / name / f"hcs-{name}-types.xsd"
    return Pair(contract(OURS / f"{name}.xsd"), contract(published))


def compare(pair: Pair, message: str, maker: Maker[Thorough]) -> None:
    """Assert that both accept what `maker` makes of `message`, and judge damaged copies of it alike."""
    made: list[Instance] = []
    while len(made) < _INSTANCES or (LONG and maker.choices.untried() and len(made) < _PATIENCE):
        made.append(maker.make(message))
        maker.choices.settle()
        _assert_valid(pair, made[-1])
    if LONG:
        assert maker.choices.untried() == []
    refused = _assert_same_verdicts(pair, made, sorted(names_below(pair.ours.model, message)))
    assert refused, "mutants that are never refused prove nothing"


def _assert_valid(pair: Pair, instance: Instance) -> None:
    for name, each in (("official", pair.official), ("ours", pair.ours)):
        assert each.accepts(instance.root), f"{name}: {each.judge.error_log}\n{_text(instance.root)}"


def _assert_same_verdicts(pair: Pair, made: list[Instance], names: list[str]) -> int:
    """Judge mutants of every document; the number of those that both refuse."""
    tried = refused = 0
    random = Random(f"mutants of {made[0].root.tag}")  # noqa: S311  (a seeded sample, no secret)
    for instance in itertools.islice(itertools.cycle(made), max(_MUTANTS, len(made))):
        mutant = mutate(instance, names, random)
        verdict = pair.official.accepts(mutant.root)
        assert pair.ours.accepts(mutant.root) == verdict, _disagreement(mutant, verdict=verdict)
        if tried < _SECOND_OPINIONS:
            second = pair.official.accepts_by_second_judge(mutant.root)
            assert pair.ours.accepts_by_second_judge(mutant.root) == second, _disagreement(mutant, verdict=second)
        tried += 1
        refused += not verdict
    LOG.info("%s: %d documents, %d mutants, %d refused by both", made[0].root.tag, len(made), tried, refused)
    return refused


def _disagreement(mutant: Mutant, *, verdict: bool) -> str:
    return f"{mutant.how} {mutant.where}: official says {verdict}, ours {not verdict}\n{_text(mutant.root)}"


def _text(root: etree._Element) -> str:
    return etree.tostring(root, encoding="unicode", pretty_print=True)


def probes(path: Path, library: Path, types: Iterable[str]) -> Contract:
    """A schema with one element for each type ({namespace}local) of a library, written to `path`."""
    names = [etree.QName(name) for name in types]
    elements = "".join(f'<xs:element name="{name.localname}" type="library:{name.localname}"/>' for name in names)
    path.write_text(f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:library="{names[0].namespace}"
        targetNamespace="urn:example:probe">
      <xs:import namespace="{names[0].namespace}" schemaLocation="{library.as_uri()}"/>{elements}
    </xs:schema>""")
    return contract(path)
