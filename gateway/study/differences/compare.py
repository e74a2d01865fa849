"""Two contract packs compared: services and operations, then every message of them place by place."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from gateway import wire
from gateway.contracts import documents, errors, model
from gateway.study import reading
from gateway.study.differences import messages
from gateway.study.differences.difference import Aspect, Change, Comparison, Difference, Place, Role

_Met: TypeAlias = tuple[Role, Change, Place]

_VERSION: Final = f"/@{wire.local(wire.base('version'))}"


def packs(before: model.Pack, after: model.Pack, services: Iterable[str] = ()) -> Comparison:
    """Return what the second pack has otherwise than the first; `services` leaves out all but these, by short name.

    Raises ContractError where a schema cannot be studied.
    """
    old, new = (_by_name(each) for each in (before, after))
    wanted = sorted({*old, *new} & set(services or {*old, *new}))
    met = [each for name in wanted for each in _service(name, (before, old.get(name)), (after, new.get(name)))]
    found = _grouped(met)
    silent = [each for each in found if each.change.aspect is Aspect.DOCUMENTATION]
    loud = [each for each in found if each.change.aspect is not Aspect.DOCUMENTATION]
    return Comparison(before.id, after.id, tuple(wanted), tuple(loud), tuple(silent))


def _by_name(pack: model.Pack) -> dict[str, model.Service]:
    found: dict[str, model.Service] = {}
    for service in pack.services.values():
        if service.short_name in found:
            raise errors.ContractError(service.wsdl, f"has the namespace of {found[service.short_name].wsdl}")
        found[service.short_name] = service
    return found


def _service(
    name: str, before: tuple[model.Pack, model.Service | None], after: tuple[model.Pack, model.Service | None]
) -> Iterator[_Met]:
    (old_pack, old), (new_pack, new) = before, after
    here = Place(name, (), "")
    if old is None or new is None:
        yield Role.REQUEST, _come_or_gone(old.path if old else None, new.path if new else None), here
        return
    if old.path != new.path:
        yield Role.REQUEST, _both(Aspect.PATH, old.path, new.path), here
    if _sources(old_pack, old) == _sources(new_pack, new):
        return
    yield from _operations(name, old, new)
    yield from _messages(name, before=(old_pack, old), after=(new_pack, new))


def _operations(name: str, before: model.Service, after: model.Service) -> Iterator[_Met]:
    old, new = (_operations_of(each) for each in (before, after))
    for label in sorted({*old, *new}):
        one, other = old.get(label), new.get(label)
        if one is None or other is None:
            yield Role.REQUEST, _come_or_gone(_said(one), _said(other)), Place(name, (label,), "")
        else:
            yield from ((Role.REQUEST, change, Place(name, (label,), "")) for change in _operation(one, other))


def _operation(before: model.Operation, after: model.Operation) -> Iterator[Change]:
    pairs = {
        Aspect.REQUEST: (before.request, after.request),
        Aspect.RESPONSE: (before.response, after.response),
        Aspect.HEADER: (before.header.value, after.header.value),
        Aspect.SOAP_ACTION: (before.soap_action, after.soap_action),
    }
    yield from (_both(aspect, *pair) for aspect, pair in pairs.items() if pair[0] != pair[1])
    if before.versions != after.versions:
        old, new = before.versions, after.versions
        words = (_versions(old), _versions(new))
        narrower, wider = _refuses(new, old), _refuses(old, new)
        yield Change(Aspect.VERSIONS, *words, narrower, wider)


def _refuses(ours: model.Versions, theirs: model.Versions) -> bool:
    if ours.required and not theirs.required:
        return True
    if not theirs.supported:
        return bool(ours.supported)
    return any(not ours.accepts(version) for version in theirs.supported)


def _versions(versions: model.Versions) -> str:
    said = ", ".join(versions.supported) or "any"
    return said if versions.required else f"{said} (optional)"


def _said(operation: model.Operation | None) -> str | None:
    if operation is None:
        return None
    return f"request {wire.local(operation.request)}, versions {_versions(operation.versions)}"


@dataclasses.dataclass(frozen=True, slots=True)
class _Message:
    role: Role
    before: str
    after: str


def _messages(
    name: str, *, before: tuple[model.Pack, model.Service], after: tuple[model.Pack, model.Service]
) -> Iterator[_Met]:
    old, new = (reading.component_model(*each).maps.elements for each in (before, after))
    comparer = messages.Comparer()
    for message, operations in _paired(before[1], after[1]).items():
        one, other = old.get(message.before), new.get(message.after)
        if one is None or other is None:
            # Only a fault may be absent: every other message is named by the WSDL and compiled.
            continue
        for path, change in comparer.elements(one, other):
            # What a request declares as its version is a fact of the operation, and told there.
            if message.role is Role.RESULT or path != _VERSION:
                yield message.role, change, Place(name, operations, f"{wire.local(message.after)}{path}")


def _paired(before: model.Service, after: model.Service) -> dict[_Message, tuple[str, ...]]:
    """Return every message that both versions have, with the operations that use it."""
    old, new = (_operations_of(each) for each in (before, after))
    found: dict[_Message, list[str]] = {}
    for label in sorted(old.keys() & new.keys()):
        one, other = old[label], new[label]
        headers = (wire.base(one.header.value), wire.base(other.header.value))
        used = [
            _Message(Role.REQUEST, one.request, other.request),
            _Message(Role.RESULT, one.response, other.response),
            _Message(Role.RESULT, before.result_header, after.result_header),
            _Message(Role.RESULT, wire.base("Fault"), wire.base("Fault")),
        ]
        if headers[0] == headers[1]:
            used.append(_Message(Role.REQUEST, *headers))
        for message in used:
            found.setdefault(message, []).append(label)
    return {message: tuple(operations) for message, operations in found.items()}


def _operations_of(service: model.Service) -> dict[str, model.Operation]:
    return {operation.name: operation for operation in service.operations.values()}


def _sources(pack: model.Pack, service: model.Service) -> dict[str, bytes]:
    paths = [service.wsdl, *(each.path for each in documents.Documents(pack.files).closure(service.wsdl))]
    return {path: pack.files[path] for path in paths}


def _come_or_gone(before: str | None, after: str | None) -> Change:
    aspect = Aspect.ADDED if before is None else Aspect.REMOVED
    return Change(aspect, before or "", after or "", narrower=before is not None, wider=after is not None)


def _both(aspect: Aspect, before: str, after: str) -> Change:
    return Change(aspect, before, after, narrower=True, wider=True)


def _grouped(met: Iterable[_Met]) -> list[Difference]:
    """Put together what is the same change of the same type or name, wherever it is met: a shared type changes once."""
    found: dict[tuple[Role, Change, str], set[Place]] = {}
    for role, change, place in met:
        subject = change.type or place.path.rpartition("/")[2] or f"{place.service} {place.operations}"
        found.setdefault((role, change, subject), set()).add(place)
    differences = [Difference(change, role, tuple(sorted(places))) for (role, change, _), places in found.items()]
    return sorted(differences, key=_order)


def _order(difference: Difference) -> tuple[bool, tuple[Place, ...], str, str, str]:
    change = difference.change
    return not difference.breaking, difference.places, change.aspect.value, change.before, change.after
