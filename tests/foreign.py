"""A foreign client of a stand: zeep, over real HTTP, with the signature that a management company's software makes."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import uuid
from wsgiref import simple_server

import requests
import zeep
from requests import auth
from zeep import transports

from gateway import wire
from signing import xades
from tests import stand as stands


class Signature(zeep.Plugin):
    """Signs the only child of Body, as the client of a management company does before it sends."""

    def __init__(self, who=stands.PROVIDER):
        self._key = stands.KEYS[who]

    def egress(self, envelope, http_headers, operation, binding_options):
        element = envelope.find(f"{{{wire.SOAP}}}Body")[0]
        if not element.tag.endswith("getStateRequest"):
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
    server = simple_server.make_server("127.0.0.1", 0, web, handler_class=_Quiet)
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
