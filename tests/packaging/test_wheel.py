"""The built wheel, not the tree: what is in it, and that it works where nothing of the project is near."""

from __future__ import annotations

import email.message
import importlib.util
import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import gateway

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {"gateway", "signing", "storage", "xsd", "wsdl", "samples"}
DATA = (".xsd", ".wsdl", ".xml", ".json", ".bin", ".sql", ".mako")

pytestmark = pytest.mark.slow


def run(*command: str, folder: Path) -> str:
    done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("hatchling, which builds the wheel, is not installed (make setup installs it)")
    folder = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel")
    run(*pip, "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT), folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def names(wheel) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """An environment with the wheel in it; its dependencies are those of this environment."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    python = str(folder / "bin" / "python")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install")
    run(*pip, "--quiet", "--no-deps", "--no-index", str(wheel), folder=folder)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder


def metadata(wheel: Path, file: str) -> email.message.Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(f".dist-info/{file}")]
        return email.message_from_bytes(archive.read(name))


def test_wheel__has_the_six_packages_and_nothing_else(names):
    top = {name.partition("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES


def test_wheel__has_every_module_and_data_file_of_the_tree(names):
    tree = [path for package in sorted(PACKAGES) for path in (ROOT / package).rglob("*") if path.is_file()]
    wanted = {path.relative_to(ROOT).as_posix() for path in tree if path.suffix in (".py", *DATA)}
    assert len(wanted) > 100
    assert wanted - set(names) == set()


def test_wheel__has_no_tests_keys_databases_or_compiled_files(names):
    assert [name for name in names if "tests/" in name or name.endswith((".pyc", ".key", ".db"))] == []


def test_wheel__has_contract_samples_and_migrations(names):
    assert {"xsd/base.xsd", "wsdl/house-management.wsdl", "storage/migrations/env.py"} <= set(names)
    assert any(name.startswith("storage/migrations/versions/") for name in names)
    assert any(name.startswith("samples/valid/houses/") for name in names)
    assert {"samples/month/import-house.xml", "samples/month/import-accounts.xml"} <= set(names)


def test_metadata__names_version_licence_and_python(wheel):
    about = metadata(wheel, "METADATA")
    assert (about["Name"], about["Version"]) == ("hcs-gateway", gateway.__version__)
    assert about["License-Expression"] == "Apache-2.0"
    assert about["Requires-Python"] == "<3.14,>=3.11"


def test_installed_package__is_the_one_of_the_wheel(installed, tmp_path):
    code = "import gateway, signing, storage, xsd; print(*(each.__file__ for each in (gateway, signing, storage, xsd)))"
    for file in run(str(installed / "bin" / "python"), "-c", code, folder=tmp_path).split():
        assert Path(file).is_relative_to(installed)


def test_installed_command__makes_an_installation_and_judges_a_sample(installed, tmp_path):
    command = str(installed / "bin" / "gateway")
    assert gateway.__version__ in run(command, "--version", folder=tmp_path)
    run(command, "init", "--suite", "p256", folder=tmp_path)
    assert json.loads(run(command, "org", "list", "--json", folder=tmp_path)) == []
    assert "importHouseUOData" in run(command, "contracts", "list", "--json", folder=tmp_path)
    (site,) = installed.glob("lib/python*/site-packages")
    sample = site / "samples" / "valid" / "houses" / "create-apartment-house.xml"
    assert run(command, "check", str(sample), folder=tmp_path).startswith("good")


def test_installed_demo__comes_out_as_expected(installed, tmp_path):
    assert "Everything came out as expected" in run(str(installed / "bin" / "gateway"), "demo", folder=tmp_path)
