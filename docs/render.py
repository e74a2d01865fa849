"""Writes the pages that are made from the code: `python docs/render.py` (`make docs`).

A test compares the pages with what this makes, so a code or a setting cannot go undocumented.
"""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from gateway import errors, settings
from gateway.families import handlers  # noqa: F401  # families define codes of their own

HERE = Path(__file__).parent


def errors_page() -> str:
    """Return docs/errors.md: every code that can leave on the wire, for those who send packages."""
    parts = [
        "# Коды ошибок\n",
        "Эту страницу создаёт `make docs` из `gateway/errors.py`; тест следит, чтобы она не отставала.\n",
        "Коды и их приставки — как в ГИС ЖКХ: `AUT` — права, `FMT` — формат, `EXP` — обмен, `INT` и `SRV` — контроли.",
        "Где официальный текст неизвестен, текст наш. Номера 9xx внутри подсистемы — собственные коды этого шлюза.",
        "В фигурных скобках — места, где в ошибке стоят значения из вашего пакета.\n",
        "`AUT` (кроме AUT011003), `FMT`, `EXP002…` и INT002013 приходят сразу, как SOAP Fault. Остальные — в",
        "`getStateResult`: в `ErrorMessage`, если не исполнен весь пакет, или в `CommonResult/Error`, если не принят",
        "один объект. EXP001000 приходит и так, и так.\n",
    ]
    for code in errors.catalogue():
        parts.append(f"## {code.id}\n\n{code.text}.\n\n**Что делать.** {code.advice}\n")
        example = sample(code.id)
        if example:
            parts.append(f"Пример пакета с этой ошибкой: `{example}`.\n")
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


def sample(code: str) -> str | None:
    """Return the path of the first sample that provokes a code, None where no file can (a full disk, for example)."""
    folder = resources.files("samples") / "invalid" / code
    if not folder.is_dir():
        return None
    names = sorted(
        item.name
        for item in folder.iterdir()
        if item.name.endswith((".xml", ".bin")) and not item.name.endswith("repaired.xml")
    )
    return f"samples/invalid/{code}/{names[0]}" if names else None


PAGES = {"errors.md": errors_page, "settings.md": settings_page}

if __name__ == "__main__":
    for file, page in PAGES.items():
        (HERE / file).write_text(page(), encoding="utf-8")
