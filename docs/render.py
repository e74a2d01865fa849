"""Writes the pages that are made from the code: `python docs/render.py` (`make docs`).

A test compares the pages with what this makes, so a code, a control or a setting cannot go undocumented.
"""

from __future__ import annotations

import csv
import functools
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from gateway import errors, settings
from gateway.contracts import builtin
from gateway.exchange import attachments  # noqa: F401  # defines codes of its own
from gateway.families import (
    catalogue,
    handlers,  # noqa: F401  # families define codes of their own
)
from gateway.families.nsi import builtin as nsi_builtin
from gateway.families.nsi import csv_file, kinds

HERE = Path(__file__).parent
TITLES = {
    "accounts": "Лицевые счета",
    "agreements": "Договоры управления и уставы",
    "bills": "Платёжные документы",
    "houses": "Дома",
    "metering": "Приборы учёта и показания",
    "nsi": "Справочники",
    "organisations": "Организации",
    "payments": "Платежи и квитирование",
    "voting": "Общие собрания собственников",
}


def errors_page() -> str:
    """Return docs/errors.md: every code that can leave on the wire, for those who send packages."""
    parts = [
        "# Коды ошибок\n",
        "Эту страницу создаёт `make docs` из кода шлюза; тест следит, чтобы она не отставала.\n",
        "Коды и их приставки — как в ГИС ЖКХ: `AUT` — права, `FMT` — формат, `EXP` — обмен, `FIL` — файлы,",
        "`INT` и `SRV` — контроли.",
        "Где официальный текст неизвестен, текст наш. Номера 9xx внутри подсистемы — собственные коды этого шлюза.",
        "В фигурных скобках — места, где в ошибке стоят значения из вашего пакета.\n",
        "`AUT` (кроме AUT011003), `FMT`, `EXP002…` и INT002013 приходят сразу, как SOAP Fault. Остальные — в",
        "`getStateResult`: в `ErrorMessage`, если не исполнен весь пакет, или в `CommonResult/Error`, если не принят",
        "один объект. EXP001000 приходит и так, и так. Какое правило даёт какой код, показывает страница",
        "[контролей](controls.md).\n",
    ]
    for code in errors.catalogue():
        parts.append(f"## {code.id}\n\n**Что произошло.** {code.text}.\n\n**Что делать.** {code.advice}\n")
        parts += _about(code.id)
    parts += _official()
    return "\n".join(parts)


