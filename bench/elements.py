"""Signed messages to judge: an envelope around an element of a wanted size, the same for the same seed.

houses    an apartment house with many premises: short texts, many GUIDs
readings  electricity meters with three tariffs each: shorter texts, deeper elements
dense     empty elements and nothing else: the most tree that a byte can make
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from lxml import etree

import signing
from bench import packages
from gateway import wire
from signing.vocabulary import Element

Maker = Callable[[int, random.Random], Element]
"""Makes an element with that many repeated parts."""

_METERING: Final = f"{wire.ROOT}device-metering/"
_SAMPLE: Final = 100
"""Parts of the element from which the size of one is learnt."""


def message(kind: str, size: int, signer: signing.Signer, *, at: datetime, seed: int = 1) -> bytes:
    """Return an envelope with an element of one of the `KINDS`, about `size` bytes long before it was signed."""
    least, some = (len(etree.tostring(_element(kind, parts, seed))) for parts in (0, _SAMPLE))
    element = _element(kind, max(round((size - least) * _SAMPLE / (some - least)), 0), seed)
    envelope = etree.Element(f"{{{wire.SOAP}}}Envelope", nsmap=wire.nsmap(packages.HOUSE))
    etree.SubElement(envelope, f"{{{wire.SOAP}}}Header")
    etree.SubElement(envelope, f"{{{wire.SOAP}}}Body").append(element)
    signing.sign(element, signer, at=at)
    return bytes(etree.tostring(envelope, encoding="utf-8"))


def _element(kind: str, parts: int, seed: int) -> Element:
    return KINDS[kind](parts, random.Random(seed))  # noqa: S311  # no secret


def _readings(parts: int, rng: random.Random) -> Element:
    request = etree.Element(f"{{{_METERING}}}importMeteringDeviceValuesRequest", nsmap={"dm": _METERING})
    request.set(wire.base("version"), "10.0.1.1")
    for _ in range(parts):
        device = etree.SubElement(request, f"{{{_METERING}}}MeteringDevicesValues")
        etree.SubElement(device, f"{{{_METERING}}}MeteringDeviceRootGUID").text = _guid(rng)
        values = etree.SubElement(device, f"{{{_METERING}}}ElectricDeviceValue")
        current = etree.SubElement(values, f"{{{_METERING}}}CurrentValue")
        for tariff in ("T1", "T2", "T3"):
            reading = etree.SubElement(current, f"{{{_METERING}}}MeteringValue{tariff}")
            reading.text = f"{rng.randrange(100_000) / 10}"
        etree.SubElement(current, f"{{{_METERING}}}DateValue").text = "2027-02-20"
        etree.SubElement(current, wire.base("TransportGUID")).text = _guid(rng)
    return request


def _dense(parts: int, _rng: random.Random) -> Element:
    request = etree.Element(f"{{{packages.HOUSE}}}importHouseUORequest", nsmap={"hm": packages.HOUSE})
    for _ in range(parts):
        etree.SubElement(request, f"{{{packages.HOUSE}}}a")
    return request


def _guid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


KINDS: Final[Mapping[str, Maker]] = {"houses": packages.house, "readings": _readings, "dense": _dense}
