"""The order of the intake; every step is a module of its own.

    enter: guard → identity (system)
    identify: schema (version) → header → identity (organisation)
    accept: duplicates → schema → signature → journal → acknowledgement

A step refuses by raising `errors.Rejected`; `refuse` writes the refusal to the journal.
"""

from __future__ import annotations

import contextlib

from lxml import etree

from gateway import clock, errors, installation
from gateway.intake import duplicates, guard, header, identity, logins, passage, record, schema, signature
from storage import failpoints
from storage import intake as journal


class Intake:
    """The steps over one opened installation; one for a process, safe for threads."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._identity = identity.Identity(house.database, house.settings)

    def enter(self, environ: guard.Environ) -> passage.Passage:
        """Look at a request by its HTTP headers alone; its body has not been read when this returns."""
        try:
            guard.inspect(environ, max_body=self._house.settings.max_body)
        except guard.HttpRefused as refused:
            self._refuse_unread(environ, refused)
            raise
        return self._named(environ)

    def _refuse_unread(self, environ: guard.Environ, refused: guard.HttpRefused) -> None:
        """Journal what HTTP alone refuses, if it was meant as a package and its sender can be named (P6)."""
        if environ["REQUEST_METHOD"] == "POST":
            # Nobody who can be named: then the refusal by HTTP is all there is to say.
            with contextlib.suppress(logins.Unauthorised, errors.Unavailable):
                self.refuse(self._named(environ), refused)

    def _named(self, environ: guard.Environ) -> passage.Passage:
        system = self._identity.authenticate(self._identity.credentials(environ))
        return passage.Passage(environ["PATH_INFO"], clock.now(), system)

    def identify(self, on_way: passage.Passage) -> None:
        """Judge the header by the contract and find the organisation behind it."""
        on_way.pack, on_way.service, on_way.operation = schema.choose(
            on_way.contracts.catalogue, on_way.path, on_way.element
        )
        block = header.find(on_way.header_blocks, on_way.operation.header)
        self._judge(on_way, block)
        on_way.header = header.read(block)
        if on_way.header.org_ppa_guid is not None:
            on_way.organisation = self._identity.authorise(on_way.system, on_way.header.org_ppa_guid)

    def accept(self, on_way: passage.Passage) -> str:
        """Take one identified package in and return the MessageGUID that it was given, durable by then (P1).

        The same package again gets the same answer (P3). Raises Rejected with what is wrong, Unavailable when nothing
        can be accepted now.
        """
        earlier = duplicates.find(self._house.database, on_way)
        if earlier is not None:
            return earlier
        self._house.check_ready()
        self.judge_content(on_way)
        self._judge_signature(on_way)
        failpoints.reach("pipeline.judged")
        outcome = self._house.writer.accept(record.accepted(on_way, clock.new_guid()))
        if isinstance(outcome, journal.Taken):
            on_way.journaled = True
            raise duplicates.Taken(outcome.digest)
        return outcome.message_guid

    def judge_content(self, on_way: passage.Passage) -> None:
        """Judge the request element by its schema; all there is to judge of a question for a state (protocol §6.5)."""
        self._judge(on_way, on_way.element)

    def refuse(self, on_way: passage.Passage, rejected: errors.Rejected) -> None:
        """Journal a refusal, unless it has its entry or was only a question (P6)."""
        if on_way.needs_entry:
            self._house.writer.refuse(record.refused(on_way, rejected))

    def _judge(self, on_way: passage.Passage, element: etree._Element) -> None:
        limit = self._house.settings.max_violations
        schema.judge(on_way.contracts.schemas, on_way.pack, on_way.service, element, limit=limit)

    def _judge_signature(self, on_way: passage.Passage) -> None:
        on_way.verdict = signature.verify(
            on_way.element,
            mode=self._house.settings.signature,
            by=self._house.policy,
            anchors=self._house.anchors,
            at=on_way.received_at,
        )
        if on_way.verdict is not None:
            by_operator = on_way.header.operator_signature or on_way.organisation is None
            signer = self._identity.operator(on_way.system) if by_operator else on_way.organisation
            signature.check_signer(on_way.verdict, signer, by_operator=by_operator)