def official_codes() -> tuple[dict[str, str], ...]:
    """Return the codes of ГИС ЖКХ that are known to the public (protocol §5.2–§5.4) as `official_codes.csv` has them.

    `operations` are the operations that they belong to, `*` any of them; `reason` says why an executed operation does
    not give a code, and is empty where it gives it or is not executed.
    """
    with (HERE / "official_codes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def is_executed(operations: str) -> bool:
    """Return whether a family executes any of the operations that a code belongs to."""
    known = {name for family in catalogue.catalogue() for name in _operations(family)}
    return operations == "*" or not known.isdisjoint(operations.split())


def _official() -> Iterator[str]:
    yield "## Известные коды ГИС ЖКХ\n"
    yield "Коды операций, которые стали известны из открытых источников: какой пакет показывает код, или почему шлюз"
    yield "его не даёт. Полного перечня своих контролей ГИС ЖКХ не публикует.\n"
    yield "| код | операции | пример или причина |"
    yield "|---|---|---|"
    for row in official_codes():
        names = "все" if row["operations"] == "*" else ", ".join(f"`{name}`" for name in row["operations"].split())
        yield f"| {row['code']} | {names} | {_shown(row)} |"
    yield ""


def _shown(row: dict[str, str]) -> str:
    path = sample(row["code"])
    if path:
        return f"[{row['code']}](#{row['code'].lower()}), `{path}`"
    return row["reason"] or "Операция принимается, но ещё не исполняется"


def controls_page() -> str:
    """Return docs/controls.md: for every family what it executes, and every rule by which it refuses."""
    parts = [
        "# Контроли\n",
        "Эту страницу создаёт `make docs` из правил в коде семейств; тест следит, чтобы она не отставала.\n",
        "Контроль — одно именованное правило: что проверяется и какой код получает объект, который его нарушил. Пакет,",
        "нарушивший одно правило, обычно получает и остальные ошибки этого объекта; соседние объекты исполняются.",
        "Имя правила и фраза при нём — из кода, по-английски. В фигурных скобках — места для значений из пакета; что",
        "делать, сказано на странице кода. Исправленный пример принимается в той же обстановке, что и ошибочный.\n",
    ]
    for family in catalogue.catalogue():
        parts.append(f"## {TITLES.get(family.name, family.name)}\n")
        parts.append(f"Исполняются: {', '.join(f'`{name}`' for name in _operations(family))}.\n")
        parts += [*_rules(family), *_loose(family)]
    return "\n".join(parts)


def settings_page() -> str:
    """Return docs/settings.md: every setting of an installation."""
    lines = [
        "# Settings\n",
        "Made by `make docs` from `gateway/settings.py`; a test keeps it up to date.\n",
        "A setting is read from `gateway.toml` in the data folder, then from the environment (`GATEWAY_` and the name",
        "in capitals), then from the command line; the last one wins. An unknown name in the file is an error.\n",
        "| setting | default | choices | meaning |",
        "|---|---|---|---|",
    ]
    for name, field in settings.FIELDS.items():
        default = field.default if isinstance(field.default, str | Path) else json.dumps(field.default)
        choices = ", ".join(f"`{choice}`" for choice in field.metadata["choices"])
        lines.append(f"| `{name}` | `{default}` | {choices} | {field.metadata['meaning']} |")
    return "\n".join(lines) + "\n"


def dictionaries_page() -> str:
    """Return docs/dictionaries.md: which dictionaries come with the gateway, and how far they are those of ГИС ЖКХ."""
    listed = [(row, nsi_builtin.rows(f"{row['registry_number']}.csv")) for row in nsi_builtin.rows("dictionaries.csv")]
    rows = [
        f"| {row['registry_number']} | {row['name']} | {len(entries)} | {_count(entries, 'public')} "
        f"| {_count(entries, 'code')} | {_count(entries, 'ours')} | {'yes' if row['complete'] == 'yes' else 'no'} |"
        for row, entries in listed
    ]
    own = [
        f"| {kind.number} | {kind.name} | {', '.join(f'«{field.name}»' for field in kind.fields)} |"
        for kind in kinds.ALL.values()
    ]
    text = (HERE / "dictionaries.in.md").read_text(encoding="utf-8")
    columns = ", ".join(f"`{column}`" for column in csv_file.COLUMNS)
    return text.format(common="\n".join(rows), own="\n".join(own), columns=columns)


def _count(entries: list[dict[str, str]], basis: str) -> int:
    return sum(entry["basis"] == basis for entry in entries)


def sample(code: str) -> str | None:
    """Return the path of the first sample that provokes a code, None where no file can (a full disk, for example)."""
    names = samples_of(code)
    return f"samples/invalid/{code}/{names[0]}" if names else None


def twin(code: str, name: str) -> str | None:
    """Return the path of the repaired twin of a sample, None where it has none."""
    repaired = "repaired.xml" if name == "request.xml" else name.replace(".xml", ".repaired.xml")
    file = resources.files("samples") / "invalid" / code / repaired
    return f"samples/invalid/{code}/{repaired}" if repaired != name and file.is_file() else None


@functools.cache
def samples_of(code: str) -> tuple[str, ...]:
    """Return the names of the files in the folder of a code that provoke it."""
    folder = resources.files("samples") / "invalid" / code
    names = [item.name for item in folder.iterdir()] if folder.is_dir() else []
    return tuple(sorted(name for name in names if name.endswith((".xml", ".bin")) and "repaired" not in name))


def _manifest(code: str, name: str) -> dict[str, object]:
    folder = resources.files("samples") / "invalid" / code
    own = folder / f"{name.rpartition('.')[0]}.expected.json"
    read: dict[str, object] = json.loads((own if own.is_file() else folder / "expected.json").read_text("utf-8"))
    return read


def _about(code: str) -> Iterator[str]:
    """Yield what stands under a code: the rules that give it, a sample that provokes it and its twin."""
    rules = [rule.name for family in catalogue.catalogue() for rule in family.rules if code in rule.codes]
    if rules:
        yield f"Правила: {', '.join(f'`{name}`' for name in rules)}.\n"
    names = samples_of(code)
    if not names:
        return
    repaired = twin(code, names[0])
    after = f"; исправленный: `{repaired}`" if repaired else ""
    others = f" Всего примеров в этой папке: {len(names)}." if len(names) > 1 else ""
    yield f"Пример пакета с этой ошибкой: `samples/invalid/{code}/{names[0]}`{after}.{others}\n"


def _rules(family: catalogue.Family) -> Iterator[str]:
    yield "| правило | код и что читает отправитель | операция и пример | исправленный пример |"
    yield "|---|---|---|---|"
    for rule in family.rules:
        shown = [(code, name) for code in rule.codes for name in _own_samples(family, code)]
        codes = "<br>".join(f"{_link(code)}: {errors.code(code).text}" for code in rule.codes)
        bad = "<br>".join(f"`{_manifest(*each)['operation']}`: {_file(*each)}" for each in shown)
        good = "<br>".join(_file(*twin(*each).split("/")[2:]) for each in shown if twin(*each))
        yield f"| `{rule.name}`<br>{rule.sentence} | {codes} | {bad} | {good} |"
    yield ""


def _loose(family: catalogue.Family) -> Iterator[str]:
    """Yield the codes that the operations of a family give by other ways than a rule, as their samples show."""
    ruled = {code for rule in family.rules for code in rule.codes}
    rest = [code for code in errors.catalogue() if code.id not in ruled and _own_samples(family, code.id)]
    if rest:
        yield "Коды тех же операций, которые даёт не отдельное правило:\n"
        yield from (f"- {_link(code.id)}: {code.text}" for code in rest)
        yield ""


def _own_samples(family: catalogue.Family, code: str) -> list[str]:
    """Return the samples of a code that ask for an operation of the family and get it from there, not on the way."""
    operations = _operations(family)
    manifests = {name: _manifest(code, name) for name in samples_of(code)}
    return [name for name, told in manifests.items() if told.get("operation") in operations and "status" not in told]


@functools.cache
def _operations(family: catalogue.Family) -> tuple[str, ...]:
    services = builtin.pack().services.values()
    known = [operation for service in services for operation in service.operations.values()]
    return tuple(sorted(operation.name for operation in known if operation.request in family.requests))


def _link(code: str) -> str:
    return f"[{code}](errors.md#{code.lower()})"


def _file(code: str, name: str) -> str:
    return f"[{code}/{name}](../samples/invalid/{code}/{name})"


PAGES = {
    "controls.md": controls_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "dictionaries.md": dictionaries_page,
}

if __name__ == "__main__":
    for file, page in PAGES.items():
        (HERE / file).write_text(page(), encoding="utf-8")
