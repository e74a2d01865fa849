"""The report of a replay as one HTML page that needs nothing else: for the file of an audit, in Russian."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator
from typing import Final

import gateway
from gateway import clock
from gateway.journal.replay import text
from gateway.journal.replay.findings import SENTENCES, Fate, Finding, Part
from gateway.journal.replay.report import Report

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #ccc; padding: .3rem .6rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; } td.n { text-align: right; white-space: nowrap; }
.good, .bad { border-left: .4rem solid #2e7d32; padding-left: 1rem; }
.bad { border-color: #b3261e; }
@media print { body { max-width: none; margin: 0; } }
"""
_PARTS: Final = {
    Part.VERDICT: "Проверка пакетов при приёме",
    Part.RESULT: "Результаты исполнения",
    Part.DIRECTORY: "Изменения справочных сведений",
    Part.RECORD: "Повреждённые записи",
}
_FATES: Final = {
    Fate.EQUAL: "совпало",
    Fate.EXPLAINED: "отличается, причина известна",
    Fate.DIFFERENT: "отличается без объяснения",
    Fate.UNJUDGED: "проверить нельзя",
    Fate.CHANGED: "сегодня было бы иначе",
}


def written(report: Report, *, at: dt.datetime, question: str) -> str:
    """Return the page; `question` says in words what was replayed."""
    return "\n".join(_page(report, at, question)) + "\n"


def _page(report: Report, at: dt.datetime, question: str) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="ru">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Повторная проверка журнала</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
    yield "<h1>Повторная проверка журнала обмена</h1>"
    yield f"<p>{_moment(at)}, шлюз версии {_escaped(gateway.__version__)}. {_escaped(question)}</p>"
    yield from _summary(report)
    yield from _counts(report)
    yield from _registries(report)
    for (fate, why), found in text.grouped(report.findings):
        yield f"<h2>{_sentence(_FATES[fate])}: {len(found)}</h2>\n<p>{_sentence(SENTENCES[why].russian)}.</p>"
        yield from _table(found)
    yield "</body>\n</html>"


def _summary(report: Report) -> Iterator[str]:
    if report.is_good:
        yield '<p class="good">Всё, что записано в журнале, подтвердилось либо отличие объяснено ниже.</p>'
    else:
        yield '<p class="bad">Есть отличия, которым нет объяснения. Они перечислены ниже первыми.</p>'


def _counts(report: Report) -> Iterator[str]:
    fates = [fate for fate in Fate if any(report.counts[part, fate] for part in Part)]
    yield f"<p>Записей журнала: {report.entries}.</p>\n<table>"
    yield "<tr><th></th>" + "".join(f"<th>{_escaped(_FATES[fate])}</th>" for fate in fates) + "</tr>"
    for part in Part:
        if any(report.counts[part, fate] for fate in fates):
            cells = "".join(f'<td class="n">{report.counts[part, fate]}</td>' for fate in fates)
            yield f"<tr><td>{_escaped(_PARTS[part])}</td>{cells}</tr>"
    yield "</table>"
    yield from _asides(report)


def _asides(report: Report) -> Iterator[str]:
    if report.failed_runs:
        yield (
            f"<p>Исполнений, прерванных ошибкой самого шлюза: {report.failed_runs}. "
            "Они ничего не изменили и здесь не повторяются.</p>"
        )
    if report.unasked:
        yield (
            f"<p>Пакетов, принятых без проверки подписи (настройка signature): {report.unasked}. "
            "Их подпись не проверялась и теперь.</p>"
        )


def _registries(report: Report) -> Iterator[str]:
    found = report.registries
    if found is None:
        return
    yield "<h2>Реестр</h2>"
    if found.equal:
        yield (
            f"<p>Реестр, заново построенный по журналу, совпадает с действующим байт в байт: объектов {found.objects}, "
            f"SHA-256 выгрузки <code>{_escaped(found.digest)}</code>.</p>"
        )
    else:
        because = " Это следствие отличий, объяснённых ниже." if report.explained else ""
        yield f"<p>Реестр, заново построенный по журналу, отличается от действующего.{because}</p>\n<ul>"
        yield from (f"<li><code>{_escaped(each)}</code></li>" for each in found.differing)
        yield "</ul>"
    if not found.opened:
        yield "<p>Ключа персональных данных нет, поэтому они не сравнивались.</p>"


def _table(findings: list[Finding]) -> Iterator[str]:
    yield "<table>\n<tr><th>Запись</th><th>Время</th><th>Сообщение</th><th>Было</th><th>Стало</th><th>Место</th></tr>"
    for each in findings:
        message = "<br>".join(filter(None, (_escaped(each.operation), f"<code>{_escaped(each.message or '')}</code>")))
        cells = (_moment(each.at), message, _escaped(each.recorded), _escaped(each.found), _escaped(each.where))
        yield f'<tr><td class="n">{each.index}</td>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone(clock.MOSCOW).strftime("%d.%m.%Y %H:%M:%S (МСК)") if at else ""


def _sentence(value: str) -> str:
    return _escaped(f"{value[0].upper()}{value[1:]}")


def _escaped(value: str) -> str:
    return html.escape(value)
