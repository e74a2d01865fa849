import pytest

from gateway import wire
from gateway.contracts import catalogue, errors, loader, model
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import PATH, toys

REQUEST = toys("importToysRequest")
LISTED = "2.10.0.0, 2.9.0.1 и 2.5.0.0"


def _pack(version, listed=LISTED, *, origin=model.Origin.INSTALLED):
    return loader.load(pack_files.files(types=(LISTED, listed)), version=version, origin=origin)


OLD, NEW = _pack("2.9.0.0", "2.5.0.0"), _pack("2.10.0.0", "2.9.0.1")


def test_newest_pack_that_supports_the_version__is_chosen():
    both = catalogue.Catalogue([OLD, NEW])
    assert both.choose(PATH, REQUEST, "2.9.0.1")[0] is NEW
    assert both.choose(PATH, REQUEST, "2.5.0.0")[0] is OLD


def test_installed_pack_of_the_built_in_version__comes_first():
    built_in = _pack("2.10.0.0", origin=model.Origin.BUILT_IN)
    packs = catalogue.Catalogue([built_in, NEW, OLD]).packs
    assert [pack.id for pack in packs] == ["2.10.0.0", "2.10.0.0-built-in", "2.9.0.0"]
    assert catalogue.Catalogue([NEW, built_in]).choose(PATH, REQUEST, "2.9.0.1")[0] is NEW


def test_unsupported_version__names_those_of_all_packs():
    with pytest.raises(errors.UnknownVersion) as caught:
        catalogue.Catalogue([OLD, NEW]).choose(PATH, REQUEST, "1.0.0.0")
    assert caught.value.supported == ("2.5.0.0", "2.9.0.1")
    assert caught.value.version == "1.0.0.0"


def test_strict_catalogue__refuses_an_unlisted_version():
    assert catalogue.Catalogue([NEW]).choose(PATH, REQUEST, "2.9.9.9")
    with pytest.raises(errors.UnknownVersion):
        catalogue.Catalogue([NEW], strict=True).choose(PATH, REQUEST, "2.9.9.9")


@pytest.mark.parametrize(
    ("element", "version"),
    [(REQUEST, None), (wire.base("getStateRequest"), None), (wire.base("getStateRequest"), "1.0")],
)
def test_request_without_a_version_of_its_own__is_judged_by_the_newest_pack(element, version):
    pack, service, operation = catalogue.Catalogue([OLD, NEW]).choose(PATH, element, version)
    assert (pack, service.path, operation.request) == (NEW, PATH, element)


def test_unknown_path_or_element__is_told_apart():
    both = catalogue.Catalogue([OLD, NEW])
    with pytest.raises(errors.UnknownPath):
        both.choose("/elsewhere", REQUEST, "2.9.0.1")
    with pytest.raises(errors.UnknownOperation) as caught:
        both.find(PATH, toys("getStateResult"))
    assert (caught.value.path, caught.value.element) == (PATH, toys("getStateResult"))


def test_packs_and_services__are_listed():
    both = catalogue.Catalogue([OLD, NEW])
    assert both.paths == (PATH,)
    assert [pack for pack, _ in both.services(PATH)] == [NEW, OLD]
    assert both.pack("2.9.0.0") is OLD
    assert both.pack("1") is None
    assert len(both.find(PATH, REQUEST)) == 2
