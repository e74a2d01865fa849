"""A pack is read: from every WSDL its service, from the schemas that it leads to the versions of its requests.

SOAP 1.1, document/literal (protocol §1.1); anything else is a ContractError that names the file. What a WSDL does not
say, the schemas do: the one supported `base:version` is fixed in them, several are listed in the documentation of the
request element, in Russian, or in an `appinfo` of our own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway import wire
from gateway.contracts import components, documents, errors, model, particles, tree, walk
from gateway.contracts.documents import WSDL, XS

APPINFO: Final = "urn:hcs-gateway:versions"
"""`source` of the appinfo that lists the versions of a request element in our own schemas."""

_SOAP: Final = "{http://schemas.xmlsoap.org/wsdl/soap/}"
_HTTP: Final = "http://schemas.xmlsoap.org/soap/http"
_VERSION: Final = wire.base("version")
_KINDS: Final = {
    wire.base("getStateRequest"): model.OperationKind.GET_STATE,
    wire.base("getRequestsStateRequest"): model.OperationKind.GET_REQUESTS_STATE,
}
_ANSWER: Final = ("RequestState", "MessageGUID", "ErrorMessage")
"""What a result needs so that every package can be answered (protocol §3)."""
_NUMBER = r"[0-9]{1,5}(?:\.[0-9]{1,5}){3}"
_LISTED = re.compile(rf"Доступ\w+[^.:]{{0,60}}\bверси\w*[^0-9.]{{0,40}}((?:{_NUMBER}(?:[,;\s]|и\b)*)+)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^/?#\s]+(/[^?#\s]*)")
_README = re.compile(rf"Версия\W{{1,10}}({_NUMBER})")
_CHANGES = re.compile(rf"до\s+версии\s+({_NUMBER})")


def load(files: tree.FileTree, *, origin: model.Origin = model.Origin.INSTALLED, version: str = "") -> model.Pack:
    """Return the pack that these files make; raises ContractError.

    Without `version` its name is the highest number that the files give themselves: `version` of a schema, "Версия" of
    the README, "до версии" of the change list. No single one of them is kept up to date by the publisher: 15.12.0.0
    says 15.11.0.0 in README and schemas, 16.3.0.0 says 16.2.0.0 in its change list.
    """
    parsed = documents.Documents(files)
    services: dict[str, model.Service] = {}
    for path in sorted(path for path in files if path.lower().endswith(".wsdl")):
        try:
            service = _service(parsed, path)
        except RecursionError:
            raise errors.ContractError(path, "leads to types that are derived from themselves") from None
        if service.path in services:
            raise errors.ContractError(path, f"has the same address as {services[service.path].wsdl}")
        services[service.path] = service
    if not services:
        raise errors.ContractError("", "the pack has no WSDL")
    name = version or _name(files, parsed)
    return model.Pack(name, _title(files, name), origin, tree.digest(files), services, dict(files))


def _service(parsed: documents.Documents, path: str) -> model.Service:
    root = parsed.root(path)
    if root.tag != f"{WSDL}definitions":
        raise errors.ContractError(path, "is not a WSDL 1.1 document")
    shapes = walk.Walk(components.Components(parsed.closure(path)), path)
    service, port, address = _port(root, path)
    operations = {operation.request: operation for operation in _operations(root, path, shapes)}
    polls = [each for each in operations.values() if each.kind is model.OperationKind.GET_STATE]
    if not polls:
        raise errors.ContractError(path, "has no getState: only the asynchronous contract is served")
    result = shapes.element(polls[0].response)
    missing = [name for name in _ANSWER if result.child(name) is None]
    if missing:
        raise errors.ContractError(path, f"has a {wire.local(result.name)} without {', '.join(missing)}")
    imported = result.child("ImportResult")
    return model.Service(
        name=service,
        port=port,
        path=address,
        namespace=etree.QName(result.name).namespace or "",
        wsdl=path,
        operations=operations,
        result=result.name,
        result_header=wire.base("ResultHeader"),  # three official operations name another one by mistake (§2)
        result_version=_versions(shapes, result.name).fixed,
        import_result_version=_fixed(imported.shape.attribute(_VERSION)) if imported else None,
    )


def _port(root: etree._Element, path: str) -> tuple[str, str, str]:
    for service in root.iterfind(f"{WSDL}service"):
        for port in service.iterfind(f"{WSDL}port"):
            address = port.find(f"{_SOAP}address")
            target = _ADDRESS.fullmatch(address.get("location", "")) if address is not None else None
            if target:
                return service.get("name", ""), port.get("name", ""), target[1]
    raise errors.ContractError(path, "has no SOAP 1.1 port with an address")


def _operations(root: etree._Element, path: str, shapes: walk.Walk) -> Iterator[model.Operation]:
    messages = {message.get("name"): message for message in root.iterfind(f"{WSDL}message")}
    ports = {operation.get("name"): operation for operation in root.iterfind(f"{WSDL}portType/{WSDL}operation")}
    bindings = [binding for binding in root.iterfind(f"{WSDL}binding") if binding.find(f"{_SOAP}binding") is not None]
    seen: set[str] = set()
    for binding in bindings:
        _check_binding(binding, path)
        for bound in binding.iterfind(f"{WSDL}operation"):
            operation = _operation(bound, ports, messages, path, shapes)
            if operation.request in seen:
                raise errors.ContractError(path, f"has two operations with the request {operation.request}")
            seen.add(operation.request)
            yield operation


def _operation(
    bound: etree._Element,
    ports: dict[str, etree._Element],
    messages: dict[str, etree._Element],
    path: str,
    shapes: walk.Walk,
) -> model.Operation:
    name = bound.get("name", "")
    if name not in ports:
        raise errors.ContractError(path, f"binds the operation {name}, which no port type has")
    request = _element(messages, ports[name].find(f"{WSDL}input"), None, path, name)
    header = _element(messages, bound.find(f"{WSDL}input/{_SOAP}header"), "part", path, name)
    try:
        kind = model.HeaderKind(wire.local(header))
    except ValueError:
        raise errors.ContractError(path, f"{name} has the unknown header {header}") from None
    return model.Operation(
        name=name,
        soap_action=action.get("soapAction", "") if (action := bound.find(f"{_SOAP}operation")) is not None else "",
        request=request,
        response=_element(messages, ports[name].find(f"{WSDL}output"), None, path, name),
        header=kind,
        kind=_KINDS.get(request, model.OperationKind.SUBMIT),
        versions=_versions(shapes, request),
    )


def _element(
    messages: dict[str, etree._Element],
    use: etree._Element | None,
    part_attribute: str | None,
    path: str,
    name: str,
) -> str:
    message = messages.get(use.get("message", "").rpartition(":")[2]) if use is not None else None
    parts = message.findall(f"{WSDL}part") if message is not None else []
    if use is not None and part_attribute:
        parts = [part for part in parts if part.get("name") == use.get(part_attribute)]
    if len(parts) != 1 or parts[0].get("element") is None:
        raise errors.ContractError(path, f"{name} names a message that is not exactly one element")
    prefix, _, local = parts[0].get("element").rpartition(":")
    return components.clark(parts[0].nsmap.get(prefix or None), local)


def _check_binding(binding: etree._Element, path: str) -> None:
    soap = binding.find(f"{_SOAP}binding")
    styles = {soap.get("style", "document")} | {
        each.get("style", "document") for each in binding.iter(f"{_SOAP}operation")
    }
    uses = {each.get("use") for each in binding.iter(f"{_SOAP}body", f"{_SOAP}header")}
    if soap.get("transport") != _HTTP or styles != {"document"} or uses - {"literal"}:
        raise errors.ContractError(path, "is not SOAP 1.1 document/literal over HTTP")


def _versions(shapes: walk.Walk, request: str) -> model.Versions:
    attribute = shapes.element(request).attribute(_VERSION)
    if attribute is None:
        return model.Versions()
    if attribute.fixed is not None:
        return model.Versions(attribute.fixed, (), attribute.required)
    declaration = shapes.declaration(request)
    return model.Versions(None, _listed(declaration.element), attribute.required)


def _listed(declaration: etree._Element) -> tuple[str, ...]:
    found: set[str] = set()
    for note in declaration.iterfind(f"{XS}annotation/*"):
        text = "".join(note.itertext())
        if note.tag == f"{XS}appinfo" and note.get("source") == APPINFO:
            found.update(text.split())
        elif note.tag == f"{XS}documentation":
            for match in _LISTED.finditer(text):
                found.update(re.findall(_NUMBER, match[1]))
    return tuple(sorted(found, key=model.number))


def _fixed(attribute: particles.Attribute | None) -> str | None:
    return attribute.fixed if attribute else None


def _name(files: tree.FileTree, parsed: documents.Documents) -> str:
    found: set[str] = set()
    for path in files:
        if path.lower().endswith(".xsd"):
            found.update(re.findall(rf"^{_NUMBER}$", parsed.root(path).get("version", "")))
    for path, pattern in (("README.md", _README), ("changelog.txt", _CHANGES)):
        found.update(pattern.findall(files.get(path, b"").decode("utf-8", "replace")))
    if not found:
        raise errors.ContractError("", "nothing in the pack names its version")
    return max(found, key=model.number)


def _title(files: tree.FileTree, version: str) -> str:
    heading = files.get("README.md", b"").decode("utf-8", "replace").partition("\n")[0]
    return heading.strip("# \r") or f"ГИС ЖКХ {version}"
