"""Settings: from file and environment, wrong ones named with where they stand."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from news.errors import SettingsError
from news.settings import FILE_NAME, Settings, load_settings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, and no settings from outside."""
    for name in [name for name in os.environ if name.startswith("JARCHI_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JARCHI_HOME", str(tmp_path))
    return tmp_path


def _write(home: Path, text: str) -> None:
    (home / FILE_NAME).write_text(text, encoding="utf-8")


def test_defaults(home: Path) -> None:
    settings = load_settings()
    assert settings.database == f"sqlite:///{home}/jarchi.db"
    assert settings.sources_folder == home / "sources"
    assert settings.host_delay == 2.0
    assert settings.allow_networks == ()
    assert settings.alert_max_age == timedelta(days=30)


def test_the_home_folder_is_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JARCHI_HOME", "here")
    assert load_settings().home == tmp_path / "here"


def test_the_environment_beats_the_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(home, 'host_delay = 5\nweb_port = 9000\ncontact = "https://yazd.example"\n')
    monkeypatch.setenv("JARCHI_HOST_DELAY", "0")
    settings = load_settings()
    assert (settings.host_delay, settings.web_port, settings.contact) == (0, 9000, "https://yazd.example")


@pytest.mark.parametrize(("url", "database"), [
    ("postgresql://me:secret@host/db", "postgresql+psycopg://me:secret@host/db"),
    ("postgresql+psycopg://host/db", "postgresql+psycopg://host/db"), ("sqlite:////var/x.db", "sqlite:////var/x.db"),
])  # fmt: skip
def test_the_database(home: Path, monkeypatch: pytest.MonkeyPatch, url: str, database: str) -> None:
    monkeypatch.setenv("JARCHI_DATABASE_URL", url)
    settings = load_settings()
    assert settings.database == database
    assert "secret" not in repr(settings)
    assert "secret" not in settings.model_dump_json()


def test_networks_are_separated_by_commas(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARCHI_ALLOW_NETWORKS", "127.0.0.0/8, ::1/128,")
    assert [str(network) for network in load_settings().allow_networks] == ["127.0.0.0/8", "::1/128"]
    monkeypatch.delenv("JARCHI_ALLOW_NETWORKS")
    _write(home, 'allow_networks = ["10.0.0.0/8"]\n')
    assert [str(network) for network in load_settings().allow_networks] == ["10.0.0.0/8"]


@pytest.mark.parametrize(("name", "value"), [
    ("HOST_DELAY", "-1"), ("HOST_DELAY", "soon"), ("WEB_PORT", "70000"), ("LOG_LEVEL", "loud"), ("READERS", "0"),
    ("ALLOW_NETWORKS", "127.0.0.1/8"), ("DATABASE_URL", "mysql://me:secret@host/db"), ("TICK", "0"),
])  # fmt: skip
def test_a_wrong_variable_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"JARCHI_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert f"JARCHI_{name}" in str(caught.value)
    assert name.lower() in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("written", "says"), [
    ('host_delay = "soon"', "host_delay"), ("host_dealy = 3", "host_dealy"), ("host_delay = -1", "host_delay"),
])  # fmt: skip
def test_a_wrong_key_of_the_file_is_named(home: Path, written: str, says: str) -> None:
    _write(home, written)
    with pytest.raises(SettingsError, match=rf"^{says} \(.*{FILE_NAME}\): "):
        load_settings()


@pytest.mark.parametrize(
    "written", [b"host_delay = ", b"host_delay = 1\nhost_delay = 2", b"contact = '\xff'"]
)
def test_a_file_that_cannot_be_read_is_named(home: Path, written: bytes) -> None:
    (home / FILE_NAME).write_bytes(written)
    with pytest.raises(SettingsError, match=str(home / FILE_NAME)):
        load_settings()


def test_settings_do_not_change(home: Path) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().host_delay = 0


def test_every_setting_has_its_help() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
