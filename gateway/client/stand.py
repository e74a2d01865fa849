"""A stand as a value: where a gateway listens and as whom to speak to it; the JSON line of `gateway sandbox --json`."""

from __future__ import annotations

import dataclasses
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from gateway.client import errors

OPERATOR: Final = "ОИС"
"""Role of the operator of the information system in the list of organisations."""


@dataclasses.dataclass(frozen=True, slots=True)
class Organisation:
    """One data provider of the stand, with the key that signs for it."""

    name: str
    role: str
    """УО, РСО, ОМС, ТСЖ, ЕСП, or OPERATOR."""
    ogrn: str
    org_ppa_guid: str
    key: str
    """Path of its private key, PEM."""
    certificate: str
    """Path of its certificate, PEM."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stand:
    """Everything that a client has to know; paths are absolute, what is not known is empty."""

    url: str
    """Address of the gateway without a path, for example http://127.0.0.1:8080."""
    user: str = ""
    password: str = dataclasses.field(default="", repr=False)
    org_ppa_guid: str = ""
    """The organisation that is spoken for unless another one is asked for."""
    organisations: tuple[Organisation, ...] = ()
    key: str = ""
    certificate: str = ""
    ca: str = ""
    """Certificate of the authority behind the signature of the results."""
    data: str = ""
    """Folder of the installation."""
    wsdl: str = ""
    """Address of one WSDL, to begin with."""
    dictionaries: str = ""
    """CSV of the dictionary entries (НСИ) that the samples refer to: registry number, code, GUID, name."""
    packs: tuple[str, ...] = ()
    """Folders of the official contract packs that are served beside the built-in one."""

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a stand from a file; raises Unsendable, with its name, where it is not one."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise errors.Unsendable(f"{path} cannot be read as a stand: {error}") from error
        return cls.parse(text, source=str(path))

    @classmethod
    def parse(cls, text: str, *, source: str = "the text") -> Self:
        """Read a stand from its JSON; raises Unsendable, in words about the `source`.

        Members that this release does not know do not matter.
        """
        if not text.strip():
            raise errors.Unsendable(f"{source} is still empty: did the sandbox start?")
        try:
            given = json.loads(text)
        except ValueError as error:
            raise _stranger(source, f"it is not JSON: {error}") from error
        if not isinstance(given, dict) or not isinstance(given.get("organisations"), list):
            raise _stranger(source, "it has no list of organisations")
        organisations = tuple(_made(Organisation, item, source) for item in given["organisations"])
        packs = given.get("packs", [])
        if not isinstance(packs, list) or not all(isinstance(each, str) for each in packs):
            raise _stranger(source, "its packs are no list of paths")
        rest = {name: value for name, value in given.items() if name not in ("organisations", "packs")}
        return _made(cls, {**rest, "organisations": organisations, "packs": tuple(packs)}, source)

    def json(self) -> str:
        """Return the stand as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    def write(self, path: Path) -> None:
        """Write the JSON whole or not at all, readable by the owner alone: a password is in it."""
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(f"{self.json()}\n")
        draft.replace(path)

    def acting(self, who: str) -> Self:
        """Return the stand with another organisation in front, named by its role, orgPPAGUID or ОГРН.

        An orgPPAGUID that the stand does not list is taken with the key as it is. Raises Unsendable for another name.
        """
        for organisation in self.organisations:
            if who.lower() in (organisation.role.lower(), organisation.org_ppa_guid.lower(), organisation.ogrn):
                return dataclasses.replace(
                    self,
                    org_ppa_guid=organisation.org_ppa_guid,
                    key=organisation.key,
                    certificate=organisation.certificate,
                )
        if _is_guid(who):
            return dataclasses.replace(self, org_ppa_guid=who)
        known = ", ".join(organisation.role for organisation in self.organisations) or "none"
        raise errors.Unsendable(f"the stand has no organisation {who!r}; its organisations: {known}")

    def replaced(self, given: Mapping[str, Any]) -> Self:
        """Return the stand with other values, by the names of its members.

        A key among them signs everything from now on: no key of an organisation takes its place any more.
        """
        base = dataclasses.replace(self, organisations=()) if "key" in given else self
        return dataclasses.replace(base, **given)

    def signed_by_operator(self) -> Self:
        """Return the stand with the key of the system's operator, where it is known, and the same organisation."""
        for organisation in self.organisations:
            if organisation.role == OPERATOR:
                return dataclasses.replace(self, key=organisation.key, certificate=organisation.certificate)
        return self


_Kind = TypeVar("_Kind", bound="Organisation | Stand")


def _made(kind: type[_Kind], given: Any, source: str) -> _Kind:
    """Return a value with the members in `given`, which are texts unless they are tuples; raises Unsendable."""
    if not isinstance(given, dict):
        raise _stranger(source, f"{str(given)[:40]!r} is no {kind.__name__.lower()}")
    known = {field.name: field for field in dataclasses.fields(kind)}
    for name, field in known.items():
        if field.default is dataclasses.MISSING and name not in given:
            raise _stranger(source, f"{kind.__name__.lower()} without {name}")
        if not isinstance(given.get(name, ""), str | tuple):
            raise _stranger(source, f"{name} of the {kind.__name__.lower()} is no text")
    return kind(**{name: value for name, value in given.items() if name in known})


def _stranger(source: str, reason: str) -> errors.Unsendable:
    return errors.Unsendable(f"{source} is not the JSON of a stand (see gateway sandbox --json): {reason}")


def _is_guid(text: str) -> bool:
    parts = text.split("-")
    return [len(part) for part in parts] == [8, 4, 4, 4, 12] and all(part.isalnum() for part in parts)
