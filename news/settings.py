"""Every setting, with its default and its help: from `jarchi.toml`, then `JARCHI_*` variables, which win."""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from news.errors import SettingsError, words_of
from news.mailboxes import mailbox

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: The file of settings, looked for in `JARCHI_HOME`.
FILE_NAME = "jarchi.toml"
_PREFIX = "JARCHI_"
#: Behind the variable of a secret: the file that holds it.
_FILE = "_FILE"
_SPAN = re.compile(r"(\d{1,8}(?:\.\d{1,9})?) ?([smhd]?)")
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,9})?) ?([kmgt]?)b?")
_SIZES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
#: Longer ones would leave the calendar when they are added to a moment.
_LONGEST = timedelta(days=36_500)


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


def _span(value: Any) -> Any:
    """A time span as people write it; everything else, ISO 8601 too, is left to pydantic."""
    found = _SPAN.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if not found:
        return value
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def _size(value: Any) -> Any:
    """A number of bytes as people write it: 500 MB, 1.5GB."""
    if not isinstance(value, str):
        return value
    found = _SIZE.fullmatch(value.strip().lower())
    if not found:
        raise ValueError("not a size like 500 MB or 50 GB")
    return round(float(found[1]) * _SIZES[found[2]])


def _bounded(span: timedelta) -> timedelta:
    if not timedelta(0) < span <= _LONGEST:
        raise ValueError(f"must be longer than 0 and at most {_LONGEST.days} days")
    return span


def _public(address: str) -> str:
    parts = urlsplit(address)
    if address and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise ValueError("not an address like https://jarchi.example.org")
    return address.rstrip("/")


Span = Annotated[timedelta, BeforeValidator(_span), AfterValidator(_bounded)]

#: Bytes.
Size = Annotated[int, BeforeValidator(_size), Field(ge=0)]


