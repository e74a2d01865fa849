"""The client itself: a stand, a contract, and the two questions of the asynchronous cycle (protocol §3)."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lxml import etree

from gateway import clock, wire
from gateway.client import answers, errors, message, transport
from gateway.client.stand import Stand
from gateway.contracts import builtin, catalogue, model
from signing import errors as signing_errors
from signing import signer

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0


class Client:
    """Speaks for one organisation of one stand; keeps no connection, so threads may share it."""

    def __init__(
        self,
        stand: Stand,
        *,
        contracts: catalogue.Catalogue | None = None,
        signed: bool = True,
        by_operator: bool = False,
        timeout: float = 60.0,
    ) -> None:
        """`contracts` find the service of an element, the built-in ones unless others are given.

        `signed`: requests are signed with the stand's key. `by_operator`: that key belongs to the operator of the
        information system (IsOperatorSignature). `timeout`: seconds for one HTTP answer.
        """
        self.stand: Final = stand
        self._contracts = contracts or catalogue.Catalogue((builtin.pack(),))
        self._signed = signed
        self._sender = message.Sender(stand.org_ppa_guid, by_operator)
        self._timeout = timeout

    def submit(self, element: etree._Element, *, message_guid: str = "", path: str = "") -> answers.Ack:
        """Wrap, sign and send a bare request element; it is not changed.

        `message_guid` is new unless given. Raises Fault, Unreachable, or Unsendable.
        """
        target = message.target(self._contracts, element, path)
        return self._deliver(target, self._envelope(target, element, message_guid))

    def envelope(self, element: etree._Element, *, message_guid: str = "", path: str = "") -> bytes:
        """Return the whole message that `submit` would send."""
        return self._envelope(message.target(self._contracts, element, path), element, message_guid)

    def send(self, envelope: bytes, *, path: str = "") -> answers.Ack:
        """Send a whole envelope byte for byte as it is."""
        request = message.open_envelope(message.parse(envelope))
        if request is None:
            raise errors.Unsendable("not a SOAP 1.1 envelope")
        return self._deliver(message.target(self._contracts, request, path), envelope)

    def result(self, path: str, message_guid: str) -> answers.Result:
        """Ask once for the result of an acknowledged package; raises Fault, Unreachable."""
        question = etree.Element(wire.base("getStateRequest"))
        etree.SubElement(question, wire.base("MessageGUID")).text = message_guid
        target = message.target(self._contracts, question, path)
        answer = self.post(path, self._envelope(target, question, ""), target.operation)
        return answers.result(answers.body(answer.body, answer.status), answer.body)

    def wait(
        self,
        path: str,
        message_guid: str,
        *,
        timeout: float = 60.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> answers.Result:
        """Ask until the package is done, in growing intervals; raises NotFinished after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        interval = FIRST_PAUSE
        while True:
            found = self.result(path, message_guid)
            if found.finished:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise errors.NotFinished(f"{message_guid} has no result after {timeout:g} s (state {found.state})")
            pause(min(interval, left))
            interval = min(interval * 1.5, LONGEST_PAUSE)

    def post(self, path: str, body: bytes, operation: model.Operation) -> transport.Answer:
        """Send bytes to a service and return the bare HTTP answer."""
        return transport.post(
            f"{self.stand.url.rstrip('/')}{path}",
            body,
            action=operation.soap_action,
            user=self.stand.user,
            password=self.stand.password,
            timeout=self._timeout,
        )

    def _envelope(self, target: message.Target, element: etree._Element, message_guid: str) -> bytes:
        at = clock.now()
        root = message.compose(
            element, target.operation, self._sender, message_guid=message_guid or clock.new_guid(), at=at
        )
        if self._signed and target.operation.kind is model.OperationKind.SUBMIT:
            message.sign(root, self._key, at)
        return message.serialise(root)

    def _deliver(self, target: message.Target, envelope: bytes) -> answers.Ack:
        answer = self.post(target.path, envelope, target.operation)
        return answers.acknowledgement(answers.body(answer.body, answer.status), target.path, target.operation.name)

    @functools.cached_property
    def _key(self) -> signer.PemSigner:
        if not self.stand.key or not self.stand.certificate:
            raise errors.Unsendable("a key and a certificate are needed to sign; or send it unsigned")
        try:
            return signer.PemSigner.load(Path(self.stand.key), Path(self.stand.certificate))
        except signing_errors.SigningError as error:
            raise errors.Unsendable(f"the key cannot be used: {error}") from error
