"""The samples, played one after another on a stand over real HTTP, each compared with what it expects.

The stand is a process of its own, as `gateway sandbox` starts it. What updates refer to is put in as the docstring of
`samples` says: the GUID that the gateway has given to an object stands where its TransportGUID stood.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, Final

from lxml import etree

from gateway import client, clock, errors, wire, xml
from signing import trust

START_SECONDS: Final = 60.0
"""How long a stand may take to get ready, on a machine that is busy with other things."""
_STOP_SECONDS: Final = 15.0
_VERBS: Final = ("create", "update", "annul", "replace", "export")
"""The order in which valid samples make a story: what is exported shows what was done before."""
_FAMILY: Final = "houses"
"""The samples that are one story: those of other families begin anew from what their manifests name."""
_MISTAKES: Final = ("INT004110", "SRV004016")
"""The invalid samples that are played: they stand on houses that the valid ones have made."""
_TRANSPORT_GUID: Final = wire.base("TransportGUID")


@dataclasses.dataclass(frozen=True, slots=True)
class Sample:
    """One request with its expectation."""

    name: str
    data: bytes = dataclasses.field(repr=False)
    role: str
    """Role of the organisation that sends it."""
    accepted: int = 0
    """Objects that an import accepts."""
    branch: str = ""
    """What an export answers with."""
    code: str = ""
    """Code of the error that a sample with a mistake gets, and …"""
    where: str = ""
    """… the TransportGUID of the object that gets it; empty where the whole message does."""
    is_tampered: bool = False
    """Whether it is changed after it was signed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Played:
    """What became of a sample."""

    sample: Sample
    request: etree._Element = dataclasses.field(repr=False)
    size: int
    """Bytes of the whole message."""
    seconds: float
    """From sending to the acknowledgement or the refusal."""
    ack: client.Ack | None = None
    result: client.Result | None = None
    fault: client.Fault | None = None
    is_signed: bool = False
    """Whether the gateway's signature under the result holds."""

    @property
    def surprise(self) -> str:
        """How it differs from what the sample expects; empty where it does not."""
        if self.fault is not None:
            return "" if self.sample.is_tampered and self.fault.code == self.sample.code else f"refused: {self.fault}"
        if self.result is None or self.sample.is_tampered:
            return "accepted, and should have been refused"
        if not self.is_signed:
            return "the signature of the result does not hold"
        return _difference(self.sample, self.result)


class Player:
    """Plays samples on one stand; remembers the GUIDs that the gateway has given."""

    def __init__(self, stand: client.Stand) -> None:
        self._stand = stand
        self._anchors = trust.TrustStore(trust.load(Path(stand.ca)))
        self._given: dict[str, str] = {}

    def play(self, sample: Sample) -> Played:
        """Send a sample and fetch its result; raises ClientError other than Fault where the stand does not answer."""
        request = xml.parse(sample.data)
        for element in request.iter(etree.Element):
            if element.tag != _TRANSPORT_GUID and element.text in self._given:
                element.text = self._given[element.text]
        gateway = client.Client(self._stand.acting(sample.role))
        message = gateway.envelope(request)
        if sample.is_tampered:
            message = message.replace(b"TransportGUID>7", b"TransportGUID>8", 1)
        started = time.perf_counter()
        try:
            ack = gateway.send(message)
        except client.Fault as fault:
            return Played(sample, request, len(message), time.perf_counter() - started, fault=fault)
        seconds = time.perf_counter() - started
        result = gateway.wait(ack.path, ack.message_guid)
        self._given |= {each.transport_guid: each.guid for each in result.outcomes if each.guid}
        judged = result.verify(self._anchors, clock.now())
        return Played(sample, request, len(message), seconds, ack=ack, result=result, is_signed=judged.good)


def story() -> list[Sample]:
    """Return the samples in the order in which they are played."""
    root = resources.files("samples")
    family = root / "valid" / _FAMILY
    valid = [_valid(family, file.name.removesuffix(".xml")) for file in family.iterdir() if file.name.endswith(".xml")]
    valid.sort(key=lambda sample: (_turn(sample.name), sample.name))
    return [*valid, *(_invalid(root / "invalid" / code, code) for code in _MISTAKES), _tampered(valid[0])]


@contextlib.contextmanager
def running(options: Sequence[str] = ()) -> Iterator[client.Stand]:
    """Start `gateway sandbox` with these options, and stop it at the end.

    Raises Unavailable where it does not get ready; what it says on standard error is seen there.
    """
    command = [sys.executable, "-m", "gateway.cli", "sandbox", "--json", *options]
    # In a session of its own: Ctrl-C goes to every process of a terminal, and the terminate below would be the second
    # signal to stop, which a gateway takes for impatience.
    with subprocess.Popen(  # noqa: S603  # ourselves
        command, stdout=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    ) as process:
        try:
            yield client.Stand.parse(_first_line(process.stdout))
        finally:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def objects(request: etree._Element) -> dict[str, str]:
    """Return the name of the element behind each TransportGUID of a request, for example `EntranceToCreate`."""
    return {each.text or "": wire.local(each.getparent().tag) for each in request.iter(_TRANSPORT_GUID)}


def _first_line(stream: IO[str] | None) -> str:
    assert stream is not None  # noqa: S101  # for mypy: it was asked for as a pipe
    readable, _, _ = select.select([stream], [], [], START_SECONDS)
    line = stream.readline() if readable else ""
    if not line:
        raise errors.Unavailable("the stand did not start")
    return line


def _valid(family: Traversable, name: str) -> Sample:
    expected = json.loads((family / f"{name}.expected.json").read_text("utf-8"))
    return Sample(
        name=name,
        data=(family / f"{name}.xml").read_bytes(),
        role=expected["role"],
        accepted=expected.get("accepted", 0),
        branch=expected.get("branch", ""),
    )


def _invalid(folder: Traversable, code: str) -> Sample:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    return Sample(
        name=code,
        data=(folder / "request.xml").read_bytes(),
        role=expected["role"],
        code=expected["code"],
        where=expected["where"] or "",
    )


def _tampered(sample: Sample) -> Sample:
    return Sample(sample.name, sample.data, sample.role, code=errors.SIGNATURE_INVALID, is_tampered=True)


def _turn(name: str) -> int:
    verb = name.partition("-")[0]
    return _VERBS.index(verb) if verb in _VERBS else len(_VERBS)


def _difference(sample: Sample, result: client.Result) -> str:
    found = {(each.transport_guid, problem.code) for each in result.outcomes for problem in each.problems}
    if result.problem is not None:
        found.add(("", result.problem.code))
    expected = {(sample.where, sample.code)} if sample.code else set()
    if found != expected:
        return f"errors {sorted(found)}, expected {sorted(expected)}"
    accepted = sum(1 for each in result.outcomes if each.updated_at)
    if not sample.code and accepted != sample.accepted:
        return f"{accepted} objects accepted, expected {sample.accepted}"
    branches = sorted({each.branch for each in result.exports})
    return "" if branches == ([sample.branch] if sample.branch else []) else f"branches {branches}"
