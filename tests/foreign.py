"""A foreign client of a stand: zeep, over real HTTP, with the signature that a management company's software makes."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import threading
import uuid
from wsgiref import simple_server

import requests
import zeep
from requests import auth
from zeep import transports

from gateway import wire
from gateway.contracts import builtin
from signing import xades
from tests import stand as stands

_LENIENT = zeep.Settings(strict=False)
_QUESTIONS = ("getStateRequest", "getRequestsStateRequest")
"""What is asked about packages, and goes unsigned."""


class Signature(zeep.Plugin):
    """Signs the only child of Body, as the client of a management company does before it sends."""

    def __init__(self, who=stands.PROVIDER):
        self._key = stands.KEYS[who]

    def egress(self, envelope, http_headers, operation, binding_options):
        element = envelope.find(f"{{{wire.SOAP}}}Body")[0]
        if wire.local(element.tag) not in _QUESTIONS:
            xades.sign(element, self._key.signer(), at=stands.NOW)
        return envelope, http_headers


class Transport(transports.Transport):
    """Posts with the credentials of the information system, and remembers what it has posted last."""

    def __init__(self):
        session = requests.Session()
        session.auth = auth.HTTPBasicAuth(stands.LOGIN, stands.PASSWORD)
        super().__init__(session=session)
        self.last = None

    def post(self, address, message, headers):
        self.last = address, message, headers
        return super().post(address, message, headers)


class _Quiet(simple_server.WSGIRequestHandler):
    def log_message(self, *arguments):
        """Say nothing."""


@contextlib.contextmanager
def listening(web):
    """Serve a WSGI application on a free port; yield its address."""

    def bounded(environ, start_response):
        # wsgiref hands over the connection, whose end does not come; servers for use end the input with the body.
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        return web({**environ, "wsgi.input": io.BytesIO(body)}, start_response)

    server = simple_server.make_server("127.0.0.1", 0, bounded, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def header(client, organisation=stands.PROVIDER):
    """Return the header of a package for an organisation, or for none (ISRequestHeader)."""
    name = "RequestHeader" if organisation else "ISRequestHeader"
    element = client.get_element(f"{{{wire.BASE}}}{name}")
    named = {"orgPPAGUID": organisation} if organisation else {}
    return [element(Date=dt.datetime.now(dt.UTC), MessageGUID=str(uuid.uuid4()), **named)]


class Foreigner:
    """zeep with one client for each service, made from the WSDL that the stand serves."""

    def __init__(self, stand, address, organisation=stands.PROVIDER):
        self._stand, self._address, self._organisation = stand, address, organisation
        self._clients = {}
        self.transport = Transport()
        self.sent = []
        """Service, operation and MessageGUID of every package."""

    def send(self, service, operation, **values):
        """Send a request, have it executed, and return the body of its result."""
        client, port, organisation = self.service(service)
        answer = getattr(port, operation)(**values, _soapheaders=header(client, organisation))
        self.sent.append((service, operation, answer.body.Ack.MessageGUID))
        return self.result(service, answer.body.Ack.MessageGUID)

    def result(self, service, guid):
        client, port, organisation = self.service(service)
        self._stand.work()
        result = port.getState(MessageGUID=guid, _soapheaders=header(client, organisation)).body
        assert (result.RequestState, result.ErrorMessage) == (3, None)
        return result

    def finished(self, service, *guids):
        """Ask getRequestsState which of these packages are executed."""
        client, port, organisation = self.service(service)
        answer = port.getRequestsState(MessageGUIDList=list(guids), _soapheaders=header(client, organisation))
        return answer.body.MessageGUIDList

    def houses(self, operation, **values):
        return self.send("house-management", operation, **values)

    def imported(self, operation, service="house-management", **values):
        """Send an import; return TransportGUID → CommonResult."""
        found = self.send(service, operation, **values).ImportResult
        # House management has one ImportResult around its CommonResults; elsewhere each is one.
        results = found[0].CommonResult if service == "house-management" else found
        return {each.TransportGUID: each for each in results}

    def service(self, name):
        is_common = name.endswith("common")
        if name not in self._clients:
            path = builtin.pack().service(name).path
            plugin = Signature(stands.OPERATOR if is_common else self._organisation)
            wsdl = f"{self._address}{path}?wsdl"
            client = zeep.Client(wsdl, transport=self.transport, plugins=[plugin], settings=_LENIENT)
            (binding,) = client.wsdl.bindings
            self._clients[name] = client, client.create_service(binding, f"{self._address}{path}")
        return *self._clients[name], None if is_common else self._organisation

    def close(self):
        self.transport.session.close()
