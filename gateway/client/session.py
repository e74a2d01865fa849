"""The client itself: a stand, a contract, and the two questions of the asynchronous cycle (protocol §3)."""

from __future__ import annotations

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

        `signed`: requests are signed with the stand's key, those that carry no organisation with the operator's.
        `by_operator`: the stand's key belongs to the operator of the information system (IsOperatorSignature).
        `timeout`: seconds for one HTTP answer.
        """
        self.stand: Final = stand
        self._contracts = contracts or catalogue.Catalogue((builtin.pack(),))
        self._signed = signed
        self._sender = message.Sender(stand.org_ppa_guid, by_operator)
        self._timeout = timeout
        self._signers: dict[str, signer.PemSigner] = {}

    def submit(self, element: etree._Element, *, message_guid: str = "", path: str = "") -> answers.Ack:
        """Wrap, sign and send a bare request element; it is not changed.

        `message_guid` is new unless given. Raises Fault, Unreachable, or Unsendable.
        """
        target = message.target(self._contracts, element, path)
        return self._deliver(target, self._envelope(target, element, self._sender, message_guid), self._sender)

    def envelope(self, element: etree._Element, *, message_guid: str = "", path: str = "") -> bytes:
        """Return the whole message that `submit` would send."""
        return self._envelope(message.target(self._contracts, element, path), element, self._sender, message_guid)

    def send(self, envelope: bytes, *, path: str = "") -> answers.Ack:
        """Send a whole envelope byte for byte as it is."""
        root = message.parse(envelope)
        request = message.open_envelope(root)
        if request is None:
            raise errors.Unsendable("not a SOAP 1.1 envelope")
        return self._deliver(message.target(self._contracts, request, path), envelope, message.sender(root))

    def result(self, path: str, message_guid: str, *, org_ppa_guid: str = "") -> answers.Result:
        """Ask once for the result of an acknowledged package; raises Fault, Unreachable.

        `org_ppa_guid`: whose package it is (`Ack.org_ppa_guid`), the stand's organisation unless given. Nobody else
        gets the result.
        """
        question = etree.Element(wire.base("getStateRequest"))
        etree.SubElement(question, wire.base("MessageGUID")).text = message_guid
        target = message.target(self._contracts, question, path)
        asker = message.Sender(org_ppa_guid, self._sender.by_operator) if org_ppa_guid else self._sender
        answer = self.post(path, self._envelope(target, question, asker, ""), target.operation)
        return answers.result(answers.body(answer.body, answer.status), answer.body)

    def wait(
        self,
        path: str,
        message_guid: str,
        *,
        org_ppa_guid: str = "",
        timeout: float = 60.0,
        pause: Callable[[float], None] = time.sleep,
    ) -> answers.Result:
        """Ask until the package is done, in growing intervals; raises NotFinished after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        interval = FIRST_PAUSE
        while True:
            found = self.result(path, message_guid, org_ppa_guid=org_ppa_guid)
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

    def _envelope(
        self, target: message.Target, element: etree._Element, sender: message.Sender, message_guid: str
    ) -> bytes:
        at, operation = clock.now(), target.operation
        root = message.compose(element, operation, sender, message_guid=message_guid or clock.new_guid(), at=at)
        if self._signed and operation.kind is model.OperationKind.SUBMIT:
            message.sign(root, self._key(operation), at)
        return message.serialise(root)

    def _deliver(self, target: message.Target, envelope: bytes, sender: message.Sender) -> answers.Ack:
        answer = self.post(target.path, envelope, target.operation)
        found = answers.body(answer.body, answer.status)
        return answers.acknowledgement(found, target.path, target.operation.name, sender.org_ppa_guid)

    def _key(self, operation: model.Operation) -> signer.PemSigner:
        """Return who signs: ISRequestHeader names no organisation, so the system's operator has to."""
        by_operator = operation.header is model.HeaderKind.IS_REQUEST
        stand = self.stand.signed_by_operator() if by_operator else self.stand
        if not stand.key or not stand.certificate:
            raise errors.Unsendable("a key and a certificate are needed to sign; or send it unsigned")
        if stand.key not in self._signers:
            try:
                self._signers[stand.key] = signer.PemSigner.load(Path(stand.key), Path(stand.certificate))
            except signing_errors.SigningError as error:
                raise errors.Unsendable(f"the key cannot be used: {error}") from error
        return self._signers[stand.key]
