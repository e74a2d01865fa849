"""A whole installation in a temporary folder, and a sender who talks to it without a socket.

Tests that need real HTTP start the command line instead; everything else goes through the same WSGI application.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import hashlib
import io
import tempfile
import uuid
from pathlib import Path

from lxml import etree

from gateway import installation, signatures, vault, wire
from gateway.contracts import builtin, schema
from gateway.exchange import worker
from gateway.settings import Settings
from gateway.web import application
from signing import issue, xades
from signing.subject import Subject
from storage import database, directory

HOUSES = "/ext-bus-home-management-service/services/HomeManagementAsync"
NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
LOGIN, PASSWORD = "sit", "correct horse"
OPERATOR_OGRN, PROVIDER_OGRN, STRANGER_OGRN = "1027700900017", "1027700900028", "1027700900039"
PROVIDER_NUMBERS = {"inn": "7700000009", "kpp": "770001001"}
"""What else is known of the provider: payments name whoever is paid by them."""
OPERATOR = "00000000-0000-4000-8000-0000000000aa"
PROVIDER = "00000000-0000-4000-8000-0000000000bb"
STRANGER = "00000000-0000-4000-8000-0000000000cc"
"""An organisation that exists and has granted nothing."""

PASSWORD_HASH = (
    "scrypt$2$8$1$YQ==$"
    + base64.b64encode(hashlib.scrypt(PASSWORD.encode(), salt=b"a", n=2, r=8, p=1, maxmem=2**27, dklen=32)).decode()
)
"""Cheap: otherwise the first message to every new stand would take a tenth of a second, as `passwords` means it to."""
_KIND = "p256"
AUTHORITY = issue.new_authority(_KIND, "Test CA", now=NOW - dt.timedelta(days=400))


def person(name: str, ogrn: str, *, authority=AUTHORITY, begins=-300, ends=300) -> issue.Identity:
    """Make a key and certificate for an organisation; times in days from now."""
    return issue.issue(
        authority,
        _KIND,
        Subject(common_name=name, ogrn=ogrn),
        now=NOW + dt.timedelta(days=begins),
        not_after=NOW + dt.timedelta(days=ends),
    )


KEYS = {
    PROVIDER: person("ООО «Управляющая компания»", PROVIDER_OGRN),
    OPERATOR: person("ООО «Оператор»", OPERATOR_OGRN),
    STRANGER: person("ООО «Чужая»", STRANGER_OGRN),
}


@dataclasses.dataclass
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def xml(self) -> etree._Element:
        return etree.fromstring(self.body)

    @property
    def code(self) -> str | None:
        """Code of the fault, None where there is none."""
        return self.xml.findtext(f".//{wire.base('Fault')}/{wire.base('ErrorCode')}")

    @property
    def text(self) -> str | None:
        return self.xml.findtext(f".//{wire.base('Fault')}/{wire.base('ErrorMessage')}")

    @property
    def message_guid(self) -> str:
        """MessageGUID that the gateway gave the package."""
        found = self.xml.findtext(f".//{wire.base('Ack')}/{wire.base('MessageGUID')}")
        assert found, self.body.decode()
        return found


class Stand:
    """An opened installation with one granted provider, one operator, and one stranger."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.settings = dataclasses.replace(
            Settings(data=folder, house_basis="open", attachment_hash="warn", min_free=0),
            **settings,  # type: ignore[arg-type]
        )
        found(self.settings)
        self.open()

    def open(self) -> None:
        self.house = installation.Installation.open(self.settings)
        now = self.house.force.now
        self.house.force.now = dataclasses.replace(now, schemas=_schemas().only(now.catalogue.packs))
        self.web = application.Web(self.house)
        self._sent: dict[str, dict[str, object]] = {}
        self.worker = worker.Worker(self.house, "test")

    def close(self) -> None:
        self.house.close()

    def post(self, body: bytes, *, path: str = HOUSES, method: str = "POST", **environ: object) -> Answer:
        """Send bytes as they are; further keys of the WSGI environment by name, None takes one away."""
        token = base64.b64encode(f"{LOGIN}:{PASSWORD}".encode()).decode()
        request = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_TYPE": "text/xml; charset=utf-8",
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Basic {token}",
            "HTTP_HOST": "gateway.test:8080",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "gateway.test",
            "SERVER_PORT": "8080",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            **environ,
        }
        seen: list[tuple[str, list[tuple[str, str]]]] = []
        chunks = self.web(
            {key: value for key, value in request.items() if value is not None},
            lambda status, headers: seen.append((status, headers)),
        )
        status, headers = seen[0]
        return Answer(int(status[:3]), dict(headers), b"".join(chunks))

    def get(self, path: str, query: str = "") -> Answer:
        return self.post(b"", path=path, method="GET", QUERY_STRING=query, HTTP_AUTHORIZATION=None)

    def send(self, element: etree._Element | bytes, **options: object) -> Answer:
        """Wrap, sign and send a request element to its service."""
        parsed = etree.fromstring(element) if isinstance(element, bytes) else element
        return self.dispatch(package(parsed, **options), path_of(parsed.tag))  # type: ignore[arg-type]

    def dispatch(self, envelope: bytes, path: str, **http: object) -> Answer:
        """Send an envelope, and remember where and in whose name its result has to be asked for."""
        answer = self.post(envelope, **{"path": path, **http})  # type: ignore[arg-type]
        if answer.status == 200:
            sender = etree.fromstring(envelope).findtext(f".//{wire.base('orgPPAGUID')}")
            self._sent[answer.message_guid] = {"path": path, "organisation": sender}
        return answer

    def state(self, message_guid: str, *, path: str = HOUSES, **options: object) -> Answer:
        asked = (
            f'<b:getStateRequest xmlns:b="{wire.BASE}"><b:MessageGUID>{message_guid}</b:MessageGUID>'
            "</b:getStateRequest>"
        )
        return self.post(package(asked.encode(), key=None, **options), path=path)  # type: ignore[arg-type]

    def work(self) -> int:
        """Execute everything that waits; return how many packages that were."""
        done = 0
        while self.worker.run_once():
            done += 1
        return done

    def result(self, message_guid: str) -> etree._Element:
        """Execute everything, then return the getStateResult of a package, asked for by the one who sent it."""
        self.work()
        body = self.state(message_guid, **self._sent.get(message_guid, {})).xml.find(f"{{{wire.SOAP}}}Body")
        assert body is not None
        return body[0]


