"""The corpus as its readers see it: manifests and messages of the folder, and those that are made when asked for."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import json
import sys
import warnings
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from lxml import etree

import signing
from signing import chains
from tests.signature_attacks import families, message
from tests.signature_attacks.corpus import FOLDER

_END = ".expected.json"


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One message with what is expected of it."""

    name: str
    expected: Mapping[str, Any]

    @property
    def is_stored(self) -> bool:
        return "make" not in self.expected

    @property
    def reasons(self) -> dict[str, str | None]:
        """The reason, None for a good signature, by the place of each element that has to be judged."""
        return {self.expected["element"]: self.expected["reason"], **self.expected.get("also", {})}

    @property
    def at(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.expected["at"])

    def octets(self) -> bytes:
        if self.is_stored:
            return (FOLDER / f"{self.name}.xml").read_bytes()
        return _makers()[self.expected["make"]].make()


def cases() -> list[Case]:
    """Every message of the corpus by name, the good ones too."""
    names = sorted(item.name.removesuffix(_END) for item in FOLDER.iterdir() if item.name.endswith(_END))
    return [Case(name, json.loads((FOLDER / f"{name}{_END}").read_text(encoding="utf-8"))) for name in names]


@functools.cache
def store() -> signing.TrustStore:
    """Believes the authority of the corpus and nobody else."""
    pem = (FOLDER / families.AUTHORITY_FILE).read_bytes()
    return signing.TrustStore.of([x509.load_pem_x509_certificate(pem)])


def verify(element: etree._Element, policy: signing.Policy, at: dt.datetime) -> signing.Verdict:
    with warnings.catch_warnings():
        # cryptography warns of odd certificates; what it reads then is judged like the rest.
        warnings.simplefilter("ignore")
        return signing.verify(element, policy=policy, trust=store(), at=at)


def place(root: etree._Element, path: str) -> etree._Element:
    (found,) = root.xpath(path, namespaces=message.NS)
    return found


def forget() -> None:
    """Empty what the package remembers of messages that it has judged: each attack has to be the first of its kind.

    Those memories are bounded; the others hold what is always the same: curves, backends.
    """
    for module in [module for name, module in sys.modules.items() if name.startswith("signing.")]:
        for remembered in vars(module).values():
            parameters = getattr(remembered, "cache_parameters", dict)()
            if parameters.get("maxsize") is not None:
                remembered.cache_clear()
    chains._answers.clear()  # noqa: SLF001 - a dictionary, which cannot be found like the others


@functools.cache
def _makers() -> dict[str, Any]:
    return {attack.name: attack for attack in families.ATTACKS}
