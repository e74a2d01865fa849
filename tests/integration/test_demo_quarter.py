"""`gateway demo quarter`: it comes out as expected on a fresh stand, each mistake on purpose with its code."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.stories import quarter, template

# It starts a whole gateway, once.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def letters(tmp_path_factory):
    return tmp_path_factory.mktemp("letters")


@pytest.fixture(scope="module")
def printed(letters):
    result = CliRunner().invoke(main, ["demo", "quarter", "--save", str(letters)])
    assert result.exit_code == 0, result.output
    return result.output


def test_quarter__comes_out_as_expected_and_says_so(printed):
    assert "Everything came out as expected" in printed
    assert all(f"{number:2}. {step.title}\n" in printed for number, step in enumerate(quarter.STEPS, 1))


def test_mistakes_on_purpose__get_their_codes_in_this_order(printed):
    codes = ["INT007911", "INT007940", "INT008165", "INT008960", "SRV008071", "INT023918"]
    assert re.findall(r"✗ (\w+)", printed) == codes


def test_what_was_exported__is_counted_and_summed_up(printed):
    assert "61 meters, one of them in the archive" in printed
    assert "180 readings of three months, each as it was sent" in printed
    assert "101 documents, each as it was sent; 2 of them withdrawn" in printed
    assert "6 charges are matched, the payments are acknowledged to the kopeck" in printed
    assert "Posted, with its scan; 1: 3813.60 for, 0 against, 2: 3360.00 for, 453.60 against of 5448.00" in printed


def test_every_message_of_the_folder__is_sent(printed, letters):
    assert printed
    sent = {re.sub(r"^\d+-|\.request\.xml$", "", file.name) for file in letters.glob("*.request.xml")}
    assert {file.name.removesuffix(".xml") for file in template.folder("quarter")} <= sent
