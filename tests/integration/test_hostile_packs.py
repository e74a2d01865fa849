"""A pack that is broken, hostile or too expensive is refused whole, and what was installed before stays in force."""

from __future__ import annotations

import concurrent.futures
import io
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from gateway.contracts import errors, packs, trial
from tests import hostile_packs
from tests.unit.contracts import pack_files

_LONG = os.environ.get("HCS_LONG") == "1"
VERSION = "2.5.0.0"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """What would go on for minutes is stopped sooner than in service: no pack of these tests needs a second."""
    monkeypatch.setattr(trial, "MAX_SECONDS", 3)


@pytest.fixture
def source(tmp_path):
    return hostile_packs.write(tmp_path / "source", pack_files.files())


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder in which one pack is installed: to be copied, and never changed."""
    folder = tmp_path_factory.mktemp("installed")
    packs.install(hostile_packs.write(folder / "source", pack_files.files()), folder / "contracts")
    return folder / "contracts"


@pytest.fixture
def into(tmp_path, installed):
    """A folder in which one pack is installed."""
    return shutil.copytree(installed, tmp_path / "contracts")


def newer(files, version="3.0.0.0"):
    """The same files under a version of their own."""
    renamed = files[pack_files.BASE].replace(b'version="1.0.0.0"', f'version="{version}"'.encode())
    return {**files, pack_files.BASE: renamed}


def everything(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def refused(source, into):
    """Try to install a pack that has to be refused, and return the reason."""
    before, stamp = everything(into), packs.stamp(into)
    with pytest.raises(errors.ContractError) as caught:
        packs.install(source, into)
    assert (everything(into), packs.stamp(into)) == (before, stamp)
    assert [pack.version for pack in packs.survey(into).packs] == [VERSION]
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("maker", hostile_packs.HARMFUL, ids=lambda maker: maker.__name__)
def test_hostile_pack__is_refused_whole(maker, into, tmp_path):
    folder = hostile_packs.write(tmp_path / "hostile", newer(maker()))
    assert re.search(hostile_packs.HARMFUL[maker], refused(folder, into))


@pytest.mark.slow
@pytest.mark.parametrize("maker", hostile_packs.EXPENSIVE, ids=lambda maker: maker.__name__)
def test_pack_that_is_too_expensive__is_refused_whole(maker, into, tmp_path):
    folder = hostile_packs.write(tmp_path / "hostile", newer(maker()))
    # Which limit it meets first depends on the machine.
    assert re.search("processor time|MB of memory|Failed to compile the content model", refused(folder, into))


@pytest.mark.parametrize("maker", hostile_packs.CHEAP, ids=lambda maker: maker.__name__)
def test_pack_that_only_looks_expensive__is_checked_within_the_limits(maker, tmp_path):
    assert packs.check(hostile_packs.write(tmp_path / "pack", maker())).version == VERSION


def test_pack_that_takes_too_long_by_the_clock__is_refused(into, source, monkeypatch):
    monkeypatch.setattr(trial, "MAX_WAIT", 0.001)
    assert "to check" in refused(source, into)


def test_check_that_breaks_down__is_told_and_stores_nothing(into, source, monkeypatch, tmp_path):
    dying = tmp_path / "python"
    dying.write_text("#!/bin/sh\necho last words >&2\nexit 7\n")
    dying.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dying))
    assert "the check broke down (exit code 7) last words" in refused(source, into)


def _archive(path, entries, *, compression=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def _patched(path, old, new, count=-1):
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, count))
    return path


GOOD = newer(pack_files.files())


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_archive_of_any_usual_compression__is_installed(tmp_path, into, compression):
    pack = packs.install(_archive(tmp_path / "pack.zip", GOOD, compression=compression), into)
    assert pack.files == GOOD


def test_archive_with_folders_wrapper_and_copies_of_macos__has_the_files_of_the_pack(tmp_path, into):
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("Форматы")
        for name, data in GOOD.items():
            archive.writestr(f"Форматы/{name}", data)
            above, _, last = name.rpartition("/")
            archive.writestr(f"__MACOSX/Форматы/{above}/._{last}", b"\x00\x05\x16\x07")
    assert packs.install(path, into).files == GOOD


def test_archive_in_the_large_format__is_installed(tmp_path, into):
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in GOOD.items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as stream:
                stream.write(data)
    assert packs.install(path, into).files == GOOD


def _link(path):
    entry = zipfile.ZipInfo("toys/link.xsd")
    entry.create_system = 3
    entry.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "/etc/passwd")


def _twice(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xsd", "<a/>")
        archive.writestr("b.xsd", "<b/>")
    _patched(path, b"b.xsd", b"a.xsd")


def _flagged(path, bit):
    """Set a flag of every entry, in both of its headers."""
    _archive(path, GOOD)
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = data.find(mark)
        while start >= 0:
            (flags,) = struct.unpack_from("<H", data, start + at)
            struct.pack_into("<H", data, start + at, flags | bit)
            start = data.find(mark, start + 1)
    path.write_bytes(data)


def _method(path, number):
    _archive(path, {"a.xsd": b"<a/>" * 100})
    data = bytearray(path.read_bytes())
    struct.pack_into("<H", data, 8, number)
    struct.pack_into("<H", data, data.find(b"PK\x01\x02") + 10, number)
    path.write_bytes(data)


def _sizes(path, size):
    """Let the list of entries say another size than that of the data."""
    _archive(path, {"a.xsd": b"<a/>" * 100})
    data = bytearray(path.read_bytes())
    struct.pack_into("<L", data, data.find(b"PK\x01\x02") + 24, size)
    path.write_bytes(data)


def _spoiled(path):
    _archive(path, GOOD, compression=zipfile.ZIP_STORED)
    _patched(path, b"importToysRequest", b"exportToysRequest", 1)


def _in_another(path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        for name, data in GOOD.items():
            archive.writestr(name, data)
    _archive(path, {"pack/hcs-wsdl.zip": inner.getvalue(), "pack/README.md": b"# T"})


def _behind_a_program(path):
    _archive(path, GOOD)
    path.write_bytes(b"\x7fELF" + bytes(1000) + path.read_bytes())


def _cut(path):
    _archive(path, GOOD)
    path.write_bytes(path.read_bytes()[:-200])


def _large(path):
    with path.open("wb") as stream:
        stream.write(b"PK\x03\x04")
        stream.truncate(2**40)


def _bad_utf8(path):
    _archive(path, {"ааа.xsd": b"<a/>"})
    _patched(path, "ааа".encode(), b"\xff\xff\xff\xff\xff\xff")


ARCHIVES = {
    "escaping": (lambda path: _archive(path, {"../a.xsd": b""}), "leaves the archive"),
    "absolute": (lambda path: _archive(path, {"/a.xsd": b""}), "leaves the archive"),
    "drive": (lambda path: _archive(path, {"C:\\a.xsd": b""}), "leaves the archive"),
    "backslashes": (lambda path: _archive(path, {"a\\..\\..\\b.xsd": b""}), "leaves the archive"),
    "zero byte in a name": (
        lambda path: _patched(_archive(path, {"a~b.xsd": b""}), b"a~b", b"a\0b"),
        "control character",
    ),
    "line in a name": (lambda path: _archive(path, {"a\nb.xsd": b""}), "control character"),
    "name that is no text": (_bad_utf8, "neither a folder nor a readable zip"),
    "link": (_link, "toys/link.xsd: is a symbolic link"),
    "twice": (_twice, "a.xsd: is there twice"),
    "case": (lambda path: _archive(path, {"a.xsd": b"", "A.xsd": b""}), "upper and lower case alone"),
    "normal forms": (lambda path: _archive(path, {"\u0439.xsd": b"", "\u0438\u0306.xsd": b""}), "is there twice"),
    "file as folder": (lambda path: _archive(path, {"a.xsd": b"", "a.xsd/b.xsd": b""}), "a.xsd, which is a file"),
    "encrypted": (lambda path: _flagged(path, 0x1), "is encrypted"),
    "deflate64": (lambda path: _method(path, 9), "compression method is not supported"),
    "shorter than data": (lambda path: _sizes(path, 4), "Bad CRC-32"),
    "longer than data": (lambda path: _sizes(path, 4000), "has 400 bytes, the archive says 4000"),
    "spoiled": (_spoiled, "Bad CRC-32"),
    "archive in an archive": (_in_another, "pack/hcs-wsdl.zip: is an archive inside the archive"),
    "behind a program": (_behind_a_program, "neither a folder nor a readable zip"),
    "cut": (_cut, "neither a folder nor a readable zip"),
    "terabyte": (_large, "has more than 67108864 bytes"),
    "bomb": (lambda path: _archive(path, {"a.xsd": bytes(20 * 2**20)}), "has more than 16777216 bytes"),
    "bzip2 bomb": (
        lambda path: _archive(path, {"a.xsd": bytes(trial.MAX_MEMORY)}, compression=zipfile.ZIP_BZIP2),
        "has more than 16777216 bytes|of memory",
    ),
    "many bombs": (
        lambda path: _archive(path, {f"{n}.xsd": bytes(10 * 2**20) for n in range(10)}),
        "the pack has more than 67108864 bytes",
    ),
    "many entries": (lambda path: _archive(path, {f"{n}": b"" for n in range(100_000)}), "more than 2000 files"),
    "nothing": (lambda path: _archive(path, {}), "the pack has no WSDL"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_hostile_archive__is_refused_whole(name, into, tmp_path):
    make, reason = ARCHIVES[name]
    make(tmp_path / "bad.zip")
    assert re.search(reason, refused(tmp_path / "bad.zip", into))


def test_archive_that_is_damaged_anywhere__is_refused_or_as_good_as_before(tmp_path):
    whole = _archive(tmp_path / "good.zip", GOOD).read_bytes()
    chance = random.Random(16)  # noqa: S311  # no secret
    bad = tmp_path / "bad.zip"
    outcomes = set()
    for _ in range(5_000 if _LONG else 300):
        data = bytearray(whole)
        for _ in range(chance.choice((1, 1, 4))):
            data[chance.randrange(len(data))] = chance.randrange(256)
        bad.write_bytes(data[: chance.choice((len(data), chance.randrange(len(data))))])
        target = tmp_path / "stored"
        try:
            trial.judge(bad, target)
            outcomes.add("good")
        except errors.ContractError:
            outcomes.add("refused")
        shutil.rmtree(target, ignore_errors=True)
    assert outcomes == {"good", "refused"}


def test_file_that_may_not_be_read__is_named(source, monkeypatch, tmp_path):
    def refuse(path, flags, *more, **options):
        if Path(path).name == "base.xsd":
            raise PermissionError(13, "Permission denied", path)
        return original(path, flags, *more, **options)

    # Whoever runs the tests as root may read everything, so the system's refusal is played.
    original = os.open
    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(errors.ContractError, match=r"lib/base\.xsd: cannot be read: Permission denied"):
        trial.judge(source, tmp_path / "stored")


@pytest.mark.parametrize("kind", ["file", "folder", "pipe", "device", "huge", "bytes", "many"])
def test_folder_with_what_is_no_file_of_a_pack__is_refused(kind, into, tmp_path):
    folder = hostile_packs.write(tmp_path / "folder", GOOD)
    odd = folder / "toys" / "odd.xsd"
    if kind == "file":
        odd.symlink_to("/etc/passwd")
    elif kind == "folder":
        odd.symlink_to("/etc")
    elif kind == "pipe":
        os.mkfifo(odd)
    elif kind == "device":
        odd.symlink_to("/dev/zero")
    elif kind == "huge":
        with odd.open("wb") as stream:
            stream.truncate(2**40)
    elif kind == "bytes":
        (folder / os.fsdecode(b"\xff.xsd")).write_bytes(b"<a/>")
    else:
        for number in range(2_001):
            (folder / str(number)).mkdir()
    reasons = {
        "pipe": "is not a regular file",
        "huge": "has more than 16777216 bytes",
        "bytes": "name that is not UTF-8",
        "many": "more than 2000 files",
    }
    assert reasons.get(kind, "is a symbolic link") in refused(folder, into)


def test_source_that_is_a_pipe__is_refused_without_waiting(into, tmp_path):
    os.mkfifo(tmp_path / "pack.zip")
    assert "neither a folder nor a regular file" in refused(tmp_path / "pack.zip", into)


def _installer(source, into, **options):
    code = "import sys, pathlib; from gateway.contracts import packs; packs.install(*map(pathlib.Path, sys.argv[1:]))"
    return subprocess.Popen([sys.executable, "-c", code, str(source), str(into)], stderr=subprocess.PIPE, **options)


def test_disk_that_is_full__leaves_no_pack(into, tmp_path):
    folder = hostile_packs.write(tmp_path / "newer", GOOD)
    before = everything(into)
    # No file may grow beyond this: the system refuses in the middle of a write, as it does on a full disk.
    limited = _installer(folder, into, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
    _, said = limited.communicate()
    assert limited.returncode == 1
    assert b"the pack cannot be stored" in said
    assert everything(into) == before


def test_installer_that_is_killed_anywhere__leaves_nothing_half_done(into, tmp_path):
    folder = hostile_packs.write(tmp_path / "newer", GOOD)
    found = set()
    for turn in range(100 if _LONG else 12):
        installer = _installer(folder, into)
        time.sleep(turn % 12 * 0.04)
        installer.send_signal(signal.SIGKILL)
        installer.communicate()
        survey = packs.survey(into)
        assert survey.damaged == ()
        found.add(tuple(pack.version for pack in survey.packs))
        # The next one sweeps, also behind the check that the dead one has left running.
        packs.install(folder, into)
        assert [name for name in names(into) if name.startswith(".")] == []
        packs.remove("3.0.0.0", into)
    assert found <= {(VERSION,), (VERSION, "3.0.0.0")}
    assert names(into) == [VERSION]


def test_remains_of_a_dead_remover__are_swept_by_the_next(into, source):
    (into / ".staging-dead").mkdir()
    (into / VERSION).rename(into / ".staging-dead" / VERSION)
    packs.install(source, into)
    assert names(into) == [VERSION]


def test_many_installers_at_once__install_each_pack_once(into, tmp_path):
    folders = [hostile_packs.write(tmp_path / f"n{n}", newer(pack_files.files(), f"3.0.0.{n % 3}")) for n in range(9)]
    with concurrent.futures.ThreadPoolExecutor(9) as pool:
        found = list(pool.map(lambda folder: packs.install(folder, into).version, folders))
    assert names(into) == [VERSION, "3.0.0.0", "3.0.0.1", "3.0.0.2"]
    assert found == [f"3.0.0.{n % 3}" for n in range(9)]
    assert packs.survey(into).damaged == ()


def test_installing_and_removing_again_and_again__leaks_nothing(tmp_path):
    folder = hostile_packs.write(tmp_path / "source", GOOD)
    bad = hostile_packs.write(tmp_path / "bad", hostile_packs.doctype())
    into = tmp_path / "contracts"

    def turn():
        packs.install(folder, into)
        assert len(packs.survey(into).packs) == 1
        with pytest.raises(errors.ContractError):
            packs.install(bad, into)
        packs.remove("3.0.0.0", into)

    for _ in range(3):
        turn()
    before, memory, children = len(names(Path("/proc/self/fd"))), _resident(), _children()
    for _ in range(1_000 if _LONG else 20):
        turn()
    assert names(into) == []
    assert len(names(Path("/proc/self/fd"))) == before
    # Trees and schemas of one turn alone take more than 0.3 MB; the allowance is what the allocator keeps.
    assert _resident() - memory < 8 * 2**20
    assert _children() == children


def _children() -> set[str]:
    """Processes that this one has started, the ended ones that nobody has waited for among them."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}


def _resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
