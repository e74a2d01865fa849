"""Every setting of an installation, its default and its meaning; docs/settings.md is checked against this module.

A setting is read from `<data>/gateway.toml`, then from the environment (`GATEWAY_` + the name in capitals), then from
the command line; the last one wins. An unknown name is an error: a misspelt setting must not pass for the default.
"""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import re
import tomllib
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from gateway import errors

FILE: Final = "gateway.toml"


class SettingsError(errors.GatewayError):
    """A setting is unknown or its value cannot be used; the message names the setting."""


def _setting(default: Any, meaning: str, *choices: str) -> Any:
    return dataclasses.field(default=default, metadata={"meaning": meaning, "choices": choices})


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """One installation. Paths that are left empty stand inside `data`."""

    data: Path = _setting(Path("data"), "Folder of the installation: database, keys, trust anchors, contract packs.")
    database: str = _setting("", "SQLAlchemy URL; empty means SQLite in the data folder. PostgreSQL: postgresql://…")
    host: str = _setting("127.0.0.1", "Address to listen on.")
    port: int = _setting(8080, "Port to listen on.")
    processes: int = _setting(2, "Web processes that share the port.")
    threads: int = _setting(8, "Threads of a web process; a long package never keeps short ones waiting.")
    exchange_workers: int = _setting(1, "Processes that execute accepted packages.")
    signature: str = _setting(
        "required", "What becomes of unsigned packages; a signature that is present is always verified unless off.",
        "required", "optional", "off",
    )  # fmt: skip
    gost_backend: str = _setting(
        "auto",
        "What computes ГОСТ signatures: OpenSSL's engine, Python alone, the engine if it is there; off refuses them.",
        "auto", "openssl", "pure", "off",
    )  # fmt: skip
    revocation: Literal["known", "required"] = _setting(
        "known",
        "Whether a certificate needs a fresh revocation list of its authority; a revoked one is refused in any case.",
        "known", "required",
    )  # fmt: skip
    key: str = _setting(
        "", "The installation's key: a PKCS #11 URI of a token (RFC 7512); empty means the file keys/installation.key."
    )
    house_basis: str = _setting(
        "granted",
        "What lets an organisation work with a house: a grant (gateway grant house), a contract or charter, none.",
        "granted", "contract", "open",
    )  # fmt: skip
    attachment_hash: str = _setting(
        "enforce",
        "A package whose attachments are no files of its sender, or differ by AttachmentHASH: refused, or only logged.",
        "enforce", "warn",
    )  # fmt: skip
    max_body: int = _setting(64 * 2**20, "Largest request body in bytes.")
    body_timeout: int = _setting(
        30, "Seconds for a request body to arrive, and one more for every 64 KB of it that did; then it is given up."
    )
    body_memory: int = _setting(
        256 * 2**20, "Bytes of large request bodies that a web process has at once; further ones wait."
    )
    files: str = _setting(
        "", "Where the file store keeps files: s3://bucket or s3://bucket/prefix; empty means the data folder."
    )
    s3_endpoint: str = _setting("", "URL of an S3-compatible storage; empty means that of Amazon for the region.")
    s3_region: str = _setting("us-east-1", "Region by which requests to S3 are signed.")
    s3_credentials: str = _setting(
        "",
        "File with aws_access_key_id and aws_secret_access_key under [default]; empty means AWS_ACCESS_KEY_ID and "
        "AWS_SECRET_ACCESS_KEY of the environment, or what else botocore finds.",
    )
    s3_ca: str = _setting(
        "", "PEM file of the authorities that the S3 storage is believed by; empty means public ones."
    )
    max_file: int = _setting(2**30, "Largest file of the file store in bytes.")
    file_extensions: tuple[str, ...] = _setting(
        (
            "pdf", "docx", "doc", "rtf", "txt", "xls", "xlsx", "jpeg", "jpg", "bmp", "tif", "tiff", "gif", "zip", "rar",
            "csv", "odp", "odf", "ods", "odt", "sxc", "sxw", "sig",
        ),
        "Extensions that the file store takes.",
    )  # fmt: skip
    virus_scanner: str = _setting(
        "", "clamd that looks at every file: tcp://host:3310 or unix:///run/clamav/clamd.ctl; empty means none."
    )
    upload_ttl: int = _setting(24 * 60 * 60, "Seconds after its last part until an upload that is not completed ends.")
    journal_origin: str = _setting(
        "",
        "Name of the journal in its checkpoints, such as gateway.example.ru/journal; empty means one made of its first "
        "entry. It never changes: to a witness another name is another journal.",
    )
    checkpoint_interval: int = _setting(
        60, "Seconds between checkpoints of the journal, made where it has grown; 0 means only on demand."
    )
    checkpoint_folder: str = _setting(
        "", "Folder into which checkpoints and tiles of the journal are put for others; empty means HTTP only."
    )
    verify_interval: int = _setting(
        60,
        "Seconds between two looks at what is new in the journal, which is verified in the background; in between all "
        "of it is verified again, gently. 0 means never.",
    )
    archive_folder: str = _setting(
        "", "Folder of the journal's archives, from which dropped payloads are read; empty means archives in data."
    )
    max_violations: int = _setting(50, "Most schema violations listed in one answer.")
    strict_versions: bool = _setting(
        False,
        "Accept only versions that the contract lists; otherwise newer ones too, where it leaves the attribute free.",
    )
    trusted_proxies: tuple[str, ...] = _setting(
        (), "Addresses (CIDR) whose X-Client-Cert-Fingerprint header is believed."
    )
    credential_ttl: int = _setting(60, "Seconds for which a verified password is remembered.")
    lease: int = _setting(60, "Seconds after which the package of a silent worker is taken over by another.")
    min_free: int = _setting(64 * 2**20, "Free bytes on the data disk below which the gateway stops accepting.")
    validate_results: bool = _setting(True, "Check every result against the contract before it is signed.")
    log_level: str = _setting("info", "Least level that is logged.", "debug", "info", "warning", "error")

    @property
    def database_url(self) -> str:
        """URL of the database, the embedded one unless another is set."""
        return self.database or f"sqlite:///{(self.data / 'gateway.db').absolute()}"

    @property
    def keys(self) -> Path:
        """Folder of the installation's key and certificate."""
        return self.data / "keys"

    @property
    def trust(self) -> Path:
        """Folder of whom the installation believes, laid out as `signing.trust_folder` says."""
        return self.data / "trust"

    @property
    def archives(self) -> Path:
        """Folder of the journal's archives."""
        return Path(self.archive_folder) if self.archive_folder else self.data / "archives"

    @property
    def packs(self) -> Path:
        """Folder of the installed contract packs."""
        return self.data / "contracts"

    @property
    def mark(self) -> Path:
        """File by which a restored database is recognised (`storage.epochs`)."""
        return self.data / "journal.mark"


