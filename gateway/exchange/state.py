"""getState and getRequestsState: what became of a package (protocol §3.2)."""

from __future__ import annotations

import logging
from typing import Final

from gateway import clock, errors, installation, wire
from gateway.contracts import model
from gateway.exchange import results
from gateway.intake import passage
from storage import directory, failpoints, journal, packages
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.exchange")

_PATIENCE: Final = 2.0
"""Seconds for which a result waits for its fetch to be journaled; then it goes out all the same."""


def answer(house: installation.Installation, writer: results.Results, on_way: passage.Passage) -> bytes:
    """Return the body that answers a question about packages; the stored bytes themselves for one that was run.

    Raises Rejected INT002013 for a message that is unknown, of another sender or of another service: which of the
    three is not told. EXP002900 for one whose result was destroyed by order, EXP002901 for one whose result is in an
    archive that is not here.
    """
    if on_way.operation.kind is model.OperationKind.GET_REQUESTS_STATE:
        return _finished(house, writer, on_way)
    asked = on_way.element.findtext(wire.base("MessageGUID"), "").lower()
    with house.database.read() as connection:
        package = packages.get(connection, asked)
        if package is None or package.sender != on_way.sender or package.path != on_way.path:
            raise errors.Rejected(errors.REQUEST_NOT_FOUND, f"Запрос {asked} не найден", where="MessageGUID")
        stored = _stored(connection, asked)
        reached = packages.State.DONE if stored is not None else packages.state(connection, asked)
    if stored is not None:
        if package.is_unfetched:
            _record(house, packages.Fetched(asked, on_way.system.login, on_way.received_at))
        failpoints.reach("result.fetched")
        return stored
    return writer.unfinished(results.about(on_way.contracts, package), int(reached), clock.now())


def _stored(connection: directory.Connection, asked: str) -> bytes | None:
    try:
        return packages.answer(connection, asked)
    except storage_errors.Erased as error:
        at = journal.entry(connection, error.index).at.astimezone(clock.MOSCOW)
        text = (
            f"Результат запроса {asked} уничтожен по распоряжению оператора установки "
            f"{at:%d.%m.%Y %H:%M:%S} (МСК): запись журнала {error.index}"
        )
        raise errors.Rejected(errors.RESULT_ERASED, text, where="MessageGUID") from error
    except storage_errors.Archived as error:
        log.warning("result archived", extra={"facts": {"message": asked, "archive": error.name}})
        text = errors.code(errors.RESULT_ARCHIVED).text.format(guid=asked)
        raise errors.Rejected(errors.RESULT_ARCHIVED, text, where="MessageGUID") from error


def _record(house: installation.Installation, fetched: packages.Fetched) -> None:
    """Tell the journal that a result is handed out; a database that cannot write keeps nobody from a result."""
    try:
        house.writer.fetch(fetched, _PATIENCE)
    except storage_errors.NotReady as error:
        facts = {"message": fetched.message_guid, "reason": str(error)}
        log.warning("fetch of a result not journaled", extra={"facts": facts})


def _finished(house: installation.Installation, writer: results.Results, on_way: passage.Passage) -> bytes:
    asked = [(item.text or "").lower() for item in on_way.element.iter(wire.base("MessageGUIDList"))]
    with house.database.read() as connection:
        finished = packages.finished_among(connection, on_way.sender, on_way.path, asked)
    return writer.requests_state(
        results.About(on_way.contracts.schemas, on_way.pack, on_way.service, "", ""), finished, clock.now()
    )
