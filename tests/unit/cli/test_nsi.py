"""`gateway nsi`: dictionaries are shown, loaded, refused; running processes see them, and the journal tells of them."""

from __future__ import annotations

from storage import database, journal
from tests.unit.families.nsi import loads

TITLES = "registry_number,dictionary,code,guid,name,actual,parent\n"
GUID = "7ee8b4db-dabc-40eb-9009-f4f80b36bfe5"


def changes(gateway):
    db = database.Database.open(f"sqlite:///{gateway.data / 'gateway.db'}")
    try:
        with db.read() as connection:
            return [entry.facts for entry in journal.entries(connection) if entry.facts.get("change")]
    finally:
        db.close()


def test_dictionaries__are_listed_and_shown(made):
    listed = {each["registry_number"]: each for each in made.json("nsi", "list")}
    assert listed[24] == {
        "registry_number": 24,
        "group": "NSI",
        "entries": 3,
        "origin": "gateway",
        "name": "Состояние дома",
    }
    assert "Состояние дома" in made.run("nsi", "list").output
    shown = made.json("nsi", "show", 24)
    assert [item["code"] for item in shown["items"]] == ["1", "2", "3"]
    assert "Исправный" in made.run("nsi", "show", 24).output
    assert "no dictionary 9999" in made.run("nsi", "show", 9999, code=1).output


def test_printed_dictionary__can_be_changed_and_loaded(made, tmp_path):
    file = tmp_path / "24.csv"
    text = made.run("nsi", "show", 24, "--csv").stdout
    assert text.startswith(TITLES)
    file.write_text(text, encoding="utf-8")
    assert "nothing changed" in made.run("nsi", "load", file).output
    assert changes(made) == []
    file.write_text(text.replace("Ветхий", "Ветхий дом"), encoding="utf-8")
    assert "would have 3 actual (0 added, 1 changed" in made.run("nsi", "load", file, "--check").output
    assert "Ветхий дом" not in made.run("nsi", "show", 24).output
    assert "has 3 actual (0 added, 1 changed, 0 no longer actual)" in made.run("nsi", "load", file).output
    assert "Ветхий дом" in made.run("nsi", "show", 24).output
    (found,) = (each for each in made.json("nsi", "list") if each["registry_number"] == 24)
    assert found["origin"].startswith("loaded 20")


def test_load__is_told_to_the_journal_with_its_digest(made, tmp_path):
    file = tmp_path / "22.csv"
    file.write_text(f"{TITLES}22,Причина,11,{GUID},Расторжение договора,true,\n", encoding="utf-8")
    (told,) = made.json("nsi", "load", file)
    (facts,) = changes(made)
    assert facts["change"] == "dictionary-loaded"
    assert {name: facts[name] for name in told} == told
    assert (told["entries"], told["digest"]) == (1, facts["digest"])


def test_bad_file_among_good_ones__is_refused_and_nothing_is_loaded(made, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(loads.csv_of(700, [("1", "Раз")]))
    bad.write_text("registry_number,code,name\n701,1,Раз\n701,x,Два\n", encoding="utf-8")
    assert f"{bad}:3: «x» is not a code" in made.run("nsi", "load", good, bad, code=1).output
    made.run("nsi", "show", 700, code=1)


def test_message_without_a_name__gets_one_by_hand_and_its_group(made, tmp_path):
    file = tmp_path / "700.csv"
    file.write_text("registry_number,code,name\n700,1,Раз\n", encoding="utf-8")
    made.run("nsi", "load", file, "--name", "Мой справочник", "--group", "NSIRAO")
    shown = made.json("nsi", "show", 700)
    assert (shown["name"], shown["group"]) == ("Мой справочник", "NSIRAO")
    file.write_text("registry_number,code,name\n700,1,Раз\n701,1,Раз\n", encoding="utf-8")
    assert "--name names one dictionary" in made.run("nsi", "load", file, "--name", "Два", code=2).output
