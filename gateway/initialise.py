"""An installation is made: folders, settings file, key, database. Doing it again changes nothing (`gateway init`).

The installation signs its results with a certificate of an authority of its own, `keys/ca.crt`, which its clients may
trust. The authority vouches for the installation only: packages signed under it are not accepted unless an
administrator puts it into `trust/` too.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway import clock, errors, settings, signatures, vault
from signing import errors as signing_errors
from signing import issue, signer, trust
from signing.subject import Subject
from storage import database
from storage import errors as storage_errors

DEFAULT_SUITE: Final = "rsa-2048"
AUTHORITY: Final = signatures.AUTHORITY
_AUTHORITY_YEARS: Final = 20
_KEY_DAYS: Final = 5 * 365
_WIDTH: Final = 118


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One thing that an installation needs."""

    what: str
    where: str
    made: bool
    """False where it was there already and was left alone."""


def initialise(
    conf: settings.Settings,
    *,
    suite: str = DEFAULT_SUITE,
    chosen: Mapping[str, Any] | None = None,
    progress: Callable[[Step], None] = lambda _: None,
) -> None:
    """Make what is missing of the installation in `conf.data`; `progress` hears of every step.

    `chosen` are the settings that the new settings file sets; the others stand in it as comments. `suite` is a kind of
    key (`signing.issue.KEY_KINDS`). Raises Unavailable where something cannot be made: rights, disk, database.
    """
    try:
        for folder in (conf.data, conf.keys, conf.trust, conf.packs):
            progress(_folder(folder))
        progress(_settings_file(conf.data / settings.FILE, chosen or {}))
        progress(_key(conf, suite))
        progress(_data_key(conf))
    except (OSError, signing_errors.SigningError) as error:
        raise errors.Unavailable(f"{conf.data} cannot be made an installation: {error}") from error
    progress(_database(conf))


def authority(folder: Path, suite: str = DEFAULT_SUITE, *, name: str = AUTHORITY) -> issue.Identity:
    """Return the authority `name` in a folder, made at the first call; raises SigningError for an unusable one."""
    key_path, certificate_path = folder / f"{name}.key", folder / f"{name}.crt"
    if not key_path.exists() and not certificate_path.exists():
        # Two authorities of one name would be tried in turn for each other's certificates, and look alike in a list.
        title = f"hcs-gateway: {'own' if name == AUTHORITY else 'test'} authority {secrets.token_hex(3)}"
        made = issue.new_authority(suite, title, now=_start(), years=_AUTHORITY_YEARS)
        made.write(folder, name)
        return made
    certificate, *above = trust.load(certificate_path)
    loaded = signer.PemSigner.load(key_path, certificate_path)
    return issue.Identity(loaded.key, certificate, tuple(above))


def identity(above: issue.Identity, suite: str, subject: Subject, *, days: int = _KEY_DAYS) -> issue.Identity:
    """Return a new key with a certificate of the authority `above`, in force from now on."""
    # A certificate must not outlive its authority: the chain would break while the leaf still looks good.
    ends = min(clock.now() + dt.timedelta(days=days), above.certificate.not_after)
    return issue.issue(above, suite, subject, now=_start(), not_after=ends)


def settings_text(chosen: Mapping[str, Any]) -> str:
    """Return a settings file that explains every setting and sets the `chosen` ones."""
    lines = [
        "# Settings of this installation. A line without # in front overrides the default that it shows.",
        "# The environment (GATEWAY_PORT=…) and the command line (gateway serve --port …) override this file.",
    ]
    for name, field in settings.FIELDS.items():
        if name == "data":
            continue
        choices = field.metadata["choices"]
        meaning = field.metadata["meaning"] + (f" One of: {', '.join(choices)}." if choices else "")
        lines += ["", *(f"# {line}" for line in textwrap.wrap(meaning, _WIDTH))]
        lines.append(f"{name} = {_toml(chosen[name])}" if name in chosen else f"# {name} = {_toml(field.default)}")
    return "\n".join(lines) + "\n"


def _folder(path: Path) -> Step:
    made = not path.is_dir()
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Step("folder", str(path), made)


def _settings_file(path: Path, chosen: Mapping[str, Any]) -> Step:
    made = not path.exists()
    if made:
        # It may hold the password of a database.
        issue.write_atomically(path, settings_text(chosen).encode(), mode=0o600, replace=False)
    return Step("settings", str(path), made)


def _key(conf: settings.Settings, suite: str) -> Step:
    key_path, certificate_path = signatures.key_paths(conf)
    made = not conf.key and not key_path.exists() and not certificate_path.exists()
    if made:
        subject = Subject(common_name="hcs-gateway: installation")
        identity(authority(conf.keys, suite), suite, subject).write(conf.keys, signatures.KEY)
    signatures.load_key(conf)
    return Step("key", conf.key.partition("?")[0] or str(key_path), made)


def _data_key(conf: settings.Settings) -> Step:
    path = vault.path(conf)
    made = not path.exists()
    if made:
        issue.write_atomically(path, vault.new_file(), mode=0o600, replace=False)
    vault.Vault.load(path)
    return Step("data key", str(path), made)


def _database(conf: settings.Settings) -> Step:
    file = conf.data / "gateway.db"
    made = not conf.database and not file.exists()
    try:
        db = database.Database.open(conf.database_url, mark=conf.mark)
    except storage_errors.Unsupported as error:
        raise settings.SettingsError(f"database: {error}") from error
    try:
        db.migrate()
        db.recognise()
    finally:
        db.close()
    return Step("database", "the one that the setting names" if conf.database else str(file), made)


def _start() -> dt.datetime:
    # Certificates know whole seconds, and clocks of clients may be a little behind.
    return clock.now().replace(microsecond=0) - dt.timedelta(minutes=5)


def _toml(value: Any) -> str:
    if isinstance(value, tuple | list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    # The strings, numbers and booleans of JSON are those of TOML.
    return json.dumps(value, ensure_ascii=False)
