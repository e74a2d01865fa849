"""The schemas of a service as a component model (XML Schema part 1, section 2.2), from the published files.

Unlike the judge's copy (`contracts.compiler`) nothing is hardened: people are shown what the publisher wrote.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import xmlschema

from gateway.contracts import documents, errors, model


def component_model(pack: model.Pack, service: model.Service) -> xmlschema.XMLSchema:
    """Return the declarations of every message of the service, all of them under `.maps`; raises ContractError.

    Every reference was followed when the pack was loaded, none leaves it: its files stand in a private folder for as
    long as the model is built, and the builder may ask no network.
    """
    parsed = documents.Documents(pack.files)
    links = documents.imports(parsed.root(service.wsdl), service.wsdl)
    with tempfile.TemporaryDirectory(prefix="contract-") as name:
        folder = Path(name).resolve()
        for document in parsed.closure(service.wsdl):
            file = folder / document.path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(pack.files[document.path])
        sources = [str(folder / documents.location(service.wsdl, link)) for link in links]
        try:
            return declarations_of(sources)
        except xmlschema.XMLSchemaException as error:
            raise errors.ContractError(
                service.wsdl, f"its schemas cannot be studied: {_said(error, folder)}"
            ) from error
        except RecursionError:
            raise errors.ContractError(service.wsdl, "its schemas are nested too deeply to be studied") from None


def declarations_of(sources: Sequence[str]) -> xmlschema.XMLSchema:
    """Return the declarations in schema documents that libxml2 has compiled; raises XMLSchemaException.

    The documents are not judged by the schema of schemas again, as the builder would by default, which takes three
    quarters of its time. What they declare is judged as strictly as always.
    """
    model = xmlschema.XMLSchema([*sources], allow="local", use_fallback=False, validation="skip", build=False)
    for schema in model.maps.iter_schemas():
        schema.validation = "strict"
    model.build()
    if wrong := model.maps.all_errors:
        raise wrong[0]
    return model


def _said(error: xmlschema.XMLSchemaException, folder: Path) -> str:
    # What the builder says may quote the schema on further lines, and names the private folder.
    said = getattr(error, "message", None) or str(error)
    return str(said).strip().partition("\n")[0].replace(f"{folder.as_uri()}/", "").replace(f"{folder}/", "")
