"""The first days: who the company is, the dictionaries, and the services that it keeps itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.stories import compare
from gateway.stories.office import Office, expect

_DICTIONARIES: Final = ("2", "3", "22", "24", "30", "32", "56", "58", "67", "192")
"""Those to which the messages of the month refer."""
_OWN: Final = {
    "import-additional-services": ("1", ("Домофон", "Охраняемая автостоянка")),
    "import-municipal-services": ("51", ("Холодное водоснабжение", "Горячее водоснабжение")),
    "import-organization-works": ("59", ("Осмотр кровли", "Уборка подъездов")),
}
"""Message → the own dictionary that it fills, and with what."""


def find_itself(office: Office) -> Iterator[str]:
    """Ask for the company by its ОГРН; its orgPPAGUID stands in every header from now on."""
    found = office.exported_one("export-organisation", ogrn=office.ogrn)
    guid, name = compare.text(found, "orgPPAGUID"), compare.text(found, "OrgVersion", "Legal", "ShortName")
    role = compare.text(found, "organizationRoles", "Name")
    yield f"exportOrgRegistry: ОГРН {office.ogrn} is {name}, {role}, orgPPAGUID {guid}"
    providers = [compare.text(each, "DataProviderGUID") for each in office.exported("export-data-providers")]
    expect("exportDataProvider names the company", guid in providers, expected=True)
    office.act_as(guid)
    yield f"exportDataProvider: this information system may send for {len(providers)} organisations, the company is one"


def load_dictionaries(office: Office) -> Iterator[str]:
    """Read the list of dictionaries, then those that are needed; their GUIDs go into the messages that follow."""
    listed = office.exported_one("export-dictionary-list")
    numbers = [compare.text(each, "RegistryNumber") for each in listed if len(each)]
    yield f"exportNsiList: {len(numbers)} dictionaries"
    missing = [number for number in _DICTIONARIES if number not in numbers]
    expect("dictionaries that are not listed", missing, [])
    yield load(office, _DICTIONARIES)


def load(office: Office, numbers: Sequence[str]) -> str:
    """Read common dictionaries, and know their entries from now on; return a line for the reader."""
    loaded = 0
    for number in numbers:
        dictionary = office.exported_one("export-dictionary", number=number)
        entries = compare.entries(dictionary)
        office.told |= {f"{number}/{code}": guid for code, (guid, _) in entries.items()}
        loaded += len(entries)
    return f"exportNsiItem: {loaded} entries of the dictionaries {', '.join(numbers)}"


def place_services(office: Office) -> Iterator[str]:
    """Place additional services, public utilities and works, and read them back with their codes."""
    for message, (number, names) in _OWN.items():
        outcomes = office.accepted(message).outcomes
        dictionary = office.exported_one("export-own-dictionary", number=number)
        entries = compare.entries(dictionary)
        expect(f"names in the own dictionary {number}", [name for _, name in entries.values()], list(names))
        placed = {outcome.guid for outcome in outcomes.values()}
        expect(f"GUIDs in the own dictionary {number}", {guid for guid, _ in entries.values()}, placed)
        for code, (guid, name) in entries.items():
            office.told |= {f"code of {name}": code, f"GUID of {name}": guid}
        yield f"own dictionary {number}: {', '.join(f'{code} {name}' for code, (_, name) in entries.items())}"
