"""The export of a registry: equal registries give equal bytes, and what is personal stays closed unless asked for."""

from __future__ import annotations

import hashlib
import json
import stat

import pytest
from click.testing import CliRunner

from gateway.cli import main
from tests import replayed
from tests import samples as texts
from tests import stand as stands
from tests.integration.test_samples import VALID

ACCOUNTS = [path for path in VALID if path.parent.name == "accounts"][:4]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """An installation with a house twice changed and accounts in it, and the folder of its rebuilt registry."""
    folder = tmp_path_factory.mktemp("export")
    stand = stands.Stand(folder / "data", house_basis="granted")
    (folder / "data" / "gateway.toml").write_text('house_basis = "granted"\n')
    story = replayed.Story(stand)
    story.tell(ACCOUNTS)
    for _ in range(2):
        stand.send(texts.HOUSE)
    stand.work()
    stand.close()
    run(stand, "journal", "replay", "--registry", folder / "rebuilt")
    return stand, folder / "rebuilt"


def run(stand, *arguments, code=0):
    result = CliRunner().invoke(main, ["--data", str(stand.settings.data), *map(str, arguments)])
    assert result.exit_code == code, result.output
    return result


def export(stand, *options):
    return run(stand, "registry", "export", *options)


@pytest.mark.parametrize("options", [(), ("--personal-data",)])
def test_rebuilt_registry__has_the_same_export_byte_for_byte(told, options):
    stand, rebuilt = told
    live, other = export(stand, *options), export(stand, "--registry", rebuilt, *options)
    assert live.stdout_bytes
    assert live.stdout_bytes == other.stdout_bytes
    assert live.stderr == other.stderr


def test_lines__are_objects_and_their_number_and_digest_are_told(told):
    done = export(told[0])
    lines = done.stdout_bytes.splitlines()
    assert {"apartment-house", "account"} <= {json.loads(line)["kind"] for line in lines}
    digest = hashlib.sha256(done.stdout_bytes).hexdigest()
    assert done.stderr == f"{len(lines)} objects, personal data left out, SHA-256 {digest}\n"


def test_digest_with_personal_data__is_that_of_the_replay(told):
    digest = export(told[0], "--personal-data").stderr.rsplit(" ", 1)[1].strip()
    assert digest in run(told[0], "journal", "replay", "--json").stdout


def test_personal_data__are_in_the_open_only_when_asked_for(told):
    closed, opened = export(told[0]).stdout, export(told[0], "--personal-data").stdout
    assert '"sealed":"sealed"' in closed
    assert '"sealed":"sealed"' not in opened
    assert "Surname" in opened
    assert "Surname" not in closed


def test_file__is_private_and_not_written_over_unless_forced(told, tmp_path):
    stand, _ = told
    target = tmp_path / "registry.jsonl"
    export(stand, "-o", target)
    assert target.read_bytes() == export(stand).stdout_bytes
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert "is there already" in run(stand, "registry", "export", "-o", target, code=1).output
    export(stand, "-o", target, "--force")
    gone = tmp_path / "none" / "registry.jsonl"
    assert "cannot be written: No such file" in run(stand, "registry", "export", "-o", gone, code=1).output


def test_folder_without_a_rebuilt_registry__is_told(told, tmp_path):
    said = run(told[0], "registry", "export", "--registry", tmp_path, code=3).output
    assert "holds no rebuilt registry: gateway journal replay --registry makes one" in said


def test_missing_key_of_personal_data__is_told_when_they_are_asked_for(told, tmp_path):
    key = told[0].settings.keys / "data.key"
    key.rename(tmp_path / "data.key")
    try:
        run(told[0], "registry", "export", "--personal-data", code=3)
        export(told[0])
    finally:
        (tmp_path / "data.key").rename(key)
