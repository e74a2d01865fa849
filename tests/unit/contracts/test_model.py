import pytest

from gateway.contracts.model import Versions, number


def test_fixed_version__takes_its_value_only():
    versions = Versions(fixed="10.0.1.1", required=True)
    assert versions.accepts("10.0.1.1")
    assert not versions.accepts("10.0.1.2")
    assert not versions.accepts("010.0.1.1")
    assert versions.supported == ("10.0.1.1",)


def test_free_version__takes_any_number_from_the_lowest_listed_on():
    versions = Versions(listed=("11.0.10.1", "13.2.3.2"))
    assert all(map(versions.accepts, ("11.0.10.1", "11.0.10.2", "13.2.3.2", "99.0")))
    assert not any(map(versions.accepts, ("11.0.9.9", "1.0", "", "11", "13.2.3.2 ", "v13.2.3.2", "١٣.2.3.2")))


def test_strict_version__takes_the_listed_ones_only():
    versions = Versions(listed=("11.0.10.1", "13.2.3.2"))
    assert versions.accepts("13.2.3.2", strict=True)
    assert not versions.accepts("13.2.3.3", strict=True)


def test_free_version_without_list__takes_any_number_even_strictly():
    assert Versions().accepts("13.1.8.1", strict=True)
    assert not Versions().accepts("13.1.8.x", strict=True)
    assert Versions().supported == ()


def test_numbers__compare_by_value_and_not_by_text():
    assert number("9.10") < number("9.11") < number("10.0.1.1")
    with pytest.raises(ValueError, match=r"1\.\.2"):
        number("1..2")
