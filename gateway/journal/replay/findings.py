"""What came of one entry of the journal when it was replayed, and why that differs from what was recorded."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final


class Fate(enum.StrEnum):
    """What came of an entry."""

    EQUAL = "equal"
    EXPLAINED = "explained"
    """It differs, and it is known why."""
    DIFFERENT = "different"
    """It differs, and nothing explains it: the journal, the rules or the gateway is not what it was."""
    UNJUDGED = "unjudged"
    """It could not be judged again; the reason is told."""
    CHANGED = "changed"
    """It was asked what would come of it today, and that is something else."""


class Part(enum.StrEnum):
    """Which part of an entry is compared."""

    VERDICT = "verdict"
    RESULT = "result"
    DIRECTORY = "directory"
    RECORD = "record"


class Why(enum.StrEnum):
    """Why an entry differs or could not be judged; the sentences are in `SENTENCES`."""

    UNEXPLAINED = "unexplained"
    DAMAGED = "damaged"
    NO_PAYLOAD = "no-payload"
    ERASED = "erased"
    BY_HTTP = "by-http"
    PACK_GONE = "pack-gone"
    PACKS_OF_THE_DAY = "packs-of-the-day"
    TRUST_OF_THE_DAY = "trust-of-the-day"
    OTHER_RELEASE = "other-release"
    NOT_RECORDED = "not-recorded"
    OPEN_UPLOAD = "open-upload"
    LOAD_NOT_RECORDED = "load-not-recorded"
    FOLLOWS = "follows"
    ASKED_OF_TODAY = "asked-of-today"


@dataclasses.dataclass(frozen=True, slots=True)
class Sentence:
    """One reason in two languages."""

    english: str
    russian: str


SENTENCES: Final = {
    Why.UNEXPLAINED: Sentence("nothing explains it", "объяснения нет: это повод для разбирательства"),
    Why.DAMAGED: Sentence(
        "the journal is damaged here: gateway journal verify", "журнал в этом месте повреждён: запись не та, что была"
    ),
    Why.NO_PAYLOAD: Sentence("the bytes of the package were not kept", "текст пакета в журнале не сохранён"),
    Why.ERASED: Sentence(
        "its documents were erased by order, which is in the journal",
        "документы пакета уничтожены по распоряжению оператора, о котором есть запись в журнале",
    ),
    Why.BY_HTTP: Sentence(
        "it was refused by HTTP alone, of which the journal keeps nothing",
        "пакет отклонён на уровне HTTP, о котором журнал ничего не хранит",
    ),
    Why.PACK_GONE: Sentence(
        "the contract pack that judged it is not there: install it",
        "нет форматов (contract pack), по которым пакет проверяли: установите их",
    ),
    Why.PACKS_OF_THE_DAY: Sentence(
        "other contract packs were in force on that day", "в тот день действовал другой набор форматов"
    ),
    Why.TRUST_OF_THE_DAY: Sentence(
        "who was believed on that day is not known in full: the trust folder was changed without the command",
        "полный состав доверенных сертификатов того дня неизвестен: папку меняли не командой",
    ),
    Why.OTHER_RELEASE: Sentence(
        "it was executed by the rules of another release of the gateway", "пакет исполняла другая версия шлюза"
    ),
    Why.NOT_RECORDED: Sentence(
        "it was executed by a release that did not record what the run depended on",
        "пакет исполняла версия шлюза, которая не записывала обстоятельств исполнения",
    ),
    Why.OPEN_UPLOAD: Sentence(
        "uploads that are not completed are not in the journal", "незавершённые загрузки файлов в журнал не попадают"
    ),
    Why.LOAD_NOT_RECORDED: Sentence(
        "the dictionary was loaded by a release that did not record its entries",
        "справочник загрузила версия шлюза, которая не записывала его элементы",
    ),
    Why.FOLLOWS: Sentence(
        "what came before it could not be rebuilt", "следствие: то, что было раньше, восстановить не удалось"
    ),
    Why.ASKED_OF_TODAY: Sentence("that is what today's trust and contracts say of it", "так пакет оценили бы сегодня"),
}


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """What came of one part of one entry."""

    index: int
    part: Part
    fate: Fate
    at: dt.datetime | None = None
    message: str | None = None
    operation: str = ""
    organisation: str = ""
    recorded: str = ""
    """What the journal says: `accepted`, a code, an outcome."""
    found: str = ""
    """What the replay says."""
    why: Why | None = None
    where: str = ""
    """The place at which two documents part; never a value, which might be personal."""
