"""The demonstration tells a story, and notices an answer that its sample does not expect."""

from __future__ import annotations

from gateway import client, demo, stand
from gateway.client import message


def test_story__begins_with_what_is_created_and_ends_with_mistakes():
    names = [sample.name for sample in demo.story()]
    assert names[0].startswith("create-")
    assert [sample.code for sample in demo.story()[-3:]] == ["INT004110", "SRV004016", "FMT001310"]
    exports = [number for number, name in enumerate(names) if name.startswith("export-")]
    changes = [number for number, name in enumerate(names) if name.startswith(("update-", "annul-"))]
    assert min(exports) > max(changes)


def test_objects__are_named_by_the_element_that_holds_their_transport_guid():
    first = demo.story()[0]
    assert "ApartmentHouseToCreate" in demo.objects(message.parse(first.data)).values()


def test_organisations_of_the_stand__have_numbers_that_pass_the_check():
    assert stand.ogrn("102000000001") == "1020000000019"
    assert stand.ogrn("103773901089") == "1037739010891"


class TestSurprise:
    SAMPLE = demo.Sample("create", b"<a/>", "УО", accepted=1)
    DONE = client.Result("m", 3, None, (client.Outcome("t", "g", "n", "now"),), (), None, b"")

    def surprise(self, sample=SAMPLE, **happened) -> str:
        played = {"ack": None, "result": self.DONE, "is_signed": True, **happened}
        return demo.Played(sample, None, 0, 0.0, **played).surprise

    def test_expected_answer__is_no_surprise(self):
        assert self.surprise() == ""

    def test_refusal__is_one(self):
        assert "FMT001300" in self.surprise(result=None, fault=client.Fault("FMT001300", "x", 500))

    def test_another_number_of_objects__is_one(self):
        assert "1 objects accepted" in self.surprise(demo.Sample("create", b"", "УО", accepted=2))

    def test_result_without_a_valid_signature__is_one(self):
        assert "signature" in self.surprise(is_signed=False)

    def test_mistake_that_is_accepted__is_one(self):
        assert "INT004110" in self.surprise(demo.Sample("INT004110", b"", "УО", code="INT004110", where="t"))

    def test_tampered_package_that_is_accepted__is_one(self):
        assert "should have been refused" in self.surprise(demo.Sample("x", b"", "УО", is_tampered=True))

    def test_missing_branch__is_one(self):
        empty = client.Result("m", 3, None, (), (), None, b"")
        assert "branches" in self.surprise(demo.Sample("export", b"", "УО", branch="exportHouseResult"), result=empty)
