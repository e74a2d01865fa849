"""A sample of a request: a valid element that an integrator can fill, sign and send."""

from __future__ import annotations

from typing import Final

from lxml import etree
from xmlschema import XMLSchema

from gateway import wire
from gateway.contracts import errors, model
from gateway.study.samples import decisions, instances

_VERSION: Final = wire.base("version")
_INDENT: Final = "  "


def request(
    declared: XMLSchema,
    pack: model.Pack,
    operation: model.Operation,
    extent: decisions.Extent = decisions.Extent.USUAL,
) -> etree._Element:
    """Return a request element of an operation, without a signature, in the newest version that it may declare.

    `declared` is the component model of the operation's service (`reading.component_model`). Equal calls give equal
    samples. Raises ContractError where the schemas demand what no sample can give.
    """
    made = instance(declared, pack, operation, extent).root
    etree.indent(made, _INDENT)
    return _with_speaking_prefixes(made)


def instance(
    declared: XMLSchema, pack: model.Pack, operation: model.Operation, extent: decisions.Extent
) -> instances.Instance:
    """Return the same request with the types of its texts, as the wire would have it; raises ContractError."""
    try:
        made = instances.Maker(declared, decisions.Sample(extent)).make(operation.request)
    except ValueError as error:
        raise errors.ContractError("", f"no sample of {operation.name} can be made: {error}") from error
    if made.root.get(_VERSION) is not None:
        # Where the contract lists no version, any number will do.
        made.root.set(_VERSION, next(reversed(operation.versions.supported), pack.version))
    return made


def _with_speaking_prefixes(made: etree._Element) -> etree._Element:
    """Return the same element with prefixes that say where a name comes from, and none that is not used."""
    prefixes = {_prefix(namespace): namespace for namespace in sorted(_namespaces(made))}
    renamed = etree.Element(made.tag, made.attrib, nsmap=prefixes)
    renamed.text = made.text
    renamed.extend(list(made))
    etree.cleanup_namespaces(renamed, top_nsmap=prefixes, keep_ns_prefixes=list(prefixes))
    return renamed


def _namespaces(made: etree._Element) -> set[str]:
    names = {*(element.tag for element in made.iter(etree.Element))}
    names |= {name for element in made.iter(etree.Element) for name in element.attrib}
    return {namespace for namespace in (etree.QName(name).namespace for name in names) if namespace}


def _prefix(namespace: str) -> str:
    return "xsi" if namespace.endswith("XMLSchema-instance") else namespace.rstrip("/#").rpartition("/")[2]