FIELDS: Final = {field.name: field for field in dataclasses.fields(Settings)}


def load(data: Path | None = None, **overrides: Any) -> Settings:
    """Return the settings of the installation in `data`; overrides that are None do not count.

    Raises SettingsError naming the setting and what is expected.
    """
    variables = {name: f"GATEWAY_{name.upper()}" for name in FIELDS}
    environ = {name: os.environ[variable] for name, variable in variables.items() if variable in os.environ}
    inherited = environ.pop("data", "data")
    folder = Path(data or inherited)
    values: dict[str, Any] = {**_file(folder / FILE), **environ}
    values |= {name: value for name, value in overrides.items() if value is not None}
    unknown = sorted(values.keys() - FIELDS.keys() | ({"data"} & values.keys()))
    if unknown:
        raise SettingsError(f"unknown setting: {', '.join(unknown)}")
    return Settings(data=folder, **{name: _convert(name, value) for name, value in values.items()})


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment variables from which `load`, called without anything, reads these very settings."""
    values = {name: getattr(settings, name) for name in FIELDS} | {"data": settings.data.absolute()}
    return {f"GATEWAY_{name.upper()}": _written(value) for name, value in values.items()}


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _file(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: {error}") from error


def _convert(name: str, value: Any) -> Any:
    field = FIELDS[name]
    choices = field.metadata["choices"]
    if name == "trusted_proxies":
        return _networks(value)
    try:
        converted = _as(type(field.default), value)
    except ValueError as error:
        raise SettingsError(f"{name}: {value!r} is not {type(field.default).__name__}") from error
    if name in _CHECKS:
        _CHECKS[name](converted)
    if choices and converted not in choices:
        raise SettingsError(f"{name}: {converted!r} is not one of {', '.join(choices)}")
    return converted


def _check_scanner(address: str) -> None:
    try:
        parsed = urllib.parse.urlsplit(address)
        is_known = (parsed.scheme, bool(parsed.hostname or parsed.path)) in (("tcp", True), ("unix", True))
        is_whole = parsed.port is None or parsed.scheme == "tcp"
    except ValueError as error:
        raise SettingsError(f"virus_scanner: {error}") from error
    if address and not (is_known and is_whole):
        raise SettingsError(f"virus_scanner: {address!r} is neither tcp://host:port nor unix:///path")


def _check_files(place: str) -> None:
    found = re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9!_.*'()/-]*)?", place)
    if place and not found:
        raise SettingsError(f"files: {place!r} is not s3://bucket or s3://bucket/prefix")


def _check_endpoint(address: str) -> None:
    try:
        parsed = urllib.parse.urlsplit(address)
        is_whole = parsed.scheme in ("https", "http") and bool(parsed.hostname) and (parsed.port or 1) > 0
        is_plain = not (parsed.username or parsed.query or parsed.fragment)
    except ValueError as error:
        raise SettingsError(f"s3_endpoint: {error}") from error
    if address and not (is_whole and is_plain):
        raise SettingsError("s3_endpoint: not an https:// or http:// address without credentials")


def _check_origin(name: str) -> None:
    if name and not re.fullmatch(r"[!-*,-~]{1,200}", name):
        raise SettingsError(f"journal_origin: {name!r} is not a name of visible ASCII characters without +")


def _check_interval(name: str) -> Callable[[int], None]:
    def check(seconds: int) -> None:
        if seconds < 0:
            raise SettingsError(f"{name}: {seconds} is less than nothing")

    return check


_CHECKS: Final[Mapping[str, Callable[[Any], None]]] = {
    "journal_origin": _check_origin,
    "checkpoint_interval": _check_interval("checkpoint_interval"),
    "verify_interval": _check_interval("verify_interval"),
    "virus_scanner": _check_scanner,
    "files": _check_files,
    "s3_endpoint": _check_endpoint,
}


def _networks(value: Any) -> tuple[str, ...]:
    networks: tuple[str, ...] = _as(tuple, value)
    for network in networks:
        try:
            ipaddress.ip_network(network)
        except ValueError as error:
            raise SettingsError(f"trusted_proxies: {error}") from error
    return networks


def _as(kind: type, value: Any) -> Any:
    if kind is bool and isinstance(value, str):
        words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
        if value.lower() not in words:
            raise ValueError(value)
        return words[value.lower()]
    if kind is tuple:
        return tuple(filter(None, value.split(","))) if isinstance(value, str) else tuple(value)
    if kind is int and isinstance(value, bool):
        raise ValueError(value)
    return kind(value)
