"""Writes samples/hostile/signatures: `python -m tests.signature_attacks`."""

from __future__ import annotations

from pathlib import Path

from tests.signature_attacks import corpus, families


def main() -> None:
    folder = Path(str(corpus.FOLDER))
    folder.mkdir(exist_ok=True)
    made = families.files()
    for stale in {path.name for path in folder.iterdir()} - set(made):
        (folder / stale).unlink()
    for name, octets in made.items():
        (folder / name).write_bytes(octets)


if __name__ == "__main__":
    main()