class Reopened(Stand):
    """Another gateway over an installation that exists already."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.open()


@functools.cache
def _schemas() -> schema.Schemas:
    """What is compiled for the built-in contract: stands come by the hundred, and it is the same for all of them."""
    made, pack = schema.Schemas(), builtin.pack()
    made.shapes(pack, pack.services[HOUSES])
    return made


@functools.cache
def _paths() -> dict[str, str]:
    services = builtin.pack().services.values()
    return {operation.request: each.path for each in services for operation in each.operations.values()}


def path_of(element: str) -> str:
    """Return the path of the service that takes a request element (Clark name); that of houses for a stranger."""
    return _paths().get(element, HOUSES)


def found(settings: Settings) -> None:
    """Create what an installation consists of; its database is migrated once and then copied."""
    settings.keys.mkdir(parents=True, exist_ok=True)
    settings.trust.mkdir(exist_ok=True)
    if not signatures.key_paths(settings)[0].exists():
        person("hcs-gateway", OPERATOR_OGRN).write(settings.keys, signatures.KEY)
        (settings.trust / "ca.crt").write_bytes(issue.pem(AUTHORITY.certificate))
        vault.path(settings).write_bytes(vault.new_file())
    if settings.database:
        _populate(settings.database_url)
    else:
        (settings.data / "gateway.db").write_bytes(_template())


@functools.cache
def _template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.db"
        _populate(f"sqlite:///{file}")
        return file.read_bytes()


def _populate(url: str) -> None:
    db = database.Database.open(url)
    db.migrate()
    with db.write() as connection:
        _introduce(connection)
    db.close()


def open_database(data: Path) -> database.Database:
    """Return the database of the stand in a folder, with the key of its payloads; close it."""
    return database.Database.open(f"sqlite:///{data / 'gateway.db'}", vault.keyring(data / "keys" / vault.FILE))


def _introduce(connection) -> None:
    names = {OPERATOR: (OPERATOR_OGRN, "Оператор"), PROVIDER: (PROVIDER_OGRN, "УО"), STRANGER: (STRANGER_OGRN, "УО")}
    for guid, (ogrn, role) in names.items():
        known = PROVIDER_NUMBERS if guid == PROVIDER else {}
        added = directory.Organisation(guid, ogrn, f"ООО «{role}»", role, **known)
        directory.add_organisation(connection, added, NOW)
    directory.add_system(connection, directory.System(LOGIN, PASSWORD_HASH, OPERATOR), NOW)
    directory.grant(connection, PROVIDER, LOGIN, NOW)
    directory.grant(connection, OPERATOR, LOGIN, NOW)


def package(
    element: etree._Element | bytes,
    *,
    guid: str | None = None,
    organisation: str | None = PROVIDER,
    key: issue.Identity | None = KEYS[PROVIDER],
    by_operator: bool = False,
) -> bytes:
    """Return an envelope around a request element.

    `organisation` None makes an ISRequestHeader, `key` None leaves the element unsigned.
    """
    envelope = etree.Element(f"{{{wire.SOAP}}}Envelope", nsmap={"soapenv": wire.SOAP, "base": wire.BASE})
    kind = "ISRequestHeader" if organisation is None else "RequestHeader"
    header = etree.SubElement(etree.SubElement(envelope, f"{{{wire.SOAP}}}Header"), wire.base(kind))
    values = [("Date", NOW.isoformat()), ("MessageGUID", guid or str(uuid.uuid4()))]
    if organisation is not None:
        values.append(("orgPPAGUID", organisation))
    if by_operator:
        values.append(("IsOperatorSignature", "true"))
    for name, value in values:
        etree.SubElement(header, wire.base(name)).text = value
    body = etree.SubElement(envelope, f"{{{wire.SOAP}}}Body")
    body.append(etree.fromstring(element) if isinstance(element, bytes) else element)
    if key is not None:
        xades.sign(body[0], key.signer(), at=NOW)
    return etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
