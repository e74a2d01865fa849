"""Evidence in the hands of an auditor: unpacked in an empty folder, and verified by sh with stock tools alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import clock, signatures, vault
from gateway.cli import main
from gateway.settings import Settings
from signing import issue
from signing.subject import Subject
from tests import stand as stands
from tests.unit.signing import makers

TOOLS = (
    "awk", "base64", "cat", "cmp", "cut", "grep", "mktemp", "openssl", "rm", "sed", "sh", "sha256sum", "tail", "tr",
    "wc", "xargs", "xmlsec1", "xxd",
)  # fmt: skip
"""All that an auditor has; nothing of ours, and no Python."""
THEN = stands.NOW - dt.timedelta(days=200)
"""When packages are received here: certificates have expired since, and were revoked."""
_BLOCK = re.compile(r"^## (\d+)\. .*?\n\n```sh\n(.*?)```", re.MULTILINE | re.DOTALL)


def need_tools(kind: str) -> None:
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if kind.startswith("gost"):
        loaded = subprocess.run(["openssl", "engine", "gost"], capture_output=True, timeout=30, check=False)
        if loaded.returncode or b"gost" not in loaded.stdout:
            pytest.skip("openssl has no engine gost (Debian package libengine-gost-openssl)")


@dataclasses.dataclass
class House:
    """An installation of the past: its authority, its provider, and what it was sent."""

    stand: stands.Stand
    authority: issue.Identity
    provider: issue.Identity

    def send(self, element: bytes, **options: object) -> str:
        return self.stand.send(element, **{"key": self.provider, **options}).message_guid

    def command(self, *arguments: object, code: int = 0, group: str = "journal") -> str:
        result = CliRunner().invoke(main, ["--data", str(self.stand.settings.data), group, *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    def evidence(self, message: object, target: Path, *options: str) -> Path:
        """Write the evidence of a message as a zip; return it."""
        self.command("evidence", message, "-o", target, *options)
        return target


def house(folder: Path, kind: str, monkeypatch: pytest.MonkeyPatch, **settings: object) -> House:
    """Make an installation whose clock shows THEN, with keys of a kind, and a revocation list that is in force."""
    authority = issue.new_authority(kind, "Удостоверяющий центр", now=THEN - dt.timedelta(days=200))

    def person(ogrn: str, ends: dt.datetime) -> issue.Identity:
        subject = Subject(common_name="ООО «Управляющая компания»", ogrn=ogrn)
        return issue.issue(authority, kind, subject, now=THEN - dt.timedelta(days=100), not_after=ends)

    conf = Settings(data=folder)
    conf.keys.mkdir(parents=True)
    (conf.trust / "crl").mkdir(parents=True)
    # Its key has been changed before it expired; the checkpoints are signed by whichever is there.
    person(stands.OPERATOR_OGRN, stands.NOW + dt.timedelta(days=300)).write(conf.keys, signatures.KEY)
    (conf.trust / "ca.crt").write_bytes(issue.pem(authority.certificate))
    (conf.trust / "crl" / "ca.crl").write_bytes(makers.crl(authority, made=THEN - dt.timedelta(days=1), number=1))
    vault.path(conf).write_bytes(vault.new_file())
    monkeypatch.setattr(clock, "now", lambda: THEN)
    stand = stands.Stand(folder, **settings)
    return House(stand, authority, person(stands.PROVIDER_OGRN, THEN + dt.timedelta(days=30)))


def revoke(made: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let today come: the provider's certificate is on a new list of its authority."""
    monkeypatch.setattr(clock, "now", lambda: stands.NOW)
    path = folder / "new.crl"
    since = (THEN - makers.NOW).days + 10
    path.write_bytes(makers.crl(made.authority, (made.provider, since), made=stands.NOW, number=2))
    made.command("crl", path, group="trust")


def unpacked(archive: Path, folder: Path) -> Path:
    folder.mkdir()
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def lines(folder: Path) -> list[str]:
    """The lines of the README, a text for each step."""
    return [block[1] for block in _BLOCK.findall((folder / "README.md").read_text("utf-8"))]


def run(folder: Path, script: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Give lines to sh in a world where there is nothing but the tools."""
    tools = tmp_path / "tools"
    if not tools.exists():
        tools.mkdir()
        for tool in TOOLS:
            (tools / tool).symlink_to(shutil.which(tool))
    line, environment = [str(tools / "sh"), "-s"], {"PATH": str(tools), "TMPDIR": str(tmp_path)}
    return subprocess.run(
        line, input=script, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def verify(folder: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Run all lines of the README."""
    return run(folder, "".join(lines(folder)), tmp_path)


def flip(path: Path) -> None:
    """Change one bit of the middle byte."""
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2] ^= 1
    path.write_bytes(octets)


def list_anew(folder: Path) -> None:
    """Write a manifest that fits what is there, as whoever forges a bundle would."""
    manifest = folder / "manifest.sha256"
    paths = [line[66:] for line in manifest.read_text().splitlines()]
    manifest.write_text(
        "".join(f"{hashlib.sha256((folder / path).read_bytes()).hexdigest()}  {path}\n" for path in paths)
    )
