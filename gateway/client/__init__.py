"""A client of the asynchronous contract: sends a request, polls, reads the result (protocol §3).

    stand = client.Stand.load(Path("stand.json"))             # the line that `gateway sandbox --json` prints
    gateway = client.Client(stand)
    ack = gateway.submit(element)
    result = gateway.wait(ack.path, ack.message_guid)

The command line, the demonstration, the tests and the bench use it; whoever writes an integration may start from it.
"""

from __future__ import annotations

from gateway.client.answers import Ack, Export, Outcome, Problem, Result
from gateway.client.errors import ClientError, Fault, NotFinished, Unreachable, Unsendable
from gateway.client.files import Uploaded, upload
from gateway.client.session import Client
from gateway.client.stand import Organisation, Stand

__all__ = [
    "Ack",
    "Client",
    "ClientError",
    "Export",
    "Fault",
    "NotFinished",
    "Organisation",
    "Outcome",
    "Problem",
    "Result",
    "Stand",
    "Unreachable",
    "Unsendable",
    "Uploaded",
    "upload",
]
