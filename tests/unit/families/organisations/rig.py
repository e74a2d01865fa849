"""A rig for the exports of organisations: the real directory, asked by two information systems of two operators."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.resources
import uuid
from pathlib import Path

from lxml import etree

from gateway import xml
from gateway.contracts import builtin, shape
from gateway.exchange import people
from gateway.families import api, handlers
from storage import database, directory, numbers, registry
from tests import resources
from tests.unit.families.houses import rig as houses

RO = "http://dom.gosuslugi.ru/schema/integration/organizations-registry-common/"
BASE = "http://dom.gosuslugi.ru/schema/integration/base/"
ORG = "http://dom.gosuslugi.ru/schema/integration/organizations-base/"
REGISTRY = "http://dom.gosuslugi.ru/schema/integration/organizations-registry-base/"
BEGAN = dt.datetime(2026, 3, 31, 22, 30, tzinfo=dt.UTC)
"""Already the first of April in Moscow."""
LATER = BEGAN + dt.timedelta(days=30)
_VERSIONS = {"exportDelegatedAccess": "11.2.0.1"}


def guid(number: int) -> str:
    return f"0000000a-0000-4000-8000-{number:012x}"


class Nsi:
    """НСИ 20 alone."""

    def item(self, number: int, code: str) -> api.Item | None:
        return (
            api.Item(code, str(uuid.uuid5(uuid.NAMESPACE_URL, code)), f"роль {code}") if number == 20 and code else None
        )


class Rig:
    """Asks in the name of a system; every answer is judged by a contract."""

    def __init__(self, folder: Path, schema: etree.XMLSchema) -> None:
        self._schema = schema
        self._file = folder / "directory.db"
        self.database = database.Database.open(f"sqlite:///{self._file}")
        self.restart()

    def restart(self) -> None:
        """Go on as if it were new."""
        self.database.close()
        self._file.write_bytes(houses.empty())

    def close(self) -> None:
        self.database.close()

    def add(self, number: int, at: dt.datetime = BEGAN, **known: str | None) -> str:
        values = {"ogrn": "1027700900017", "name": f"ООО «{number}»", "role": "УО", **known}
        with self.database.write() as connection:
            directory.add_organisation(connection, directory.Organisation(guid(number), **values), at)
        return guid(number)

    def change(self, number: int, at: dt.datetime = LATER, **known: str | None) -> None:
        values = {"ogrn": "1027700900017", "name": f"ООО «{number}»", "role": "УО", **known}
        with self.database.write() as connection:
            directory.change_organisation(connection, directory.Organisation(guid(number), **values), at)

    def system(self, login: str, operator: int) -> None:
        with self.database.write() as connection:
            directory.add_system(connection, directory.System(login, "hash", guid(operator)), BEGAN)

    def grant(self, number: int, login: str, at: dt.datetime = BEGAN, *, until: dt.datetime | None = None) -> None:
        with self.database.write() as connection:
            directory.grant(connection, guid(number), login, at)
            if until is not None:
                directory.revoke(connection, guid(number), login, until)

    def ask(self, operation: str, content: str = "", *, system: str = "one") -> api.Answer:
        """Ask, check the answer against the contract, and return it."""
        version = _VERSIONS.get(operation, "10.0.2.1")
        names = f'xmlns="{RO}" xmlns:o="{ORG}" xmlns:r="{REGISTRY}" xmlns:b="{BASE}"'
        request = f'<{operation}Request {names} b:version="{version}">{content}</{operation}Request>'
        element = xml.parse(request.encode())
        with self.database.read() as connection:
            work = registry.Registry(connection, numbers.Numbers(self.database))
            answer = handlers.HANDLERS[element.tag](
                self.task(element, version, people.Directory(connection, system)), work
            )
        assert work.changes == ()
        self._schema.assertValid(written(answer))
        return answer

    def task(self, element: etree._Element, version: str, directory: people.Directory) -> api.Task:
        return api.Task(
            element=element,
            shape=shapes().element(element.tag),
            message_guid=guid(0),
            organisation="",
            role="",
            version=version,
            now=LATER,
            new_guid=lambda: guid(0),
            may_use_house=lambda _: False,
            dictionaries=Nsi(),
            directory=directory,
        )


def written(answer: api.Answer) -> etree._Element:
    """Return the getStateResult with this answer, unsigned."""
    if isinstance(answer, api.Exported):
        branch = {answer.branch: list(answer.items), **answer.beside}
    else:
        branch = {"ErrorMessage": {"ErrorCode": answer.problem.code, "Description": answer.problem.text}}
    content = {"RequestState": "3", "MessageGUID": guid(0), **branch}
    return shape.write(shapes().element(f"{{{RO}}}getStateResult"), content)


@functools.cache
def shapes() -> shape.Shapes:
    pack = builtin.pack()
    return shape.Shapes(pack, pack.service("organizations-registry-common"))


@functools.cache
def built_in() -> etree.XMLSchema:
    root = importlib.resources.files("xsd")
    return etree.XMLSchema(etree.parse(str(root / "organizations-registry-common.xsd")))


@functools.cache
def official() -> etree.XMLSchema:
    folder = resources.contracts_root() / "organizations-registry-common"
    return etree.XMLSchema(etree.parse(folder / "hcs-organizations-registry-common-types.xsd"))
