"""A dictionary that was read takes the place of the one that is there, as a whole, with everything that follows.

An entry that the new one does not have stays and is no longer actual; one that it has again is actual again. An entry
keeps its GUID unless the file brings another one. Every version of every entry stays in the registry.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from gateway import wire
from gateway.contracts import builtin as contract
from gateway.contracts import errors as contract_errors
from gateway.contracts import model, schema, shape
from gateway.families import api
from gateway.families.nsi import builtin, common, csv_file, installed, pages, reading, xml_file
from gateway.families.nsi.errors import BadDictionary
from storage import registry as registry_module

ADMINISTRATION: Final = "administration"
"""Who changed an entry, in its history: no organisation."""

_FIELD_LENGTH: Final = 200


@dataclasses.dataclass(frozen=True, slots=True)
class Loaded:
    """What a load has changed."""

    registry_number: int
    name: str
    entries: int
    """Actual ones after it."""
    added: int
    changed: int
    ended: int
    """Entries that are no longer actual because the file does not have them."""
    digest: str
    """SHA-256 of all entries."""
    is_change: bool
    """Whether it is another dictionary than before."""


def collect(files: Iterable[tuple[str, bytes]]) -> tuple[reading.Collected, ...]:
    """Return the dictionaries that files hold together; raises BadDictionary, and then none of them is good."""
    found: dict[int, reading.Collected] = {}
    places = []
    for place, data in files:
        read = xml_file.read if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else csv_file.read
        read(place, data, found)
        places.append(place)
    return reading.checked(", ".join(places), found)


def dictionary(read: reading.Collected, before: api.Dictionary | None, group: str | None) -> api.Dictionary:
    """Return the dictionary that the files mean, beside the one that is there; vanished entries are in it."""
    items = {code: _with_guid(read.number, row.item, before) for code, row in read.rows.items()}
    gone = {code: item for code, item in (before.items if before else {}).items() if code not in items}
    items |= {code: dataclasses.replace(item, actual=False, parent=_kept(item, items)) for code, item in gone.items()}
    name = read.name or (before.name if before else f"Справочник № {read.number}")
    return api.Dictionary(
        number=read.number,
        name=name,
        field=before.field if before else name[:_FIELD_LENGTH],
        modified_at=pages.BEGINNING,
        items=dict(sorted(items.items(), key=lambda pair: reading.order(pair[0]))),
        group=group or (before.group if before else common.NSI),
        kind=before.kind if before and all(map(_is_number, items.values())) else "String",
    )


def check(place: str, new: api.Dictionary) -> None:
    """Raise BadDictionary where the dictionary could not leave in a valid answer."""
    pack, service, pattern, judges = _contract()
    answer = pages.everything(new)
    content: dict[str, api.Data] = {
        "RequestState": "3",
        "MessageGUID": builtin.guid(new.number, ""),
        answer.branch: list(answer.items),
    }
    try:
        element = shape.write(pattern, content, wire.nsmap(service.namespace))
    except contract_errors.ContentError as error:
        raise BadDictionary(place, None, str(error)) from error
    violations = judges.judge(pack, service, element)
    if violations:
        raise BadDictionary(place, None, f"{violations[0].path}: {violations[0].text}")


@functools.cache
def _contract() -> tuple[model.Pack, model.Service, shape.Shape, schema.Schemas]:
    """Return the contract that says what an answer may hold."""
    pack = contract.pack()
    service = pack.service("nsi-common")
    return pack, service, shape.Shapes(pack, service).element(service.result), schema.Schemas()


def put(new: api.Dictionary, before: api.Dictionary | None, unit: registry_module.Registry) -> Loaded:
    """Put the dictionary into a unit of work of the registry; nothing is put where it is the same as before."""
    old = {code: _data(code, item) for code, item in (before.items if before else {}).items()}
    now = {code: _data(code, item) for code, item in new.items.items()}
    same = before is not None and (old, _about(before)) == (now, _about(new))
    digest = _digest(now)
    if not same:
        _put_entries(new.number, now, unit)
        _put_header(new, digest, unit)
    return Loaded(
        registry_number=new.number,
        name=new.name,
        entries=sum(item.actual for item in new.items.values()),
        added=len(now.keys() - old.keys()),
        changed=sum(old[code] != data and data["actual"] for code, data in now.items() if code in old),
        ended=sum(old[code]["actual"] and not data["actual"] for code, data in now.items() if code in old),
        digest=digest,
        is_change=not same,
    )


def objects_of(number: int, unit: registry_module.Registry) -> list[registry_module.Thing]:
    """Return what was put into a unit of work for one dictionary, in its order."""
    own = installed.entries_of(number)
    header = (installed.HEADER, str(number))
    return [thing for thing in unit.changes if thing.aggregate == own or (thing.kind, thing.key) == header]


def _put_entries(number: int, now: Mapping[str, Mapping[str, Any]], unit: registry_module.Registry) -> None:
    stored = {str(thing.data["code"]): thing for thing in unit.load(installed.entries_of(number))}
    for code, data in now.items():
        thing = stored.get(code)
        if thing is None:
            id_ = builtin.guid(number, f"entry:{code}")
            unit.put(registry_module.Thing(id_, installed.ENTRY, installed.entries_of(number), data=data))
        elif thing.data != data:
            unit.put(dataclasses.replace(thing, data=data))


def _put_header(new: api.Dictionary, digest: str, unit: registry_module.Registry) -> None:
    about = {**_about(new), "digest": digest}
    header = next((thing for thing in unit.load(installed.HEADERS) if thing.key == str(new.number)), None)
    if header is not None:
        unit.put(dataclasses.replace(header, data=about))
        return
    id_ = builtin.guid(new.number, "dictionary")
    unit.put(registry_module.Thing(id_, installed.HEADER, installed.HEADERS, key=str(new.number), data=about))


def _about(found: api.Dictionary) -> dict[str, Any]:
    return {"name": found.name, "field": found.field, "group": found.group, "kind": found.kind}


def _with_guid(number: int, item: api.Item, before: api.Dictionary | None) -> api.Item:
    known = before.items.get(builtin.normal(item.code)) if before else None
    return dataclasses.replace(item, guid=item.guid or (known.guid if known else builtin.guid(number, item.code)))


def _kept(item: api.Item, items: Mapping[str, api.Item]) -> str | None:
    """Return the parent of a vanished entry, as long as it is there."""
    return item.parent if item.parent is not None and builtin.normal(item.parent) in items else None


def _is_number(item: api.Item) -> bool:
    return item.name.isascii() and item.name.isdigit()


def _data(code: str, item: api.Item) -> dict[str, Any]:
    return {
        "code": code,
        "wire": item.code,
        "guid": item.guid,
        "name": item.name,
        "actual": item.actual,
        "parent": item.parent,
        "fields": [dict(each) for each in item.fields],
    }


def _digest(entries: Mapping[str, Mapping[str, Any]]) -> str:
    text = json.dumps(sorted(entries.items()), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
