"""Attachments of a package are files of its sender: known, complete, with the stated digest (protocol §7.3).

Looked at before the family is, and for the whole package: a client that meets a FIL code gives the package up and looks
at its files (protocol §5.1). A missing AttachmentHASH is the family's affair, which knows where it is demanded.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from gateway import errors, wire
from gateway.families import api
from storage import files, packages

log: Final = logging.getLogger("gateway.exchange")

_MOST: Final = 10
"""Attachments that one answer names."""

FILE_UNKNOWN: Final = errors.define(
    "FIL001001",
    "Файл вложения {attachment} не найден в файловом хранилище",
    "Сначала загрузите файл в файловое хранилище и укажите в AttachmentGUID идентификатор, который оно вернуло.",
)
FILE_FOREIGN: Final = errors.define(
    "FIL001002",
    "Файл вложения {attachment} загружен другим поставщиком данных",
    "Загрузите файл от имени той организации, от которой передаёте пакет (X-Upload-OrgPPAGUID).",
)
HASH_DIFFERS: Final = errors.define(
    "FIL001004",
    "AttachmentHASH вложения {attachment} не совпадает с контрольной суммой загруженного файла",
    "Передайте ГОСТ Р 34.11-94 (подстановка КриптоПро) от всего файла в шестнадцатеричной записи, регистр не важен. "
    "Если сумма верна, загрузите файл снова: загружен не он.",
)
FILE_INCOMPLETE: Final = errors.define(
    "FIL001005",
    "Загрузка файла вложения {attachment} не завершена",
    "Завершите загрузку (POST ?completed) и передайте пакет снова.",
)


def judge(
    element: etree._Element,
    package: packages.Package,
    connection: files.Connection,
    digest: Callable[[files.File], str],
    *,
    enforce: bool,
) -> api.Problem | None:
    """Return what is wrong with the attachments of a package, None where nothing is.

    `digest` gives the ГОСТ digest of a completed file, and may raise Unavailable and NotReady. Without `enforce` what
    is wrong is only logged.
    """
    found = list(_problems(element, package.organisation, connection, digest))
    if not found:
        return None
    if not enforce:
        facts = {"message": package.message_guid, "codes": sorted({problem.code for problem in found})}
        # No warning: whoever has set it so expects it, and a sandbox shows warnings to people who try samples.
        log.info("attachments are not as stated", extra={"facts": facts})
        return None
    rest = f"; и ещё вложений: {len(found) - _MOST}" if len(found) > _MOST else ""
    return api.Problem(found[0].code, "; ".join(problem.text for problem in found[:_MOST]) + rest)


def _problems(
    element: etree._Element, organisation: str, connection: files.Connection, digest: Callable[[files.File], str]
) -> Iterator[api.Problem]:
    named = [((each.text or "").lower(), _stated(each)) for each in element.iter(wire.base("AttachmentGUID"))]
    known = files.find_all(connection, (guid for guid, _ in named))
    digest = functools.cache(digest)
    for guid, stated in named:
        code = _code(known.get(guid), organisation, stated, digest)
        if code is not None:
            yield api.Problem(code, errors.code(code).text.format(attachment=guid))


def _stated(named: etree._Element) -> str | None:
    """Return the AttachmentHASH beside an AttachmentGUID, None where there is none."""
    holder = named.getparent()
    around = holder.getparent() if holder is not None else None
    return around.findtext(wire.base("AttachmentHASH")) if around is not None else None


def _code(
    file: files.File | None, organisation: str, stated: str | None, digest: Callable[[files.File], str]
) -> str | None:
    if file is None:
        return FILE_UNKNOWN
    if file.organisation != organisation:
        return FILE_FOREIGN
    if file.completed_at is None:
        return FILE_INCOMPLETE
    if stated is not None and stated.strip().lower() != digest(file):
        return HASH_DIFFERS
    return None
