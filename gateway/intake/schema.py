"""The judgement by the contract: the version that the package declares, then its XSD (FMT001300, FMT001307)."""

from __future__ import annotations

from typing import Final

from lxml import etree

from gateway import errors, wire
from gateway.contracts import catalogue, model, phrases, schema
from gateway.contracts import errors as contract_errors

_VERSION: Final = wire.base("version")


def choose(
    contracts: catalogue.Catalogue, path: str, element: etree._Element
) -> tuple[model.Pack, model.Service, model.Operation]:
    """Return the pack, service and operation that the request element asks for.

    Raises Rejected: FMT001902 for a path, FMT001301 for an element and FMT001307 for a version that is not served.
    """
    try:
        return contracts.choose(path, element.tag, element.get(_VERSION))
    except contract_errors.UnknownPath as error:
        raise errors.Rejected(errors.PATH_UNKNOWN) from error
    except contract_errors.UnknownOperation as error:
        raise errors.Rejected(errors.ENVELOPE_INVALID, unknown(element)) from error
    except contract_errors.UnknownVersion as error:
        supported = ", ".join(error.supported) or "любые номера из чисел через точку"
        raise errors.Rejected(
            errors.VERSION_UNSUPPORTED,
            f"версия {phrases.shorten(element.get(_VERSION))} не поддерживается; поддерживаются: {supported}",
            where=wire.local(element.tag),
        ) from error


def judge(
    judges: schema.Schemas, pack: model.Pack, service: model.Service, element: etree._Element, *, limit: int
) -> None:
    """Raise Rejected FMT001300 with every violation found in `element`, at most `limit`."""
    violations = judges.judge(pack, service, element, limit=limit)
    if violations:
        raise errors.Rejected(errors.XML_INVALID, "\n".join(_sentence(violation) for violation in violations))


def _sentence(violation: schema.Violation) -> str:
    line = f" (строка {violation.line})" if violation.line else ""
    return f"{violation.path}{line}: {violation.text}"


def unknown(element: etree._Element) -> str:
    """Return the sentence about an element that no operation at this path takes; its names are the sender's."""
    name = etree.QName(element)
    return (
        f"сервис по этому адресу не принимает элемент {phrases.shorten(name.localname)} "
        f"из пространства имён {phrases.shorten(name.namespace or '')}"
    )