class _SecretFiles(PydanticBaseSettingsSource):
    """Secrets from files: `JARCHI_<NAME>_FILE` names one; systemd lays one named after the setting (LoadCredential=)."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """What the file of a secret holds, without the line end; None where there is no file."""
        path = self._path(field_name) if _is_secret(field) else None
        if path is None:
            return None, field_name, False
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n"), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{_variable(field_name)}: cannot be read from {path}: {words_of(error)}") from None

    def _path(self, name: str) -> Path | None:
        variables = {variable.upper(): value for variable, value in os.environ.items()}
        if named := variables.get(f"{_variable(name)}{_FILE}"):
            return Path(named)
        folder = os.environ.get("CREDENTIALS_DIRECTORY")
        credential = Path(folder) / name if folder else None
        return credential if credential and credential.is_file() else None

    def __call__(self) -> dict[str, Any]:
        """The secrets that lie in files."""
        fields = self.settings_cls.model_fields.items()
        found = {name: self.get_field_value(field, name)[0] for name, field in fields}
        return {name: value for name, value in found.items() if value is not None}


def _is_secret(field: FieldInfo) -> bool:
    return field.annotation == (SecretStr | None)


class Settings(BaseSettings):
    """One table of settings; each can be set as `JARCHI_<NAME>` or as a key of `jarchi.toml`."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, extra="forbid", frozen=True)

    home: Annotated[Path, AfterValidator(_absolute)] = Field(
        default=Path("jarchi-data"), validate_default=True,
        description="folder of the database, the feeds and your sources",
    )
    database_url: SecretStr | None = Field(
        default=None, description="postgresql:// or sqlite:/// address; default: jarchi.db in the home folder"
    )
    allow_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(), description="private networks that may be fetched from, comma-separated (127.0.0.0/8)"
    )
    host_delay: float = Field(
        default=2.0, ge=0, allow_inf_nan=False, description="least seconds between two requests to one host"
    )
    host_budget: int | None = Field(
        default=None, ge=0,
        description="requests a day (UTC) to one host; 0: no bound; default: 5000, and no bound where host_delay is 0",
    )
    contact: str = Field(
        default="https://example.org/set-JARCHI_CONTACT",
        description="address or mail of the operator, sent in the User-Agent so that a webmaster can write",
    )
    crawl_deadline: Span = Field(
        default=timedelta(minutes=15), description="time after which one source's crawl is ended"
    )
    crawl_workers: int = Field(default=1, ge=1, description="crawl worker processes of the local executor")
    request_timeout: Span = Field(
        default=timedelta(seconds=60), description="time after which a request without its whole answer is ended"
    )
    readers: int = Field(default=2, ge=1, description="page-reading processes of a crawl worker")
    page_deadline: Span = Field(
        default=timedelta(seconds=30), description="time after which the reading of one page is ended"
    )
    tick: Span = Field(
        default=timedelta(seconds=10), description="time between two looks for sources that are due"
    )
    warc_folder: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="folder of the pages as they came (WARC files); default: warc in the home folder"
    )
    pg_tools: Annotated[Path, AfterValidator(_absolute)] | None = Field(
        default=None, description="folder of pg_dump, pg_restore and psql; default: the newest that is found"
    )
    warc_budget: Size = Field(
        default=50 * 10**9,
        description="room that these files may take; when it is full articles are kept without their pages; 0 keeps none",
    )
    warc_file_size: Size = Field(
        default=500 * 10**6, description="size at which a file of pages is closed and the next one begun"
    )
    revisit_after: Annotated[tuple[Span, ...], NoDecode] = Field(
        default=tuple(timedelta(days=days) for days in (1, 3, 7, 21, 63)),
        description="when an article's page is asked for again, counted from its first sight, comma-separated; empty: never",
    )
    revisit_share: float = Field(
        default=0.25, ge=0, le=0.9, allow_inf_nan=False,
        description="largest share of a crawl's requests that such visits may be; ten are always allowed; 0: none",
    )
    backfill_deadline: Span = Field(
        default=timedelta(hours=12), description="time after which `crawl --since` is ended; what it found is fetched later"
    )
    alert_max_age: Span = Field(
        default=timedelta(days=30), description="an article older than this never alerts"
    )
    smtp_host: str = Field(default="", description="server that takes the mails; without one no mail leaves")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="its port")
    smtp_tls: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="how the way there is kept secret: starttls, tls from the first byte, or none"
    )
    smtp_user: str = Field(default="", description="name to log in with; without one nobody logs in")
    smtp_password: SecretStr | None = Field(default=None, description="password to log in with")
    smtp_from: str = Field(default="", description="sender of the mails: Jarchi &lt;jarchi@example.org&gt;")
    smtp_timeout: Span = Field(
        default=timedelta(seconds=30), description="time after which a server that does not answer is given up"
    )
    alert_first_wait: Span = Field(
        default=timedelta(minutes=1), description="wait after an alert failed once; it doubles with every failure"
    )
    alert_longest_wait: Span = Field(default=timedelta(hours=6), description="the longest of these waits")
    alert_give_up: Span = Field(
        default=timedelta(days=4), description="time after which an alert that failed ever since is dead"
    )
    alert_run_limit: Span = Field(
        default=timedelta(minutes=1), description="time that one way of sending may take before others have their turn"
    )
    alert_budget: int = Field(
        default=20, ge=0, description="mails about one event a day and recipient; more wait for a digest; 0: no bound"
    )
    channels: SecretStr | None = Field(
        default=None,
        description="addresses of channels and keys of webhooks, as TOML; beside those of channels.toml in the home folder",
    )
    channel_timeout: Span = Field(
        default=timedelta(seconds=30), description="time after which a webhook or channel without an answer is given up"
    )
    web_url: Annotated[str, AfterValidator(_public)] = Field(
        default="", description="address at which readers reach the web page, for links: https://jarchi.example.org"
    )
    link_key: SecretStr | None = Field(
        default=None, min_length=16, description="secret that signs the links in mails; default: made once, in the home folder"
    )
    staff_header: str = Field(
        default="", pattern=r"^[A-Za-z0-9-]*$",
        description="header in which a proxy that asks for passwords names who it lets in to the staff's pages: X-Remote-User",
    )
    web_host: str = Field(default="127.0.0.1", description="address the web page listens on")
    web_port: int = Field(default=8321, ge=0, le=65535, description="port of the web page; 0 takes a free one")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="least level logged")

    @field_validator("allow_networks", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        parts = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        return [_network(part) for part in parts] if isinstance(parts, list | tuple) else parts

    @field_validator("revisit_after", mode="before")
    @classmethod
    def _spans(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("revisit_after")
    @classmethod
    def _ascending(cls, value: tuple[timedelta, ...]) -> tuple[timedelta, ...]:
        if list(value) != sorted(set(value)):
            raise ValueError("must ascend, each longer than the one before")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        text = value.get_secret_value() if value else "sqlite:///"
        if not text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @field_validator("smtp_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if value:
            mailbox(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables beat files of secrets, and these what is handed in, which is the file's content."""
        return env_settings, _SecretFiles(settings_cls), init_settings

    @property
    def database(self) -> str:
        """The database's address, in the form SQLAlchemy takes."""
        if self.database_url is None:
            return f"sqlite:///{self.home / 'jarchi.db'}"
        return self.database_url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def user_agent(self) -> str:
        """What servers are told: who asks, and whom to write to."""
        return f"Jarchi/{_version()} (+{self.contact})"

    def environment(self) -> dict[str, str]:
        """The settings that differ from their defaults, as variables for a child process.

        What only the sending of alerts needs to know is kept from the process that reads strangers' pages.
        """
        return {
            _variable(name): _as_variable(getattr(self, name))
            for name in sorted(self.model_fields_set - {"smtp_password", "link_key", "channels"})
        }

    @property
    def names_file(self) -> Path:
        """Names that the users of this archive add."""
        return self.home / "names.toml"

    @property
    def sources_folder(self) -> Path:
        """Where the user's own sources lie."""
        return self.home / "sources"

    @property
    def evidence_folder(self) -> Path:
        """Where the pages of articles lie as they came."""
        return self.warc_folder or self.home / "warc"

    @property
    def link_key_file(self) -> Path:
        """Where the secret that signs links is kept when no setting names one."""
        return self.home / "link.key"

    @property
    def channels_file(self) -> Path:
        """Where the addresses of channels lie, which are secrets."""
        return self.home / "channels.toml"

    @property
    def ledger_file(self) -> Path:
        """Where what was forgotten is noted, for the day when an older backup brings it back."""
        return self.home / "forgotten.jsonl"

    @property
    def feeds_folder(self) -> Path:
        """Where the Atom feeds of the alert rules are written."""
        return self.home / "feeds"


def load_settings() -> Settings:
    """Read file and environment; raises SettingsError that names the variable, or the file and the key."""
    _refuse_unknown(name.upper() for name in os.environ)
    path = Path(FILE_NAME)
    try:
        path = Settings().home / FILE_NAME
        return Settings(**_file_values(path))
    except ValidationError as error:
        raise SettingsError(_explain(error, path)) from None


class _FixedSettings(Settings):
    """Settings that no file or variable changes."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        *others: PydanticBaseSettingsSource, **named: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is handed in, and nothing else."""
        return (init_settings,)


def fixed_settings(**values: Any) -> Settings:
    """Settings of these values and the defaults alone, whatever the environment says."""
    return _FixedSettings(**values)


def _as_variable(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, timedelta):
        return f"PT{value.total_seconds()}S"
    return ",".join(map(_as_variable, value)) if isinstance(value, tuple) else str(value)


@cache
def _version() -> str:
    """Looking it up reads the package's metadata, and every crawl asks."""
    return version("jarchi")


def _variable(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _network(part: Any) -> Network:
    if isinstance(part, Network):
        return part
    try:
        return ipaddress.ip_network(str(part))
    except ValueError as error:
        raise ValueError(f"not a network like 127.0.0.0/8: {error}") from None


def _refuse_unknown(variables: Iterable[str]) -> None:
    known = {_variable(name) for name in Settings.model_fields}
    known |= {f"{_variable(name)}{_FILE}" for name, field in Settings.model_fields.items() if _is_secret(field)}
    for name in variables:
        if name.startswith(_PREFIX) and name not in known:
            raise SettingsError(f"{name}: there is no such setting{_nearest(name, known)}")


def _nearest(name: str, known: Iterable[str]) -> str:
    """The likeliest of the known names, compared by what stands behind the prefix."""
    names = {other.removeprefix(_PREFIX): other for other in known}
    near = difflib.get_close_matches(name.removeprefix(_PREFIX), names, n=1)
    return f"; did you mean {names[near[0]]}?" if near else ""


def _file_values(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {words_of(error)}") from None


def _explain(error: ValidationError, path: Path) -> str:
    """What is wrong, each with the place it was set at: the variable, which wins, or the file and its key."""
    variables = {name.upper() for name in os.environ}
    said = []
    for item in error.errors():
        name = str(item["loc"][0])
        place = _variable(name) if _variable(name) in variables else f"{path}: {name}"
        said.append(f"{place}: {_message(item['type'], item['msg'], name)}")
    return "; ".join(said)


def _message(kind: str, text: str, name: str) -> str:
    if kind == "extra_forbidden":
        return f"there is no such setting{_nearest(name, Settings.model_fields)}"
    if kind.startswith("time_delta"):
        return "not a time span like 10, 10s, 5m, 2h, 1d or PT10S"
    return text.removeprefix("Value error, ")
