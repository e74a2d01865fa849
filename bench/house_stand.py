"""A gateway inside this process to measure houses with: every step of a package by itself, without a socket."""

from __future__ import annotations

import base64
import contextlib
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from lxml import etree

from bench import packages
from gateway import initialise, installation, settings, stand, wire
from gateway.client import session
from gateway.exchange import worker
from gateway.web import application
from storage import errors

_HM: Final = f"{{{packages.HOUSE}}}"
_BASE: Final = f"{{{wire.BASE}}}"
_SPACES: Final = {"hm": packages.HOUSE, "base": wire.BASE}
_VERSION: Final = "13.2.3.2"


class Gateway:
    """A stand of its own in `folder`, new or kept; `database` is the URL of its own one where that is not a file."""

    def __init__(self, folder: Path, *, database: str = "") -> None:
        stand.prepare(folder, suite="rsa-2048")
        self._where = stand.announce(folder, "http://127.0.0.1:8080")
        conf = settings.load(folder, database=database, signature="required", log_level="warning")
        if database:
            initialise.initialise(conf)
            with contextlib.suppress(errors.AlreadyExists):  # a database that was kept
                stand.register(conf.database_url, self._where)
        self.installation: Final = installation.Installation.open(conf)
        self._client = session.Client(self._where)
        self._web = application.Web(self.installation)
        self._worker = worker.Worker(self.installation, "bench")
        self._path = packages.path_of(self._where)
        self._paths: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.installation.close()

    @property
    def organisation(self) -> str:
        """The orgPPAGUID of whoever sends the packages."""
        return self._where.org_ppa_guid

    def signed(self, request: etree._Element) -> bytes:
        """Return the message around a request element."""
        return self._client.envelope(request)

    def take(self, message: bytes, path: str = "") -> str:
        """Let the intake take a message; return the MessageGUID of its acknowledgement.

        `path` is that of the service, of house management where it is not given.
        """
        answer = self._post(message, path or self._path)
        guid = answer.findtext(f".//{_BASE}Ack/{_BASE}MessageGUID")
        if guid is None:
            raise RuntimeError(f"a package of the bench was not accepted: {_told(answer)}")
        self._paths[guid] = path or self._path
        return guid

    def work(self) -> None:
        """Execute the oldest package that waits."""
        if not self._worker.run_once():
            raise RuntimeError("there is nothing to be executed")

    def drain(self) -> None:
        """Execute whatever waits."""
        while self._worker.run_once():
            pass

    def result(self, message_guid: str) -> etree._Element:
        """Return the answer to a package; raises RuntimeError where it or any object of it was refused."""
        asked = etree.Element(f"{_BASE}getStateRequest")
        etree.SubElement(asked, f"{_BASE}MessageGUID").text = message_guid
        path = self._paths[message_guid]
        found = self._post(self._client.envelope(asked, path=path), path)
        refused = [each.tag for each in found.iter(f"{_BASE}Error", f"{_BASE}ErrorMessage")]
        if refused or found.findtext(f".//{_BASE}RequestState") != "3":
            raise RuntimeError(f"a package of the bench was refused: {_told(found)}")
        return found

    def _post(self, body: bytes, path: str) -> etree._Element:
        token = base64.b64encode(f"{self._where.user}:{self._where.password}".encode()).decode()
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Basic {token}",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8080",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
        }
        return etree.fromstring(b"".join(self._web(environ, lambda *_: None)), etree.XMLParser(huge_tree=True))


def _told(answer: etree._Element) -> str:
    """Return the faults of an answer, without the names that it declares."""
    faults = answer.iter("{*}faultstring", "{*}ErrorMessage", "{*}Error")
    return "; ".join(" ".join(str(text) for text in each.itertext()) for each in faults)[:2000]


def create(premises: int, seed: int) -> etree._Element:
    """Return the import of a new house, another one for every seed."""
    return packages.house(premises, random.Random(seed))  # noqa: S311  # no secret


def fias(created: etree._Element) -> str:
    """Return the address of the house that an import creates."""
    return str(created.findtext(f".//{_HM}FIASHouseGuid"))


def premises(result: etree._Element) -> list[str]:
    """Return the GUIDs of the premises that an import has created: all outcomes but that of the house."""
    outcomes = result.iter(f"{_HM}CommonResult")
    return [str(each.findtext(f"{_BASE}GUID")) for each in outcomes][1:]


def update(address: str, guids: Sequence[str]) -> etree._Element:
    """Return a change of these premises of a house."""
    request = etree.Element(f"{_HM}importHouseUORequest", {f"{_BASE}version": _VERSION}, nsmap=_SPACES)
    house = etree.SubElement(request, f"{_HM}ApartmentHouse")
    _changed(house, "ApartmentHouseToUpdate/BasicCharacteristicts", 0, FIASHouseGuid=address)
    for count, guid in enumerate(guids, start=1):
        path = "ResidentialPremises/ResidentialPremisesToUpdate"
        _changed(house, path, count, HasNoEntrance="true", TotalArea="33.3", PremisesGUID=guid)
    etree.SubElement(request, f"{_HM}InheritMissingValues").text = "true"
    return request


def export(address: str) -> etree._Element:
    """Return the question for a house."""
    request = etree.Element(f"{_HM}exportHouseRequest", {f"{_BASE}version": _VERSION}, nsmap=_SPACES)
    etree.SubElement(request, f"{_HM}FIASHouseGuid").text = address
    return request


def _changed(parent: etree._Element, path: str, count: int, **said: str) -> None:
    """Add one changed object; its GUID of the registry stands after its TransportGUID, and everything else before."""
    steps = path.split("/")
    outer = etree.SubElement(parent, f"{_HM}{steps[0]}")
    inner = etree.SubElement(outer, f"{_HM}{steps[1]}")
    etree.SubElement(inner, f"{_HM}NoCadastralNumber").text = "true"
    guid = said.pop("PremisesGUID", "")
    for name, text in said.items():
        etree.SubElement(inner, f"{_HM}{name}").text = text
    labelled = inner if guid else outer
    etree.SubElement(labelled, f"{_BASE}TransportGUID").text = f"{count:08x}-0000-4000-8000-000000000000"
    if guid:
        etree.SubElement(labelled, f"{_HM}PremisesGUID").text = guid
