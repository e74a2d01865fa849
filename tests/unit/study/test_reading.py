"""The component model of a service: everything that its WSDL leads to, as published, and nothing else."""

from __future__ import annotations

import pytest

from gateway import wire
from gateway.contracts import errors, loader
from gateway.study import reading
from tests.unit.contracts import pack_files


def _model(files):
    pack = loader.load(files)
    return reading.component_model(pack, pack.services[pack_files.PATH])


def test_component_model__has_every_message_of_the_service():
    elements = _model(pack_files.files()).maps.elements
    for operation in pack_files.service().operations.values():
        assert elements[operation.request].name == operation.request
        assert elements[operation.response].name == operation.response
    assert elements[wire.base("RequestHeader")].type.content


def test_component_model__has_facets_as_published():
    published = r"(A{0,1}\d{1,4}(\.)?)+"
    assert _model(pack_files.files()).maps.types[pack_files.toys("Code")].patterns.regexps == [published]


def test_file_name_that_is_no_uri__is_found():
    files = pack_files.files(types=("parts/values.xsd", "части/все значения.xsd"))
    files["toys/части/все значения.xsd"] = files.pop(pack_files.PARTS)
    assert pack_files.toys("Colour") in _model(files).maps.types


def test_schema_that_no_component_model_fits__is_refused_without_the_private_folder():
    with pytest.raises(errors.ContractError, match="cannot be studied") as caught:
        _model(pack_files.files(parts=('maxLength value="20"', 'maxLength value="many"')))
    assert caught.value.file == pack_files.WSDL
    assert "contract-" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_nesting_beyond_the_limit__is_refused():
    depth = 40
    nested = f"{'<xs:sequence>' * depth}{'</xs:sequence>' * depth}"
    with pytest.raises(errors.ContractError, match="cannot be studied"):
        _model(pack_files.files(types=("<xs:sequence/>", nested)))
