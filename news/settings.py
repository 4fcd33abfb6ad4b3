"""Every setting, with its default and its help: from `jarchi.toml`, then `JARCHI_*` variables, which win."""

from __future__ import annotations

import ipaddress
import tomllib
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from news.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
#: The file of settings, looked for in `JARCHI_HOME`.
FILE_NAME = "jarchi.toml"


def _absolute(path: Path) -> Path:
    return path.expanduser().absolute()


class Settings(BaseSettings):
    """One table of settings; each can be set as `JARCHI_<NAME>` or as a key of `jarchi.toml`."""

    model_config = SettingsConfigDict(env_prefix="JARCHI_", extra="forbid", frozen=True)

    home: Annotated[Path, AfterValidator(_absolute)] = Field(
        default=Path("jarchi-data"), validate_default=True,
        description="folder of the database, the WARC files, the feeds and your sources",
    )
    database_url: SecretStr | None = Field(
        default=None, description="postgresql:// or sqlite:/// address; default: jarchi.db in the home folder"
    )
    allow_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(), description="private networks that may be fetched from, comma-separated (127.0.0.0/8)"
    )
    host_delay: float = Field(default=2.0, ge=0, description="least seconds between two requests to one host")
    contact: str = Field(
        default="https://example.org/set-JARCHI_CONTACT",
        description="address or mail of the operator, sent in the User-Agent so that a webmaster can write",
    )
    crawl_deadline: timedelta = Field(
        default=timedelta(minutes=15), gt=timedelta(0), description="time after which one source's crawl is ended"
    )
    crawl_workers: int = Field(default=1, ge=1, description="crawl worker processes of the local executor")
    readers: int = Field(default=2, ge=1, description="page-reading processes of a crawl worker")
    page_deadline: timedelta = Field(
        default=timedelta(seconds=30), gt=timedelta(0), description="time after which the reading of one page is ended"
    )
    tick: timedelta = Field(
        default=timedelta(seconds=10), gt=timedelta(0), description="time between two looks for sources that are due"
    )
    alert_max_age: timedelta = Field(
        default=timedelta(days=30), gt=timedelta(0), description="an article older than this never alerts"
    )
    web_host: str = Field(default="127.0.0.1", description="address the web page listens on")
    web_port: int = Field(default=8321, ge=0, le=65535, description="port of the web page; 0 takes a free one")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="least level logged")

    @field_validator("allow_networks", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        text = value.get_secret_value() if value else "sqlite:///"
        if not text.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables beat what is handed in, which is the file's content."""
        return env_settings, init_settings

    @property
    def database(self) -> str:
        """The database's address, in the form SQLAlchemy takes."""
        if self.database_url is None:
            return f"sqlite:///{self.home / 'jarchi.db'}"
        return self.database_url.get_secret_value().replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def user_agent(self) -> str:
        """What servers are told: who asks, and whom to write to."""
        return f"Jarchi/{version('jarchi')} (+{self.contact})"

    def environment(self) -> dict[str, str]:
        """The settings that differ from their defaults, as variables for a child process."""
        return {
            f"JARCHI_{name.upper()}": _as_variable(getattr(self, name))
            for name in sorted(self.model_fields_set)
        }

    @property
    def sources_folder(self) -> Path:
        """Where the user's own sources lie."""
        return self.home / "sources"

    @property
    def feeds_folder(self) -> Path:
        """Where the Atom feeds of the alert rules are written."""
        return self.home / "feeds"

    @property
    def warc_folder(self) -> Path:
        """Where the evidence of what was fetched is kept."""
        return self.home / "warc"


def load_settings() -> Settings:
    """Read file and environment; raises SettingsError that names the file or variable, and the key."""
    try:
        return Settings(**_file_values(Settings().home / FILE_NAME))
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


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
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _file_values(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from None


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, item['loc']))} (JARCHI_{str(item['loc'][0]).upper()} or {FILE_NAME}): {item['msg']}"
        for item in error.errors()
    )
