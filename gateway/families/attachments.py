"""What families have to know of attachments; whether the file is there, and is the one meant, the exchange judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gateway.families import fields


def without_hash(content: fields.Fields, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield place and AttachmentGUID of each attachment, however deep, without AttachmentHASH.

    The contract has it as optional and says that imports have to state it (protocol §7.3).
    """
    for name, value in content.items():
        where = f"{path}/{name}" if path else name
        for each in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
            if not isinstance(each, Mapping):
                continue
            stored = fields.block(each, "Attachment")
            if "AttachmentGUID" in stored and "AttachmentHASH" not in each:
                yield where, fields.text(stored, "AttachmentGUID")
            yield from without_hash(each, where)
